//! Discovery documents (OpenID Connect Discovery 1.0, RFC 8414), as far as the harness uses them. Checks read the raw
//! members.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use url::Url;

/// The endpoints and features of the issuer.
#[derive(Clone, Debug, Deserialize)]
pub struct Metadata {
    pub issuer: String,
    #[serde(default, deserialize_with = "address")]
    pub authorization_endpoint: Option<Url>,
    #[serde(default, deserialize_with = "address")]
    pub token_endpoint: Option<Url>,
    #[serde(default, deserialize_with = "address")]
    pub userinfo_endpoint: Option<Url>,
    #[serde(default, deserialize_with = "address")]
    pub jwks_uri: Option<Url>,
    #[serde(default, deserialize_with = "address")]
    pub introspection_endpoint: Option<Url>,
    #[serde(default, deserialize_with = "address")]
    pub revocation_endpoint: Option<Url>,
    #[serde(default, deserialize_with = "address")]
    pub end_session_endpoint: Option<Url>,
    #[serde(default, deserialize_with = "address")]
    pub check_session_iframe: Option<Url>,
    #[serde(default, deserialize_with = "address")]
    pub pushed_authorization_request_endpoint: Option<Url>,
    #[serde(default, deserialize_with = "address")]
    pub device_authorization_endpoint: Option<Url>,
    #[serde(default, deserialize_with = "address")]
    pub registration_endpoint: Option<Url>,
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Metadata {
    /// Whether a list such as `scopes_supported` contains `value`. None if the list is missing.
    #[must_use]
    pub fn lists(&self, member: &str, value: &str) -> Option<bool> {
        let list = self.rest.get(member)?.as_array()?;
        Some(list.iter().any(|item| item.as_str() == Some(value)))
    }
}

/// A URL. Anything else counts as missing: checks judge the raw member.
fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    Ok(Value::deserialize(deserializer)?.as_str().and_then(|text| Url::parse(text).ok()))
}
