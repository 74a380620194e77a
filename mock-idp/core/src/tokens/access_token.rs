//! The payload of an access token. Okta: the two families order and fill it differently.

use serde_json::{Map, Value, json};

use super::spec::TokenSpec;

/// The payload, custom claims last.
pub(super) fn payload(spec: &TokenSpec<'_>, jti: &str, now: i64, custom: Map<String, Value>) -> Map<String, Value> {
    let issuer = spec.urls.issuer(spec.server);
    let client_id = spec.subject.client.client_id();
    // Okta: `sub` is the user name the app knows, or the client's own id.
    let sub = spec.subject_name();
    let mut claims = Map::new();
    let mut put = |name: &str, value: Value| _ = claims.insert(name.to_owned(), value);
    put("ver", 1.into());
    put("jti", jti.into());
    put("iss", issuer.as_str().into());
    let resource = spec.delegated.and_then(|delegated| delegated.audience.as_deref());
    put("aud", resource.or(spec.server.audience.as_deref()).unwrap_or(&issuer).into());
    if spec.server.is_org() {
        put("sub", sub.as_str().into());
    }
    put("iat", now.into());
    put("exp", (now + spec.access_token_lifetime()).into());
    // Okta: right behind exp.
    if let Some(thumbprint) = spec.bound_to {
        put("cnf", json!({"jkt": thumbprint}));
    }
    if let Some(acr) = spec.acr {
        put("acr", acr.into());
    }
    put("cid", client_id.into());
    if let Some(user) = spec.subject.user {
        put("uid", user.id.as_str().into());
    }
    put("scp", json!(spec.scopes));
    if let Some(authentication) = spec.subject.authentication {
        put("auth_time", authentication.auth_time.into());
    }
    if !spec.server.is_org() {
        put("sub", sub.into());
    }
    if let Some(delegated) = spec.delegated {
        if let Some(actor) = &delegated.actor {
            put("act", actor.clone());
        }
        if let Some(profile) = &delegated.sub_profile {
            put("sub_profile", profile.as_str().into());
        }
    }
    claims.extend(custom);
    claims
}

/// The header. Okta: a type of its own on the org server, none on a custom one.
pub(super) fn header(spec: &TokenSpec<'_>) -> Map<String, Value> {
    let mut header = Map::new();
    header.insert("kid".to_owned(), Value::Null);
    if spec.server.is_org() {
        header.insert("typ".to_owned(), "application/okta-internal-at+jwt".into());
    }
    header.insert("alg".to_owned(), "RS256".into());
    header
}
