//! `/_mock/unlock`: unlocks the account of a user.

use axum::Json;
use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::control::ControlError;
use crate::control::error::parse;
use crate::control::names::user;
use crate::routing::At;

const EXPECTED: &str = r#"{"user": login or id}"#;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UnlockRequest {
    /// Login or id.
    user: String,
}

#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct UnlockResult {
    /// The user's login.
    user: String,
    was_locked: bool,
}

pub(super) async fn post(At(address): At, body: Bytes) -> Result<Json<UnlockResult>, ControlError> {
    let UnlockRequest { user: name } = parse(&body, EXPECTED)?;
    let org = address.org.org();
    let user = user(&org, &name, EXPECTED)?;
    let was_locked = address.org.unlock(user).await?;
    Ok(Json(UnlockResult { user: user.profile.login.clone(), was_locked }))
}
