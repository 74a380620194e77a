//! Sign-in scripts: how a browser signs a person in, as data (`fixtures/sign_in/*.toml`).

use serde::Deserialize;

/// What is typed into a field.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Credential {
    Login,
    Password,
}

/// A script for one kind of sign-in page. All selectors are CSS.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// What page this is, for people.
    pub about: String,
    /// What only this kind of page has.
    pub recognised_by: String,
    /// Where the page says that it refuses.
    pub refused: String,
    #[serde(rename = "step")]
    pub steps: Vec<ScriptStep>,
    pub consent: Option<ConsentStep>,
}

/// One step: wait for an element, then type or click.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptStep {
    /// What it does, for the report.
    pub does: String,
    pub wait: String,
    /// Typed into the element that was waited for.
    pub fill: Option<Credential>,
    /// Clicked afterwards.
    pub click: Option<String>,
    /// The page may never show this one.
    #[serde(default)]
    pub optional: bool,
}

/// The question whether the client may have what it asks for.
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
    /// When it isn't one, with the line that is wrong.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}
