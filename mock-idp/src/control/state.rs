//! `/_mock/state`: saves, loads and compares the whole state of an org.

use axum::Json;
use http::StatusCode;
use mock_idp_core::protocol::Parameters;
use schemars::JsonSchema;
use serde::Serialize;

use crate::clock::ClockState;
use crate::control::ControlError;
use crate::control::error::parse;
use crate::control::handler::LargeBody;
use crate::control::state_difference::{Difference, differences};
use crate::engine::{LoadedClock, OrgState, StateError};
use crate::routing::{At, Query};

const EXPECTED: &str = "what GET /_mock/state has returned";

#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct LoadedState {
    loaded: bool,
    clock: ClockState,
}

#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct StateDifference {
    equal: bool,
    /// From the saved state to the current one.
    changes: Vec<Difference>,
}

/// The state, with all secrets.
pub(super) async fn save(At(address): At) -> Result<Json<OrgState>, ControlError> {
    Ok(Json(address.org.state().await?))
}

/// Replaces the state.
pub(super) async fn load(
    At(address): At,
    Query(query): Query,
    LargeBody(body): LargeBody,
) -> Result<Json<LoadedState>, ControlError> {
    let clock = loaded_clock(&query)?;
    let state: OrgState = parse(&body, EXPECTED)?;
    let overrides = address.orgs.sandboxes().overrides();
    address.org.load_state(state, clock, overrides).await?;
    Ok(Json(LoadedState { loaded: true, clock: address.org.clock.state() }))
}

/// Compares a saved state with the current one.
pub(super) async fn compare(
    At(address): At,
    LargeBody(body): LargeBody,
) -> Result<Json<StateDifference>, ControlError> {
    let saved: OrgState = parse(&body, EXPECTED)?;
    let current = address.org.state().await?;
    let unreadable = |error: serde_json::Error| ControlError::bad_request(error.to_string(), EXPECTED);
    let (saved, current) =
        (serde_json::to_value(saved).map_err(unreadable)?, serde_json::to_value(current).map_err(unreadable)?);
    let changes = differences(&saved, &current);
    Ok(Json(StateDifference { equal: changes.is_empty(), changes }))
}

fn loaded_clock(query: &Parameters) -> Result<LoadedClock, ControlError> {
    let mut given = query.iter();
    match (given.next(), given.next()) {
        (None, _) | (Some(("clock", "setting")), None) => Ok(LoadedClock::Setting),
        (Some(("clock", "saved")), None) => Ok(LoadedClock::SavedTime),
        _ => Err(ControlError::bad_request("the query has more than a valid clock", "clock=setting or clock=saved")),
    }
}

impl From<StateError> for ControlError {
    fn from(error: StateError) -> Self {
        match error {
            StateError::Store(error) => error.into(),
            other => Self::new(StatusCode::BAD_REQUEST, other.to_string(), EXPECTED),
        }
    }
}
