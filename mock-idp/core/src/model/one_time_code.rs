//! Codes that are sent to users.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A code of six digits.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = "^[0-9]{6}$"))]
pub struct OneTimeCode(String);

/// Why a text cannot be a code.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a code: it needs six digits, in quotes")]
pub struct OneTimeCodeError(String);

impl OneTimeCode {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for OneTimeCode {
    type Error = OneTimeCodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_code = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_code { Ok(Self(text)) } else { Err(OneTimeCodeError(text)) }
    }
}

impl std::str::FromStr for OneTimeCode {
    type Err = OneTimeCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}

impl From<OneTimeCode> for String {
    fn from(code: OneTimeCode) -> Self {
        code.0
    }
}
