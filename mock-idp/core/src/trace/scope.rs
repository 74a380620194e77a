//! What notes say of scopes.

use serde::Serialize;

/// One scope that a request was about.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ScopeNote {
    pub scope: String,
    pub granted: bool,
    pub source: ScopeSource,
    /// What lets the rule cover it; `None` when no rule was found, or none was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cover: Option<Cover>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<Agreement>,
}

/// How a scope came into the request.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeSource {
    Asked,
    /// The request names none; this is one of the server's default scopes.
    Default,
    /// Part of an earlier grant that is being refreshed.
    EarlierGrant,
}

/// What lets a rule cover a scope.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cover {
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

/// What the user had to say.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// The scope needs no consent.
    NotNeeded,
    /// The app is trusted: it asks for none.
    TrustedApp,
    /// The user allowed it.
    Allowed,
    /// The user has not allowed it.
    Missing,
}

impl ScopeNote {
    pub(super) fn words(&self) -> String {
        let granted = if self.granted { "granted" } else { "not granted" };
        format!("{} {granted} ({})", self.scope, self.because())
    }

    /// Why it was granted, or not.
    #[must_use]
    pub fn because(&self) -> String {
        let source = match self.source {
            ScopeSource::Asked => "asked for",
            ScopeSource::Default => "a default scope",
            ScopeSource::EarlierGrant => "of the earlier grant",
        };
        let cover = match self.cover {
            None => "",
            Some(Cover::Listed) => ", listed by the rule",
            Some(Cover::Any) => ", the rule lists *",
            Some(Cover::OpenidImplied) => ", OpenID scopes are implied",
            Some(Cover::NoRules) => ", the org server has no rules",
            Some(Cover::NoRule) => ", no rule covers the request",
            Some(Cover::Unknown) => ", the server does not have it",
        };
        let consent = match self.consent {
            None | Some(Agreement::NotNeeded) => "",
            Some(Agreement::TrustedApp) => ", the app is trusted",
            Some(Agreement::Allowed) => ", the user allowed it",
            Some(Agreement::Missing) => ", the user has not allowed it",
        };
        format!("{source}{cover}{consent}")
    }
}
