//! The claim matrix (`fixtures/claims/matrix.toml`): user × client × grant × scopes, with a reviewed snapshot each.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::claims::{judge, shown};
use super::context::ScenarioContext;
use super::definition::{RequiredDriver, Scenario};
use super::needs::Need;
use super::stopped::Stopped;
use super::table::{Grant, TableError};
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

/// A block stands for all combinations of its clients, users and scopes.
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
pub(super) struct Field {
    id: String,
    server: ServerKind,
    grant: Grant,
    client: ClientName,
    user: AccountName,
    scopes: String,
}

pub(super) fn scenarios(fixtures: &Fixtures) -> Result<Vec<Scenario>, TableError> {
    let text = fixtures.read("claims/matrix.toml").unwrap_or_default();
    let wrong = |reason: String| TableError::new("claims/matrix.toml", reason);
    let File { scopes, block } = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let mut scenarios = Vec::new();
    for Block { server, grant, clients, users, scopes: names } in &block {
        for (client, user) in clients.iter().flat_map(|client| users.iter().map(move |user| (*client, *user))) {
            for name in names {
                let asked = scopes.get(name).ok_or_else(|| wrong(format!("there is no set of scopes {name}")))?;
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
        let request = format!("user {} requests {} with the {} client", self.user, self.scopes, self.client);
        let needs =
            [Need::Okta, Need::Market, Need::Server(self.server), Need::Client(self.client), Need::Account(self.user)];
        let title = format!("The tokens have the claims of the reviewed snapshot when {request}");
        Scenario::from_data(self.id.clone(), title, self, |field, context| Box::pin(field.run(context)))
            .tags(&["claims", "matrix"])
            .cites(&["Okta: access token claims", "Okta: ID token claims"])
            .needs(&needs)
            .driver(RequiredDriver::Http)
    }

    /// Gets the tokens and compares them with the snapshot.
    async fn run(&self, context: &ScenarioContext) -> Result<(), Stopped> {
        let actors = context.actors(self.server, self.client, self.user)?;
        let mut request = actors.authorization().request().scopes(&self.scopes);
        if self.grant == Grant::Implicit {
            request = request.with("response_type", "id_token token").without_pkce();
        }
        let journey = actors.authorization().send(&request).await?;
        let Some(callback) = journey.callback().filter(|callback| callback.get("error").is_none()) else {
            judge(context, &self.id, &json!({ "refused": journey.summary() }), None, Vec::new());
            return Ok(());
        };
        let tokens = match callback.get("code") {
            Some(code) => {
                context.post(&actors.tokens().exchange_form(&request, code)?).await?.json("a token response")?
            }
            None => TokenReply::in_front(callback).ok_or(Stopped::CheckFailed)?,
        };
        self.compare(context, &tokens, request.get("nonce"));
        Ok(())
    }

    fn compare(&self, context: &ScenarioContext, tokens: &TokenReply, nonce: Option<&str>) {
        let mut document = Map::new();
        let raw = [("access_token", Some(tokens.access_token.as_str())), ("id_token", tokens.id_token.as_deref())];
        for (name, raw) in raw {
            if let Some(token) = raw.and_then(|raw| Jwt::parse(raw).ok()) {
                document.insert(name.to_owned(), shown(&token));
            }
        }
        document.insert("scope".to_owned(), json!(tokens.scope));
        let hashes = vec![("at_hash", left_half_hash(&tokens.access_token))];
        judge(context, &self.id, &Value::Object(document), nonce, hashes);
    }
}
