//! Reads the mock's journal and explain API.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::note::Note;
use super::preview::{Forecast, ForecastRequest};
use crate::control_api::ControlApi;

/// Journal entries that are searched for the sign-in behind a token.
const MAX_ENTRIES_LISTED: usize = 200;

/// Entries of them that are read in full: a sign-in takes a few requests.
const MAX_ENTRIES_READ: usize = 6;

/// What the mock knows about its decisions.
#[derive(Debug)]
pub(crate) struct Decisions {
    control: Arc<ControlApi>,
}

/// What is known about a decision.
#[derive(Debug, Serialize)]
pub(crate) struct Decision {
    pub(crate) available: bool,
    /// Why not, when it is not.
    pub(crate) because: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) notes: Vec<Note>,
    /// The page of the request in the mock's journal.
    pub(crate) journal: Option<String>,
}

/// A request that the mock refused.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Refusal {
    /// The internal reason, which is not sent to clients.
    pub(crate) reason: Option<String>,
    /// The smallest changes that would avoid it; one of them is enough.
    pub(crate) remedies: Vec<String>,
    pub(crate) notes: Vec<Note>,
    /// The page of the request in the mock's journal.
    pub(crate) journal: String,
}

impl Decision {
    fn unavailable(request_id: Option<String>, because: &str) -> Self {
        Self { available: false, because: Some(because.to_owned()), request_id, notes: Vec::new(), journal: None }
    }
}

impl Decisions {
    pub(crate) fn new(control: Arc<ControlApi>) -> Self {
        Self { control }
    }

    /// The notes on the request that returned the tokens, after those on the sign-in in which the policies decided.
    pub(crate) async fn for_request(&self, request_id: Option<String>) -> Decision {
        if !self.control.is_mock().await {
            return Decision::unavailable(
                request_id,
                "Not available: only the mock issuer records why it decides. A real Okta org shows the policy and rule in its System Log.",
            );
        }
        let Some(id) = request_id else {
            return Decision::unavailable(None, "The issuer's answer has no x-okta-request-id to look it up by.");
        };
        let Some(entry) = self.entry(&id).await else {
            return Decision::unavailable(
                Some(id),
                "The mock's journal does not have this request any more, or its control API is closed to this app.",
            );
        };
        let mut notes = notes_of(&entry);
        if !notes.iter().any(Note::is_about_policy) {
            let mut earlier = self.policy_notes_before(&entry).await;
            earlier.append(&mut notes);
            notes = earlier;
        }
        let journal = Some(self.journal_url(&id));
        Decision { available: true, because: None, request_id: Some(id), notes, journal }
    }

    /// The newest sign-in of this client, if it was refused. `None` when the issuer is not the mock.
    pub(crate) async fn refused_sign_in(&self, client_id: &str, issuer: &str, scopes: &str) -> Option<Refusal> {
        let listed = self.list().await;
        let newest = listed.iter().find(|entry| text(entry, "client") == Some(client_id) && is_sign_in(entry))?;
        let mut refusal = self.refused_request(text(newest, "request_id")?).await?;
        if let Some(user_id) = text(newest, "user") {
            let request = ForecastRequest { client_id, user_id, issuer, scopes };
            refusal.remedies = self.forecast(request).await.map(|forecast| forecast.remedies).unwrap_or_default();
        }
        Some(refusal)
    }

    /// A refused request. `None` when the issuer is not the mock, or did not refuse it.
    pub(crate) async fn refused_request(&self, request_id: &str) -> Option<Refusal> {
        let entry = self.entry(request_id).await?;
        let reason = Some(text(&entry, "reason")?.to_owned());
        Some(Refusal { reason, remedies: Vec::new(), notes: notes_of(&entry), journal: self.journal_url(request_id) })
    }

    /// The page of a request in the mock's journal.
    pub(crate) async fn journal_page(&self, request_id: &str) -> Option<String> {
        self.entry(request_id).await.map(|_| self.journal_url(request_id))
    }

    fn journal_url(&self, request_id: &str) -> String {
        self.control.address(&format!("console/requests/{request_id}"))
    }

    /// What a sign-in would result in. `None` when the issuer is not the mock.
    pub(crate) async fn forecast(&self, request: ForecastRequest<'_>) -> Option<Forecast> {
        let server = request.issuer.rsplit_once("/oauth2/").map_or("org", |(_, server)| server);
        let query = [
            ("client", request.client_id),
            ("user", request.user_id),
            ("grant", "authorization_code"),
            ("server", server),
            ("scope", request.scopes),
        ];
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let preview = self.control.get(&format!("explain?{query}")).await?;
        Forecast::from_preview(&preview)
    }

    /// The policies decide before the code is issued: in the newest sign-in request of the same client and user.
    async fn policy_notes_before(&self, token_entry: &Value) -> Vec<Note> {
        let same = |entry: &&Value, name: &str| entry.get(name) == token_entry.get(name);
        let listed = self.list().await;
        let candidates = listed
            .iter()
            .skip_while(|entry| !same(entry, "request_id"))
            .filter(|entry| is_sign_in(entry) && same(entry, "client") && same(entry, "user"))
            .take(MAX_ENTRIES_READ);
        for candidate in candidates {
            let notes = self.full(candidate).await.map(|entry| notes_of(&entry)).unwrap_or_default();
            if notes.iter().any(Note::is_about_policy) {
                return notes;
            }
        }
        Vec::new()
    }

    async fn list(&self) -> Vec<Value> {
        let listed = self.control.get(&format!("requests?limit={MAX_ENTRIES_LISTED}")).await;
        listed.and_then(|list| list.as_array().cloned()).unwrap_or_default()
    }

    async fn full(&self, entry: &Value) -> Option<Value> {
        self.entry(text(entry, "request_id")?).await
    }

    async fn entry(&self, id: &str) -> Option<Value> {
        self.control.get(&format!("requests/{id}")).await
    }
}

fn notes_of(entry: &Value) -> Vec<Note> {
    let listed = entry.get("notes").and_then(Value::as_array).into_iter().flatten();
    listed.filter_map(Note::from_journal).collect()
}

fn text<'a>(entry: &'a Value, name: &str) -> Option<&'a str> {
    entry.get(name).and_then(Value::as_str)
}

/// The requests in which the mock decides on an authorization: the first one, or a step of its sign-in pages.
fn is_sign_in(entry: &Value) -> bool {
    text(entry, "path").is_some_and(|path| path.ends_with("/authorize") || path.contains("/signin/"))
}
