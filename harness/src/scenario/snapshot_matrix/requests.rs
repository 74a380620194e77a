//! The requests of a case: what its client and its user do.

use reqwest::Method;
use serde_json::{Map, Value};

use super::super::actors::Actors;
use super::super::context::ScenarioContext;
use super::super::stopped::Stopped;
use super::super::token_flow::with_assertion;
use crate::check::authorization::ARRIVES;
use crate::check::token::STATUS;
use crate::claims::{Snapshot, SnapshotCase};
use crate::driver::User;
use crate::flow::{AuthorizationRequest, FormRequest};
use crate::issuer_target::{Account, AuthMethod, Client, Endpoint, Server};
use crate::wire::error::{OAuthError, summary};
use crate::wire::{Reply, Request};

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const DEVICE_SECRET: &str = "urn:x-oath:params:oauth:token-type:device-secret";

/// What the client got.
#[derive(Debug)]
pub(super) enum Reached {
    Refused { shown: &'static str, error: String, description: Option<String> },
    Granted(GrantedAnswers),
}

/// The members of the answers with tokens, as they came.
#[derive(Debug, Default)]
pub(super) struct GrantedAnswers {
    pub(super) authorize: Option<Map<String, Value>>,
    pub(super) token: Option<Map<String, Value>>,
    pub(super) nonce: Option<String>,
    pub(super) code: Option<String>,
}

/// The parties of a case.
#[derive(Clone, Copy, Debug)]
pub(super) struct Requester<'a> {
    pub(super) context: &'a ScenarioContext,
    pub(super) server: &'a Server,
    pub(super) client: &'a Client,
    pub(super) account: Option<&'a Account>,
    pub(super) case: &'a SnapshotCase,
    pub(super) stored: Option<&'a Snapshot>,
}

impl<'a> Requester<'a> {
    pub(super) async fn request(&self) -> Result<Reached, Stopped> {
        self.check_means()?;
        let case = self.case;
        match case.short_grant() {
            "authorization_code" => self.by_browser(self.client, case.scopes()).await,
            "implicit" => self.in_front().await,
            "client_credentials" => self.post_form(self.form()?).await,
            "password" => self.post_form(self.password_form(case.scopes())?).await,
            "refresh_token" => self.refreshed().await,
            "device_code" => self.by_device().await,
            "ciba" => self.by_back_channel().await,
            "token-exchange" => self.exchanged().await,
            other => Err(Stopped::Skipped(format!("the harness has no request for the grant {other}"))),
        }
    }

    /// What the matrix cannot do.
    fn check_means(&self) -> Result<(), Stopped> {
        let stored = |pointer: &str| self.stored(pointer);
        let reason = if stored("/access_token/encrypted").is_some() || stored("/id_token/encrypted").is_some() {
            "the token is encrypted for another party"
        } else if stored("/token_type").and_then(Value::as_str) == Some("DPoP") {
            "the token is bound to a key, and the matrix proves none"
        } else if self.client.auth == AuthMethod::ClientSecretJwt {
            "the client authenticates with client_secret_jwt, which the matrix does not do"
        } else {
            return Ok(());
        };
        Err(Stopped::Skipped(reason.to_owned()))
    }

