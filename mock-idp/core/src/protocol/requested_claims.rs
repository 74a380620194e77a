//! The `claims` parameter. OIDC Core 5.5.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The claims that a request names, and where they are to be returned.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct RequestedClaims {
    #[serde(default)]
    pub userinfo: Vec<String>,
    #[serde(default)]
    pub id_token: Vec<String>,
}

impl RequestedClaims {
    /// Parses the parameter. OIDC Core 5.5: other members are ignored. Essential and voluntary claims are treated alike.
    ///
    /// # Errors
    /// Text that is not a JSON object of this form.
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
