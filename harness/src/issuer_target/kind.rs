//! What kind of issuer a target is, and whose behavior it is expected to show.

use serde::{Deserialize, Serialize};

/// What software the issuer is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetKind {
    /// The mock, with the market org.
    Mock,
    /// A real Okta org.
    Okta,
    /// Any OpenID provider.
    Generic,
}

impl TargetKind {
    /// The name in files and reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mock => "mock",
            Self::Okta => "okta",
            Self::Generic => "generic",
        }
    }

    /// Whether Okta's answers are expected, error texts included.
    #[must_use]
    pub const fn speaks_okta(self) -> bool {
        matches!(self, Self::Mock | Self::Okta)
    }
}

/// How an issuer behaves in the few places where Okta departs from OpenID conformance.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Behavior {
    /// As Okta answers.
    Okta,
    /// As the OpenID Foundation's conformance suite asks for.
    #[value(name = "openid")]
    #[serde(rename = "openid")]
    OpenId,
    /// As the FAPI 2 Security Profile asks for.
    Fapi2,
}

impl Behavior {
    /// The name in files and reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Okta => "okta",
            Self::OpenId => "openid",
            Self::Fapi2 => "fapi2",
        }
    }
}
