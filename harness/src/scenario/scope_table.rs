//! Scope checks as data (`fixtures/scopes/*.toml`): which scopes a grant returns, and which endpoints of the resource
//! server a token may call. Every row is a scenario.

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use super::actors::Actors;
use super::context::ScenarioContext;
use super::definition::{RequiredDriver, Scenario};
use super::needs::Need;
use super::stopped::Stopped;
use super::table::{Grant, TableError};
use crate::check::api::{API_CHALLENGE, API_STATUS, GRANTED, LIFETIME, REFUSED_CODE, REFUSED_WHERE};
use crate::flow;
use crate::issuer_target::fixtures::Fixtures;
use crate::issuer_target::market::BUYER;
use crate::issuer_target::{AccountName, Applicability, Behavior, ClientName, Endpoint, ServerKind, TargetNames};
use crate::wire::error::{OAuthError, summary};
use crate::wire::jwt::Jwt;
use crate::wire::token::TokenReply;
use crate::wire::{Body, Request};

/// Where an error arrives.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Where {
    Redirect,
    Body,
}

/// What a row expects.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum ExpectedOutcome {
    Granted {
        /// The granted scopes, in order.
        granted: String,
        /// The access token's lifetime in seconds.
        lifetime: Option<i64>,
    },
    Refused {
        error: String,
        #[serde(rename = "where")]
        place: Where,
        /// The status, if the error is in the body.
        status: Option<u16>,
    },
}

/// user × client × grant × scopes → what is granted, or why not.
#[derive(Clone, Debug, Deserialize)]
pub struct TokenRow {
    pub id: String,
    /// The rule that decides, in words.
    pub why: String,
    pub user: Option<AccountName>,
    pub client: ClientName,
    pub grant: Grant,
    #[serde(default = "custom")]
    pub server: ServerKind,
    pub scopes: String,
    #[serde(flatten)]
    pub outcome: ExpectedOutcome,
}

const fn custom() -> ServerKind {
    ServerKind::Custom
}

/// The token that an API row presents.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bearer {
    /// None at all.
    None,
    /// A random text.
    Garbage,
    /// The ID token of a sign-in instead of the access token.
    IdToken { user: AccountName, client: ClientName, scopes: String },
    /// An access token of the org server.
    OrgToken { user: AccountName, client: ClientName, scopes: String },
    /// An access token of a user.
    Person { user: AccountName, client: ClientName, scopes: String },
    /// An access token of a service.
    Machine { client: ClientName, scopes: String },
}

/// endpoint × token → status.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiRow {
    pub id: String,
    pub why: String,
    pub method: String,
    /// `{uid}` is the token's user id.
    pub path: String,
    pub body: Option<Value>,
    pub bearer: Bearer,
    pub status: u16,
    /// The error in the challenge.
    pub error: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    target: Option<TargetNames>,
    behavior: Option<Behavior>,
    #[serde(default)]
    token: Vec<TokenRow>,
    #[serde(default)]
    api: Vec<ApiRow>,
}

/// The rows of one table.
#[derive(Debug)]
pub struct Rows {
    /// The path of the table in the fixtures.
    pub document: String,
    pub applicability: Applicability,
    pub token: Vec<TokenRow>,
    pub api: Vec<ApiRow>,
}

impl Rows {
    /// Reads every table.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn read(fixtures: &Fixtures) -> Result<Vec<Self>, TableError> {
        let names = fixtures.names("scopes", ".toml").map_err(|error| TableError::new("scopes", error.to_string()))?;
        let read = |name: &String| {
            let document = format!("scopes/{name}.toml");
            let wrong = |reason: String| TableError::new(&document, reason);
            let text = fixtures.read(&document).map_err(|error| wrong(error.to_string()))?.unwrap_or_default();
            let File { target, behavior, token, api } = Self::parse(&text).map_err(wrong)?;
            let applicability = Applicability { target, behavior };
            Ok(Self { document, applicability, token, api })
        };
        names.iter().map(read).collect()
    }

    fn parse(text: &str) -> Result<File, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        if file.token.is_empty() && file.api.is_empty() {
            return Err("no [[token]] and no [[api]]: the table has no row".to_owned());
        }
        for row in &file.token {
            let needs_user = row.grant != Grant::ClientCredentials;
            if needs_user != row.user.is_some() {
                return Err(format!("token row {}: a user belongs to every grant but client_credentials", row.id));
            }
        }
        Ok(file)
    }
}

