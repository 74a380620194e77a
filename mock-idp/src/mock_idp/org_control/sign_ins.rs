//! Sign-ins without a page, consents, locked accounts and back-channel requests.

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ControlFailure, OrgControl, RemovedCount};

/// A user who signs in next without a page.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[non_exhaustive]
pub struct WaitingSignIn {
    /// Login.
    pub user: String,
    /// Only at this client.
    pub client_id: Option<String>,
}

/// Scopes that a user has allowed a client.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[non_exhaustive]
pub struct RecordedConsent {
    pub client: String,
    /// `default`, `org`, or the id of a server.
    pub server: String,
    /// Separated by spaces.
    pub scope: String,
}

/// A back-channel request (CIBA) that waits for its user, or has just been decided.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[non_exhaustive]
pub struct BackchannelRequest {
    pub id: String,
    pub client_id: String,
    /// Login.
    pub user: Option<String>,
    pub scopes: Vec<String>,
    pub binding_message: Option<String>,
    /// Seconds.
    pub expires_in: i64,
}

#[derive(Debug, Deserialize)]
struct DecidedRequests {
    decided: Vec<BackchannelRequest>,
}

/// A push notification of Okta Verify.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[non_exhaustive]
pub struct PushNotification {
    pub id: String,
    /// The login of the user.
    pub user: String,
    /// What the user signs in to.
    pub app: String,
    /// The numbers that the phone offers, if the user chooses one.
    pub numbers: Vec<u8>,
    /// The one that the sign-in shows.
    pub number: Option<u8>,
    /// Seconds.
    pub expires_in: i64,
    /// `WAITING`, `SUCCESS`, `REJECTED` or `TIMEOUT`.
    pub result: String,
}

#[derive(Deserialize)]
struct AnsweredPushes {
    answered: Vec<PushNotification>,
}

impl OrgControl {
    /// Lets these users (logins or ids) sign in where the next sign-in pages would be shown, one after the other; returns all
    /// that are waiting.
    pub async fn queue_sign_ins(&self, users: &[&str]) -> Result<Vec<WaitingSignIn>, ControlFailure> {
        self.request(Method::POST, "/_mock/sign-ins", &json!({ "users": users })).await
    }

    /// The same, only at this client: its id or label.
    pub async fn queue_sign_ins_at(&self, client: &str, users: &[&str]) -> Result<Vec<WaitingSignIn>, ControlFailure> {
        self.request(Method::POST, "/_mock/sign-ins", &json!({ "users": users, "client": client })).await
    }

    /// The users who sign in next without a page.
    pub async fn waiting_sign_ins(&self) -> Result<Vec<WaitingSignIn>, ControlFailure> {
        self.request(Method::GET, "/_mock/sign-ins", &()).await
    }

    /// Removes all users who are waiting; how many.
    pub async fn clear_sign_ins(&self) -> Result<usize, ControlFailure> {
        let cleared: RemovedCount = self.request(Method::DELETE, "/_mock/sign-ins", &()).await?;
        Ok(cleared.removed)
    }

    /// The consents of a user, by login or id.
    pub async fn consents(&self, user: &str) -> Result<Vec<RecordedConsent>, ControlFailure> {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("user", user).finish();
        self.request(Method::GET, &format!("/_mock/consents?{query}"), &()).await
    }

    /// Revokes all consents of a user, and returns them.
    pub async fn revoke_consents(&self, user: &str) -> Result<Vec<RecordedConsent>, ControlFailure> {
        self.request(Method::DELETE, "/_mock/consents", &json!({ "user": user })).await
    }

    /// Unlocks the account of a user.
    pub async fn unlock(&self, user: &str) -> Result<(), ControlFailure> {
        self.request::<Value>(Method::POST, "/_mock/unlock", &json!({ "user": user })).await.map(drop)
    }

    /// The push notifications of Okta Verify that wait for a user.
    pub async fn waiting_pushes(&self) -> Result<Vec<PushNotification>, ControlFailure> {
        self.request(Method::GET, "/_mock/pushes", &()).await
    }

    /// Approves all waiting push notifications for a user, by login or id, with the number that each sign-in shows; returns them.
    pub async fn approve_pushes(&self, user: &str) -> Result<Vec<PushNotification>, ControlFailure> {
        self.answer_pushes(&json!({ "decision": "approve", "user": user })).await
    }

    /// Chooses this number in all waiting push notifications for a user, by login or id; returns them.
    pub async fn choose_number(&self, user: &str, number: u8) -> Result<Vec<PushNotification>, ControlFailure> {
        self.answer_pushes(&json!({ "decision": "approve", "user": user, "number": number })).await
    }

    /// Denies all waiting push notifications for a user, by login or id; returns them.
    pub async fn deny_pushes(&self, user: &str) -> Result<Vec<PushNotification>, ControlFailure> {
        self.answer_pushes(&json!({ "decision": "deny", "user": user })).await
    }

    async fn answer_pushes(&self, body: &Value) -> Result<Vec<PushNotification>, ControlFailure> {
        let pushes: AnsweredPushes = self.request(Method::POST, "/_mock/pushes", body).await?;
        Ok(pushes.answered)
    }

    /// The back-channel requests that wait for a user.
    pub async fn backchannel_requests(&self) -> Result<Vec<BackchannelRequest>, ControlFailure> {
        self.request(Method::GET, "/_mock/ciba", &()).await
    }

    /// Approves all waiting back-channel requests for a user, by login; returns them.
    pub async fn approve_backchannel_requests(&self, user: &str) -> Result<Vec<BackchannelRequest>, ControlFailure> {
        self.decide_backchannel_requests("approve", user).await
    }

    /// Denies all waiting back-channel requests for a user, by login; returns them.
    pub async fn deny_backchannel_requests(&self, user: &str) -> Result<Vec<BackchannelRequest>, ControlFailure> {
        self.decide_backchannel_requests("deny", user).await
    }

    async fn decide_backchannel_requests(
        &self,
        decision: &str,
        user: &str,
    ) -> Result<Vec<BackchannelRequest>, ControlFailure> {
        let body = json!({ "decision": decision, "user": user });
        let requests: DecidedRequests = self.request(Method::POST, "/_mock/ciba", &body).await?;
        Ok(requests.decided)
    }
}
