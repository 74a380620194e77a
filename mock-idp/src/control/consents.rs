//! `/_mock/consents`: lists and revokes the consents of users.

use axum::Json;
use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::control::ControlError;
use crate::control::error::parse;
use crate::control::names::user;
use crate::engine::{Consents, GivenConsent};
use crate::routing::{At, Query};

const EXPECTED: &str = r#"{"user": login or id, "client"?: client id, "server"?: "default", "org" or an id}"#;

/// Revokes consents of a user: all, or those for one client, one server, or both.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RevokeRequest {
    /// Login or id.
    user: String,
    /// Client id.
    client: Option<String>,
    /// `default`, `org`, or the id of an authorization server.
    server: Option<String>,
}

/// What a user has allowed a client at an authorization server.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename = "Consent")]
pub(super) struct ShownConsent {
    client: String,
    server: String,
    /// Scopes, with spaces between.
    scope: String,
}

/// The consents of the user in the query.
pub(super) async fn list(At(address): At, Query(query): Query) -> Result<Json<Vec<ShownConsent>>, ControlError> {
    let name =
        query.get("user").ok_or_else(|| ControlError::bad_request("the parameter `user` is missing", "user=LOGIN"))?;
    let user_id = user_id(&address, name)?;
    Ok(Json(Consents::new(&address.org).of_user(&user_id).await?.iter().map(shown).collect()))
}

/// Revokes consents, and returns them.
pub(super) async fn revoke(At(address): At, body: Bytes) -> Result<Json<Vec<ShownConsent>>, ControlError> {
    let RevokeRequest { user: name, client, server } = parse(&body, EXPECTED)?;
    let user_id = user_id(&address, &name)?;
    let mut revoked = Vec::new();
    for consent in Consents::new(&address.org).of_user(&user_id).await? {
        let fits = |wanted: &Option<String>, name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
        if fits(&client, &consent.client_id) && fits(&server, &consent.server) {
            Consents::new(&address.org).revoke(&consent).await?;
            revoked.push(shown(&consent));
        }
    }
    Ok(Json(revoked))
}

fn user_id(address: &Address, name: &str) -> Result<String, ControlError> {
    Ok(user(&address.org.org(), name, EXPECTED)?.id.clone())
}

fn shown(consent: &GivenConsent) -> ShownConsent {
    let GivenConsent { client_id, server, scopes, .. } = consent;
    ShownConsent { client: client_id.clone(), server: server.clone(), scope: scopes.join() }
}
