//! A client of the mock's control API: clock, faults, keys, reset.

use clap::ValueEnum as _;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::kind::Behavior;
use crate::wire::{Body, Http, Request, WireError};

/// The description of a running mock.
#[derive(Clone, Debug)]
pub struct About {
    /// Name and version.
    pub software: String,
    pub behavior: Option<Behavior>,
}

/// The clock of a mock.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ClockState {
    /// The time, RFC 3339.
    pub now: String,
    /// Seconds from the real time.
    pub offset: i64,
    /// Whether the clock is stopped.
    pub frozen: bool,
}

/// What a run may change in a mock that others use too: its clock and its faults.
#[derive(Clone, Debug, Default)]
pub struct FoundState {
    pub clock: ClockState,
    pub faults: Vec<Value>,
}

impl FoundState {
    /// What is not as at the start of a mock, one line each.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.clock.frozen {
            notes.push(format!("the mock's clock is stopped at {}", self.clock.now));
        } else if self.clock.offset != 0 {
            notes.push(format!("the mock's clock differs by {} seconds from the real time", self.clock.offset));
        }
        for fault in &self.faults {
            let name = fault.get("name").and_then(Value::as_str).unwrap_or("?");
            let members = fault.as_object().into_iter().flatten().filter(|(member, _)| *member != "name");
            let members: Vec<String> = members.map(|(member, value)| format!("{member} {value}")).collect();
            let details = if members.is_empty() { String::new() } else { format!(" ({})", members.join(", ")) };
            notes.push(format!("the mock has the fault {name} on{details}"));
        }
        notes
    }
}

/// A client of `/_mock`.
#[derive(Clone, Debug)]
pub struct Control {
    base: Url,
    http: Http,
}

impl Control {
    /// The control API of the org at `base`.
    #[must_use]
    pub const fn new(base: Url, http: Http) -> Self {
        Self { base, http }
    }

    /// Name, version and behavior of the issuer.
    ///
    /// # Errors
    /// When there is no control API.
    pub async fn about(&self) -> Result<About, WireError> {
        let info: Value = self.http.get(&self.address("info")?).await?.json("the mock's name and version")?;
        let member = |name: &str| info.get(name).and_then(Value::as_str);
        match (member("name"), member("version")) {
            (Some(name), Some(version)) => Ok(About {
                software: format!("{name} {version}"),
                behavior: member("behavior").and_then(|word| Behavior::from_str(word, false).ok()),
            }),
            _ => Err(WireError::Unreadable {
                url: self.base.to_string(),
                wanted: "the mock's name and version",
                reason: "no name and version".to_owned(),
            }),
        }
    }

    /// Advances the issuer's clock.
    ///
    /// # Errors
    /// When the control API answers with an error.
    pub async fn advance(&self, seconds: i64) -> Result<(), WireError> {
        self.post("clock", json!({ "advance": seconds })).await
    }

    /// The clock and the faults as they are.
    ///
    /// # Errors
    /// When the control API answers with an error.
    pub async fn state(&self) -> Result<FoundState, WireError> {
        let clock = self.http.get(&self.address("clock")?).await?.json("the mock's clock")?;
        Ok(FoundState { clock, faults: self.faults().await? })
    }

    /// Sets the clock and the faults as they were found.
    ///
    /// # Errors
    /// When the control API answers with an error.
    pub async fn restore(&self, found: &FoundState) -> Result<(), WireError> {
        let ClockState { now, offset, frozen } = &found.clock;
        let clock = match (frozen, offset) {
            (true, _) => json!({ "reset": true, "set": now, "freeze": true }),
            (false, 0) => json!({ "reset": true, "freeze": false }),
            (false, offset) => json!({ "reset": true, "advance": offset, "freeze": false }),
        };
        self.post("clock", clock).await?;
        if self.faults().await? == found.faults {
            return Ok(());
        }
        self.send(reqwest::Method::DELETE, "faults", json!({})).await?;
        for fault in &found.faults {
            self.post("faults", fault.clone()).await?;
        }
        Ok(())
    }

    async fn faults(&self) -> Result<Vec<Value>, WireError> {
        self.http.get(&self.address("faults")?).await?.json("the mock's faults")
    }

    /// Switches a fault on. A transport fault affects only paths below `path`.
    ///
    /// # Errors
    /// When the control API answers with an error.
    pub async fn fault(&self, name: &str, path: Option<&str>) -> Result<(), WireError> {
        let mut fault = json!({ "name": name });
        if let Some(path) = path {
            fault["path"] = json!(path);
        }
        self.post("faults", fault).await
    }

    /// Approves or denies the pending backchannel authentication request in place of the user.
    ///
    /// # Errors
    /// When the control API answers with an error.
    pub async fn decide(&self, approve: bool) -> Result<(), WireError> {
        self.post("ciba", json!({ "decision": if approve { "approve" } else { "deny" } })).await
    }

    /// Rotates the main server's signing keys.
    ///
    /// # Errors
    /// When the control API answers with an error.
    pub async fn rotate_keys(&self) -> Result<(), WireError> {
        self.post("keys/rotate", json!({})).await
    }

    /// Makes the org as it was at the start.
    ///
    /// # Errors
    /// When the control API answers with an error.
    pub async fn reset(&self) -> Result<(), WireError> {
        self.post("reset", json!({})).await
    }

    /// Revokes what a user has allowed a client.
    ///
    /// # Errors
    /// When the control API answers with an error.
    pub async fn revoke_consents(&self, login: &str, client_id: &str) -> Result<(), WireError> {
        self.send(reqwest::Method::DELETE, "consents", json!({ "user": login, "client": client_id })).await
    }

    async fn post(&self, what: &str, body: Value) -> Result<(), WireError> {
        self.send(reqwest::Method::POST, what, body).await
    }

    async fn send(&self, method: reqwest::Method, what: &str, body: Value) -> Result<(), WireError> {
        let call = Request::new(method, self.address(what)?, Body::Json(body));
        let reply = self.http.send(call).await?;
        if (200..300).contains(&reply.status) {
            return Ok(());
        }
        Err(WireError::Unreadable {
            url: reply.url.to_string(),
            wanted: "a success of the control API",
            reason: format!("status {}: {}", reply.status, reply.body),
        })
    }

    fn address(&self, what: &str) -> Result<Url, WireError> {
        Ok(Url::parse(&format!("{}/_mock/{what}", self.base.as_str().trim_end_matches('/')))?)
    }
}
