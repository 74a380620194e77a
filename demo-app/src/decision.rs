//! Why the issuer decided as it did. Only our own mock records that: its journal keeps the notes of every decision. Any
//! other issuer is asked once whether it is that mock, and then left alone.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How many entries of the journal are searched for the sign-in behind a token.
const ENTRIES_SEARCHED: usize = 200;

/// How many of them are read in full: a sign-in takes a handful of requests.
const ENTRIES_READ: usize = 6;

/// Asks the mock's journal.
#[derive(Debug)]
pub(crate) struct Decisions {
    http: reqwest::Client,
    base: String,
    is_mock: tokio::sync::OnceCell<bool>,
}

/// One note of a decision.
#[derive(Clone, Debug, Deserialize, Serialize)]
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

    /// Whether it says how an access policy or one of its rules was judged.
    fn is_about_policy(&self) -> bool {
        self.subject.starts_with("policy ")
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

/// What asking for scopes would come to.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub(crate) struct Forecast {
    pub(crate) granted: bool,
    /// For a refusal the issuer's words, and the smallest change that would grant it.
    pub(crate) because: String,
}

/// A sign-in that has not been tried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ForecastRequest<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) user_id: &'a str,
    pub(crate) issuer: &'a str,
    pub(crate) scopes: &'a str,
}

impl Decisions {
    pub(crate) fn new(http: reqwest::Client, base: &str) -> Self {
        Self { http, base: base.to_owned(), is_mock: tokio::sync::OnceCell::new() }
    }

    /// The notes on the request that gave the tokens, after those on the sign-in where the policies decided.
    pub(crate) async fn on(&self, request_id: Option<String>) -> Decision {
        if !self.available().await {
            return Decision::unavailable(
                request_id,
                "Not available: only the mock issuer records why it decides. A real Okta org shows the policy and rule in its own System Log.",
            );
        }
        let Some(id) = request_id else {
            return Decision::unavailable(None, "The issuer's answer carried no x-okta-request-id to look it up by.");
        };
        let Some(entry) = self.entry(&id).await else {
            return Decision::unavailable(Some(id), "The mock's journal no longer holds this request.");
        };
        let mut notes = notes_of(&entry);
        if !notes.iter().any(Note::is_about_policy) {
            let mut earlier = self.policy_notes_before(&entry).await;
            earlier.append(&mut notes);
            notes = earlier;
        }
        Decision { available: true, because: None, request_id: Some(id), notes }
    }

    /// The notes on the newest refusal of this client, for the page that a refused person sees. Nothing when the
    /// issuer is not our mock.
    pub(crate) async fn on_refusal(&self, client_id: &str) -> Vec<Note> {
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

    /// What a sign-in would come to. Nothing when the issuer is not our mock.
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
        let told = self.get(&format!("{}/_mock/explain?{query}", self.base)).await?;
        forecast_of(&told)
    }

    /// The policies decide before the code is issued: in the newest sign-in request of that client and person.
    async fn policy_notes_before(&self, token_entry: &Value) -> Vec<Note> {
        let same = |entry: &&Value, name: &str| entry.get(name) == token_entry.get(name);
        let listed = self.list().await;
        let candidates = listed
            .iter()
            .skip_while(|entry| !same(entry, "request_id"))
            .filter(|entry| is_sign_in(entry) && same(entry, "client") && same(entry, "user"))
            .take(ENTRIES_READ);
        for candidate in candidates {
            let notes = self.full(candidate).await.map(|entry| notes_of(&entry)).unwrap_or_default();
            if notes.iter().any(Note::is_about_policy) {
                return notes;
            }
        }
        Vec::new()
    }

    async fn list(&self) -> Vec<Value> {
        let listed = self.get(&format!("{}/_mock/requests?limit={ENTRIES_SEARCHED}", self.base)).await;
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
        let answer = self.http.get(url).send().await.ok()?;
        if !answer.status().is_success() {
            return None;
        }
        answer.json().await.ok()
    }
}

fn forecast_of(told: &Value) -> Option<Forecast> {
    Some(match text(told, "outcome")? {
        "granted" => Forecast { granted: true, because: "the access policy grants it".to_owned() },
        "asks" => Forecast { granted: true, because: "once the user has agreed".to_owned() },
        _ => {
            let refused = format!("{}: {}", text(told, "error")?, text(told, "error_description")?);
            let remedy = told.pointer("/what_would_it_take/0/words").and_then(Value::as_str);
            let remedy = remedy.map(|words| format!(" It would take this: {words}.")).unwrap_or_default();
            Forecast { granted: false, because: format!("{refused}{remedy}") }
        }
    })
}

fn notes_of(entry: &Value) -> Vec<Note> {
    let listed = entry.get("notes").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    listed.iter().filter_map(|note| serde_json::from_value(note.clone()).ok()).collect()
}

fn text<'a>(entry: &'a Value, name: &str) -> Option<&'a str> {
    entry.get(name).and_then(Value::as_str)
}

/// The requests in which the mock decides on an authorization: the first one, or a step of its sign-in pages.
fn is_sign_in(entry: &Value) -> bool {
    text(entry, "path").is_some_and(|path| path.ends_with("/authorize") || path.contains("/signin/"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_forecast_tells_the_refusal_and_its_remedy() {
        let refused = json!({
            "outcome": "refused", "error": "access_denied", "error_description": "Policy evaluation failed.",
            "what_would_it_take": [{"words": "add Ben to the group Admins"}],
        });
        let because = "access_denied: Policy evaluation failed. It would take this: add Ben to the group Admins.";
        assert_eq!(forecast_of(&refused), Some(Forecast { granted: false, because: because.to_owned() }));
        assert!(forecast_of(&json!({"outcome": "granted"})).is_some_and(|forecast| forecast.granted));
        assert!(forecast_of(&json!({"outcome": "asks"})).is_some_and(|forecast| forecast.granted));
        assert_eq!(forecast_of(&json!({"error": "no client is named \"x\""})), None);
    }
}
