//! Scope checks as data (`fixtures/scopes/*.toml`): who gets which scopes by which grant, and what a token
//! opens at the resource server. Every row is a scenario of its own.

use std::borrow::Cow;

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use super::stage::{Cast, Halt, Stage};
use super::{Front, Need, Scenario, Story};
use crate::check::api::{API_CHALLENGE, API_STATUS, GRANTED, LIFETIME, REFUSED_CODE, REFUSED_WHERE};
use crate::flow;
use crate::issuer_target::fixtures::Fixtures;
use crate::issuer_target::market::BUYER;
use crate::issuer_target::{AccountName, ClientName, Endpoint, ServerKind};
use crate::wire::error::{OAuthError, summary};
use crate::wire::jwt::Jwt;
use crate::wire::token::TokenReply;
use crate::wire::{Body, Call};

/// How a row's token is asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    AuthorizationCode,
    Implicit,
    ClientCredentials,
}

/// Where a refusal arrives.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Where {
    Redirect,
    Body,
}

/// What a row expects.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Outcome {
    Granted {
        /// The scopes that are granted, in order.
        granted: String,
        /// The access token's lifetime in seconds.
        lifetime: Option<i64>,
    },
    Refused {
        error: String,
        #[serde(rename = "where")]
        place: Where,
        /// The status, when the refusal is a body.
        status: Option<u16>,
    },
}

/// user × client × grant × scopes → what is granted, or why not.
#[derive(Clone, Debug, Deserialize)]
pub struct TokenRow {
    pub id: String,
    /// Which rule decides, in words.
    pub why: String,
    pub user: Option<AccountName>,
    pub client: ClientName,
    pub grant: Grant,
    #[serde(default = "custom")]
    pub server: ServerKind,
    pub scopes: String,
    #[serde(flatten)]
    pub outcome: Outcome,
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
    /// Something that is no token.
    Garbage,
    /// The ID token of a sign-in instead of the access token.
    IdToken { user: AccountName, client: ClientName, scopes: String },
    /// The org server's access token, which is for Okta only.
    OrgToken { user: AccountName, client: ClientName, scopes: String },
    /// A person's access token.
    Person { user: AccountName, client: ClientName, scopes: String },
    /// A machine's access token.
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
    /// The error that the challenge names.
    pub error: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    token: Vec<TokenRow>,
    #[serde(default)]
    api: Vec<ApiRow>,
}

/// All rows.
#[derive(Debug, Default)]
pub struct Rows {
    pub token: Vec<TokenRow>,
    pub api: Vec<ApiRow>,
}

/// A table that can't be read.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct RowError {
    file: String,
    reason: String,
}

impl RowError {
    pub(super) fn new(file: &str, reason: String) -> Self {
        Self { file: file.to_owned(), reason }
    }
}

impl Rows {
    /// Reads every table.
    ///
    /// # Errors
    /// When one can't be read.
    pub fn read(fixtures: &Fixtures) -> Result<Self, RowError> {
        let mut rows = Self::default();
        for file in fixtures.names("scopes", ".toml") {
            let text = fixtures.read(&format!("scopes/{file}.toml")).unwrap_or_default();
            let File { token, api } =
                Self::parse(&text).map_err(|reason| RowError::new(&format!("scopes/{file}.toml"), reason))?;
            rows.token.extend(token);
            rows.api.extend(api);
        }
        Ok(rows)
    }

    fn parse(text: &str) -> Result<File, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        for row in &file.token {
            let needs_user = row.grant != Grant::ClientCredentials;
            if needs_user != row.user.is_some() {
                return Err(format!("token row {}: a user belongs to every grant but client_credentials", row.id));
            }
        }
        Ok(file)
    }
}

