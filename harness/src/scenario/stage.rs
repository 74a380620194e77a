//! The stage: what a story is told with. Shared legwork lives here, so that stories stay short.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::Mutex;
use url::Url;

use super::registration::OwnClients;
use crate::check::{access_token, authorization, id_token, token};
use crate::claims::Snapshots;
use crate::driver::{Driver, DriverError, HttpDriver, Visitor};
use crate::flow::signed::{Key, KeyError, assertion};
use crate::flow::{self, AuthorizationRequest, FormRequest};
use crate::issuer_target::{
    Account, AccountName, AuthMethod, Client, ClientName, Endpoint, Server, ServerKind, Target,
};
use crate::record::Recorder;
use crate::wire::authorization::{Callback, Delivery};
use crate::wire::journey::Journey;
use crate::wire::jwt::Jwt;
use crate::wire::page::Consent;
use crate::wire::token::TokenReply;
use crate::wire::{Call, Http, Reply, WireError};

/// Why a story ends early.
#[derive(Debug)]
pub enum Halt {
    /// A check has failed and nothing can follow.
    Failed,
    /// A precondition turned out to be missing.
    Skip(String),
    /// The harness or the network broke.
    Broken(String),
    /// The browser crashed, which says nothing about the target.
    Crashed(String),
}

impl From<WireError> for Halt {
    fn from(error: WireError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<DriverError> for Halt {
    fn from(error: DriverError) -> Self {
        match error {
            DriverError::NeedsScript(_) => Self::Skip(error.to_string()),
            DriverError::Crashed(_) => Self::Crashed(error.to_string()),
            other => Self::Broken(other.to_string()),
        }
    }
}

impl From<KeyError> for Halt {
    fn from(error: KeyError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<url::ParseError> for Halt {
    fn from(error: url::ParseError) -> Self {
        Self::Broken(error.to_string())
    }
}

/// Where one story is told.
#[derive(Debug)]
pub struct Stage {
    pub target: Arc<Target>,
    pub recorder: Recorder,
    /// Connections without cookies: the back channel.
    pub http: Http,
    pub snapshots: Snapshots,
    /// What the story has registered for itself.
    pub(super) own_clients: OwnClients,
    driver: Mutex<Driver>,
}

/// Who plays: server, client and person.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cast<'a> {
    pub server: &'a Server,
    pub client: &'a Client,
    pub account: &'a Account,
}

impl<'a> Cast<'a> {
    /// The same server and person with another client.
    pub(super) const fn with_client(self, client: &'a Client) -> Self {
        Self { client, ..self }
    }
}

/// What a sign-in gave.
#[derive(Debug)]
pub(super) struct Tokens {
    pub reply: TokenReply,
    pub id_token: Option<Jwt>,
    pub access_token: Option<Jwt>,
    pub request: AuthorizationRequest,
}

impl Tokens {
    /// The ID token as it was sent.
    pub(super) fn hint(&self) -> Result<&str, Halt> {
        self.reply.id_token.as_deref().ok_or(Halt::Failed)
    }

    /// The refresh token.
    pub(super) fn refresh_token(&self) -> Result<&str, Halt> {
        self.reply.refresh_token.as_deref().ok_or(Halt::Failed)
    }
}

impl Stage {
    /// A stage with that driver.
    #[must_use]
    pub fn new(target: Arc<Target>, recorder: Recorder, driver: Driver, snapshots: Snapshots) -> Self {
        let http = target.http.recorded_by(recorder.clone());
        Self { target, recorder, http, snapshots, own_clients: OwnClients::default(), driver: Mutex::new(driver) }
    }

    /// Removes what the story has registered and ends the browser session. To be called in every outcome.
    pub async fn close(&self) {
        self.remove_own_clients().await;
        self.driver.lock().await.close().await;
    }

    /// What the story does next, for the report.
    pub(super) fn step(&self, text: impl AsRef<str>) {
        self.recorder.step(text);
    }

    pub(super) fn server(&self, role: ServerKind) -> Result<&Server, Halt> {
        self.target.servers.get(&role).ok_or_else(|| Halt::Skip(format!("no {} server", role.word())))
    }

    pub(super) fn client(&self, role: ClientName) -> Result<&Client, Halt> {
        self.target.clients.get(&role).ok_or_else(|| Halt::Skip(format!("no {} client", role.word())))
    }

    pub(super) fn account(&self, role: AccountName) -> Result<&Account, Halt> {
        self.target.accounts.get(&role).ok_or_else(|| Halt::Skip(format!("no {} account", role.word())))
    }

    pub(super) fn cast(&self, server: ServerKind, client: ClientName, account: AccountName) -> Result<Cast<'_>, Halt> {
        Ok(Cast { server: self.server(server)?, client: self.client(client)?, account: self.account(account)? })
    }

    pub(super) fn endpoint<'a>(&self, server: &'a Server, endpoint: Endpoint) -> Result<&'a Url, Halt> {
        server.endpoint(endpoint).ok_or_else(|| Halt::Skip(format!("discovery names no {}", endpoint.member())))
    }

