//! What a client got, in the form of a snapshot.

use serde_json::{Map, Value, json};

use super::super::context::ScenarioContext;
use super::super::stopped::Stopped;
use super::requests::{GrantedAnswers, Reached, userinfo};
use crate::issuer_target::Server;
use crate::wire::jwt::{Jwt, left_half_hash};

/// A result before its volatile values are replaced, and what these are checked with.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) result: Map<String, Value>,
    pub(super) user_id: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) hashes: Vec<(&'static str, String)>,
}

/// The result, with what the userinfo endpoint adds to it.
pub(super) async fn found(
    context: &ScenarioContext,
    server: &Server,
    reached: Reached,
    scopes: &str,
) -> Result<Found, Stopped> {
    let mut found = Found::default();
    let mut put = |name: &str, value: Value| _ = found.result.insert(name.to_owned(), value);
    let answers = match reached {
        Reached::Refused { shown, error, description } => {
            put("outcome", "refused".into());
            put("refusal", json!({"shown": shown, "error": error, "error_description": description}));
            return Ok(found);
        }
        Reached::Granted(answers) => answers,
    };
    put("outcome", "granted".into());
    for (name, answer) in [("authorize", &answers.authorize), ("token", &answers.token)] {
        if let Some(answer) = answer {
            put(name, decoded(answer));
        }
    }
    let access_token = answers.access_token();
    let openid = granted_scopes(&answers).unwrap_or(scopes).split(' ').any(|scope| scope == "openid");
    if let Some(token) = access_token.filter(|_| openid)
        && let Some(claims) = userinfo(context, server, token).await?
    {
        put("userinfo", claims);
    }
    found.user_id = user_id(&found.result);
    found.hashes.extend(access_token.map(|token| ("at_hash", left_half_hash(token))));
    found.hashes.extend(answers.code.as_deref().map(|code| ("c_hash", left_half_hash(code))));
    found.nonce = answers.nonce;
    Ok(found)
}

fn granted_scopes(answers: &GrantedAnswers) -> Option<&str> {
    [&answers.token, &answers.authorize].into_iter().flatten().find_map(|answer| answer.get("scope")?.as_str())
}

/// The members that snapshots have, with decoded tokens.
fn decoded(answer: &Map<String, Value>) -> Value {
    let mut members = Map::new();
    for name in ["token_type", "scope", "expires_in"] {
        members.extend(answer.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    for name in ["access_token", "id_token"] {
        let Some(raw) = answer.get(name).and_then(Value::as_str) else { continue };
        let token = match Jwt::parse(raw) {
            Ok(token) => json!({"header": token.header, "payload": token.claims}),
            Err(_) => json!("[not a JWT]"),
        };
        members.insert(name.to_owned(), token);
    }
    if answer.contains_key("refresh_token") {
        members.insert("refresh_token".to_owned(), json!({}));
    }
    members.into()
}

/// The user's id: Okta has it in the access token as `uid`, OpenID Connect in the ID token as `sub`.
fn user_id(result: &Map<String, Value>) -> Option<String> {
    let places = ["/access_token/payload/uid", "/id_token/payload/sub"];
    let answers = || ["token", "authorize"].into_iter().filter_map(|name| result.get(name));
    let found = places.into_iter().find_map(|place| answers().find_map(|answer| answer.pointer(place)?.as_str()));
    found.map(str::to_owned)
}
