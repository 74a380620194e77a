//! Response types and response modes. OAuth 2.0 Multiple Response Types; Okta: the combinations enabled on the app.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A set of `code`, `token` and `id_token`, in any order on the wire.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct ResponseType {
    pub code: bool,
    pub token: bool,
    pub id_token: bool,
}

impl ResponseType {
    /// The values that a list may have.
    pub const WORDS: [&str; 3] = ["code", "token", "id_token"];

    /// Parses the space-separated list; `None` for an unknown or repeated value or an empty list.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let mut parsed = Self::default();
        for word in value.split(' ').filter(|word| !word.is_empty()) {
            let flag = match word {
                "code" => &mut parsed.code,
                "token" => &mut parsed.token,
                "id_token" => &mut parsed.id_token,
                _ => return None,
            };
            if std::mem::replace(flag, true) {
                return None;
            }
        }
        (parsed != Self::default()).then_some(parsed)
    }

    /// Whether a token is returned by the authorization endpoint itself.
    #[must_use]
    pub fn front_channel_token(self) -> bool {
        self.token || self.id_token
    }

    /// The values of the set.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        [(self.code, "code"), (self.token, "token"), (self.id_token, "id_token")]
            .into_iter()
            .filter_map(|(present, word)| present.then_some(word))
    }

    /// The response mode if the request does not name one. Multiple Response Types 3, 5.
    #[must_use]
    pub fn default_mode(self) -> ResponseMode {
        if self.front_channel_token() { ResponseMode::Fragment } else { ResponseMode::Query }
    }
}

/// How the response is sent to the redirect URI.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    Query,
    Fragment,
    FormPost,
    OktaPostMessage,
}

impl ResponseMode {
    pub const ALL: [Self; 4] = [Self::Query, Self::Fragment, Self::FormPost, Self::OktaPostMessage];

    /// The mode of that wire name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// Its wire name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
            Self::OktaPostMessage => "okta_post_message",
        }
    }
}
