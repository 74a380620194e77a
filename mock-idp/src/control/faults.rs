//! `/_mock/faults`: turns faults on and off.

use std::time::Duration;

use axum::Json;
use bytes::Bytes;
use mock_idp_core::org::Org;
use mock_idp_core::text::nearest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::control::ControlError;
use crate::control::error::parse;
use crate::control::names::user;
use crate::control::next_tokens::{is_next_token, too_many};
use crate::control::oauth_error;
use crate::faults::{Chance, Fault, FaultKind, TransportFault};
use crate::routing::At;

const EXPECTED: &str = r#"{"name": fault name, "times"?: count, "client_id"?: and "user"?: for faults of tokens and authorize.error, "path"?: prefix, for faults of http and keys, "delay_ms"?: for http.slow, "error" and "error_description"?: for http.oauth-error and authorize.error, "probability"?: 0 to 1, "seed"?: whole number}"#;

/// Longest delay of `http.slow`.
const MAX_DELAY_MS: u64 = 600_000;

/// A fault that is on or to be switched on; its name is one of those of `/_mock/faults`, for example `id_token.expired`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Fault")]
pub struct FaultSpec {
    pub(crate) name: String,
    /// How many times it occurs; without it, until it is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) times: Option<u32>,
    /// Only what is issued to this client (faults of tokens, authorize.error).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_id: Option<String>,
    /// Only what is issued for this user, by login or id (faults of tokens, authorize.error).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<String>,
    /// Only paths with this prefix (faults of the transport).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    /// How long http.slow delays the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delay_ms: Option<u64>,
    /// An error of Okta's catalogue, by its public name or its id (http.oauth-error, authorize.error).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// The public description, if not that of the catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error_description: Option<String>,
    /// In how many of the cases it occurs, from 0 to 1; in all without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) probability: Option<f64>,
    /// The same seed gives the same series of cases; random without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seed: Option<u64>,
}

fn shown(org: &Org, fault: Fault) -> FaultSpec {
    let delay_ms = match &fault.kind {
        FaultKind::Transport(TransportFault::Slow(delay)) => u64::try_from(delay.as_millis()).ok(),
        _ => None,
    };
    let error = match &fault.kind {
        FaultKind::Transport(TransportFault::OAuthError(error)) | FaultKind::AuthorizationError(error) => Some(error),
        _ => None,
    };
    FaultSpec {
        name: fault.kind.name().to_owned(),
        times: fault.times,
        client_id: fault.client_id,
        user: fault.user_id.map(|id| org.user(&id).map_or(id, |user| user.profile.login.clone())),
        path: fault.path,
        delay_ms,
        error: error.map(|error| error.error().to_owned()),
        error_description: error.map(|error| error.description()),
        probability: fault.chance.as_ref().map(|chance| chance.probability),
        seed: fault.chance.map(|chance| chance.seed),
    }
}

impl FaultSpec {
    fn into_fault(self, org: &Org) -> Result<Fault, ControlError> {
        let refuse = |error: &str| Err(ControlError::bad_request(error, EXPECTED));
        let kind = self.kind()?;
        let transport = matches!(kind, FaultKind::Transport(_));
        if self.times == Some(0) {
            return refuse("times is at least 1");
        }
        if transport && (self.client_id.is_some() || self.user.is_some()) {
            return refuse(
                "client_id and user are for token faults and authorize.error only; use path for faults of http and keys",
            );
        }
        if self.path.is_some() && !transport {
            return refuse("path is for faults of http and keys only; use client_id for token faults");
        }
        let user = self.user.as_deref().map(|name| user(org, name, EXPECTED)).transpose()?;
        Ok(Fault {
            times: self.times,
            user_id: user.map(|user| user.id.clone()),
            chance: self.chance()?,
            client_id: self.client_id,
            path: self.path,
            ..Fault::new(kind)
        })
    }

    fn kind(&self) -> Result<FaultKind, ControlError> {
        let refuse = |error: &str| Err(ControlError::bad_request(error, EXPECTED));
        let with_error = [FaultKind::HTTP_ERROR, FaultKind::AUTHORIZATION_ERROR].contains(&self.name.as_str());
        let error = match (&self.error, with_error) {
            (Some(name), true) => Some(Box::new(oauth_error::named(name, self.error_description.as_deref())?)),
            (None, true) => return refuse("error is missing"),
            (None, false) if self.error_description.is_none() => None,
            (_, false) => return refuse("error and error_description belong to http.oauth-error and authorize.error"),
        };
        let mut kind = match error {
            Some(error) if self.name == FaultKind::HTTP_ERROR => {
                FaultKind::Transport(TransportFault::OAuthError(error))
            }
            Some(error) => FaultKind::AuthorizationError(error),
            None => FaultKind::named(&self.name).ok_or_else(|| unknown(&self.name))?,
        };
        if let Some(millis) = self.delay_ms {
            if millis > MAX_DELAY_MS {
                return refuse("delay_ms is at most 600000");
            }
            match &mut kind {
                FaultKind::Transport(TransportFault::Slow(delay)) => *delay = Duration::from_millis(millis),
                _ => return refuse("delay_ms belongs to http.slow"),
            }
        }
        Ok(kind)
    }

    fn chance(&self) -> Result<Option<Chance>, ControlError> {
        match (self.probability, self.seed) {
            (Some(probability), _) if !(0.0..=1.0).contains(&probability) => {
                Err(ControlError::bad_request("probability is from 0 to 1", EXPECTED))
            }
            (None, Some(_)) => Err(ControlError::bad_request("seed belongs to probability", EXPECTED)),
            (None, None) => Ok(None),
            // Small enough for every JSON parser.
            (Some(probability), seed) => {
                let seed = seed.unwrap_or_else(|| u64::from(rand::random::<u32>()));
                Ok(Some(Chance { probability, seed, draws: 0 }))
            }
        }
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

pub(super) async fn list(At(address): At) -> Json<Vec<FaultSpec>> {
    let (org, faults) = (address.org.org(), address.org.faults.list());
    Json(faults.into_iter().filter(|fault| !is_next_token(fault)).map(|fault| shown(&org, fault)).collect())
}

pub(super) async fn add(At(address): At, body: Bytes) -> Result<Json<Vec<FaultSpec>>, ControlError> {
    let fault: FaultSpec = parse(&body, EXPECTED)?;
    let fault = fault.into_fault(&address.org.org())?;
    address.org.faults.add(fault).ok_or_else(too_many)?;
    Ok(list(At(address)).await)
}

pub(super) async fn clear(At(address): At) -> Json<Vec<FaultSpec>> {
    address.org.faults.remove(|fault| !is_next_token(fault));
    list(At(address)).await
}
