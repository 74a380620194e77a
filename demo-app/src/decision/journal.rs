//! Reads the mock's journal and explain API.

use serde::Serialize;
use serde_json::Value;

use super::forecast::{Forecast, ForecastRequest};
use super::note::Note;

/// Journal entries that are searched for the sign-in behind a token.
const MAX_ENTRIES_LISTED: usize = 200;

/// Entries of them that are read in full: a sign-in takes a few requests.
const MAX_ENTRIES_READ: usize = 6;

/// A client of the mock's control API.
#[derive(Debug)]
pub(crate) struct Decisions {
    http: reqwest::Client,
    base: String,
    is_mock: tokio::sync::OnceCell<bool>,
}

/// What is known about a decision.
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
    pub(crate) fn new(http: reqwest::Client, base: &str) -> Self {
        Self { http, base: base.to_owned(), is_mock: tokio::sync::OnceCell::new() }
    }

    /// The notes on the request that returned the tokens, after those on the sign-in in which the policies decided.
    pub(crate) async fn for_request(&self, request_id: Option<String>) -> Decision {
        if !self.available().await {
            return Decision::unavailable(
                request_id,
                "Not available: only the mock issuer records why it decides. A real Okta org shows the policy and rule in its System Log.",
            );
        }
        let Some(id) = request_id else {
            return Decision::unavailable(None, "The issuer's answer has no x-okta-request-id to look it up by.");
        };
        let Some(entry) = self.entry(&id).await else {
            return Decision::unavailable(Some(id), "This request is no longer in the mock's journal.");
        };
        let mut notes = notes_of(&entry);
        if !notes.iter().any(Note::is_about_policy) {
            let mut earlier = self.policy_notes_before(&entry).await;
            earlier.append(&mut notes);
            notes = earlier;
        }
        Decision { available: true, because: None, request_id: Some(id), notes }
    }

    /// The notes on the newest refused sign-in of this client, for the error page. Empty when the issuer is not the mock.
    pub(crate) async fn for_refused_sign_in(&self, client_id: &str) -> Vec<Note> {
        if !self.available().await {
            return Vec::new();
        }
        let newest =
            self.list().await.into_iter().find(|entry| text(entry, "client") == Some(client_id) && is_sign_in(entry));
        match newest.filter(|entry| text(entry, "reason").is_some()) {
            Some(entry) => self.full(&entry).await.map(|entry| notes_of(&entry)).unwrap_or_default(),
            None => Vec::new(),
        }
    }

    /// What a sign-in would result in. `None` when the issuer is not the mock.
    pub(crate) async fn forecast(&self, request: ForecastRequest<'_>) -> Option<Forecast> {
        if !self.available().await {
            return None;
        }
        let server = request.issuer.rsplit_once("/oauth2/").map_or("org", |(_, server)| server);
        let query = [
            ("client", request.client_id),
            ("user", request.user_id),
            ("grant", "authorization_code"),
            ("server", server),
            ("scope", request.scopes),
        ];
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let preview = self.get(&format!("{}/_mock/explain?{query}", self.base)).await?;
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
        let listed = self.get(&format!("{}/_mock/requests?limit={MAX_ENTRIES_LISTED}", self.base)).await;
        listed.and_then(|list| list.as_array().cloned()).unwrap_or_default()
    }

    async fn full(&self, entry: &Value) -> Option<Value> {
        self.entry(text(entry, "request_id")?).await
    }

    async fn entry(&self, id: &str) -> Option<Value> {
        self.get(&format!("{}/_mock/requests/{id}", self.base)).await
    }

    async fn available(&self) -> bool {
        *self.is_mock.get_or_init(|| self.probe()).await
    }

    async fn probe(&self) -> bool {
        let info = self.get(&format!("{}/_mock/info", self.base)).await;
        info.is_some_and(|info| info.get("issuer").is_some() && info.get("org").is_some())
    }

    async fn get(&self, url: &str) -> Option<Value> {
        let response = self.http.get(url).send().await.ok()?;
        if !response.status().is_success() {
            return None;
        }
        response.json().await.ok()
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
