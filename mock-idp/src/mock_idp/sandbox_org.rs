//! Sandboxes of a mock in this process.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::MockIdp;
use super::org_control::{ControlFailure, OrgControl};
use crate::engine::Orgs;

/// An org that was added for a test; it is removed when this is dropped.
#[derive(Debug)]
pub struct SandboxOrg {
    control: OrgControl,
    orgs: Arc<Orgs>,
}

/// A wish for a sandbox.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SandboxSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifetime: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
}

impl SandboxSpec {
    /// Starts from the org of this name instead of the default one.
    #[must_use]
    pub fn from_org(self, name: impl Into<String>) -> Self {
        Self { from: Some(Value::String(name.into())), ..self }
    }

    /// Starts from this org document, as a JSON object.
    #[must_use]
    pub fn from_document(self, document: Value) -> Self {
        Self { from: Some(document), ..self }
    }

    /// Its name: lower-case letters, digits and inner hyphens.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// Removes it by itself after this time. Default: an hour.
    #[must_use]
    pub fn lifetime(self, lifetime: Duration) -> Self {
        Self { lifetime: Some(lifetime.as_secs()), ..self }
    }

    /// As [`Builder::seed`](super::Builder::seed), for this org.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }
}

/// An org of a mock.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[non_exhaustive]
pub struct ListedOrg {
    pub name: String,
    /// Whether it was added since the start.
    pub sandbox: bool,
    /// The base of all its addresses.
    pub url: String,
    /// The issuer of its authorization server `default`.
    pub issuer: String,
    /// The same base under a host name of its own.
    pub host_url: String,
    /// When a sandbox is removed by itself, RFC 3339.
    #[serde(default)]
    pub expires: Option<String>,
}

impl MockIdp {
    /// All orgs, the default one first.
    pub async fn orgs(&self) -> Result<Vec<ListedOrg>, ControlFailure> {
        self.org().request(Method::GET, "/_mock/orgs", &()).await
    }

    /// Removes a sandbox. One that was added by [`Self::sandbox`] is also removed when it is dropped.
    ///
    /// # Errors
    /// There is none of this name.
    pub async fn remove_sandbox(&self, name: &str) -> Result<(), ControlFailure> {
        self.org().request::<Value>(Method::DELETE, &format!("/_mock/orgs/{name}"), &()).await.map(drop)
    }

    /// Adds an org of its own for a test, as the default one was started.
    ///
    /// # Errors
    /// There are too many.
    pub async fn sandbox(&self) -> Result<SandboxOrg, ControlFailure> {
        self.sandbox_with(&SandboxSpec::default()).await
    }

    /// Adds an org of its own for a test.
    ///
    /// # Errors
    /// There are too many, the name is taken or not a host label, or there is no such org to start from.
    pub async fn sandbox_with(&self, spec: &SandboxSpec) -> Result<SandboxOrg, ControlFailure> {
        let added: Value = self.org().request(Method::POST, "/_mock/orgs", spec).await?;
        let name = added.get("name").and_then(Value::as_str).unwrap_or_default();
        let removed = || ControlFailure::inside("the sandbox has been removed already");
        let control = self.org_named(name).ok_or_else(removed)?;
        Ok(SandboxOrg { control, orgs: Arc::clone(&self.orgs) })
    }
}

impl Deref for SandboxOrg {
    type Target = OrgControl;

    fn deref(&self) -> &OrgControl {
        &self.control
    }
}

impl Drop for SandboxOrg {
    fn drop(&mut self) {
        // An error means that it has ended before.
        let _ = self.orgs.remove_sandbox(self.control.name());
    }
}
