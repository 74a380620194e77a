//! A client of the mock's control API: clock, faults, keys, reset.

use clap::ValueEnum as _;
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

    /// Sets the clock back to the real time.
    ///
    /// # Errors
    /// When the control API answers with an error.
    pub async fn reset_clock(&self) -> Result<(), WireError> {
        self.post("clock", json!({ "reset": true })).await
    }

    /// Switches a fault on until [`Control::reset`]. A transport fault affects only paths below `path`.
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

    /// Removes sessions, tokens, faults and the clock's offset.
    ///
    /// # Errors
    /// When the control API answers with an error.
    pub async fn reset(&self) -> Result<(), WireError> {
        self.post("reset", json!({})).await
    }

    async fn post(&self, what: &str, body: Value) -> Result<(), WireError> {
        let call = Request::new(reqwest::Method::POST, self.address(what)?, Body::Json(body));
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
