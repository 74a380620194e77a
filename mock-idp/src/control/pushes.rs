//! `/_mock/pushes`: push notifications that wait on the phones of users, and the users' answers.

use axum::Json;
use bytes::Bytes;
use http::StatusCode;
use mock_idp_core::ledger::PushNotification;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::address::Address;
use crate::control::ControlError;
use crate::control::error::parse;
use crate::control::names::user;
use crate::routing::At;

const EXPECTED: &str = r#"{"decision": "approve" or "deny"}, with "number" where the sign-in shows one, and to leave others waiting {"user": login or id} or {"id": one of GET /_mock/pushes}"#;

/// An answer to all notifications that match.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerRequest {
    decision: PushDecision,
    /// The number that the user chooses. Another one than the sign-in shows rejects it. Without it, it is the right one.
    number: Option<u8>,
    /// Only the notification with this id.
    id: Option<String>,
    /// Only notifications for this user: login or id.
    user: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
enum PushDecision {
    Approve,
    Deny,
}

/// A push notification.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct ShownPush {
    id: String,
    /// The login of the user.
    user: String,
    /// What the user signs in to.
    app: String,
    /// The numbers that the phone offers, if the user chooses one.
    numbers: Vec<u8>,
    /// The one that the sign-in shows.
    number: Option<u8>,
    /// Seconds.
    expires_in: i64,
    /// `WAITING`, `SUCCESS`, `REJECTED` or `TIMEOUT`.
    result: &'static str,
}

/// The notifications that were answered.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct AnsweredPushes {
    answered: Vec<ShownPush>,
}

pub(super) async fn list(At(address): At) -> Result<Json<Vec<ShownPush>>, ControlError> {
    let waiting = address.org.waiting_pushes().await?;
    Ok(Json(waiting.into_iter().map(|push| shown(&address, push)).collect()))
}

pub(super) async fn answer(At(address): At, body: Bytes) -> Result<Json<AnsweredPushes>, ControlError> {
    let AnswerRequest { decision, number, id, user: name } = parse(&body, EXPECTED)?;
    let org = address.org.org();
    let user_id = name.map(|name| user(&org, &name, "login or id").map(|user| user.id.clone())).transpose()?;
    let mut answered = Vec::new();
    // Each has a number of its own.
    for waiting in address.org.waiting_pushes().await? {
        if id.as_ref().is_some_and(|id| *id != waiting.id) || user_id.as_ref().is_some_and(|id| *id != waiting.user_id)
        {
            continue;
        }
        let number = number.or(waiting.challenge.as_ref().map(|challenge| challenge.correct));
        let matches = |push: &PushNotification| push.id == waiting.id;
        answered.extend(address.org.answer_pushes(decision == PushDecision::Approve, number, matches).await?);
    }
    if answered.is_empty() {
        let waiting = list(At(address)).await?.0;
        return Err(ControlError::new(StatusCode::NOT_FOUND, "no waiting notification matches", json!(waiting)));
    }
    Ok(Json(AnsweredPushes { answered: answered.into_iter().map(|push| shown(&address, push)).collect() }))
}

fn shown(address: &Address, push: PushNotification) -> ShownPush {
    let now = address.org.clock.now();
    let (result, org) = (push.result(now).name(), address.org.org());
    ShownPush {
        user: org.user(&push.user_id).map_or(push.user_id, |user| user.profile.login.clone()),
        id: push.id,
        app: push.app,
        numbers: push.challenge.as_ref().map(|challenge| challenge.offered.to_vec()).unwrap_or_default(),
        number: push.challenge.map(|challenge| challenge.correct),
        expires_in: push.expires - now,
        result,
    }
}
