//! The token requests of a flow: exchange a code, refresh, judge the tokens.

use serde_json::json;

use super::actors::Actors;
use super::context::ScenarioContext;
use super::stopped::Stopped;
use crate::check::{access_token, id_token, token};
use crate::flow::signed::{Key, assertion};
use crate::flow::{self, AuthorizationRequest, FormRequest};
use crate::issuer_target::{Account, AuthMethod, Client, Endpoint, Server, ServerKind};
use crate::record::Recorder;
use crate::wire::Reply;
use crate::wire::jwt::Jwt;
use crate::wire::token::TokenReply;

/// Token requests of some actors.
#[derive(Clone, Copy, Debug)]
pub(super) struct TokenFlow<'a> {
    actors: Actors<'a>,
}

/// The judged tokens of a sign-in.
#[derive(Debug)]
pub(super) struct Tokens {
    pub(super) reply: TokenReply,
    pub(super) id_token: Option<Jwt>,
    pub(super) request: AuthorizationRequest,
}

impl Tokens {
    /// The ID token as it was sent.
    pub(super) fn hint(&self) -> Result<&str, Stopped> {
        self.reply.id_token.as_deref().ok_or(Stopped::CheckFailed)
    }

    /// The refresh token.
    pub(super) fn refresh_token(&self) -> Result<&str, Stopped> {
        self.reply.refresh_token.as_deref().ok_or(Stopped::CheckFailed)
    }
}

impl<'a> Actors<'a> {
    /// Token requests of these actors.
    pub(super) const fn tokens(&self) -> TokenFlow<'a> {
        TokenFlow { actors: *self }
    }
}

impl TokenFlow<'_> {
    /// The whole code flow: sends the request, exchanges the code and judges the tokens.
    pub(super) async fn sign_in(&self, request: AuthorizationRequest) -> Result<Tokens, Stopped> {
        let code = self.actors.authorization().code(&request).await?;
        self.exchange(request, &code).await
    }

    /// A sign-in that must also return a refresh token.
    pub(super) async fn sign_in_with_refresh_token(&self) -> Result<Tokens, Stopped> {
        let context = self.actors.context;
        let scope = format!("{} offline_access", self.actors.client.scopes.join(" "));
        let request = self.actors.authorization().request().scopes(&scope);
        // OIDC Core 11: offline_access needs prompt=consent. Okta issues refresh tokens without it.
        let request = if context.target.speaks_okta() { request } else { request.with("prompt", "consent") };
        let tokens = self.sign_in(request).await?;
        token::REFRESH_ISSUED.present(&context.recorder, "a refresh token", tokens.reply.refresh_token.as_deref());
        tokens.refresh_token()?;
        Ok(tokens)
    }

    /// The form that exchanges a code.
    pub(super) fn exchange_form(&self, request: &AuthorizationRequest, code: &str) -> Result<FormRequest, Stopped> {
        let Actors { context, client, .. } = self.actors;
        self.actors.may_use("authorization_code")?;
        authenticated(context, flow::exchange(self.actors.endpoint(Endpoint::Token)?, client, request, code), client)
    }

    /// The form that refreshes.
    pub(super) fn refresh_form(&self, refresh_token: &str) -> Result<FormRequest, Stopped> {
        let Actors { context, client, .. } = self.actors;
        self.actors.may_use("refresh_token")?;
        authenticated(context, flow::refresh(self.actors.endpoint(Endpoint::Token)?, client, refresh_token), client)
    }

    /// Exchanges a code and judges the answer.
    pub(super) async fn exchange(&self, request: AuthorizationRequest, code: &str) -> Result<Tokens, Stopped> {
        self.exchange_by(request, code, token::success).await
    }

    /// Exchanges a code and judges the answer in a plan: the suite leaves its content type alone.
    pub(super) async fn exchange_in_plan(&self, request: AuthorizationRequest, code: &str) -> Result<Tokens, Stopped> {
        self.exchange_by(request, code, token::tokens).await
    }

    async fn exchange_by(
        &self,
        request: AuthorizationRequest,
        code: &str,
        success: fn(&Recorder, &Reply, token::ExpectedTokenResponse<'_>) -> Option<TokenReply>,
    ) -> Result<Tokens, Stopped> {
        let context = self.actors.context;
        context.default_step(|| "exchange the code".to_owned());
        let reply = context.post(&self.exchange_form(&request, code)?).await?;
        let scope = request.get("scope").unwrap_or_default();
        let speaks_okta = context.target.speaks_okta();
        let expected = token::ExpectedTokenResponse {
            scope: Some(scope).filter(|_| speaks_okta),
            id_token: has_scope(scope, "openid"),
            refresh_token: (!has_scope(scope, "offline_access")).then_some(false),
            speaks_okta,
        };
        let tokens = success(&context.recorder, &reply, expected).ok_or(Stopped::CheckFailed)?;
        self.judge(request, tokens).await
    }

    /// Judges the tokens that a request led to.
    pub(super) async fn judge(&self, request: AuthorizationRequest, reply: TokenReply) -> Result<Tokens, Stopped> {
        let Actors { context, server, client, account } = self.actors;
        let id_token = if request.get("scope").is_some_and(|scope| has_scope(scope, "openid")) {
            let (raw, nonce) = (reply.id_token.as_deref(), request.get("nonce"));
            Some(self.judge_id_token(raw, nonce, Some(&reply.access_token), None).await?)
        } else {
            None
        };
        if let Some(id_token) = id_token.as_ref().filter(|_| context.target.speaks_okta()) {
            id_token::thin(&context.recorder, id_token);
        }
        judge_access_token(context, server, client, &reply, Some(account), id_token.as_ref()).await?;
        Ok(Tokens { reply, id_token, request })
    }

    /// Judges an ID token. The scenario stops when it cannot be read.
    pub(super) async fn judge_id_token(
        &self,
        raw: Option<&str>,
        nonce: Option<&str>,
        access_token: Option<&str>,
        code: Option<&str>,
    ) -> Result<Jwt, Stopped> {
        let Actors { context, server, client, .. } = self.actors;
        let keys = server.keys(&context.http).await?;
        let speaks_okta = context.target.speaks_okta();
        let expected = id_token::ExpectedIdToken {
            issuer: &server.issuer,
            client_id: &client.id,
            nonce,
            now: context.target.now(),
            access_token,
            code,
            hashes_required: speaks_okta || code.is_some(),
            speaks_okta,
        };
        id_token::judge(&context.recorder, raw, keys, expected).ok_or(Stopped::CheckFailed)
    }

    /// Introspects a token with that client.
    pub(super) async fn introspect(&self, client: &Client, token: &str, hint: Option<&str>) -> Result<Reply, Stopped> {
        let endpoint = self.actors.endpoint(Endpoint::Introspection)?;
        self.actors.context.post(&flow::about_token(endpoint, client, token, hint)).await
    }
}

