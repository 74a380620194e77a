//! Snapshots: the result of a token request as a document that is the same at all times, with placeholders for the values that are
//! new in each token. `docs/snapshots.md` describes the format.

mod path;
mod placeholder;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Asks, EndpointTokens, Granted, PreviewOutcome, PreviewedToken, Refused, Shown, TokenCase};
use placeholder::Placeholders;

pub use path::paths;
pub use placeholder::Circumstances;

/// The result of a token request, without what is new each time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Snapshot {
    pub case: TokenCase,
    /// `outcome`, and the members that belong to it.
    #[serde(flatten)]
    pub result: Map<String, Value>,
}

/// Why a token request has no snapshot: the user does not get as far as an answer to the client.
#[derive(Clone, Debug, Eq, Hash, PartialEq, Serialize)]
pub struct NoSnapshot {
    /// The error page, a failed sign-in, a question to the user.
    pub reason: String,
}

impl Snapshot {
    /// The snapshot of an outcome.
    ///
    /// # Errors
    /// The client would get no answer: there is an error page, the sign-in fails, or the user is asked.
    pub fn new(
        case: TokenCase,
        outcome: &PreviewOutcome,
        circumstances: Circumstances<'_>,
    ) -> Result<Self, NoSnapshot> {
        let reason = match outcome {
            PreviewOutcome::Granted(_) => None,
            PreviewOutcome::Refused(Refused { shown: Shown::Redirect | Shown::TokenResponse, .. }) => None,
            PreviewOutcome::Refused(Refused { shown: Shown::SignInPage, reason, .. }) => {
                Some(format!("the sign-in fails: {reason}"))
            }
            PreviewOutcome::Refused(Refused { error, reason, .. }) => {
                Some(format!("an error page ({error}): {reason}"))
            }
            PreviewOutcome::Asks(Asks::SignIn) => Some("the user is asked to sign in again".to_owned()),
            PreviewOutcome::Asks(Asks::Consent { scopes }) => {
                Some(format!("the user is asked to allow {}", scopes.join(", ")))
            }
        };
        match reason {
            Some(reason) => Err(NoSnapshot { reason }),
            None => Ok(Self { case, result: result(outcome, circumstances) }),
        }
    }

    /// The text of its file.
    #[must_use]
    pub fn text(&self) -> String {
        // Names and JSON values are always rendered.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

/// An outcome with placeholders.
#[must_use]
pub fn result(outcome: &PreviewOutcome, circumstances: Circumstances<'_>) -> Map<String, Value> {
    let placeholders = Placeholders::new(circumstances);
    let mut result = Map::new();
    let mut put = |name: &str, value: Value| _ = result.insert(name.to_owned(), value);
    match outcome {
        PreviewOutcome::Granted(granted) => {
            let Granted { authorize, token, userinfo } = &**granted;
            put("outcome", "granted".into());
            for (name, answer) in [("authorize", authorize), ("token", token)] {
                if let Some(answer) = answer {
                    put(name, answered(answer, &placeholders));
                }
            }
            if let Some(claims) = userinfo {
                put("userinfo", placeholders.object(claims).into());
            }
        }
        PreviewOutcome::Asks(Asks::SignIn) => {
            put("outcome", "asks".into());
            put("asks", json!({"for": "sign_in"}));
        }
        PreviewOutcome::Asks(Asks::Consent { scopes }) => {
            put("outcome", "asks".into());
            put("asks", json!({"for": "consent", "scopes": scopes}));
        }
        PreviewOutcome::Refused(Refused { shown, error, error_description, reason, .. }) => {
            put("outcome", "refused".into());
            let refusal = json!({
                "shown": shown, "error": error, "error_description": error_description, "reason": reason
            });
            put("refusal", placeholders.value(&refusal));
        }
    }
    result
}

fn answered(answer: &EndpointTokens, placeholders: &Placeholders<'_>) -> Value {
    let EndpointTokens { token_type, scope, expires_in, access_token, id_token, refresh_token } = answer;
    let mut members = Map::new();
    // At the authorization endpoint an ID token comes without these.
    if access_token.is_some() {
        members.insert("token_type".to_owned(), (*token_type).into());
        members.insert("scope".to_owned(), scope.as_str().into());
        members.insert("expires_in".to_owned(), (*expires_in).into());
    }
    for (name, token) in [("access_token", access_token), ("id_token", id_token)] {
        if let Some(token) = token {
            members.insert(name.to_owned(), decoded(token, placeholders));
        }
    }
    if let Some(token) = refresh_token {
        members.insert("refresh_token".to_owned(), json!(token));
    }
    members.into()
}

fn decoded(token: &PreviewedToken, placeholders: &Placeholders<'_>) -> Value {
    let PreviewedToken { header, payload, encrypted } = token;
    let mut members = Map::new();
    members.insert("header".to_owned(), placeholders.object(header).into());
    members.insert("payload".to_owned(), placeholders.object(payload).into());
    if let Some(encrypted) = encrypted {
        members.insert("encrypted".to_owned(), json!(encrypted));
    }
    members.into()
}

#[cfg(test)]
mod tests;
