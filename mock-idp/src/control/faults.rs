//! `/_mock/faults`: turns faults on and off.

use std::time::Duration;

use axum::Json;
use bytes::Bytes;
use mock_idp_core::text::nearest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::control::ControlError;
use crate::control::error::parse;
use crate::faults::{Fault, FaultKind, TransportFault};
use crate::routing::At;

const EXPECTED: &str = r#"{"name": fault name, "times"?: count, "client_id"?: for token faults, "path"?: prefix, for http faults, "delay_ms"?: for http.slow}"#;

/// Longest delay of `http.slow`.
const MAX_DELAY_MS: u64 = 600_000;

/// A fault in the JSON of the control API.
#[derive(Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Fault")]
pub(super) struct FaultBody {
    name: String,
    /// How many times it occurs; without it, until it is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    /// Only tokens of this client (faults of tokens).
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// Only paths with this prefix (faults of the transport).
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// How long http.slow delays the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    delay_ms: Option<u64>,
}

impl From<Fault> for FaultBody {
    fn from(fault: Fault) -> Self {
        let delay_ms = match fault.kind {
            FaultKind::Transport(TransportFault::Slow(delay)) => u64::try_from(delay.as_millis()).ok(),
            _ => None,
        };
        let name = fault.kind.name().to_owned();
        Self { name, times: fault.times, client_id: fault.client_id, path: fault.path, delay_ms }
    }
}

impl TryFrom<FaultBody> for Fault {
    type Error = ControlError;

    fn try_from(body: FaultBody) -> Result<Self, ControlError> {
        let refuse = |error: &str| Err(ControlError::bad_request(error, EXPECTED));
        let mut kind = FaultKind::named(&body.name).ok_or_else(|| unknown(&body.name))?;
        if body.times == Some(0) {
            return refuse("times is at least 1");
        }
        if body.client_id.is_some() && !matches!(kind, FaultKind::Token(_)) {
            return refuse("client_id is for token faults only; use path for http faults");
        }
        if body.path.is_some() && !matches!(kind, FaultKind::Transport(_)) {
            return refuse("path is for http faults only; use client_id for token faults");
        }
        if let Some(millis) = body.delay_ms {
            if millis > MAX_DELAY_MS {
                return refuse("delay_ms is at most 600000");
            }
            match &mut kind {
                FaultKind::Transport(TransportFault::Slow(delay)) => *delay = Duration::from_millis(millis),
                _ => return refuse("delay_ms belongs to http.slow"),
            }
        }
        Ok(Self { kind, times: body.times, client_id: body.client_id, path: body.path })
    }
}

fn unknown(name: &str) -> ControlError {
    let names: Vec<_> = FaultKind::names().collect();
    // A name without its first half is recognised too.
    let short = |known: &str| known.split_once('.').map_or(known, |(_, short)| short).to_owned();
    let shorts: Vec<String> = names.iter().map(|known| short(known)).collect();
    let by_short = nearest(name, shorts.iter().map(String::as_str));
    let by_short = by_short.and_then(|found| names.iter().copied().find(|known| short(known) == found));
    let error = match nearest(name, names.iter().copied()).or(by_short) {
        Some(known) => format!("no fault is named {name:?}; did you mean {known:?}?"),
        None => format!("no fault is named {name:?}"),
    };
    ControlError::bad_request(error, names)
}

pub(super) async fn list(At(address): At) -> Json<Vec<FaultBody>> {
    Json(address.org.faults.list().into_iter().map(FaultBody::from).collect())
}

pub(super) async fn add(At(address): At, body: Bytes) -> Result<Json<Vec<FaultBody>>, ControlError> {
    let fault: FaultBody = parse(&body, EXPECTED)?;
    address.org.faults.add(fault.try_into()?);
    Ok(list(At(address)).await)
}

pub(super) async fn clear(At(address): At) -> Json<Vec<FaultBody>> {
    address.org.faults.clear();
    list(At(address)).await
}