    /// An ordinary authorization request.
    pub(super) fn request(&self, cast: &Cast<'_>) -> AuthorizationRequest {
        AuthorizationRequest::of(&self.target, cast.client)
    }

    /// Okta's wording of an error, where it is known and the target should use it.
    pub(super) fn okta_text<'a>(&self, text: &'a str) -> Option<&'a str> {
        Some(text).filter(|text| self.target.speaks_okta() && !text.is_empty())
    }

    /// Sends the browser to the authorization endpoint; the person signs in and agrees.
    pub(super) async fn authorize(&self, cast: &Cast<'_>, request: &AuthorizationRequest) -> Result<Journey, Halt> {
        self.visit(cast, request, Visitor::agreeing(cast.account)).await
    }

    /// Sends the browser to the authorization endpoint with that person in front of it.
    pub(super) async fn visit(
        &self,
        cast: &Cast<'_>,
        request: &AuthorizationRequest,
        visitor: Visitor<'_>,
    ) -> Result<Journey, Halt> {
        let url = request.url(self.endpoint(cast.server, Endpoint::Authorization)?);
        self.browse(&url, &self.target.redirect_uri, visitor).await
    }

    /// Sends the browser anywhere.
    pub(super) async fn browse(&self, url: &Url, landing: &Url, visitor: Visitor<'_>) -> Result<Journey, Halt> {
        Ok(self.driver.lock().await.walk(url, landing, visitor).await?)
    }

    /// Sends the browser off with a form that it posts.
    pub(super) async fn browse_by_post(
        &self,
        cast: &Cast<'_>,
        request: &AuthorizationRequest,
    ) -> Result<Journey, Halt> {
        let endpoint = self.endpoint(cast.server, Endpoint::Authorization)?;
        let first = Call::form(endpoint.clone(), request.params().to_vec());
        let mut driver = self.driver.lock().await;
        Ok(driver.follow(first, &self.target.redirect_uri, Visitor::agreeing(cast.account)).await?)
    }

    /// Sends the browser off with any first request.
    pub(super) async fn browse_from(&self, first: Call, visitor: Visitor<'_>) -> Result<Journey, Halt> {
        let mut driver = self.driver.lock().await;
        Ok(driver.follow(first, &self.target.redirect_uri, visitor).await?)
    }

    /// Another browser without any cookies, from here on.
    pub(super) async fn new_browser(&self) {
        let mut driver = self.driver.lock().await;
        driver.close().await;
        if matches!(*driver, Driver::Http(_)) {
            *driver = Driver::Http(HttpDriver::new(&self.http));
        }
    }

    /// What the response to a request should look like.
    pub(super) fn expected<'a>(
        &self,
        cast: &Cast<'a>,
        request: &'a AuthorizationRequest,
    ) -> authorization::Expected<'a> {
        let delivery = match request.get("response_mode") {
            Some("fragment") => Delivery::Fragment,
            Some("form_post") => Delivery::FormPost,
            Some("query") => Delivery::Query,
            // OAuth 2.0 Multiple Response Types 5: whatever carries a token defaults to the fragment.
            _ if request.get("response_type").is_some_and(|kind| kind.contains("token")) => Delivery::Fragment,
            _ => Delivery::Query,
        };
        authorization::Expected {
            issuer: &cast.server.issuer,
            redirect_uri: request.get("redirect_uri"),
            state: request.get("state"),
            delivery,
        }
    }

    /// Judges a successful journey. Answers what arrived, or ends the story.
    pub(super) fn arrived<'a>(
        &self,
        cast: &Cast<'_>,
        request: &AuthorizationRequest,
        journey: &'a Journey,
    ) -> Result<&'a Callback, Halt> {
        authorization::success(&self.recorder, journey, self.expected(cast, request)).ok_or(Halt::Failed)
    }

    /// Judges that the request was refused at the redirect URI.
    pub(super) fn refused(
        &self,
        cast: &Cast<'_>,
        request: &AuthorizationRequest,
        journey: &Journey,
        error: &str,
        text: &str,
    ) {
        let expected = self.expected(cast, request);
        authorization::refusal(&self.recorder, journey, expected, error, self.okta_text(text));
    }

    /// Sends a request that must be refused at the redirect URI.
    pub(super) async fn refuse(
        &self,
        cast: &Cast<'_>,
        request: &AuthorizationRequest,
        error: &str,
        text: &str,
    ) -> Result<(), Halt> {
        let journey = self.authorize(cast, request).await?;
        self.refused(cast, request, &journey, error, text);
        Ok(())
    }

    /// Signs in and judges the response up to its code.
    pub(super) async fn code(&self, cast: &Cast<'_>, request: &AuthorizationRequest) -> Result<String, Halt> {
        let journey = self.authorize(cast, request).await?;
        let callback = self.arrived(cast, request, &journey)?;
        authorization::code(&self.recorder, callback).map(str::to_owned).ok_or(Halt::Failed)
    }

    /// Posts a form of the back channel.
    pub(super) async fn post(&self, form: &FormRequest) -> Result<Reply, Halt> {
        Ok(form.send(&self.http).await?)
    }

    /// Sends any request of the back channel.
    pub(super) async fn send(&self, call: Call) -> Result<Reply, Halt> {
        Ok(self.http.send(call).await?)
    }

    /// The form that exchanges a code.
    pub(super) fn exchange_form(
        &self,
        cast: &Cast<'_>,
        request: &AuthorizationRequest,
        code: &str,
    ) -> Result<FormRequest, Halt> {
        self.signed(
            flow::exchange(self.endpoint(cast.server, Endpoint::Token)?, cast.client, request, code),
            cast.client,
        )
    }

    /// The form that refreshes.
    pub(super) fn refresh_form(&self, cast: &Cast<'_>, refresh_token: &str) -> Result<FormRequest, Halt> {
        self.signed(
            flow::refresh(self.endpoint(cast.server, Endpoint::Token)?, cast.client, refresh_token),
            cast.client,
        )
    }

    /// A form as it is, or with an assertion for its address from a client that has a key to sign it with.
    fn signed(&self, form: FormRequest, client: &Client) -> Result<FormRequest, Halt> {
        let audience = form.url().to_string();
        self.signed_for(form, client, &audience)
    }

    /// The same with an assertion for that audience.
    pub(super) fn signed_for(&self, form: FormRequest, client: &Client, audience: &str) -> Result<FormRequest, Halt> {
        let Some(key) = client.key.as_deref().filter(|_| client.auth == AuthMethod::PrivateKeyJwt) else {
            return Ok(form);
        };
        let key = Key::rsa(key)?;
        let header = json!({ "kid": key.thumbprint()? });
        Ok(form.without("client_id").asserted(&key.sign(&header, &assertion(client, audience, self.target.now()))?))
    }

    /// Exchanges a code and judges the tokens.
    pub(super) async fn exchange(
        &self,
        cast: &Cast<'_>,
        request: AuthorizationRequest,
        code: &str,
    ) -> Result<Tokens, Halt> {
        let reply = self.post(&self.exchange_form(cast, &request, code)?).await?;
        let scope = request.get("scope").unwrap_or_default();
        let asks = |name: &str| scope.split(' ').any(|scope| scope == name);
        let expected = token::Expected {
            scope: Some(scope).filter(|_| self.target.speaks_okta()),
            id_token: asks("openid"),
            refresh_token: (!asks("offline_access")).then_some(false),
            speaks_okta: self.target.speaks_okta(),
        };
        let tokens = token::success(&self.recorder, &reply, expected).ok_or(Halt::Failed)?;
        self.judged(cast, request, tokens).await
    }

    /// Judges the tokens that a request gave.
    pub(super) async fn judged(
        &self,
        cast: &Cast<'_>,
        request: AuthorizationRequest,
        reply: TokenReply,
    ) -> Result<Tokens, Halt> {
        let asks_openid = request.get("scope").is_some_and(|scope| scope.split(' ').any(|scope| scope == "openid"));
        let id_token = if asks_openid {
            let nonce = request.get("nonce");
            let raw = reply.id_token.as_deref();
            Some(self.id_token(cast, raw, nonce, Some(&reply.access_token), None).await?)
        } else {
            None
        };
        if let Some(id_token) = id_token.as_ref().filter(|_| self.target.speaks_okta()) {
            id_token::thin(&self.recorder, id_token);
        }
        let account = Some(cast.account);
        let access_token = self.access_token(cast.server, cast.client, &reply, account, id_token.as_ref()).await?;
        Ok(Tokens { reply, id_token, access_token, request })
    }

    /// Judges an ID token, or ends the story when it can't be read.
    pub(super) async fn id_token(
        &self,
        cast: &Cast<'_>,
        raw: Option<&str>,
        nonce: Option<&str>,
        access_token: Option<&str>,
        code: Option<&str>,
    ) -> Result<Jwt, Halt> {
        let keys = cast.server.keys(&self.http).await?;
        let expected = id_token::Expected {
            issuer: &cast.server.issuer,
            client_id: &cast.client.id,
            nonce,
            now: self.target.now(),
            access_token,
            code,
            hashes_required: self.target.speaks_okta() || code.is_some(),
            speaks_okta: self.target.speaks_okta(),
        };
        id_token::judge(&self.recorder, raw, keys, expected).ok_or(Halt::Failed)
    }

    /// Judges an access token where its format is known. `account` is nobody for a client's own token.
    pub(super) async fn access_token(
        &self,
        server: &Server,
        client: &Client,
        reply: &TokenReply,
        account: Option<&Account>,
        id_token: Option<&Jwt>,
    ) -> Result<Option<Jwt>, Halt> {
        if !self.target.speaks_okta() {
            return Ok(None);
        }
        let keys = server.keys(&self.http).await?;
        let expected = access_token::Expected {
            issuer: &server.issuer,
            audience: server.audience.as_deref(),
            client_id: &client.id,
            scope: reply.scope.as_deref(),
            expires_in: reply.expires_in,
            login: account.map(|account| account.login.as_str()),
            user_id: id_token.and_then(|token| token.text("sub")),
            refresh_token: reply.refresh_token.is_some(),
            now: self.target.now(),
        };
        let judge = match server.kind {
            ServerKind::Custom => access_token::custom,
            ServerKind::Org => access_token::org,
        };
        Ok(judge(&self.recorder, &reply.access_token, keys, expected))
    }

    /// The whole code flow: sign in, exchange, judge.
    pub(super) async fn sign_in(&self, cast: &Cast<'_>, request: AuthorizationRequest) -> Result<Tokens, Halt> {
        let code = self.code(cast, &request).await?;
        self.exchange(cast, request, &code).await
    }

    /// A sign-in that also brings a refresh token.
    pub(super) async fn sign_in_for_refresh(&self, cast: &Cast<'_>) -> Result<Tokens, Halt> {
        let scope = format!("{} offline_access", cast.client.scopes.join(" "));
        let request = self.request(cast).scopes(&scope);
        // OIDC Core 11: without prompt=consent a provider must ignore offline_access; Okta needs no question.
        let request = if self.target.speaks_okta() { request } else { request.with("prompt", "consent") };
        let tokens = self.sign_in(cast, request).await?;
        token::REFRESH_ISSUED.present(&self.recorder, "a refresh token", tokens.reply.refresh_token.as_deref());
        tokens.refresh_token()?;
        Ok(tokens)
    }

    /// Somebody who signs in and denies consent.
    pub(super) const fn denying<'a>(&self, cast: &Cast<'a>) -> Visitor<'a> {
        Visitor { account: Some(cast.account), consent: Consent::Deny }
    }

    /// Whether a token is active, by introspection.
    pub(super) async fn introspect(
        &self,
        cast: &Cast<'_>,
        client: &Client,
        token: &str,
        hint: Option<&str>,
    ) -> Result<Reply, Halt> {
        let endpoint = self.endpoint(cast.server, Endpoint::Introspection)?;
        self.post(&flow::about_token(endpoint, client, token, hint)).await
    }

    /// Lets time go by: moves the issuer's clock on, or waits where nobody can.
    pub(super) async fn pass(&self, seconds: u32) -> Result<(), Halt> {
        if self.target.control.is_some() {
            return self.wait(i64::from(seconds)).await;
        }
        self.step(format!("wait {seconds} seconds"));
        #[expect(clippy::disallowed_methods, reason = "nobody can move the clock of somebody else's issuer")]
        tokio::time::sleep(std::time::Duration::from_secs(u64::from(seconds))).await;
        Ok(())
    }

    /// Moves the issuer's clock on.
    pub(super) async fn wait(&self, seconds: i64) -> Result<(), Halt> {
        let control = self.target.control.as_ref().ok_or_else(|| Halt::Skip("no clock to move".to_owned()))?;
        self.step(format!("{seconds} seconds go by"));
        control.advance(seconds).await?;
        self.target.clock_was_advanced(seconds);
        Ok(())
    }
}