pub(super) fn scenarios(fixtures: &Fixtures) -> Result<Vec<Scenario>, TableError> {
    let tables = Rows::read(fixtures)?;
    let token = tables.iter().flat_map(|table| table.token.iter().map(move |row| row.scenario(table)));
    let api = tables.iter().flat_map(|table| table.api.iter().map(move |row| row.scenario(table)));
    Ok(token.chain(api).collect())
}

impl TokenRow {
    fn scenario(&self, table: &Rows) -> Scenario {
        let mut needs = vec![Need::Server(self.server), Need::Client(self.client)];
        needs.extend(self.user.map(Need::Account));
        let driver = if self.user.is_some() { RequiredDriver::Any } else { RequiredDriver::None };
        let (id, title) = (format!("scopes.{}", self.id), self.why.clone());
        Scenario::from_data(id, title, self.clone(), |row, context| Box::pin(row.run(context)))
            .tags(&["scopes"])
            .cites(&["Okta: access policies", "RFC 6749 3.3"])
            .of_table(table.document.clone(), &table.applicability)
            .needs(&needs)
            .driver(driver)
    }

    /// Runs the row.
    async fn run(&self, context: &ScenarioContext) -> Result<(), Stopped> {
        match self.grant {
            Grant::ClientCredentials => self.ask_token_endpoint(context).await,
            Grant::AuthorizationCode | Grant::Implicit => self.ask_in_front(context).await,
        }
    }

    async fn ask_token_endpoint(&self, context: &ScenarioContext) -> Result<(), Stopped> {
        let (server, client) = (context.server(self.server)?, context.client(self.client)?);
        let form = flow::client_credentials(context.endpoint(server, Endpoint::Token)?, client, Some(&self.scopes));
        let reply = context.post(&form).await?;
        if let ExpectedOutcome::Refused { error, place, status } = &self.outcome {
            REFUSED_WHERE.holds(&context.recorder, *place == Where::Body, "in the body", summary(&reply));
            let came = serde_json::from_str::<OAuthError>(&reply.body).map(|body| body.error).unwrap_or_default();
            let right = came == *error && status.is_none_or(|status| status == reply.status);
            let expected = status.map_or_else(|| error.clone(), |status| format!("{status} {error}"));
            REFUSED_CODE.holds(&context.recorder, right, expected, summary(&reply));
            return Ok(());
        }
        if reply.status == 200 {
            self.judge_grant(context, &reply.json("a token response")?);
        } else {
            GRANTED.holds(&context.recorder, false, self.expected(), summary(&reply));
        }
        Ok(())
    }

