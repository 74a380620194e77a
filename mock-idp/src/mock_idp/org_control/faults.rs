//! Faults.

use std::time::Duration;

use http::Method;

use super::{ControlFailure, OrgControl};
pub use crate::control::FaultSpec;

impl FaultSpec {
    /// The fault of this name, for all requests, until it is switched off.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Only so many times.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Only what is issued to this client (faults of tokens, `authorize.error`).
    #[must_use]
    pub fn client(self, client_id: impl Into<String>) -> Self {
        Self { client_id: Some(client_id.into()), ..self }
    }

    /// Only what is issued for the user with this login or id (faults of tokens, `authorize.error`).
    #[must_use]
    pub fn user(self, user: impl Into<String>) -> Self {
        Self { user: Some(user.into()), ..self }
    }

    /// Only for requests whose path begins like this (faults of the transport).
    #[must_use]
    pub fn path(self, path: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    /// How long `http.slow` waits.
    #[must_use]
    pub fn delay(self, delay: Duration) -> Self {
        Self { delay_ms: u64::try_from(delay.as_millis()).ok(), ..self }
    }

    /// The error of `http.oauth-error` and `authorize.error`: Okta's public error, or its id in Okta's catalogue.
    #[must_use]
    pub fn error(self, error: impl Into<String>) -> Self {
        Self { error: Some(error.into()), ..self }
    }

    /// The description of the error, if not Okta's.
    #[must_use]
    pub fn error_description(self, description: impl Into<String>) -> Self {
        Self { error_description: Some(description.into()), ..self }
    }

    /// Only in this part of the cases, from 0 to 1. The same seed gives the same series.
    #[must_use]
    pub fn probability(self, probability: f64, seed: u64) -> Self {
        Self { probability: Some(probability), seed: Some(seed), ..self }
    }
}

impl OrgControl {
    /// The faults that are on.
    pub async fn faults(&self) -> Result<Vec<FaultSpec>, ControlFailure> {
        self.request(Method::GET, "/_mock/faults", &()).await
    }

    /// Switches a fault on; returns all that are on.
    pub async fn add_fault(&self, fault: &FaultSpec) -> Result<Vec<FaultSpec>, ControlFailure> {
        self.request(Method::POST, "/_mock/faults", fault).await
    }

    /// Switches all faults off.
    pub async fn clear_faults(&self) -> Result<(), ControlFailure> {
        self.request::<Vec<FaultSpec>>(Method::DELETE, "/_mock/faults", &()).await.map(drop)
    }
}
