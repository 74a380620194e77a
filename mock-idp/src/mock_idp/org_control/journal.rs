//! The journal.

use std::collections::BTreeMap;
use std::time::Duration;

use http::Method;
use serde::Deserialize;
use serde_json::Value;

use super::filter::Filter;
use super::{ControlFailure, OrgControl};

/// A request of the journal.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// Value of the answer's `x-okta-request-id`.
    pub request_id: String,
    /// When it was answered, by the org's clock, RFC 3339.
    pub time: String,
    pub method: String,
    /// Without query and secrets.
    pub path: String,
    pub status: u16,
    /// How long the answer took, in milliseconds.
    pub ms: f64,
    /// Client id, as far as known.
    pub client: Option<String>,
    /// Login of the user, as far as known.
    pub user: Option<String>,
    /// Why the request was refused.
    pub reason: Option<String>,
    /// What was sent; in lists only [with messages](RequestQuery::with_messages).
    #[serde(default)]
    pub request: Option<RecordedMessage>,
    /// What was answered; in lists only [with messages](RequestQuery::with_messages).
    #[serde(default)]
    pub response: Option<RecordedMessage>,
}

/// A request or an answer. What is secret is `…`; of signed tokens only the signature.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[non_exhaustive]
pub struct RecordedMessage {
    /// The parameters of the query of a request. One that is repeated is a list.
    #[serde(default)]
    pub query: Value,
    /// Those that matter for OAuth, in lower case.
    pub headers: BTreeMap<String, String>,
    /// A JSON body, or the parameters of a form; else null.
    #[serde(default)]
    pub body: Value,
    /// What a body was that is not recorded.
    #[serde(default)]
    pub body_omitted: Option<String>,
}

/// A request of the journal, with the decisions that led to its answer.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct ExplainedRequest {
    #[serde(flatten)]
    pub request: RecordedRequest,
    /// The decision, step by step.
    #[serde(default)]
    pub notes: Vec<Value>,
    /// The notes by subject: policies, scopes, claims.
    #[serde(default)]
    pub why: Value,
    /// Its events in the System Log, in Okta's shape.
    #[serde(default)]
    pub events: Vec<Value>,
}

/// Which requests of the journal are wanted. Without restrictions it is all of them.
#[derive(Clone, Debug, Default)]
pub struct RequestQuery(Filter);

impl RequestQuery {
    /// Only of this client: its id or label.
    #[must_use]
    pub fn client(self, client: impl Into<String>) -> Self {
        Self(self.0.with("client", client))
    }

    /// Only of this user: login or id.
    #[must_use]
    pub fn user(self, user: impl Into<String>) -> Self {
        Self(self.0.with("user", user))
    }

    /// Only paths that begin with this.
    #[must_use]
    pub fn path(self, path: impl Into<String>) -> Self {
        Self(self.0.with("path", path))
    }

    /// Only this method.
    #[must_use]
    pub fn method(self, method: impl Into<String>) -> Self {
        Self(self.0.with("method", method))
    }

    /// Only this status, or a class: `4xx`.
    #[must_use]
    pub fn status(self, status: impl ToString) -> Self {
        Self(self.0.with("status", status.to_string()))
    }

    /// Not before this time of the org's clock, RFC 3339.
    #[must_use]
    pub fn since(self, time: impl Into<String>) -> Self {
        Self(self.0.with("since", time))
    }

    /// Before this time of the org's clock, RFC 3339.
    #[must_use]
    pub fn until(self, time: impl Into<String>) -> Self {
        Self(self.0.with("until", time))
    }

    /// Only the requests of one sign-in, by the request id of its first.
    #[must_use]
    pub fn flow(self, request_id: impl Into<String>) -> Self {
        Self(self.0.with("flow", request_id))
    }

    /// With the query, headers and bodies of requests and answers.
    #[must_use]
    pub fn with_messages(self) -> Self {
        Self(self.0.with("messages", "true"))
    }
}

impl OrgControl {
    /// The last requests, at most 1,000, the newest first.
    pub async fn requests(&self) -> Result<Vec<RecordedRequest>, ControlFailure> {
        self.requests_that_fit(&RequestQuery::default()).await
    }

    /// The last requests that fit, the newest first.
    pub async fn requests_that_fit(&self, query: &RequestQuery) -> Result<Vec<RecordedRequest>, ControlFailure> {
        let query = query.0.clone().with("limit", "1000");
        self.request(Method::GET, &query.path_of("/_mock/requests"), &()).await
    }

    /// Waits until so many requests fit, those of the past included, and returns them, the newest first.
    ///
    /// # Errors
    /// They do not fit within the time (status 408), which is 1 to 300 whole seconds.
    pub async fn wait_for_requests(
        &self,
        count: usize,
        within: Duration,
        query: &RequestQuery,
    ) -> Result<Vec<RecordedRequest>, ControlFailure> {
        let query = query.0.clone().with("count", count.to_string()).with("timeout", within.as_secs().to_string());
        self.request(Method::GET, &query.path_of("/_mock/requests/wait"), &()).await
    }

    /// One request with its explanation, by the value of the answer's `x-okta-request-id`.
    pub async fn explain_request(&self, request_id: &str) -> Result<ExplainedRequest, ControlFailure> {
        self.request(Method::GET, &format!("/_mock/requests/{request_id}"), &()).await
    }
}