    async fn ask_in_front(&self, context: &ScenarioContext) -> Result<(), Stopped> {
        let actors = context.actors(self.server, self.client, self.user.unwrap_or(BUYER))?;
        let mut request = actors.authorization().request().scopes(&self.scopes);
        if self.grant == Grant::Implicit {
            request = request.with("response_type", "id_token token").without_pkce();
        }
        let journey = actors.authorization().send(&request).await?;
        let callback = journey.callback();
        let error = callback.and_then(|callback| callback.get("error"));
        if let ExpectedOutcome::Refused { error: expected, place, .. } = &self.outcome {
            let redirected = callback.is_some();
            REFUSED_WHERE.holds(
                &context.recorder,
                redirected == (*place == Where::Redirect),
                "at the redirect URI",
                journey.summary(),
            );
            REFUSED_CODE.holds(&context.recorder, error == Some(expected), expected, journey.summary());
            return Ok(());
        }
        let Some(callback) = callback.filter(|_| error.is_none()) else {
            GRANTED.holds(&context.recorder, false, self.expected(), journey.summary());
            return Ok(());
        };
        let tokens = match (self.grant, callback.get("code"), callback.get("access_token")) {
            (Grant::AuthorizationCode, Some(code), _) => {
                let reply = context.post(&actors.tokens().exchange_form(&request, code)?).await?;
                reply.json("a token response")?
            }
            (Grant::Implicit, _, Some(access_token)) => TokenReply {
                token_type: "Bearer".to_owned(),
                expires_in: callback.get("expires_in").and_then(|seconds| seconds.parse().ok()),
                access_token: access_token.to_owned(),
                scope: callback.get("scope").map(str::to_owned),
                refresh_token: None,
                id_token: None,
            },
            _ => {
                GRANTED.holds(&context.recorder, false, self.expected(), journey.summary());
                return Ok(());
            }
        };
        self.judge_grant(context, &tokens);
        Ok(())
    }

    fn judge_grant(&self, context: &ScenarioContext, tokens: &TokenReply) {
        let ExpectedOutcome::Granted { granted, lifetime } = &self.outcome else { return };
        let token = Jwt::parse(&tokens.access_token).ok();
        let scopes = token.as_ref().and_then(|token| token.claims.get("scp")).and_then(Value::as_array);
        let scopes = scopes.map(|scopes| scopes.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "));
        GRANTED.equals(&context.recorder, granted, scopes.as_deref());
        if let Some(lifetime) = lifetime {
            let lived = token.and_then(|token| Some(token.number("exp")? - token.number("iat")?)).unwrap_or_default();
            LIFETIME.holds(&context.recorder, lived == *lifetime, lifetime, lived);
        }
    }

    fn expected(&self) -> String {
        match &self.outcome {
            ExpectedOutcome::Granted { granted, .. } => granted.clone(),
            ExpectedOutcome::Refused { error, .. } => error.clone(),
        }
    }
}

impl Bearer {
    /// The client and the user whose token it is.
    const fn names(&self) -> (Option<ClientName>, Option<AccountName>) {
        match self {
            Self::None | Self::Garbage => (None, None),
            Self::Machine { client, .. } => (Some(*client), None),
            Self::IdToken { user, client, .. }
            | Self::OrgToken { user, client, .. }
            | Self::Person { user, client, .. } => (Some(*client), Some(*user)),
        }
    }
}

impl ApiRow {
    fn scenario(&self, table: &Rows) -> Scenario {
        let (client, user) = self.bearer.names();
        let needs = client.map(Need::Client).into_iter().chain(user.map(Need::Account));
        let needs: Vec<Need> = [Need::ResourceServer].into_iter().chain(needs).collect();
        let (id, title) = (format!("api.{}", self.id), self.why.clone());
        Scenario::from_data(id, title, self.clone(), |row, context| Box::pin(row.run(context)))
            .tags(&["api", "scopes"])
            .cites(&["RFC 6750 3.1", "Okta: protect your API endpoints"])
            .of_table(table.document.clone(), &table.applicability)
            .needs(&needs)
            .driver(RequiredDriver::Http)
    }

