//! `/_mock/consents`: what users have allowed, and taking it back.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::RawQuery;
use axum::{Extension, Json};
use mock_idp_core::protocol::Parameters;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::address::Address;
use crate::control::ControlError;
use crate::control::error::parse;
use crate::engine::GivenConsent;

const EXPECTED: &str = r#"{"user": login or id, "client"?: client id, "server"?: "default", "org" or an id}"#;

/// Whose consents are taken back; all of them, or those of one client, one server, or both.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    user: String,
    client: Option<String>,
    server: Option<String>,
}

/// Those of the user that the query names.
pub(super) async fn list(
    Extension(address): Extension<Arc<Address>>,
    RawQuery(query): RawQuery,
) -> Result<Json<Vec<Value>>, ControlError> {
    let query = Parameters::parse(query.unwrap_or_default().as_bytes());
    let user = query.get("user").ok_or_else(|| ControlError::bad_request("the query names no user", "user=LOGIN"))?;
    let user_id = user_id(&address, user)?;
    Ok(Json(address.org.consents(&user_id).await.iter().map(told).collect()))
}

/// Takes back; what was taken.
pub(super) async fn revoke(
    Extension(address): Extension<Arc<Address>>,
    body: Bytes,
) -> Result<Json<Vec<Value>>, ControlError> {
    let Which { user, client, server } = parse(&body, EXPECTED)?;
    let user_id = user_id(&address, &user)?;
    let mut revoked = Vec::new();
    for consent in address.org.consents(&user_id).await {
        let fits = |wanted: &Option<String>, name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
        if fits(&client, &consent.client_id) && fits(&server, &consent.server) {
            address.org.revoke_consent(&consent).await;
            revoked.push(told(&consent));
        }
    }
    Ok(Json(revoked))
}

fn user_id(address: &Address, name: &str) -> Result<String, ControlError> {
    let org = address.org.org();
    let user = org.user(name).or_else(|| org.user_by_identifier(name));
    user.map(|user| user.id.clone()).ok_or_else(|| ControlError::bad_request(format!("no user is {name:?}"), EXPECTED))
}

fn told(consent: &GivenConsent) -> Value {
    json!({"client": consent.client_id, "server": consent.server, "scope": consent.scopes.join()})
}
