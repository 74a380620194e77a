//! `/_mock/clock`: moves, freezes and resets the org's clock.

use axum::Json;
use bytes::Bytes;
use schemars::JsonSchema;
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::clock::{Clock, ClockState};
use crate::control::ControlError;
use crate::control::error::parse;
use crate::routing::At;

const EXPECTED: &str = r#"at least one of {"reset": true}, {"set": "2026-01-31T12:00:00Z"}, {"advance": seconds}, {"freeze": true or false}, {"step": seconds, 0 to end it}"#;

/// The most seconds of a step: ten years.
const MAX_STEP: i64 = 10 * 366 * 86_400;

/// Changes of the clock, applied in this order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClockChange {
    /// Back to the real time, running.
    #[serde(default)]
    reset: bool,
    /// To this time, RFC 3339.
    set: Option<String>,
    /// Forward by so many seconds; backward if negative.
    advance: Option<i64>,
    /// Stops the clock, or starts it again.
    freeze: Option<bool>,
    /// Each request moves the clock by so many seconds before it is answered; 0 ends it.
    step: Option<i64>,
}

pub(super) async fn show(At(address): At) -> Json<ClockState> {
    Json(address.org.clock.state())
}

pub(super) async fn change(At(address): At, body: Bytes) -> Result<Json<ClockState>, ControlError> {
    let change: ClockChange = parse(&body, EXPECTED)?;
    if !change.reset
        && change.set.is_none()
        && change.advance.is_none()
        && change.freeze.is_none()
        && change.step.is_none()
    {
        return Err(ControlError::bad_request("the body changes nothing", EXPECTED));
    }
    if change.step.is_some_and(|seconds| !(0..=MAX_STEP).contains(&seconds)) {
        return Err(ControlError::bad_request(format!("step: is 0 to {MAX_STEP} seconds"), EXPECTED));
    }
    let set = change.set.as_deref().map(|text| {
        OffsetDateTime::parse(text, &Rfc3339)
            .map_err(|error| ControlError::bad_request(format!("{text:?} is not a time: {error}"), EXPECTED))
    });
    let set = set.transpose()?;

    let apply = |clock: &Clock| {
        if change.reset {
            clock.reset();
        }
        if let Some(time) = set {
            clock.set(time.unix_timestamp());
        }
        if let Some(seconds) = change.advance {
            clock.advance(seconds);
        }
        match change.freeze {
            Some(true) => clock.freeze(),
            Some(false) => clock.run(),
            None => {}
        }
        if let Some(seconds) = change.step {
            clock.set_step(seconds);
        }
    };
    Ok(Json(address.org.change_clock(apply).await?))
}
