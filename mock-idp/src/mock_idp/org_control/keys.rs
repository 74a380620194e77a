//! Signing keys.

use std::collections::BTreeMap;

use http::Method;
use serde::{Deserialize, Serialize};

use super::{ControlFailure, OrgControl};

/// A published signing key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[non_exhaustive]
pub struct PublishedKey {
    pub kid: String,
    /// `ACTIVE`, `NEXT` or `EXPIRED`.
    pub status: String,
}

/// How keys are rotated.
#[derive(Clone, Debug, Serialize)]
pub struct KeyRotation {
    server: String,
    remove_previous: bool,
    unannounced: bool,
}

impl KeyRotation {
    /// As Okta does it, at a server: `default`, `org`, or an id.
    #[must_use]
    pub fn of(server: impl Into<String>) -> Self {
        Self { server: server.into(), remove_previous: false, unannounced: false }
    }

    /// The key that has signed until now is not published any more.
    #[must_use]
    pub fn remove_previous(self) -> Self {
        Self { remove_previous: true, ..self }
    }

    /// The key that signs from now on has not been published before.
    #[must_use]
    pub fn unannounced(self) -> Self {
        Self { unannounced: true, ..self }
    }
}

impl OrgControl {
    /// The published keys of each server, by its name or id; `org` is the org authorization server.
    pub async fn keys(&self) -> Result<BTreeMap<String, Vec<PublishedKey>>, ControlFailure> {
        self.request(Method::GET, "/_mock/keys", &()).await
    }

    /// Rotates the keys of a server (`default`, `org`, or an id) as Okta does, and returns those that are published then.
    pub async fn rotate_keys(&self, server: &str) -> Result<Vec<PublishedKey>, ControlFailure> {
        self.rotate_keys_with(&KeyRotation::of(server)).await
    }

    /// Rotates the keys of a server, and returns those that are published then.
    pub async fn rotate_keys_with(&self, rotation: &KeyRotation) -> Result<Vec<PublishedKey>, ControlFailure> {
        self.request(Method::POST, "/_mock/keys/rotate", rotation).await
    }
}