/// Judges an access token if its format is known. `account` is none for a token of the client itself.
pub(super) async fn judge_access_token(
    context: &ScenarioContext,
    server: &Server,
    client: &Client,
    reply: &TokenReply,
    account: Option<&Account>,
    id_token: Option<&Jwt>,
) -> Result<Option<Jwt>, Stopped> {
    if !context.target.speaks_okta() {
        return Ok(None);
    }
    let keys = server.keys(&context.http).await?;
    let expected = access_token::ExpectedAccessToken {
        issuer: &server.issuer,
        audience: server.audience.as_deref(),
        client_id: &client.id,
        scope: reply.scope.as_deref(),
        expires_in: reply.expires_in,
        login: account.map(|account| account.login.as_str()),
        user_id: id_token.and_then(|token| token.text("sub")),
        refresh_token: reply.refresh_token.is_some(),
        now: context.target.now(),
    };
    let judge = match server.kind {
        ServerKind::Custom => access_token::custom,
        ServerKind::Org => access_token::org,
    };
    Ok(judge(&context.recorder, &reply.access_token, keys, expected))
}

/// The form as it is, or with an assertion for that audience if the client authenticates with a private key.
pub(super) fn with_assertion(
    context: &ScenarioContext,
    form: FormRequest,
    client: &Client,
    audience: &str,
) -> Result<FormRequest, Stopped> {
    let Some(key) = client.key.as_deref().filter(|_| client.auth == AuthMethod::PrivateKeyJwt) else {
        return Ok(form);
    };
    let key = Key::rsa(key)?;
    let header = json!({ "kid": key.thumbprint()? });
    let assertion = key.sign(&header, &assertion(client, audience, context.target.now()))?;
    Ok(form.without("client_id").asserted(&assertion))
}

fn authenticated(context: &ScenarioContext, form: FormRequest, client: &Client) -> Result<FormRequest, Stopped> {
    let audience = form.url().to_string();
    with_assertion(context, form, client, &audience)
}

fn has_scope(scopes: &str, name: &str) -> bool {
    scopes.split(' ').any(|scope| scope == name)
}