pub(super) fn scenarios(fixtures: &Fixtures) -> Result<Vec<Scenario>, RowError> {
    let Rows { token, api } = Rows::read(fixtures)?;
    let token = token.into_iter().map(|row| {
        let mut needs = vec![Need::Market, Need::Server(row.server), Need::Client(row.client)];
        needs.extend(row.user.map(Need::Account));
        let who = row.user.map_or("the machine itself", AccountName::word);
        let ask = format!("{who} asks with the {} client for {}", row.client.word(), row.scopes);
        let expected = match &row.outcome {
            Outcome::Granted { granted, .. } => format!("granted: {granted}"),
            Outcome::Refused { error, .. } => format!("refused: {error}"),
        };
        Scenario {
            id: Cow::Owned(format!("scopes.{}", row.id)),
            title: Cow::Owned(row.why.clone()),
            tags: vec!["scopes"],
            citations: vec!["Okta: access policies", "RFC 6749 3.3"],
            steps: vec![Cow::Owned(ask), Cow::Owned(expected)],
            needs,
            front: if row.user.is_some() { Front::Any } else { Front::None },
            story: Story::Token(row),
        }
    });
    let api = api.into_iter().map(|row| Scenario {
        id: Cow::Owned(format!("api.{}", row.id)),
        title: Cow::Owned(row.why.clone()),
        tags: vec!["api", "scopes"],
        citations: vec!["RFC 6750 3.1", "Okta: protect your API endpoints"],
        steps: vec![Cow::Owned(format!("{} {} → {}", row.method, row.path, row.status))],
        needs: vec![Need::Market, Need::Api],
        front: Front::Http,
        story: Story::Api(row),
    });
    Ok(token.chain(api).collect())
}

impl TokenRow {
    /// Runs the row.
    pub(crate) async fn tell(&self, stage: &Stage) -> Result<(), Halt> {
        match self.grant {
            Grant::ClientCredentials => self.ask_token_endpoint(stage).await,
            Grant::AuthorizationCode | Grant::Implicit => self.ask_in_front(stage).await,
        }
    }

    async fn ask_token_endpoint(&self, stage: &Stage) -> Result<(), Halt> {
        let (server, client) = (stage.server(self.server)?, stage.client(self.client)?);
        let form = flow::client_credentials(stage.endpoint(server, Endpoint::Token)?, client, Some(&self.scopes));
        let reply = stage.post(&form).await?;
        if let Outcome::Refused { error, place, status } = &self.outcome {
            REFUSED_WHERE.holds(&stage.recorder, *place == Where::Body, "in the body", summary(&reply));
            let came = serde_json::from_str::<OAuthError>(&reply.body).map(|body| body.error).unwrap_or_default();
            let right = came == *error && status.is_none_or(|status| status == reply.status);
            let expected = status.map_or_else(|| error.clone(), |status| format!("{status} {error}"));
            REFUSED_CODE.holds(&stage.recorder, right, expected, summary(&reply));
            return Ok(());
        }
        if reply.status == 200 {
            self.judge_grant(stage, &reply.json("a token response")?);
        } else {
            GRANTED.holds(&stage.recorder, false, self.expected(), summary(&reply));
        }
        Ok(())
    }

    async fn ask_in_front(&self, stage: &Stage) -> Result<(), Halt> {
        let cast = stage.cast(self.server, self.client, self.user.unwrap_or(BUYER))?;
        let mut request = stage.request(&cast).scopes(&self.scopes);
        if self.grant == Grant::Implicit {
            request = request.with("response_type", "id_token token").without_pkce();
        }
        let journey = stage.authorize(&cast, &request).await?;
        let callback = journey.callback();
        let error = callback.and_then(|callback| callback.get("error"));
        if let Outcome::Refused { error: expected, place, .. } = &self.outcome {
            let redirected = callback.is_some();
            REFUSED_WHERE.holds(
                &stage.recorder,
                redirected == (*place == Where::Redirect),
                "at the redirect URI",
                journey.summary(),
            );
            REFUSED_CODE.holds(&stage.recorder, error == Some(expected), expected, journey.summary());
            return Ok(());
        }
        let Some(callback) = callback.filter(|_| error.is_none()) else {
            GRANTED.holds(&stage.recorder, false, self.expected(), journey.summary());
            return Ok(());
        };
        let tokens = match (self.grant, callback.get("code"), callback.get("access_token")) {
            (Grant::AuthorizationCode, Some(code), _) => {
                let reply = stage.post(&stage.exchange_form(&cast, &request, code)?).await?;
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
                GRANTED.holds(&stage.recorder, false, self.expected(), journey.summary());
                return Ok(());
            }
        };
        self.judge_grant(stage, &tokens);
        Ok(())
    }

