//! Scope lists.

use std::collections::HashSet;

use indexmap::IndexSet;
use serde::{Deserialize, Serialize};

/// The scope that an app needs to exchange its tokens for an interclient token. Okta: Native to Web SSO.
pub const INTERCLIENT_ACCESS: &str = "interclient_access";

/// The scopes that OpenID Connect defines, and Okta's `device_sso`, `groups` and [`INTERCLIENT_ACCESS`] beside them.
pub const OIDC_SCOPES: &[&str] =
    &["openid", "profile", "email", "address", "phone", "offline_access", "groups", "device_sso", INTERCLIENT_ACCESS];

/// Whether a scope is one of [`OIDC_SCOPES`].
#[must_use]
pub fn is_oidc(scope: &str) -> bool {
    OIDC_SCOPES.contains(&scope)
}

/// An ordered set of scopes, in the order in which they were requested or granted.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(Vec<String>);

impl Scopes {
    /// Parses the space-separated list of RFC 6749 3.3; repeated scopes count once.
    #[must_use]
    pub fn parse(list: &str) -> Self {
        list.split(' ').filter(|scope| !scope.is_empty()).collect()
    }

    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        self.0.iter().any(|known| known == scope)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    /// The scopes of this list that are not in the other.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let other: HashSet<&str> = other.iter().collect();
        self.iter().filter(|scope| !other.contains(scope)).collect()
    }

    /// Space-separated, as on the wire.
    #[must_use]
    pub fn join(&self) -> String {
        self.0.join(" ")
    }

    /// Comma-separated, as in Okta's error texts.
    #[must_use]
    pub fn listed(&self) -> String {
        self.0.join(", ")
    }
}

impl<S: AsRef<str>> FromIterator<S> for Scopes {
    fn from_iter<I: IntoIterator<Item = S>>(scopes: I) -> Self {
        let list: IndexSet<String> = scopes.into_iter().map(|scope| scope.as_ref().to_owned()).collect();
        Self(list.into_iter().collect())
    }
}
