//! The `claims` parameter. OIDC Core 5.5.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Names of claims that a request asks for one by one, and where it wants them.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct RequestedClaims {
    #[serde(default)]
    pub userinfo: Vec<String>,
    #[serde(default)]
    pub id_token: Vec<String>,
}

impl RequestedClaims {
    /// Reads the parameter. OIDC Core 5.5: members other than the two are ignored; whether a claim is essential or voluntary
    /// changes nothing here, as none is ever held back for want of a reason.
    ///
    /// # Errors
    /// Text that is not the JSON object that the parameter has to be.
    pub fn parse(text: &str) -> Result<Self, String> {
        let members: Map<String, Value> = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let names = |place: &str| match members.get(place) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Object(claims)) => Ok(claims.keys().cloned().collect()),
            Some(_) => Err(format!("`{place}` is not an object")),
        };
        Ok(Self { userinfo: names("userinfo")?, id_token: names("id_token")? })
    }
}
