//! A result as flat fields.

use std::fmt;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::trace::ClaimTarget;

/// One value of a result.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Field<'a> {
    Outcome,
    /// A member of the refusal, or of what the user is asked.
    Refusal(&'a str),
    Question(&'a str),
    Claim {
        /// The answer that the token is in: `authorize` or `token`; none for userinfo.
        answer: &'a str,
        target: ClaimTarget,
        name: &'a str,
    },
    /// A member of a token's header, or how the token is encrypted.
    Header {
        answer: &'a str,
        token: &'a str,
        name: &'a str,
    },
    Encryption {
        answer: &'a str,
        token: &'a str,
    },
    /// Another member of an answer.
    Member {
        answer: &'a str,
        name: &'a str,
    },
    /// What the format does not know.
    Other(&'a str),
}

const TOKENS: [(&str, ClaimTarget); 2] =
    [("access_token", ClaimTarget::AccessToken), ("id_token", ClaimTarget::IdToken)];

impl Field<'_> {
    pub(super) fn is_claim(&self) -> bool {
        matches!(self, Self::Claim { .. })
    }

    /// Whether it is worth telling if one result is granted and the other refused.
    pub(super) fn tells_of_an_outcome(&self) -> bool {
        match self {
            Self::Outcome => true,
            Self::Refusal(name) => *name == "error",
            Self::Question(name) => *name == "scopes",
            Self::Member { name, .. } => *name == "scope",
            _ => false,
        }
    }
}

impl fmt::Display for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = |target: &ClaimTarget| {
            TOKENS.iter().find(|(_, known)| known == target).map_or("userinfo", |(name, _)| *name)
        };
        match self {
            Self::Outcome => f.write_str("outcome"),
            Self::Refusal(name) => f.write_str(name),
            Self::Question(name) => write!(f, "asks.{name}"),
            Self::Claim { target: ClaimTarget::Userinfo, name, .. } => write!(f, "userinfo.{name}"),
            Self::Claim { answer, target, name } => write!(f, "{answer}.{}.{name}", token(target)),
            Self::Header { answer, token, name } => write!(f, "header {name} of {answer}.{token}"),
            Self::Encryption { answer, token } => write!(f, "encryption of {answer}.{token}"),
            Self::Member { answer, name } => write!(f, "{answer}.{name}"),
            Self::Other(name) => f.write_str(name),
        }
    }
}

/// The fields of a result, in order.
pub(super) fn fields(result: &Map<String, Value>) -> IndexMap<Field<'_>, &Value> {
    let mut fields = IndexMap::new();
    for (name, value) in result {
        match (name.as_str(), value) {
            ("outcome", _) => _ = fields.insert(Field::Outcome, value),
            ("refusal", Value::Object(members)) => {
                fields.extend(members.iter().map(|(name, value)| (Field::Refusal(name), value)));
            }
            ("asks", Value::Object(members)) => {
                fields.extend(members.iter().map(|(name, value)| (Field::Question(name), value)));
            }
            ("userinfo", Value::Object(claims)) => {
                let claim = |name| Field::Claim { answer: "", target: ClaimTarget::Userinfo, name };
                fields.extend(claims.iter().map(|(name, value)| (claim(name.as_str()), value)));
            }
            (answer @ ("authorize" | "token"), Value::Object(members)) => add_answer(&mut fields, answer, members),
            (other, _) => _ = fields.insert(Field::Other(other), value),
        }
    }
    fields
}

fn add_answer<'a>(fields: &mut IndexMap<Field<'a>, &'a Value>, answer: &'a str, members: &'a Map<String, Value>) {
    for (name, value) in members {
        let token = TOKENS.iter().find(|(token, _)| token == name);
        let (Some((token, target)), Value::Object(parts)) = (token, value) else {
            fields.insert(Field::Member { answer, name }, value);
            continue;
        };
        for (part, value) in parts {
            match (part.as_str(), value) {
                ("payload", Value::Object(claims)) => {
                    let claim = |name| Field::Claim { answer, target: *target, name };
                    fields.extend(claims.iter().map(|(name, value)| (claim(name.as_str()), value)));
                }
                ("header", Value::Object(members)) => {
                    fields.extend(members.iter().map(|(name, value)| (Field::Header { answer, token, name }, value)));
                }
                _ => _ = fields.insert(Field::Encryption { answer, token }, value),
            }
        }
    }
}
