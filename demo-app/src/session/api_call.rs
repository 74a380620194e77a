//! The last API call of a session.

use serde::{Deserialize, Serialize};

use crate::token::check::Check;

/// The last call made from the console.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ApiCall {
    pub(crate) endpoint: String,
    pub(crate) variant: String,
    pub(crate) variant_title: String,
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) request_headers: Vec<(String, String)>,
    pub(crate) request_body: Option<String>,
    pub(crate) expected_status: u16,
    pub(crate) status: u16,
    pub(crate) reason: String,
    pub(crate) response_headers: Vec<(String, String)>,
    pub(crate) response_body: String,
    pub(crate) checks: Vec<Check>,
}

impl ApiCall {
    /// The authentication classes that the API asks for. RFC 9470 3: `acr_values` of the challenge.
    pub(crate) fn wanted_acr_values(&self) -> Option<&str> {
        let (_, challenge) = self.response_headers.iter().find(|(name, _)| name == "www-authenticate")?;
        if !challenge.contains("error=\"insufficient_user_authentication\"") {
            return None;
        }
        challenge.split_once("acr_values=\"")?.1.split('"').next()
    }
}
