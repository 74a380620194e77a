//! The parameters of a question, and errors about their values.

use crate::text::nearest;

/// The names that a question is asked with, and what each wants.
pub const PARAMETERS: &[(&str, &str)] = &[
    ("client", "client id or label"),
    ("user", "login or id; none for client_credentials"),
    (
        "grant",
        "authorization_code, implicit, refresh_token, client_credentials, password, or the URN of device_code, ciba or token-exchange; none: what fits the user",
    ),
    ("response_type", "code, token, id_token, or several, where the grant has one"),
    ("scope", "scopes, with spaces between; none: the server's default ones"),
    ("server", "default, org, or an authorization server's name or id"),
    ("nonce", "as in the authorization request"),
    ("acr_values", "as in the authorization request"),
    ("prompt", "as in the authorization request"),
    ("max_age", "seconds, as in the authorization request"),
    ("auth_time", "when the session was signed in to, in seconds since 1970; none: now"),
    ("amr", "how, with spaces between; none: as users sign in here"),
    ("consent", "given or missing"),
    ("dpop", "proved or missing; none: proved where the app asks for it"),
];

/// A parameter that makes no sense here.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{error}")]
pub struct BadParameter {
    pub parameter: String,
    /// What is wrong, with the nearest name that would be right.
    pub error: String,
    /// What would be right.
    pub allowed: Vec<String>,
}

impl BadParameter {
    pub(super) fn new(parameter: &str, error: impl Into<String>, allowed: Vec<String>) -> Self {
        Self { parameter: parameter.to_owned(), error: error.into(), allowed }
    }

    /// A name that is not among the known ones, some of which are listed.
    pub(super) fn unknown<'a>(
        parameter: &str,
        what: &str,
        given: &str,
        known: impl Iterator<Item = &'a str> + Clone,
    ) -> Self {
        const MAX: usize = 100;
        let hint = nearest(given, known.clone()).map(|nearest| format!("; did you mean {nearest:?}?"));
        let allowed = known.take(MAX).map(str::to_owned).collect();
        Self::new(parameter, format!("{what} {given:?}{}", hint.unwrap_or_default()), allowed)
    }
}
