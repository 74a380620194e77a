//! The claim matrix (`fixtures/claims/matrix.toml`): user × client × grant × scopes, with a reviewed snapshot each.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::claims::{SNAPSHOT_TAG, judge, shown};
use super::context::ScenarioContext;
use super::definition::{RequiredDriver, Scenario};
use super::needs::Need;
use super::stopped::Stopped;
use super::table::{Grant, TableError};
use super::token_flow::with_assertion;
use crate::check::authorization::ARRIVES;
use crate::check::token::STATUS;
use crate::flow;
use crate::issuer_target::fixtures::Fixtures;
use crate::issuer_target::{AccountName, Applicability, Behavior, ClientName, Endpoint, ServerKind, TargetNames};
use crate::nearest::did_you_mean;
use crate::wire::error::{OAuthError, summary};
use crate::wire::jwt::{Jwt, left_half_hash};
use crate::wire::token::TokenReply;

/// The path of the matrix in the fixtures.
const DOCUMENT: &str = "claims/matrix.toml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    target: Option<TargetNames>,
    behavior: Option<Behavior>,
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
    /// Who signs in. A client that gets a token for itself has no user.
    #[serde(default)]
    users: Vec<AccountName>,
    scopes: Vec<String>,
}

impl Block {
    /// What is wrong with the block.
    fn problem(&self) -> Option<&'static str> {
        let machine = self.grant == Grant::ClientCredentials;
        match (self.users.is_empty(), machine) {
            (false, true) => Some("client_credentials has no users"),
            (true, false) => Some("users is empty: a user has to sign in"),
            _ if self.clients.is_empty() => Some("clients is empty"),
            _ if self.scopes.is_empty() => Some("scopes is empty"),
            _ => None,
        }
    }
}

/// One field of the matrix.
#[derive(Clone, Debug)]
pub(super) struct Field {
    id: String,
    server: ServerKind,
    grant: Grant,
    client: ClientName,
    user: Option<AccountName>,
    scopes: String,
}

pub(super) fn scenarios(fixtures: &Fixtures) -> Result<Vec<Scenario>, TableError> {
    let wrong = |reason: String| TableError::new(DOCUMENT, reason);
    let Some(text) = fixtures.read(DOCUMENT).map_err(|error| wrong(error.to_string()))? else {
        return Ok(Vec::new());
    };
    let (applicability, fields) = fields(&text).map_err(wrong)?;
    Ok(fields.into_iter().map(|field| field.scenario(&applicability)).collect())
}

fn fields(text: &str) -> Result<(Applicability, Vec<Field>), String> {
    let File { target, behavior, scopes, block } = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut fields: Vec<Field> = Vec::new();
    for (index, block) in block.iter().enumerate() {
        if let Some(problem) = block.problem() {
            return Err(format!("block {}: {problem}", index + 1));
        }
        let users: Vec<Option<AccountName>> =
            if block.users.is_empty() { vec![None] } else { block.users.iter().copied().map(Some).collect() };
        for (client, user) in block.clients.iter().flat_map(|client| users.iter().map(move |user| (*client, *user))) {
            for name in &block.scopes {
                let Some(asked) = scopes.get(name) else {
                    let suggestion = did_you_mean(name, scopes.keys().map(String::as_str));
                    return Err(format!("block {}: there is no set of scopes {name:?}{suggestion}", index + 1));
                };
                let flow = match block.grant {
                    Grant::AuthorizationCode => "code",
                    Grant::Implicit => "implicit",
                    Grant::ClientCredentials => "client-credentials",
                };
                let words = [Some("matrix"), Some(block.server.word()), Some(flow), Some(client.word())];
                let words = words.into_iter().chain([user.map(AccountName::word), Some(name.as_str())]).flatten();
                let id = words.collect::<Vec<_>>().join(".");
                if fields.iter().any(|field| field.id == id) {
                    return Err(format!("block {}: {id} is in the matrix twice", index + 1));
                }
                let (server, grant, scopes) = (block.server, block.grant, asked.clone());
                fields.push(Field { id, server, grant, client, user, scopes });
            }
        }
    }
    if fields.is_empty() {
        Err("no block: the matrix has no case".to_owned())
    } else {
        Ok((Applicability { target, behavior }, fields))
    }
}

impl Field {
    fn scenario(self, applicability: &Applicability) -> Scenario {
        let who = self.user.map_or_else(|| format!("the {} client", self.client), |user| format!("user {user}"));
        let with = if self.user.is_some() { format!(" with the {} client", self.client) } else { String::new() };
        let title = format!("The tokens equal the reviewed snapshot when {who} requests {}{with}", self.scopes);
        let mut needs = vec![Need::Server(self.server), Need::Client(self.client)];
        needs.extend(self.user.map(Need::Account));
        let driver = if self.user.is_some() { RequiredDriver::Http } else { RequiredDriver::None };
        Scenario::from_data(self.id.clone(), title, self, |field, context| Box::pin(field.run(context)))
            .tags(&[SNAPSHOT_TAG, "matrix"])
            .cites(&["Okta: access token claims", "Okta: ID token claims"])
            .needs(&needs)
            .of_table(DOCUMENT, applicability)
            .driver(driver)
    }