    /// A value in an answer of the snapshot.
    fn stored(&self, pointer: &str) -> Option<&'a Value> {
        let result = self.stored.map(|stored| &stored.result)?;
        ["token", "authorize"].into_iter().find_map(|answer| result.get(answer)?.pointer(pointer))
    }

    fn account(&self) -> Result<&'a Account, Stopped> {
        self.account.ok_or_else(|| Stopped::Skipped("needs a user".to_owned()))
    }

    fn endpoint(&self, endpoint: Endpoint) -> Result<&'a url::Url, Stopped> {
        self.context.endpoint(self.server, endpoint)
    }

    fn actors(&self, client: &'a Client) -> Result<Actors<'a>, Stopped> {
        Ok(Actors { context: self.context, server: self.server, client, account: self.account()? })
    }

    /// An authorization request of a client for a code, and the code's exchange.
    async fn by_browser(&self, client: &'a Client, scopes: &str) -> Result<Reached, Stopped> {
        let actors = self.actors(client)?;
        let request = with_scopes(actors.authorization().request(), scopes);
        let answers = match self.authorize(&actors, &request).await? {
            Reached::Granted(answers) => answers,
            refused => return Ok(refused),
        };
        let Some(code) = answers.code.clone() else { return Ok(Reached::Granted(answers)) };
        let reply = self.context.post(&actors.tokens().exchange_form(&request, &code)?).await?;
        Ok(match self.read(&reply)? {
            Reached::Granted(GrantedAnswers { token, .. }) => Reached::Granted(GrantedAnswers { token, ..answers }),
            refused => refused,
        })
    }

    /// Tokens of the authorization endpoint.
    async fn in_front(&self) -> Result<Reached, Stopped> {
        let stored = self.stored.and_then(|stored| stored.result.get("authorize"));
        let has = |name: &str| stored.is_some_and(|answer| answer.get(name).is_some());
        let openid = self.case.scopes().split(' ').any(|scope| scope == "openid");
        let response_type = match (stored.is_some(), has("id_token"), has("access_token")) {
            (true, true, false) => "id_token",
            (true, false, true) => "token",
            (false, ..) if !openid => "token",
            _ => "id_token token",
        };
        let actors = self.actors(self.client)?;
        let request = with_scopes(actors.authorization().request(), self.case.scopes());
        let request = request.with("response_type", response_type).without_pkce();
        self.authorize(&actors, &request).await
    }

    /// Sends an authorization request; the user signs in and consents.
    async fn authorize(&self, actors: &Actors<'_>, request: &AuthorizationRequest) -> Result<Reached, Stopped> {
        let journey = actors.authorization().send(request).await?;
        // A sign-in that failed or an error page is not a result of the org's rules and never becomes a snapshot.
        let Some(callback) = journey.callback() else {
            ARRIVES.holds(&self.context.recorder, false, "a response at the redirect URI", journey.summary());
            return Err(Stopped::CheckFailed);
        };
        let text = |name: &str| callback.get(name).map(str::to_owned);
        if let Some(error) = text("error") {
            return Ok(Reached::Refused { shown: "redirect", error, description: text("error_description") });
        }
        let mut authorize = Map::new();
        for (name, value) in &callback.params {
            let number = value.parse::<i64>().ok().filter(|_| name == "expires_in");
            authorize.insert(name.clone(), number.map_or_else(|| value.as_str().into(), Value::from));
        }
        let has_token = ["access_token", "id_token"].iter().any(|name| authorize.contains_key(*name));
        Ok(Reached::Granted(GrantedAnswers {
            authorize: has_token.then_some(authorize),
            token: None,
            nonce: request.get("nonce").map(str::to_owned),
            code: text("code"),
        }))
    }

    /// A form with the grant and the scopes of the case.
    fn form(&self) -> Result<FormRequest, Stopped> {
        let case = self.case;
        let form = FormRequest::new(self.endpoint(Endpoint::Token)?).with("grant_type", &case.grant);
        Ok(if case.scopes().is_empty() { form } else { form.with("scope", case.scopes()) })
    }

    fn password_form(&self, scopes: &str) -> Result<FormRequest, Stopped> {
        let account = self.account()?;
        let form = FormRequest::new(self.endpoint(Endpoint::Token)?)
            .with("grant_type", "password")
            .with("username", &account.login)
            .with("password", &account.password);
        Ok(if scopes.is_empty() { form } else { form.with("scope", scopes) })
    }

    /// Sends a form of the client to an endpoint and reads the answer.
    async fn post_form(&self, form: FormRequest) -> Result<Reached, Stopped> {
        let audience = form.url().to_string();
        let form = with_assertion(self.context, form.as_client(self.client), self.client, &audience)?;
        self.read(&self.context.post(&form).await?)
    }

    /// Reads an answer with tokens, or another answer to a form of the client.
    fn read(&self, reply: &Reply) -> Result<Reached, Stopped> {
        match serde_json::from_str::<OAuthError>(&reply.body) {
            // A client that the server does not know is not a result of the org's rules.
            Ok(refusal) if (400..=403).contains(&reply.status) && refusal.error != "invalid_client" => {
                let (error, description) = (refusal.error, refusal.error_description);
                Ok(Reached::Refused { shown: "token_response", error, description })
            }
            _ if STATUS.holds(&self.context.recorder, reply.status == 200, "200", summary(reply)) => {
                let token = Some(reply.json("a token response")?);
                Ok(Reached::Granted(GrantedAnswers { token, ..GrantedAnswers::default() }))
            }
            _ => Err(Stopped::CheckFailed),
        }
    }

    /// The sign-in before another grant: in a browser, if the client may use one.
    async fn signed_in(&self, scopes: &str) -> Result<Reached, Stopped> {
        match self.client.lacks_grant_type("authorization_code") {
            Some(_) => self.post_form(self.password_form(scopes)?).await,
            None => self.by_browser(self.client, scopes).await,
        }
    }

    async fn refreshed(&self) -> Result<Reached, Stopped> {
        let scopes = format!("{} offline_access", self.case.scopes());
        let answers = match self.signed_in(scopes.trim()).await? {
            Reached::Granted(answers) => answers,
            refused => return Ok(refused),
        };
        let token = answers.token_text("refresh_token").unwrap_or("none");
        let form = FormRequest::new(self.endpoint(Endpoint::Token)?)
            .with("grant_type", "refresh_token")
            .with("refresh_token", token);
        Ok(self.post_form(form).await?.with_nonce(answers.nonce))
    }

    /// The device asks, its user types the code and allows it, the device redeems.
    async fn by_device(&self) -> Result<Reached, Stopped> {
        let begun = self.post_form(self.first_form(self.endpoint(Endpoint::Device)?)).await?;
        let Reached::Granted(answer) = begun else { return Ok(begun) };
        let page = url::Url::parse(answer.token_text("verification_uri").unwrap_or_default())?;
        let code = answer.token_text("user_code").unwrap_or_default().to_owned();
        let request = Request::form(page, vec![("userCode".to_owned(), code)]);
        self.context.step("the user enters the code");
        self.context.browse_from(request, User::consenting(self.account()?)).await?;
        self.redeem(("device_code", answer.token_text("device_code").unwrap_or_default())).await
    }

    /// The client asks, its user agrees on a phone, the client redeems.
    async fn by_back_channel(&self) -> Result<Reached, Stopped> {
        // Okta's discovery document has no endpoint for backchannel authentication.
        let endpoint = self.server.under_issuer("/v1/bc/authorize")?;
        let form = self.first_form(&endpoint).with("login_hint", &self.account()?.login);
        let begun = self.post_form(form).await?;
        let Reached::Granted(answer) = begun else { return Ok(begun) };
        self.context.step("the user approves");
        self.context.control()?.decide(true).await?;
        self.redeem(("auth_req_id", answer.token_text("auth_req_id").unwrap_or_default())).await
    }

    fn first_form(&self, endpoint: &url::Url) -> FormRequest {
        let (form, scopes) = (FormRequest::new(endpoint), self.case.scopes());
        if scopes.is_empty() { form } else { form.with("scope", scopes) }
    }

    async fn redeem(&self, (name, code): (&str, &str)) -> Result<Reached, Stopped> {
        let form = FormRequest::new(self.endpoint(Endpoint::Token)?);
        self.post_form(form.with("grant_type", &self.case.grant).with(name, code)).await
    }

    /// A service exchanges an access token of the user; any other client the device secret of its own sign-in.
    async fn exchanged(&self) -> Result<Reached, Stopped> {
        let audience = self.server.audience.as_deref().unwrap_or_default();
        let form = self.form()?.with("audience", audience);
        // RFC 8693 4.1: who acts for the user. Okta: such a service cannot ask for openid.
        let openid = self.case.scopes().split(' ').any(|scope| scope == "openid");
        if self.stored("/access_token/payload/act").is_some() || !openid {
            let subject = self.subject_token().await?;
            return self.post_form(form.with("subject_token_type", ACCESS_TOKEN).with("subject_token", &subject)).await;
        }
        let answers = match self.signed_in("openid device_sso offline_access").await? {
            Reached::Granted(answers) => answers,
            refused => return Ok(refused),
        };
        let text = |name: &str| answers.token_text(name).unwrap_or("none");
        let form = form
            .with("subject_token_type", ID_TOKEN)
            .with("subject_token", text("id_token"))
            .with("actor_token_type", DEVICE_SECRET)
            .with("actor_token", text("device_secret"));
        Ok(self.post_form(form).await?.with_nonce(answers.nonce.clone()))
    }

    /// An access token that the user has from the first client that gives them one.
    async fn subject_token(&self) -> Result<String, Stopped> {
        let clients = self.context.target.clients.values();
        let clients = clients.filter(|client| client.lacks_grant_type("authorization_code").is_none());
        for client in clients.filter(|client| client.auth != AuthMethod::ClientSecretJwt) {
            let actors = self.actors(client)?;
            let request = actors.authorization().request().scopes("openid");
            let journey = actors.authorization().send(&request).await?;
            let Some(code) = journey.callback().and_then(|callback| callback.get("code")) else { continue };
            let reply = self.context.post(&actors.tokens().exchange_form(&request, code)?).await?;
            let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
            if let Some(token) = body["access_token"].as_str() {
                return Ok(token.to_owned());
            }
        }
        Err(Stopped::Skipped("needs a client that gives the user an access token to exchange".to_owned()))
    }
}

