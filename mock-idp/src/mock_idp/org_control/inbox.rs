//! The inbox.

use std::time::Duration;

use http::Method;
use serde::Deserialize;

use super::filter::Filter;
use super::{ControlFailure, OrgControl, RemovedCount};

/// A message that the org would have sent to a user.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[non_exhaustive]
pub struct SentMessage {
    /// The messages of an org are numbered from 1 on.
    pub id: String,
    /// By the org's clock, RFC 3339.
    pub time: String,
    /// `email`, `sms`, `voice` or `push`.
    pub kind: String,
    /// The email address, the phone number or, of a push notification, the login.
    pub to: String,
    /// Login of the user it is for.
    pub user: Option<String>,
    /// Okta's name of the template, where it has one.
    pub template: Option<String>,
    /// Only in emails.
    pub subject: Option<String>,
    pub text: String,
    /// The code in the text.
    pub code: Option<String>,
    /// The link in the text.
    pub link: Option<String>,
}

/// Which messages are wanted. Without restrictions it is all of them.
#[derive(Clone, Debug, Default)]
pub struct MessageQuery(Filter);

impl MessageQuery {
    /// Only for this user: login or id.
    #[must_use]
    pub fn user(self, user: impl Into<String>) -> Self {
        Self(self.0.with("user", user))
    }

    /// Only to this email address or phone number.
    #[must_use]
    pub fn to(self, address: impl Into<String>) -> Self {
        Self(self.0.with("to", address))
    }

    /// Only `email`, `sms`, `voice` or `push`.
    #[must_use]
    pub fn kind(self, kind: impl Into<String>) -> Self {
        Self(self.0.with("kind", kind))
    }

    /// Only of this template, by Okta's name: `ForgotPassword`.
    #[must_use]
    pub fn template(self, template: impl Into<String>) -> Self {
        Self(self.0.with("template", template))
    }

    /// Not before this time of the org's clock, RFC 3339.
    #[must_use]
    pub fn since(self, time: impl Into<String>) -> Self {
        Self(self.0.with("since", time))
    }

    /// Only messages that were sent after this one.
    #[must_use]
    pub fn after(self, message: &SentMessage) -> Self {
        Self(self.0.with("after", message.id.clone()))
    }
}

impl OrgControl {
    /// The messages that fit, the newest first.
    pub async fn messages(&self, query: &MessageQuery) -> Result<Vec<SentMessage>, ControlFailure> {
        let query = query.0.clone().with("limit", "500");
        self.request(Method::GET, &query.path_of("/_mock/inbox"), &()).await
    }

    /// The newest message that fits, as soon as there is one.
    ///
    /// # Errors
    /// There is none within the time (status 408), which is 1 to 300 whole seconds.
    pub async fn wait_for_message(
        &self,
        within: Duration,
        query: &MessageQuery,
    ) -> Result<SentMessage, ControlFailure> {
        let query = query.0.clone().with("timeout", within.as_secs().to_string());
        self.request(Method::GET, &query.path_of("/_mock/inbox/wait"), &()).await
    }

    /// The message with this id.
    pub async fn message(&self, id: &str) -> Result<SentMessage, ControlFailure> {
        self.request(Method::GET, &format!("/_mock/inbox/{id}"), &()).await
    }

    /// Removes the message with this id.
    pub async fn remove_message(&self, id: &str) -> Result<(), ControlFailure> {
        self.request::<RemovedCount>(Method::DELETE, &format!("/_mock/inbox/{id}"), &()).await.map(drop)
    }

    /// Removes the messages that fit; how many.
    pub async fn clear_messages(&self, query: &MessageQuery) -> Result<usize, ControlFailure> {
        let cleared: RemovedCount = self.request(Method::DELETE, &query.0.path_of("/_mock/inbox"), &()).await?;
        Ok(cleared.removed)
    }
}
