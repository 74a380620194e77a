//! Types of the preview: a question about a token request that is not sent, and the answer to it: the tokens, or the error and where it
//! would be shown; the notes of the rules ([`Why`]); the changes that might grant a refused request ([`candidates()`]).
//!
//! The endpoints answer the questions; nothing here does.

mod authentication;
mod candidates;
mod cases;
mod change;
mod comparison;
mod explanation;
mod names;
mod parameter;
mod question;
mod report;
mod selection;
mod shown_request;
mod sign_on_rules;
mod snapshot;

use serde::Serialize;
use serde_json::{Map, Value};

pub use candidates::{Candidates, candidates};
pub use cases::{Cases, TokenCase};
pub use change::Change;
pub use comparison::{Alteration, ChangeGroup, Changed, DecidedResult, ValueChange, compare, grouped};
pub use explanation::{ClaimWhy, LifetimesWhy, PartWhy, PolicyWhy, RuleWhy, ScopeWhy, StepWhy, UnmetWhy, Why};
pub use names::GRANTS;
pub use parameter::{BadParameter, PARAMETERS};
pub use question::{Question, Session};
pub use report::{QuestionSummary, Remedies, Remedy, Report};
pub use selection::{NoCase, Selection};
pub use shown_request::{ShownRequest, ask_again};
pub use snapshot::{Circumstances, NoSnapshot, Snapshot, paths, result};

use crate::tokens::ServerKeys;
use crate::trace::Note;

/// What a question comes to, and how.
#[derive(Clone, Debug)]
pub struct Preview {
    pub outcome: PreviewOutcome,
    /// The requests that a client would make for it.
    pub requests: Vec<ShownRequest>,
    pub notes: Vec<Note>,
}

/// What a question comes to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum PreviewOutcome {
    Granted(Box<Granted>),
    /// The user would be asked first; nothing is refused.
    Asks(Asks),
    Refused(Refused),
}

/// What the user would be asked.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "asks_for", rename_all = "snake_case")]
pub enum Asks {
    /// To sign in again: the session is not good enough for the request.
    SignIn,
    /// To allow these scopes.
    Consent { scopes: Vec<String> },
}

/// What would be given.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Granted {
    /// What travels in the answer of the authorization endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorize: Option<EndpointTokens>,
    /// What travels in the answer of the token endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<EndpointTokens>,
    /// What the userinfo endpoint would say to the access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo: Option<Map<String, Value>>,
}

/// The tokens of one answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct EndpointTokens {
    /// `Bearer` or `DPoP`.
    pub token_type: &'static str,
    pub scope: String,
    /// Seconds; of the access token.
    pub expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token: Option<PreviewedToken>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<PreviewedToken>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<RefreshToken>,
}

/// A token, unsigned. `kid`, `jti`, `at_hash` and the times are different each time.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PreviewedToken {
    pub header: Map<String, Value>,
    pub payload: Map<String, Value>,
    /// That it is encrypted once it is signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<Encrypted>,
}

/// How a token is encrypted, and whose key opens it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Encrypted {
    pub alg: &'static str,
    pub enc: &'static str,
    /// In words.
    pub key: String,
}

impl Encrypted {
    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{}, {}, for {}", self.alg, self.enc, self.key)
    }
}

/// That a refresh token comes, and how long it lives.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct RefreshToken {
    /// Whether each use gives a new one.
    pub rotates: bool,
    /// Seconds; `None` is unlimited.
    pub expires_in: Option<i64>,
    /// Seconds for which it may lie unused.
    pub idle: i64,
}

/// What would be refused, in both its words.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Refused {
    pub shown: Shown,
    /// The HTTP status of the response with the error.
    pub status: u16,
    /// Okta's internal id.
    pub id: String,
    pub error: String,
    pub error_description: String,
    /// The inside reason, never sent.
    pub reason: String,
}

/// Where a refusal is shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// An error page: there is no redirect URI to trust.
    Page,
    /// In the parameters of the redirect back to the client.
    Redirect,
    /// On the sign-in page.
    SignInPage,
    /// In the body of the answer: of the token endpoint, or of the one that begins the grant.
    TokenResponse,
    /// In an error of the API's shape: no such authorization server.
    Api,
}

impl Shown {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Page => "on an error page, because there is no redirect URI to trust",
            Self::Redirect => "in the redirect back to the client",
            Self::SignInPage => "on the sign-in page",
            Self::TokenResponse => "in the body of the answer",
            Self::Api => "in an API error: there is no such authorization server",
        }
    }
}

impl Preview {
    /// Names the keys that would sign: the real flow puts their ids into the headers.
    pub fn name_keys(&mut self, keys: &ServerKeys) {
        let PreviewOutcome::Granted(granted) = &mut self.outcome else { return };
        for answer in [&mut granted.authorize, &mut granted.token].into_iter().flatten() {
            for (token, key) in [(&mut answer.access_token, &keys.access), (&mut answer.id_token, &keys.published)] {
                if let Some(token) = token {
                    token.header.insert("kid".to_owned(), key.kid().into());
                }
            }
        }
    }

    /// Whether tokens come, at once or after the user agreed.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        matches!(self.outcome, PreviewOutcome::Refused(_))
    }
}
