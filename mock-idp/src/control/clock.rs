//! `/_mock/clock`: moves, stops and resets the org's clock.

use std::sync::Arc;

use axum::body::Bytes;
use axum::{Extension, Json};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::address::Address;
use crate::clock::ClockState;
use crate::control::ControlError;
use crate::control::error::parse;

const EXPECTED: &str = r#"at least one of {"reset": true}, {"set": "2026-01-31T12:00:00Z"}, {"advance": seconds}, {"freeze": true or false}"#;

/// What to do with the clock; several at once happen in this order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Turn {
    #[serde(default)]
    reset: bool,
    set: Option<String>,
    advance: Option<i64>,
    freeze: Option<bool>,
}

pub(super) async fn show(Extension(address): Extension<Arc<Address>>) -> Json<ClockState> {
    Json(address.org.clock.state())
}

pub(super) async fn turn(
    Extension(address): Extension<Arc<Address>>,
    body: Bytes,
) -> Result<Json<ClockState>, ControlError> {
    let turn: Turn = parse(&body, EXPECTED)?;
    if !turn.reset && turn.set.is_none() && turn.advance.is_none() && turn.freeze.is_none() {
        return Err(ControlError::bad_request("the body asks for nothing", EXPECTED));
    }
    let set = turn.set.as_deref().map(|text| {
        OffsetDateTime::parse(text, &Rfc3339)
            .map_err(|error| ControlError::bad_request(format!("{text:?} is not a time: {error}"), EXPECTED))
    });
    let set = set.transpose()?;

    let clock = &address.org.clock;
    if turn.reset {
        clock.reset();
    }
    if let Some(time) = set {
        clock.set(time.unix_timestamp());
    }
    if let Some(seconds) = turn.advance {
        clock.advance(seconds);
    }
    match turn.freeze {
        Some(true) => clock.freeze(),
        Some(false) => clock.run(),
        None => {}
    }
    Ok(Json(clock.state()))
}
