//! `/_mock/redirect-uris`: registers a redirect URI for a client, until the next reset.

use axum::Json;
use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::control::ControlError;
use crate::control::error::parse;
use crate::routing::At;

const EXPECTED: &str = r#"{"client": client id, "redirect_uri": absolute URI}"#;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Registration {
    /// Client id.
    client: String,
    redirect_uri: String,
}

/// A client, and where it may send users.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct RegisteredUris {
    client: String,
    redirect_uris: Vec<String>,
}

/// Registers the URI, and returns all redirect URIs of the client.
pub(super) async fn add(At(address): At, body: Bytes) -> Result<Json<RegisteredUris>, ControlError> {
    let Registration { client, redirect_uri } = parse(&body, EXPECTED)?;
    let redirect_uris = address.org.change(|draft| {
        let changed = draft.change_client(&client, |app| {
            let known = &mut app.settings.oauth_client.redirect_uris;
            if !known.contains(&redirect_uri) {
                known.push(redirect_uri.clone());
            }
            Some(known.clone())
        });
        changed.ok_or_else(|| ControlError::bad_request(format!("no app has the client id {client:?}"), EXPECTED))
    })?;
    Ok(Json(RegisteredUris { client, redirect_uris }))
}
