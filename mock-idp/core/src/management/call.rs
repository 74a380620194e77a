//! What a rule of the management API knows about the call that it answers.

use super::role_scope::Reach;
use crate::model::User;
use crate::moment::Moment;
use crate::org::{Draft, Tables, Urls};
use crate::sign_in::SentRecovery;
use crate::system_log::EventEntity;

/// Who makes a call.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Caller {
    /// The owner of the API token, or the user of the access token.
    pub user_id: Option<String>,
    /// The client of the access token.
    pub client_id: Option<String>,
    /// Id of the API token.
    pub api_token_id: Option<String>,
    /// The scopes of the access token. API tokens have none.
    pub scopes: Option<Vec<String>>,
    /// What the roles of the caller are about.
    pub reach: Reach,
}

/// A call whose caller may make it.
#[derive(Clone, Copy, Debug)]
pub struct ManagementCall<'a> {
    pub urls: &'a Urls,
    pub caller: &'a Caller,
    /// Seconds since the epoch, by the org's clock.
    pub now: i64,
}

impl ManagementCall<'_> {
    /// The URL of the org, below which links are.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.urls.endpoint_base
    }

    /// The URL of the org for browsers. A program may ask under a name that the browser cannot resolve, such as that of a container.
    #[must_use]
    pub fn browser_base(&self) -> &str {
        &self.urls.issuer_base
    }

    /// The user that makes the call, if it is one.
    #[must_use]
    pub fn user<'t>(&self, org: &'t Tables) -> Option<&'t User> {
        org.user(self.caller.user_id.as_deref()?)
    }
}

impl ManagementCall<'_> {
    /// The caller as the actor of events.
    #[must_use]
    pub fn actor(&self, org: &Tables) -> EventEntity {
        let client = self.caller.client_id.as_deref().and_then(|id| org.client(id));
        match (self.user(org), client) {
            (Some(user), _) => user.event_entity(),
            (None, Some(client)) => client.client_entity(),
            (None, None) => EventEntity::system(),
        }
    }
}

/// What happens to the link of an operation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SentLink {
    /// Okta mails it; the answer is empty.
    ByMail,
    /// The answer has it.
    InAnswer,
}

impl SentLink {
    /// Okta: `sendEmail` has a default that depends on the operation.
    #[must_use]
    pub fn read(send_email: Option<&str>, default: bool) -> Self {
        let sends = send_email.map_or(default, |text| text != "false");
        if sends { Self::ByMail } else { Self::InAnswer }
    }
}

/// A call that changes the org. If the rule fails, nothing is changed.
#[derive(Debug)]
pub struct ManagementChange<'a, 'm> {
    pub draft: &'a mut Draft,
    pub moment: &'a mut Moment<'m>,
    pub call: ManagementCall<'a>,
    /// Ids of users whose sessions and tokens end with the change.
    pub ended_users: Vec<String>,
    /// Ids of users whose sessions end with the change; their tokens stay valid.
    pub signed_out_users: Vec<String>,
    /// The links that users get with the change, and whether they are sent. The answer has the others.
    pub links: Vec<(SentRecovery, SentLink)>,
}

impl ManagementChange<'_, '_> {
    /// The current time as objects have it.
    #[must_use]
    pub fn now(&self) -> String {
        crate::moment::timestamp(self.moment.now)
    }
}
