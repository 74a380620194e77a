//! The `prompt` parameter. OIDC Core 3.1.2.1; Okta: `none`, `login`, `consent`, and `login consent` in either order.

/// The parsed `prompt` parameter.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Prompt {
    pub none: bool,
    pub login: bool,
    pub consent: bool,
    /// The sign-in page is shown, where the user can choose an account.
    pub select_account: bool,
}

impl Prompt {
    /// The values that Okta's error lists.
    pub const SUPPORTED: &str = "none, consent, login, enroll_authenticator";

    /// Parses the space-separated list.
    ///
    /// # Errors
    /// An unknown value, or `none` beside another. Okta: `select_account` is unknown.
    pub fn parse(value: Option<&str>, supports_select_account: bool) -> Result<Self, UnsupportedPrompt> {
        let mut prompt = Self::default();
        for word in value.unwrap_or_default().split(' ').filter(|word| !word.is_empty()) {
            match word {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" if supports_select_account => prompt.select_account = true,
                other => return Err(UnsupportedPrompt(other.to_owned())),
            }
        }
        // OIDC Core 3.1.2.1: none with any other value is an error.
        if prompt.none && (prompt.login || prompt.consent || prompt.select_account) {
            return Err(UnsupportedPrompt("none with another value".to_owned()));
        }
        Ok(prompt)
    }
}

/// The value that is not supported.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnsupportedPrompt(pub String);