    /// Runs the row.
    async fn run(&self, context: &ScenarioContext) -> Result<(), Stopped> {
        let api = context.resource_server()?;
        let token = self.token(context).await?;
        let user_id = token.as_deref().and_then(|raw| Jwt::parse(raw).ok());
        let user_id = user_id.as_ref().and_then(|token| token.text("uid")).unwrap_or("00unobody0000000005d7");
        let address = api.join(&self.path.replace("{uid}", user_id))?;
        context.step(format!("{} {}", self.method, address.path()));
        let method =
            Method::from_bytes(self.method.as_bytes()).map_err(|error| Stopped::HarnessError(error.to_string()))?;
        let body = self.body.clone().map_or(Body::None, Body::Json);
        let mut call = Request::new(method, address, body).header("accept", "application/json")?;
        if let Some(token) = &token {
            call = call.bearer(token)?;
        }
        let reply = context.send(call).await?;
        API_STATUS.holds(&context.recorder, reply.status == self.status, self.status, summary(&reply));
        if let Some(error) = &self.error {
            let challenge = reply.header("www-authenticate").unwrap_or_default();
            let named = challenge.contains(&format!("error=\"{error}\""));
            API_CHALLENGE.holds(&context.recorder, named, format!("error=\"{error}\""), challenge);
        }
        Ok(())
    }

    async fn token(&self, context: &ScenarioContext) -> Result<Option<String>, Stopped> {
        let (server, user, client, scopes) = match &self.bearer {
            Bearer::None => return Ok(None),
            Bearer::Garbage => return Ok(Some(flow::random_text(32))),
            Bearer::Machine { client, scopes } => {
                let endpoint = context.server_endpoint(ServerKind::Custom, Endpoint::Token)?;
                let form = flow::client_credentials(endpoint, context.client(*client)?, Some(scopes));
                let reply: TokenReply = context.post(&form).await?.json("a token response")?;
                return Ok(Some(reply.access_token));
            }
            Bearer::OrgToken { user, client, scopes } => (ServerKind::Org, user, client, scopes),
            Bearer::Person { user, client, scopes } | Bearer::IdToken { user, client, scopes } => {
                (ServerKind::Custom, user, client, scopes)
            }
        };
        let actors = context.actors(server, *client, *user)?;
        let reply = self.sign_in(context, &actors, scopes).await?;
        match self.bearer {
            Bearer::IdToken { .. } => Ok(reply.id_token),
            _ => Ok(Some(reply.access_token)),
        }
    }

    async fn sign_in(
        &self,
        context: &ScenarioContext,
        actors: &Actors<'_>,
        scopes: &str,
    ) -> Result<TokenReply, Stopped> {
        let request = actors.authorization().request().scopes(scopes);
        let code = actors.authorization().code(&request).await?;
        Ok(context.post(&actors.tokens().exchange_form(&request, &code)?).await?.json("a token response")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_is_granted_or_what_is_refused() {
        let file = Rows::parse(
            "[[token]]\nid='a'\nwhy='w'\nuser='buyer'\nclient='web'\ngrant='authorization_code'\nscopes='openid'\n\
             granted='openid'\nlifetime=3600\n\
             [[token]]\nid='b'\nwhy='w'\nclient='service'\ngrant='client_credentials'\nscopes='x'\n\
             error='invalid_scope'\nwhere='body'\nstatus=400\n",
        )
        .expect("rows");
        assert!(
            matches!(&file.token[0].outcome, ExpectedOutcome::Granted { granted, lifetime: Some(3600) } if granted == "openid")
        );
        assert!(matches!(
            &file.token[1].outcome,
            ExpectedOutcome::Refused { place: Where::Body, status: Some(400), .. }
        ));
    }

    #[test]
    fn a_row_without_a_user_is_refused_where_a_user_belongs() {
        let rows = Rows::parse(
            "[[token]]\nid='a'\nwhy='w'\nclient='web'\ngrant='authorization_code'\nscopes='openid'\ngranted='openid'\n",
        );
        assert!(rows.expect_err("refused").contains("token row a"));
        assert!(Rows::parse("").expect_err("refused").contains("no row"));
    }

    #[test]
    fn the_tables_have_many_rows() {
        let tables = Rows::read(&Fixtures::built_in()).expect("tables");
        let (token, api): (Vec<_>, Vec<_>) = tables.iter().map(|table| (table.token.len(), table.api.len())).unzip();
        assert!(token.iter().sum::<usize>() >= 25, "{token:?}");
        assert!(api.iter().sum::<usize>() >= 15, "{api:?}");
    }
}