impl Reached {
    /// With the nonce of an earlier authorization request.
    fn with_nonce(self, nonce: Option<String>) -> Self {
        match self {
            Self::Granted(answers) => Self::Granted(GrantedAnswers { nonce, ..answers }),
            refused => refused,
        }
    }
}

impl GrantedAnswers {
    /// A text of the token response.
    fn token_text(&self, name: &str) -> Option<&str> {
        self.token.as_ref()?.get(name)?.as_str()
    }

    /// The access token of either answer.
    pub(super) fn access_token(&self) -> Option<&str> {
        [&self.token, &self.authorize].into_iter().flatten().find_map(|answer| answer.get("access_token")?.as_str())
    }
}

/// What the userinfo endpoint returns for an access token; none if that is an error.
pub(super) async fn userinfo(
    context: &ScenarioContext,
    server: &Server,
    token: &str,
) -> Result<Option<Value>, Stopped> {
    let Some(endpoint) = server.endpoint(Endpoint::Userinfo) else { return Ok(None) };
    let reply = context.send(crate::flow::userinfo(endpoint, Method::GET, token)?).await?;
    Ok(if reply.status == 200 { Some(reply.json("the claims of the user")?) } else { None })
}

fn with_scopes(request: AuthorizationRequest, scopes: &str) -> AuthorizationRequest {
    if scopes.is_empty() { request.without("scope") } else { request.scopes(scopes) }
}
