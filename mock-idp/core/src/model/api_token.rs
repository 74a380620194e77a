//! API tokens. Okta: `/api/v1/api-tokens`.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use subtle::ConstantTimeEq;

use super::serde_defaults::is_default;

/// An API token. A document may give its value alone.
#[derive(Clone, Eq, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiToken {
    /// The secret of `Authorization: SSWS …`: 42 characters that start with `00`. A token with an id can be without it: it is listed, and
    /// no request can be made with it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// `00T` and 17 more characters. Derived from the value if a document leaves it out.
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub name: String,
    /// The user that it acts for. Without one: the first super administrator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// From where it may be used.
    #[serde(default, skip_serializing_if = "is_default")]
    pub network: ApiTokenNetwork,
}

/// From where an API token may be used.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiTokenNetwork {
    #[serde(default)]
    pub connection: ApiTokenConnection,
    /// Ids of network zones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
}

/// Whether network zones matter.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum ApiTokenConnection {
    #[default]
    Anywhere,
    Zone,
}

impl ApiToken {
    /// Whether this is the token that a request has sent.
    #[must_use]
    pub fn is(&self, sent: &str) -> bool {
        !self.value.is_empty() && self.value.as_bytes().ct_eq(sent.as_bytes()).into()
    }
}

impl std::fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiToken").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

impl<'de> Deserialize<'de> for ApiToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename = "ApiToken", rename_all = "camelCase", deny_unknown_fields)]
        struct Written {
            #[serde(default)]
            value: String,
            #[serde(default)]
            id: String,
            #[serde(default)]
            name: String,
            #[serde(default)]
            user_id: Option<String>,
            #[serde(default)]
            network: ApiTokenNetwork,
        }
        struct ValueOrObject;
        impl<'de> serde::de::Visitor<'de> for ValueOrObject {
            type Value = ApiToken;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an API token: its value, or an object with `value`")
            }

            fn visit_str<E>(self, value: &str) -> Result<ApiToken, E> {
                Ok(ApiToken {
                    value: value.to_owned(),
                    id: String::new(),
                    name: String::new(),
                    user_id: None,
                    network: ApiTokenNetwork::default(),
                })
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<ApiToken, A::Error> {
                let Written { value, id, name, user_id, network } =
                    Written::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                if value.is_empty() && id.is_empty() {
                    return Err(serde::de::Error::missing_field("value"));
                }
                Ok(ApiToken { value, id, name, user_id, network })
            }
        }
        deserializer.deserialize_any(ValueOrObject)
    }
}
