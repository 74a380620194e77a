//! Notes about scopes.

use serde::Serialize;

/// One scope of a request.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ScopeNote {
    pub scope: String,
    pub granted: bool,
    pub source: ScopeSource,
    /// Why the rule covers it, or that no rule does; `None` when no policy was evaluated.
    #[serde(rename = "cover", skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentNote>,
}

/// How a scope came into the request.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeSource {
    #[serde(rename = "asked")]
    Requested,
    /// The request names none; this is one of the server's default scopes.
    Default,
    /// Part of an earlier grant that is being refreshed.
    EarlierGrant,
}

/// Why a rule covers a scope.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// The rule lists it.
    Listed,
    /// The rule lists `*`.
    Any,
    /// A scope of OpenID Connect, and the rule's list names none of them.
    OpenidImplied,
    /// The org authorization server has no rules.
    NoRules,
    /// No rule covers all scopes of the request.
    NoRule,
    /// The server has no such scope.
    Unknown,
}

/// Whether the user has consented to a scope.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentNote {
    /// The scope needs no consent.
    NotNeeded,
    /// The app is trusted: its users are not asked.
    TrustedApp,
    /// The user has allowed it.
    Allowed,
    /// The user has not allowed it.
    Missing,
}

impl ScopeNote {
    pub(super) fn text(&self) -> String {
        let granted = if self.granted { "granted" } else { "not granted" };
        format!("{} {granted} ({})", self.scope, self.because())
    }

    /// Why it was granted, or not.
    #[must_use]
    pub fn because(&self) -> String {
        let source = match self.source {
            ScopeSource::Requested => "requested",
            ScopeSource::Default => "a default scope",
            ScopeSource::EarlierGrant => "from the earlier grant",
        };
        let coverage = match self.coverage {
            None => "",
            Some(Coverage::Listed) => ", listed by the rule",
            Some(Coverage::Any) => ", the rule lists *",
            Some(Coverage::OpenidImplied) => ", OpenID scopes are implied",
            Some(Coverage::NoRules) => ", the org server has no rules",
            Some(Coverage::NoRule) => ", no rule covers the request",
            Some(Coverage::Unknown) => ", the server does not have it",
        };
        let consent = match self.consent {
            None | Some(ConsentNote::NotNeeded) => "",
            Some(ConsentNote::TrustedApp) => ", the app is trusted",
            Some(ConsentNote::Allowed) => ", the user has allowed it",
            Some(ConsentNote::Missing) => ", the user has not allowed it",
        };
        format!("{source}{coverage}{consent}")
    }
}