    /// Gets the tokens and compares them with the snapshot.
    async fn run(&self, context: &ScenarioContext) -> Result<(), Stopped> {
        let Some(user) = self.user else { return self.run_machine(context).await };
        let actors = context.actors(self.server, self.client, user)?;
        let mut request = actors.authorization().request().scopes(&self.scopes);
        if self.grant == Grant::Implicit {
            request = request.with("response_type", "id_token token").without_pkce();
        }
        let journey = actors.authorization().send(&request).await?;
        // A sign-in that failed or an error page is no result of the org's rules and never becomes a snapshot.
        let Some(callback) = journey.callback() else {
            ARRIVES.holds(&context.recorder, false, "a response at the redirect URI", journey.summary());
            return Ok(());
        };
        if callback.get("error").is_some() {
            return judge(context, &self.id, &json!({ "refused": journey.summary() }), None, Vec::new());
        }
        let tokens = match callback.get("code") {
            Some(code) => {
                context.post(&actors.tokens().exchange_form(&request, code)?).await?.json("a token response")?
            }
            None => TokenReply::in_front(callback).ok_or(Stopped::CheckFailed)?,
        };
        self.compare(context, &tokens, request.get("nonce"))
    }

    /// Gets the token of the client itself.
    async fn run_machine(&self, context: &ScenarioContext) -> Result<(), Stopped> {
        let (server, client) = (context.server(self.server)?, context.client(self.client)?);
        let endpoint = context.endpoint(server, Endpoint::Token)?;
        let form = flow::client_credentials(endpoint, client, Some(&self.scopes));
        let reply = context.post(&with_assertion(context, form, client, endpoint.as_str())?).await?;
        match serde_json::from_str::<OAuthError>(&reply.body) {
            // A client that the server does not know is no result of the org's rules.
            Ok(refusal) if reply.status == 400 && refusal.error != "invalid_client" => {
                judge(context, &self.id, &json!({ "refused": summary(&reply) }), None, Vec::new())
            }
            _ if STATUS.holds(&context.recorder, reply.status == 200, "200", summary(&reply)) => {
                self.compare(context, &reply.json("a token response")?, None)
            }
            _ => Ok(()),
        }
    }

    fn compare(&self, context: &ScenarioContext, tokens: &TokenReply, nonce: Option<&str>) -> Result<(), Stopped> {
        let mut document = Map::new();
        let raw = [("access_token", Some(tokens.access_token.as_str())), ("id_token", tokens.id_token.as_deref())];
        for (name, raw) in raw {
            if let Some(token) = raw.and_then(|raw| Jwt::parse(raw).ok()) {
                document.insert(name.to_owned(), shown(&token));
            }
        }
        document.insert("scope".to_owned(), json!(tokens.scope));
        let hashes = vec![("at_hash", left_half_hash(&tokens.access_token))];
        judge(context, &self.id, &Value::Object(document), nonce, hashes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(block: &str) -> Result<Vec<String>, String> {
        let text = format!("[scopes]\nread = \"products:read\"\n[[block]]\nserver = \"custom\"\n{block}");
        Ok(fields(&text)?.1.into_iter().map(|field| field.id).collect())
    }

    #[test]
    fn a_client_that_gets_tokens_for_itself_is_a_case_without_a_user() {
        let block = "grant = \"client_credentials\"\nclients = [\"service\"]\nscopes = [\"read\"]";
        assert_eq!(ids(block).expect("cases"), ["matrix.custom.client-credentials.service.read"]);
    }

    #[test]
    fn a_block_without_cases_is_rejected_with_its_number() {
        let code = "grant = \"authorization_code\"\nclients = [\"web\"]\nscopes = [\"read\"]";
        assert_eq!(ids(code).expect_err("no users"), "block 1: users is empty: a user has to sign in");
        let no_clients = format!("{code}\nusers = [\"a\"]").replace("[\"web\"]", "[]");
        assert_eq!(ids(&no_clients).expect_err("no clients"), "block 1: clients is empty");
        let unknown = format!("{code}\nusers = [\"a\"]").replace("[\"read\"]", "[\"raed\"]");
        assert_eq!(
            ids(&unknown).expect_err("an unknown set"),
            "block 1: there is no set of scopes \"raed\"; did you mean \"read\"?"
        );
        let machine = format!("{code}\nusers = [\"a\"]").replace("authorization_code", "client_credentials");
        assert_eq!(ids(&machine).expect_err("a user"), "block 1: client_credentials has no users");
    }
}
