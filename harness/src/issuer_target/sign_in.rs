//! Sign-in scripts: the steps by which a browser signs a user in, as data (`fixtures/sign_in/*.toml`).

use serde::Deserialize;

/// Which credential is typed into a field.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Credential {
    Login,
    Password,
    /// The present code of the account's authenticator app.
    TotpCode,
    /// The answer to the account's security question.
    SecurityAnswer,
}

/// A script for one kind of sign-in page. All selectors are CSS.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// A description of the page for readers.
    pub about: String,
    /// Matches an element that only this kind of page has.
    pub recognised_by: String,
    /// Matches the element that shows an error.
    pub refused: String,
    #[serde(rename = "step")]
    pub steps: Vec<ScriptStep>,
    pub consent: Option<ConsentStep>,
}

/// One step: wait for an element, then type or click.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptStep {
    /// A description of the step for the report.
    pub does: String,
    pub wait: String,
    /// The credential that is typed into the element of `wait`.
    pub fill: Option<Credential>,
    /// Matches the element that is clicked afterwards.
    pub click: Option<String>,
    /// The credential without which an account leaves this step out. By default that of `fill`.
    pub needs: Option<Credential>,
    /// Whether the page may leave this step out.
    #[serde(default)]
    pub optional: bool,
}

/// How the consent page is answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentStep {
    pub wait: String,
    pub allow: String,
    pub deny: String,
}

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    /// A syntax error, an unknown key or a missing key, with its line.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}
