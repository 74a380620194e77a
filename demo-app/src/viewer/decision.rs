//! Why a token looks as it does. Only our own mock records that: its journal keeps the notes of every decision. Any
//! other issuer is asked once whether it is that mock, and then left alone.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Asks the mock's journal.
#[derive(Debug)]
pub(super) struct Decisions {
    http: reqwest::Client,
    base: String,
    is_mock: tokio::sync::OnceCell<bool>,
}

/// One note of a decision.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Note {
    pub(crate) verdict: String,
    pub(crate) subject: String,
    pub(crate) because: String,
}

impl Note {
    pub(crate) fn mark(&self) -> &'static str {
        match self.verdict.as_str() {
            "matched" | "added" => "✓",
            "refused" => "✗",
            _ => "–",
        }
    }

    pub(crate) fn class(&self) -> &'static str {
        match self.verdict.as_str() {
            "matched" | "added" => "ok",
            "refused" => "error",
            _ => "muted",
        }
    }

    pub(crate) fn word(&self) -> String {
        self.verdict.replace('_', " ")
    }
}

/// What is known about the decision.
#[derive(Debug, Serialize)]
pub(crate) struct Decision {
    pub(crate) available: bool,
    /// Why not, when it is not.
    pub(crate) because: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) notes: Vec<Note>,
}

impl Decision {
    fn unavailable(request_id: Option<String>, because: &str) -> Self {
        Self { available: false, because: Some(because.to_owned()), request_id, notes: Vec::new() }
    }
}

impl Decisions {
    pub(super) fn new(http: reqwest::Client, base: &str) -> Self {
        Self { http, base: base.to_owned(), is_mock: tokio::sync::OnceCell::new() }
    }

    /// The notes on the request that gave the tokens.
    pub(super) async fn on(&self, request_id: Option<String>) -> Decision {
        if !*self.is_mock.get_or_init(|| self.probe()).await {
            return Decision::unavailable(
                request_id,
                "Not available: only the mock issuer records why it decides. A real Okta org shows the policy and rule in its own System Log.",
            );
        }
        let Some(id) = request_id else {
            return Decision::unavailable(None, "The issuer's answer carried no x-okta-request-id to look it up by.");
        };
        match self.get(&format!("{}/_mock/requests/{id}", self.base)).await {
            Some(entry) => Decision { available: true, because: None, request_id: Some(id), notes: notes_of(&entry) },
            None => Decision::unavailable(Some(id), "The mock's journal no longer holds this request."),
        }
    }

    async fn probe(&self) -> bool {
        let info = self.get(&format!("{}/_mock/info", self.base)).await;
        info.is_some_and(|info| info.get("issuer").is_some() && info.get("org").is_some())
    }

    async fn get(&self, url: &str) -> Option<Value> {
        let answer = self.http.get(url).send().await.ok()?;
        if !answer.status().is_success() {
            return None;
        }
        answer.json().await.ok()
    }
}

fn notes_of(entry: &Value) -> Vec<Note> {
    let listed = entry.get("notes").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    listed.iter().filter_map(|note| serde_json::from_value(note.clone()).ok()).collect()
}