    fn judge_grant(&self, stage: &Stage, tokens: &TokenReply) {
        let Outcome::Granted { granted, lifetime } = &self.outcome else { return };
        let token = Jwt::parse(&tokens.access_token).ok();
        let scopes = token.as_ref().and_then(|token| token.claims.get("scp")).and_then(Value::as_array);
        let scopes = scopes.map(|scopes| scopes.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "));
        GRANTED.equals(&stage.recorder, granted, scopes.as_deref());
        if let Some(lifetime) = lifetime {
            let lived = token.and_then(|token| Some(token.number("exp")? - token.number("iat")?)).unwrap_or_default();
            LIFETIME.holds(&stage.recorder, lived == *lifetime, lifetime, lived);
        }
    }

    fn expected(&self) -> String {
        match &self.outcome {
            Outcome::Granted { granted, .. } => granted.clone(),
            Outcome::Refused { error, .. } => error.clone(),
        }
    }
}

impl ApiRow {
    /// Runs the row.
    pub(crate) async fn tell(&self, stage: &Stage) -> Result<(), Halt> {
        let api = stage.target.api.as_ref().ok_or_else(|| Halt::Skip("no resource server".to_owned()))?;
        let token = self.token(stage).await?;
        let user_id = token.as_deref().and_then(|raw| Jwt::parse(raw).ok());
        let user_id = user_id.as_ref().and_then(|token| token.text("uid")).unwrap_or("00unobody0000000005d7");
        let address = api.join(&self.path.replace("{uid}", user_id))?;
        stage.step(format!("{} {}", self.method, address.path()));
        let method = Method::from_bytes(self.method.as_bytes()).map_err(|error| Halt::Broken(error.to_string()))?;
        let body = self.body.clone().map_or(Body::None, Body::Json);
        let mut call = Call::new(method, address, body).header("accept", "application/json")?;
        if let Some(token) = &token {
            call = call.bearer(token)?;
        }
        let reply = stage.send(call).await?;
        API_STATUS.holds(&stage.recorder, reply.status == self.status, self.status, summary(&reply));
        if let Some(error) = &self.error {
            let challenge = reply.header("www-authenticate").unwrap_or_default();
            let named = challenge.contains(&format!("error=\"{error}\""));
            API_CHALLENGE.holds(&stage.recorder, named, format!("error=\"{error}\""), challenge);
        }
        Ok(())
    }

    async fn token(&self, stage: &Stage) -> Result<Option<String>, Halt> {
        let (server, user, client, scopes) = match &self.bearer {
            Bearer::None => return Ok(None),
            Bearer::Garbage => return Ok(Some(flow::random_text(32))),
            Bearer::Machine { client, scopes } => {
                let endpoint = stage.endpoint(stage.server(ServerKind::Custom)?, Endpoint::Token)?;
                let form = flow::client_credentials(endpoint, stage.client(*client)?, Some(scopes));
                let reply: TokenReply = stage.post(&form).await?.json("a token response")?;
                return Ok(Some(reply.access_token));
            }
            Bearer::OrgToken { user, client, scopes } => (ServerKind::Org, user, client, scopes),
            Bearer::Person { user, client, scopes } | Bearer::IdToken { user, client, scopes } => {
                (ServerKind::Custom, user, client, scopes)
            }
        };
        let cast = stage.cast(server, *client, *user)?;
        let reply = self.sign_in(stage, &cast, scopes).await?;
        match self.bearer {
            Bearer::IdToken { .. } => Ok(reply.id_token),
            _ => Ok(Some(reply.access_token)),
        }
    }

    async fn sign_in(&self, stage: &Stage, cast: &Cast<'_>, scopes: &str) -> Result<TokenReply, Halt> {
        let request = stage.request(cast).scopes(scopes);
        let code = stage.code(cast, &request).await?;
        Ok(stage.post(&stage.exchange_form(cast, &request, &code)?).await?.json("a token response")?)
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
            matches!(&file.token[0].outcome, Outcome::Granted { granted, lifetime: Some(3600) } if granted == "openid")
        );
        assert!(matches!(&file.token[1].outcome, Outcome::Refused { place: Where::Body, status: Some(400), .. }));
    }

    #[test]
    fn a_row_without_a_user_is_refused_where_a_user_belongs() {
        let rows = Rows::parse(
            "[[token]]\nid='a'\nwhy='w'\nclient='web'\ngrant='authorization_code'\nscopes='openid'\ngranted='openid'\n",
        );
        assert!(rows.expect_err("refused").contains("token row a"));
    }

    #[test]
    fn the_tables_are_large_enough_to_mean_something() {
        let rows = Rows::read(&Fixtures::built_in()).expect("rows");
        assert!(rows.token.len() >= 25, "{}", rows.token.len());
        assert!(rows.api.len() >= 15, "{}", rows.api.len());
    }
}
