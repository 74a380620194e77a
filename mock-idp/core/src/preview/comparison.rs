//! What two outcomes of the same question have different: claim by claim, scopes, errors.

use indexmap::IndexSet;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Asks, EndpointTokens, Granted, Outcome};

/// One thing that is different.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Changed {
    /// `outcome`, `error`, `token.scope`, `token.access_token.claim_name`, …
    pub what: String,
    /// Null: it was not there.
    pub before: Value,
    pub after: Value,
}

/// An outcome as flat names and values.
fn comparable(outcome: &Outcome) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| _ = fields.insert(name.to_owned(), value);
    match outcome {
        Outcome::Granted(granted) => {
            put("outcome", "granted".into());
            put_granted(granted, &mut fields);
        }
        Outcome::Asks(Asks::SignIn) => put("outcome", "asks to sign in".into()),
        Outcome::Asks(Asks::Consent { scopes }) => {
            put("outcome", "asks for consent".into());
            put("consent", json!(scopes));
        }
        Outcome::Refused(refused) => {
            put("outcome", "refused".into());
            put("error", format!("{}: {}", refused.error, refused.error_description).into());
            put("shown", json!(refused.shown));
        }
    }
    fields
}

fn put_granted(granted: &Granted, fields: &mut Map<String, Value>) {
    for (place, answer) in [("authorize", &granted.authorize), ("token", &granted.token)] {
        let Some(answer) = answer else { continue };
        let EndpointTokens { token_type, scope, expires_in, access_token, id_token, refresh_token } = answer;
        fields.insert(format!("{place}.token_type"), (*token_type).into());
        fields.insert(format!("{place}.scope"), scope.as_str().into());
        fields.insert(format!("{place}.expires_in"), (*expires_in).into());
        fields.extend(refresh_token.as_ref().map(|token| (format!("{place}.refresh_token"), json!(token))));
        for (kind, token) in [("access_token", access_token), ("id_token", id_token)] {
            let encrypted = token.as_ref().and_then(|token| token.encrypted.as_ref());
            fields.extend(encrypted.map(|how| (format!("encryption of {place}.{kind}"), how.words().into())));
            for (claim, value) in token.iter().flat_map(|token| &token.payload).filter(|(claim, _)| !is_random(claim)) {
                fields.insert(format!("{place}.{kind}.{claim}"), value.clone());
            }
        }
    }
    for (claim, value) in granted.userinfo.iter().flatten() {
        fields.insert(format!("userinfo.{claim}"), value.clone());
    }
}

/// Claims whose values are random, or hashes of such values.
fn is_random(claim: &str) -> bool {
    matches!(claim, "jti" | "sid" | "at_hash" | "c_hash")
}

/// What is different; when one is refused and the other not, only that and the error.
#[must_use]
pub fn compare(before: &Outcome, after: &Outcome) -> Vec<Changed> {
    let (before, after) = (comparable(before), comparable(after));
    let names: IndexSet<&String> = before.keys().chain(after.keys()).collect();
    let same_kind = before.get("outcome") == after.get("outcome");
    let mut changes = Vec::new();
    for name in names {
        let (was, is) = (before.get(name), after.get(name));
        let telling = same_kind || matches!(name.as_str(), "outcome" | "error" | "consent") || name.ends_with(".scope");
        if was != is && telling {
            let value = |value: Option<&Value>| value.cloned().unwrap_or(Value::Null);
            changes.push(Changed { what: name.clone(), before: value(was), after: value(is) });
        }
    }
    changes
}
