//! Objects as actors and targets of events.

use super::app::App;
use super::authorization_server::AuthorizationServer;
use super::group::Group;
use super::user::User;
use crate::system_log::EventEntity;

impl User {
    #[must_use]
    pub fn event_entity(&self) -> EventEntity {
        EventEntity::new("User", &self.id, self.profile.display_name()).also_known_as(&self.profile.login)
    }

    /// The user of an app, under the name that the app knows.
    #[must_use]
    pub fn app_user_entity(&self, user_name: &str) -> EventEntity {
        EventEntity::new("AppUser", &self.id, self.profile.display_name()).also_known_as(user_name)
    }
}

impl Group {
    #[must_use]
    pub fn event_entity(&self) -> EventEntity {
        EventEntity::new("UserGroup", &self.id, &self.profile.name)
    }
}

impl AuthorizationServer {
    #[must_use]
    pub fn event_entity(&self) -> EventEntity {
        EventEntity::new("AuthorizationServer", &self.id, &self.name)
    }
}

impl App {
    /// The app as an object.
    #[must_use]
    pub fn event_entity(&self) -> EventEntity {
        EventEntity::new("AppInstance", &self.id, &self.label).also_known_as(&self.label)
    }

    /// The app as a client.
    #[must_use]
    pub fn client_entity(&self) -> EventEntity {
        EventEntity::new("PublicClientApp", self.client_id(), &self.label).also_known_as(self.client_id())
    }
}
