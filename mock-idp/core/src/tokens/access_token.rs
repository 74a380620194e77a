//! The payload of an access token. Okta: the two families order and fill it differently.

use serde_json::{Map, Value, json};

use super::issue::Ticket;

/// The payload, custom claims last.
pub(super) fn payload(ticket: &Ticket<'_>, jti: &str, now: i64, custom: Map<String, Value>) -> Map<String, Value> {
    let issuer = ticket.urls.issuer(ticket.server);
    let client_id = ticket.subject.client.client_id();
    // Okta: `sub` is the user name the app knows, or the client's own id.
    let sub = ticket.subject_name();
    let mut claims = Map::new();
    let mut put = |name: &str, value: Value| _ = claims.insert(name.to_owned(), value);
    put("ver", 1.into());
    put("jti", jti.into());
    put("iss", issuer.as_str().into());
    let resource = ticket.on_behalf.and_then(|on_behalf| on_behalf.audience.as_deref());
    put("aud", resource.or(ticket.server.audience.as_deref()).unwrap_or(&issuer).into());
    if ticket.server.is_org() {
        put("sub", sub.as_str().into());
    }
    put("iat", now.into());
    put("exp", (now + ticket.access_token_lifetime()).into());
    // Okta: right behind exp.
    if let Some(thumbprint) = ticket.bound_to {
        put("cnf", json!({"jkt": thumbprint}));
    }
    if let Some(acr) = ticket.acr {
        put("acr", acr.into());
    }
    put("cid", client_id.into());
    if let Some(user) = ticket.subject.user {
        put("uid", user.id.as_str().into());
    }
    put("scp", json!(ticket.scopes));
    if let Some(authentication) = ticket.subject.authentication {
        put("auth_time", authentication.auth_time.into());
    }
    if !ticket.server.is_org() {
        put("sub", sub.into());
    }
    if let Some(on_behalf) = ticket.on_behalf {
        if let Some(act) = &on_behalf.act {
            put("act", act.clone());
        }
        if let Some(profile) = &on_behalf.sub_profile {
            put("sub_profile", profile.as_str().into());
        }
    }
    claims.extend(custom);
    claims
}

/// The header. Okta: a type of its own on the org server, none on a custom one.
pub(super) fn header(ticket: &Ticket<'_>) -> Map<String, Value> {
    let mut header = Map::new();
    header.insert("kid".to_owned(), Value::Null);
    if ticket.server.is_org() {
        header.insert("typ".to_owned(), "application/okta-internal-at+jwt".into());
    }
    header.insert("alg".to_owned(), "RS256".into());
    header
}
