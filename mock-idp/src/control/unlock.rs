//! `/_mock/unlock`: unlocks the account of a user.

use axum::Json;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::control::ControlError;
use crate::control::error::parse;
use crate::control::user::user;
use crate::routing::At;

const EXPECTED: &str = r#"{"user": login or id}"#;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnlockRequest {
    user: String,
}

pub(super) async fn post(At(address): At, body: Bytes) -> Result<Json<Value>, ControlError> {
    let UnlockRequest { user: name } = parse(&body, EXPECTED)?;
    let org = address.org.org();
    let user = user(&org, &name, EXPECTED)?;
    let was_locked = address.org.unlock(user).await?;
    Ok(Json(json!({ "user": user.profile.login, "was_locked": was_locked })))
}
