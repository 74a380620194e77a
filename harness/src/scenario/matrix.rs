//! The claim matrix (`fixtures/claims/matrix.toml`): person × client × grant × scopes, one reviewed snapshot each.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::claims::{judge, shown};
use super::rows::{Grant, RowError};
use super::stage::{Halt, Stage};
use super::{Front, Need, Scenario, Story};
use crate::issuer_target::fixtures::Fixtures;
use crate::issuer_target::{AccountName, ClientName, ServerKind};
use crate::wire::jwt::{Jwt, left_half_hash};
use crate::wire::token::TokenReply;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    scopes: BTreeMap<String, String>,
    block: Vec<Block>,
}

/// Everything of a block is combined with everything.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    server: ServerKind,
    grant: Grant,
    clients: Vec<ClientName>,
    users: Vec<AccountName>,
    scopes: Vec<String>,
}

/// One field of the matrix.
#[derive(Clone, Debug)]
pub struct Field {
    id: String,
    server: ServerKind,
    grant: Grant,
    client: ClientName,
    user: AccountName,
    scopes: String,
}

pub(super) fn scenarios(fixtures: &Fixtures) -> Result<Vec<Scenario>, RowError> {
    let text = fixtures.read("claims/matrix.toml").unwrap_or_default();
    let wrong = |reason: String| RowError::new("claims/matrix.toml", reason);
    let File { scopes, block } = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let mut scenarios = Vec::new();
    for Block { server, grant, clients, users, scopes: names } in &block {
        for (client, user) in clients.iter().flat_map(|client| users.iter().map(move |user| (*client, *user))) {
            for name in names {
                let asked = scopes.get(name).ok_or_else(|| wrong(format!("no set of scopes is called {name}")))?;
                let flow = if *grant == Grant::Implicit { "implicit" } else { "code" };
                let id = format!("matrix.{}.{flow}.{}.{}.{name}", server.word(), client.word(), user.word());
                let field = Field { id, server: *server, grant: *grant, client, user, scopes: asked.clone() };
                scenarios.push(field.scenario());
            }
        }
    }
    Ok(scenarios)
}

impl Field {
    fn scenario(self) -> Scenario {
        let ask = format!("{} asks with the {} client for {}", self.user.word(), self.client.word(), self.scopes);
        Scenario {
            id: Cow::Owned(self.id.clone()),
            title: Cow::Owned(format!("What the tokens say when {ask}")),
            tags: vec!["claims", "matrix"],
            citations: vec!["Okta: access token claims", "Okta: ID token claims"],
            steps: vec![Cow::Owned(ask), Cow::Borrowed("compare tokens or refusal with the reviewed snapshot")],
            needs: vec![
                Need::Okta,
                Need::Market,
                Need::Server(self.server),
                Need::Client(self.client),
                Need::Account(self.user),
            ],
            front: Front::Http,
            story: Story::Field(self),
        }
    }

    /// Gets the tokens and compares.
    pub(super) async fn tell(&self, stage: &Stage) -> Result<(), Halt> {
        let cast = stage.cast(self.server, self.client, self.user)?;
        let mut request = stage.request(&cast).scopes(&self.scopes);
        if self.grant == Grant::Implicit {
            request = request.with("response_type", "id_token token").without_pkce();
        }
        let journey = stage.authorize(&cast, &request).await?;
        let Some(callback) = journey.callback().filter(|callback| callback.get("error").is_none()) else {
            judge(stage, &self.id, &json!({ "refused": journey.summary() }), None, Vec::new());
            return Ok(());
        };
        let tokens = match callback.get("code") {
            Some(code) => stage.post(&stage.exchange_form(&cast, &request, code)?).await?.json("a token response")?,
            None => TokenReply::in_front(callback).ok_or(Halt::Failed)?,
        };
        self.compare(stage, &tokens, request.get("nonce"));
        Ok(())
    }

    fn compare(&self, stage: &Stage, tokens: &TokenReply, nonce: Option<&str>) {
        let mut document = Map::new();
        let raw = [("access_token", Some(tokens.access_token.as_str())), ("id_token", tokens.id_token.as_deref())];
        for (name, raw) in raw {
            if let Some(token) = raw.and_then(|raw| Jwt::parse(raw).ok()) {
                document.insert(name.to_owned(), shown(&token));
            }
        }
        document.insert("scope".to_owned(), json!(tokens.scope));
        let hashes = vec![("at_hash", left_half_hash(&tokens.access_token))];
        judge(stage, &self.id, &Value::Object(document), nonce, hashes);
    }
}
