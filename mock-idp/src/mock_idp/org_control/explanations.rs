//! What an org is, and why it would answer as it does.

use std::collections::BTreeMap;

use http::Method;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{ControlFailure, OrgControl};

/// What runs at an address.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[non_exhaustive]
pub struct OrgInfo {
    pub version: String,
    /// The org's name.
    pub org: String,
    /// The issuer of its authorization server `default`.
    pub issuer: String,
    /// `okta`, `openid` or `fapi2`.
    pub behavior: String,
    /// Lenient settings, faults, a moved clock.
    pub warnings: Vec<String>,
}

impl OrgControl {
    /// Version, issuer, behavior, and everything that is not as in production.
    pub async fn info(&self) -> Result<OrgInfo, ControlFailure> {
        self.request(Method::GET, "/_mock/info", &()).await
    }

    /// The settings of an app that uses this org, as `mock-idp env` prints them: `OKTA_ISSUER`, `OKTA_CLIENT_ID`, …
    pub async fn env(&self) -> Result<BTreeMap<String, String>, ControlFailure> {
        self.request(Method::GET, "/_mock/env", &()).await
    }

    /// The operations that Okta publishes for its management API, with what is served and what is missing, as
    /// `GET /_mock/coverage` returns them.
    pub async fn coverage(&self) -> Result<Value, ControlFailure> {
        self.request(Method::GET, "/_mock/coverage", &()).await
    }

    /// What a token request would return and why, without making it. The parameters are those of `GET /_mock/explain`, for example
    /// `client`, `user`, `scope`.
    pub async fn explain(&self, parameters: &[(&str, &str)]) -> Result<Value, ControlFailure> {
        let body: Map<String, Value> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        self.request(Method::POST, "/_mock/explain", &body).await
    }
}
