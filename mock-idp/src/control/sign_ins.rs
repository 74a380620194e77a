//! `/_mock/sign-ins`: the users who sign in next without a page.

use axum::Json;
use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::control::ControlError;
use crate::control::error::parse;
use crate::control::names::{client, user};
use crate::engine::NextSignIn;
use crate::routing::At;

const EXPECTED: &str = r#"{"users": [login or id, ...], "client"?: client id or label}"#;

/// The most users of one request.
const MAX_USERS: usize = 1_000;

/// Users who sign in one after the other.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NextSignIns {
    /// Logins or ids, the next one first. A user who signs in several times is listed several times.
    users: Vec<String>,
    /// Only where this client sends them: its id or label.
    client: Option<String>,
}

/// A sign-in that is waiting.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct WaitingSignIn {
    /// Login.
    user: String,
    client_id: Option<String>,
}

/// How many were removed.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct RemovedSignIns {
    removed: usize,
}

pub(super) async fn list(At(address): At) -> Json<Vec<WaitingSignIn>> {
    Json(waiting(&address))
}

/// Adds users, and returns all that are waiting.
pub(super) async fn add(At(address): At, body: Bytes) -> Result<Json<Vec<WaitingSignIn>>, ControlError> {
    let NextSignIns { users, client: only } = parse(&body, EXPECTED)?;
    if users.is_empty() || users.len() > MAX_USERS {
        return Err(ControlError::bad_request(format!("users: 1 to {MAX_USERS} are possible"), EXPECTED));
    }
    let org = address.org.org();
    let only = only.as_deref().map(|name| client(&org, name, EXPECTED)).transpose()?;
    let next = |name: &String| {
        let user_id = user(&org, name, EXPECTED)?.id.clone();
        Ok(NextSignIn { user_id, client_id: only.map(|app| app.client_id().to_owned()) })
    };
    if !address.org.sign_in_queue.add(users.iter().map(next).collect::<Result<_, ControlError>>()?) {
        let expected = "DELETE /_mock/sign-ins removes those that are waiting";
        return Err(ControlError::bad_request("users: too many sign-ins are waiting", expected));
    }
    Ok(Json(waiting(&address)))
}

pub(super) async fn clear(At(address): At) -> Json<RemovedSignIns> {
    Json(RemovedSignIns { removed: address.org.sign_in_queue.clear() })
}

fn waiting(address: &Address) -> Vec<WaitingSignIn> {
    let org = address.org.org();
    let shown = |next: NextSignIn| WaitingSignIn {
        user: org.user(&next.user_id).map_or(next.user_id, |user| user.profile.login.clone()),
        client_id: next.client_id,
    };
    address.org.sign_in_queue.list().into_iter().map(shown).collect()
}
