//! Apps that are authenticators of their users: what they ask, and what the users answer.

use mock_idp_core::management::{ApiError, Caller, ManagementCall, my_account};
use mock_idp_core::tokens::sign_push_challenge;
use serde_json::{Map, Value, json};

use super::{BackchannelDecisions, Context, Management};

impl Management {
    /// The challenges that wait for an answer of an app of the user, the oldest first.
    ///
    /// # Errors
    /// The user has no such app, key generation failed, or the ledger's store is unavailable.
    pub(crate) async fn pending_challenges(&self, id: &str) -> Result<Value, ApiError> {
        let waiting = BackchannelDecisions::new(self.instance()).waiting().await?;
        let challenges = self.read(|org, call| my_account::pending_challenges(org, call, id, &waiting))?;
        let server = self.context.org.org_server();
        let keys = self.instance().keys(server, self.context.now).await?;
        let mut listed = Vec::new();
        for claims in challenges {
            let challenge = sign_push_challenge(claims, &keys.keys)?;
            listed.push(json!({ "payloadVersion": "IDXv1", "challenge": challenge }));
        }
        Ok(listed.into())
    }
}

/// Answers a challenge, as the app of its user has signed it. Returns whether the user approves.
///
/// # Errors
/// The challenge does not wait, the answer is not valid, or the ledger's store is unavailable.
pub(crate) async fn answer_challenge(context: &Context, id: &str, body: &Map<String, Value>) -> Result<bool, ApiError> {
    let decisions = BackchannelDecisions::new(&context.instance);
    let waiting = decisions.waiting().await?;
    let request = waiting.iter().find(|request| request.id == id);
    let caller = Caller::default();
    let call = ManagementCall { urls: &context.urls, caller: &caller, now: context.now };
    let approves = my_account::check_push_answer(&context.org, call, request, body)?;
    // Another answer may have come first.
    let decided = decisions.decide(approves, |request| request.id == id).await?;
    if decided.is_empty() { Err(my_account::push_answer_refused("the challenge is answered")) } else { Ok(approves) }
}
