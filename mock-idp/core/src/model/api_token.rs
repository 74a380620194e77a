//! API tokens. Okta: `/api/v1/api-tokens`.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// An API token. A document may give its value alone.
#[derive(Clone, Eq, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiToken {
    /// The secret of `Authorization: SSWS …`: 42 characters that start with `00`.
    pub value: String,
    /// `00T` and 17 more characters. Derived from the value if a document leaves it out.
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub name: String,
    /// The user that it acts for. Without one: the first super administrator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
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
            value: String,
            #[serde(default)]
            id: String,
            #[serde(default)]
            name: String,
            #[serde(default)]
            user_id: Option<String>,
        }
        struct ValueOrObject;
        impl<'de> serde::de::Visitor<'de> for ValueOrObject {
            type Value = ApiToken;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an API token: its value, or an object with `value`")
            }

            fn visit_str<E>(self, value: &str) -> Result<ApiToken, E> {
                Ok(ApiToken { value: value.to_owned(), id: String::new(), name: String::new(), user_id: None })
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<ApiToken, A::Error> {
                let Written { value, id, name, user_id } =
                    Written::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(ApiToken { value, id, name, user_id })
            }
        }
        deserializer.deserialize_any(ValueOrObject)
    }
}
