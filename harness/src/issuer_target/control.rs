//! The mock's control interface, as a stranger would use it: clock, faults, reset.

use clap::ValueEnum as _;
use serde_json::{Value, json};
use url::Url;

use super::Behavior;
use crate::wire::{Body, Call, Http, WireError};

/// What a mock says of itself.
#[derive(Clone, Debug)]
pub struct About {
    /// Name and version.
    pub software: String,
    pub behavior: Option<Behavior>,
}

/// A client of `/_mock`.
#[derive(Clone, Debug)]
pub struct Control {
    base: Url,
    http: Http,
}

impl Control {
    /// The control interface of the org at `base`.
    #[must_use]
    pub const fn new(base: Url, http: Http) -> Self {
        Self { base, http }
    }

    /// What the issuer says of itself: name and version, and how it behaves.
    ///
    /// # Errors
    /// When there is no control interface.
    pub async fn about(&self) -> Result<About, WireError> {
        let info: Value = self.http.get(&self.address("info")?).await?.json("the mock's description of itself")?;
        let member = |name: &str| info.get(name).and_then(Value::as_str);
        match (member("name"), member("version")) {
            (Some(name), Some(version)) => Ok(About {
                software: format!("{name} {version}"),
                behavior: member("behavior").and_then(|word| Behavior::from_str(word, false).ok()),
            }),
            _ => Err(WireError::Unreadable {
                url: self.base.to_string(),
                wanted: "the mock's description of itself",
                reason: "no name and version".to_owned(),
            }),
        }
    }

    /// Moves the issuer's clock on.
    ///
    /// # Errors
    /// When the issuer refuses.
    pub async fn advance(&self, seconds: i64) -> Result<(), WireError> {
        self.post("clock", json!({ "advance": seconds })).await
    }

    /// Sets the clock back to the real time.
    ///
    /// # Errors
    /// When the issuer refuses.
    pub async fn reset_clock(&self) -> Result<(), WireError> {
        self.post("clock", json!({ "reset": true })).await
    }

    /// Makes the issuer commit a fault, by name, until [`Control::reset`]; a fault of transport only below `path`.
    ///
    /// # Errors
    /// When the issuer refuses.
    pub async fn fault(&self, name: &str, path: Option<&str>) -> Result<(), WireError> {
        let mut fault = json!({ "name": name });
        if let Some(path) = path {
            fault["path"] = json!(path);
        }
        self.post("faults", fault).await
    }

    /// Gives the word that a person would give who is asked by the back channel.
    ///
    /// # Errors
    /// When the issuer refuses.
    pub async fn decide(&self, approve: bool) -> Result<(), WireError> {
        self.post("ciba", json!({ "decision": if approve { "approve" } else { "deny" } })).await
    }

    /// Rotates the main server's signing keys.
    ///
    /// # Errors
    /// When the issuer refuses.
    pub async fn rotate_keys(&self) -> Result<(), WireError> {
        self.post("keys/rotate", json!({})).await
    }

    /// Forgets sessions, tokens, faults and the moved clock.
    ///
    /// # Errors
    /// When the issuer refuses.
    pub async fn reset(&self) -> Result<(), WireError> {
        self.post("reset", json!({})).await
    }

    async fn post(&self, what: &str, body: Value) -> Result<(), WireError> {
        let call = Call::new(reqwest::Method::POST, self.address(what)?, Body::Json(body));
        let reply = self.http.send(call).await?;
        if (200..300).contains(&reply.status) {
            return Ok(());
        }
        Err(WireError::Unreadable {
            url: reply.url.to_string(),
            wanted: "a success of the control interface",
            reason: format!("status {}: {}", reply.status, reply.body),
        })
    }

    fn address(&self, what: &str) -> Result<Url, WireError> {
        Ok(Url::parse(&format!("{}/_mock/{what}", self.base.as_str().trim_end_matches('/')))?)
    }
}
