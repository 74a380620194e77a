//! The base flow of every module: a sign-in in one variant, judged by the rules that always apply.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::plan::{ResponseType, Variant};
use crate::check::{authorization, discovery, id_token, keys, module, token, userinfo};
use crate::flow::signed::Key;
use crate::flow::{self, AuthorizationRequest, random_text};
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, COMPLETE, SECOND, WEB};
use crate::issuer_target::{AuthMethod, Endpoint, PublishedKeys, Server};
use crate::scenario::actors::Actors;
use crate::scenario::context::ScenarioContext;
use crate::scenario::stopped::Stopped;
use crate::wire::WireError;
use crate::wire::authorization::Callback;
use crate::wire::journey::Journey;
use crate::wire::jwt::Jwt;
use crate::wire::keys::KeySet;
use crate::wire::page::PageKind;
use crate::wire::token::TokenReply;

/// A run of a module in one variant.
#[derive(Clone, Copy, Debug)]
pub(super) struct ModuleRun<'a> {
    pub(super) context: &'a ScenarioContext,
    pub(super) actors: Actors<'a>,
    pub(super) variant: Variant,
}

/// The result of a sign-in.
#[derive(Debug)]
pub(super) struct SignInResult {
    pub(super) request: AuthorizationRequest,
    /// The ID token of the front channel.
    pub(super) front: Option<Jwt>,
    /// The ID token of the token endpoint.
    pub(super) back: Option<Jwt>,
    /// An ID token as it was sent.
    pub(super) hint: Option<String>,
    /// The access token: that of the token endpoint if there is one.
    pub(super) access_token: Option<String>,
    pub(super) refresh_token: Option<String>,
    pub(super) code: Option<String>,
    pub(super) session_state: Option<String>,
}

impl SignInResult {
    /// The ID token of the token endpoint, or else of the front channel.
    pub(super) fn id_token(&self) -> Result<&Jwt, Stopped> {
        self.back.as_ref().or(self.front.as_ref()).ok_or(Stopped::CheckFailed)
    }

    /// Every ID token.
    pub(super) fn id_tokens(&self) -> impl Iterator<Item = &Jwt> {
        self.front.iter().chain(&self.back)
    }

    pub(super) fn access_token(&self) -> Result<&str, Stopped> {
        self.access_token.as_deref().ok_or(Stopped::CheckFailed)
    }

    pub(super) fn hint(&self) -> Result<&str, Stopped> {
        self.hint.as_deref().ok_or(Stopped::CheckFailed)
    }
}

impl<'a> ModuleRun<'a> {
    /// A run with the usual client and user. Judges the keys and metadata.
    pub(super) async fn begin(context: &'a ScenarioContext, variant: Variant) -> Result<Self, Stopped> {
        Self::registering(context, variant, json!({})).await
    }

    /// A run whose client is registered with these members, if the plan registers its clients. A null member removes a
    /// default one.
    pub(super) async fn registering(
        context: &'a ScenarioContext,
        variant: Variant,
        members: Value,
    ) -> Result<Self, Stopped> {
        let actors = if variant.registers() {
            let client = context.registered_client(&metadata(context, variant, members)?).await?;
            Actors { context, server: context.server(Custom)?, client, account: context.account(BUYER)? }
        } else {
            context.actors(Custom, WEB, BUYER)?
        };
        documents(context, actors.server).await?;
        let run = Self { context, actors, variant };
        run.actors.authorization().permitted(&run.request())?;
        run.lists_auth_method();
        Ok(run)
    }

    /// The run with another client.
    pub(super) async fn other(self, members: Value) -> Result<Self, Stopped> {
        let client = if self.variant.registers() {
            self.context.second_registered_client(&metadata(self.context, self.variant, members)?).await?
        } else {
            self.context.client(SECOND)?
        };
        Ok(Self { actors: self.actors.with_client(client), ..self })
    }

    /// The run with the user who has a complete profile.
    pub(super) fn with_full_profile(self) -> Self {
        let account = self.context.account(COMPLETE).unwrap_or(self.actors.account);
        Self { actors: Actors { account, ..self.actors }, ..self }
    }

    /// Judges that the discovery document lists how the client authenticates.
    pub(super) fn lists_auth_method(&self) {
        let method = match self.actors.client.auth {
            AuthMethod::ClientSecretBasic => "client_secret_basic",
            AuthMethod::ClientSecretPost => "client_secret_post",
            AuthMethod::ClientSecretJwt => "client_secret_jwt",
            AuthMethod::PrivateKeyJwt => "private_key_jwt",
            AuthMethod::None => "none",
        };
        module::auth_method(&self.context.recorder, &self.actors.server.metadata, method);
    }

    pub(super) fn step(&self, text: impl AsRef<str>) {
        self.context.step(text);
    }

    /// The response type.
    pub(super) const fn kind(&self) -> ResponseType {
        self.variant.response_type()
    }

    /// An ordinary request, with only the openid scope.
    pub(super) fn request(&self) -> AuthorizationRequest {
        let request = self.actors.authorization().request().scopes("openid").with("response_type", self.kind().value());
        let request = if self.kind().has_code() { request } else { request.without_pkce() };
        match self.variant.response_mode() {
            Some(mode) => request.with("response_mode", mode),
            None => request,
        }
    }

    /// A request with a state of 128 characters, every permitted character among them.
    pub(super) fn request_with_long_state(&self) -> AuthorizationRequest {
        self.request().with("state", &format!("{}-._~", random_text(93)))
    }

    /// Signs in and judges the response and tokens.
    pub(super) async fn sign_in(&self, request: AuthorizationRequest) -> Result<SignInResult, Stopped> {
        let journey = self.actors.authorization().send(&request).await?;
        self.judge_response(request, &journey).await
    }

    /// Sends another request in the same browser; judges whether the user is asked to sign in.
    pub(super) async fn again(&self, request: AuthorizationRequest, asked: bool) -> Result<SignInResult, Stopped> {
        let journey = self.actors.authorization().send(&request).await?;
        authorization::asked_to_sign_in(&self.context.recorder, &journey, asked);
        self.judge_response(request, &journey).await
    }

    /// Judges a response and the tokens that its code is exchanged for.
    pub(super) async fn judge_response(
        &self,
        request: AuthorizationRequest,
        journey: &Journey,
    ) -> Result<SignInResult, Stopped> {
        let recorder = &self.context.recorder;
        let callback = self.actors.authorization().callback(&request, journey)?;
        let code = self.carries(callback)?;
        let mut result = SignInResult {
            front: self.front_token(&request, callback, code.as_deref()).await?,
            back: None,
            hint: callback.get("id_token").map(str::to_owned),
            access_token: callback.get("access_token").map(str::to_owned),
            refresh_token: None,
            code,
            session_state: callback.get("session_state").map(str::to_owned),
            request,
        };
        if let Some(code) = result.code.clone() {
            let tokens = self.actors.tokens().exchange_in_plan(result.request.clone(), &code).await?;
            let TokenReply { access_token, refresh_token, id_token, .. } = tokens.reply;
            (result.access_token, result.refresh_token) = (Some(access_token), refresh_token);
            (result.back, result.hint) = (tokens.id_token, id_token.or(result.hint));
        }
        for token in result.id_tokens() {
            let (code, state) = (result.code.as_deref(), result.request.get("state"));
            id_token::hashes_of_response(recorder, token, code, state);
            if self.variant == Variant::Dynamic {
                id_token::rs256(recorder, token);
            }
        }
        if let (Some(front), Some(back)) = (&result.front, &result.back) {
            id_token::same_sign_in(recorder, front, back);
        }
        Ok(result)
    }

    /// Judges that the response has the requested parameters and no others. Returns the code.
    fn carries(&self, callback: &Callback) -> Result<Option<String>, Stopped> {
        let recorder = &self.context.recorder;
        let code = if self.kind().has_code() {
            Some(authorization::code(recorder, callback).ok_or(Stopped::CheckFailed)?.to_owned())
        } else {
            authorization::CODE.absent(recorder, "code", callback.get("code"));
            None
        };
        let tokens = [
            (authorization::ID_TOKEN, "id_token", self.kind().has_id_token()),
            (authorization::ACCESS_TOKEN, "access_token", self.kind().has_token()),
        ];
        for (check, name, wanted) in tokens {
            if wanted {
                check.present(recorder, name, callback.get(name));
            } else {
                check.absent(recorder, name, callback.get(name));
            }
        }
        if self.kind().has_token() {
            let kind = callback.get("token_type").unwrap_or_default();
            token::TYPE.holds(recorder, kind.eq_ignore_ascii_case("bearer"), "Bearer", kind);
            token::lifetime(recorder, callback.get("expires_in").map(|seconds| seconds.parse().unwrap_or(0)));
        }
        Ok(code)
    }

    async fn front_token(
        &self,
        request: &AuthorizationRequest,
        callback: &Callback,
        code: Option<&str>,
    ) -> Result<Option<Jwt>, Stopped> {
        if !self.kind().has_id_token() {
            return Ok(None);
        }
        let server = self.actors.server;
        let keys = server.keys(&self.context.http).await?;
        let expected = id_token::ExpectedIdToken {
            issuer: &server.issuer,
            client_id: &self.actors.client.id,
            nonce: request.get("nonce"),
            now: self.context.target.now(),
            access_token: callback.get("access_token"),
            code,
            hashes_required: true,
            speaks_okta: self.context.target.speaks_okta(),
        };
        let token = id_token::judge(&self.context.recorder, callback.get("id_token"), keys, expected);
        Ok(Some(token.ok_or(Stopped::CheckFailed)?))
    }

    /// Judges userinfo with GET, if there is an access token.
    pub(super) async fn userinfo(&self, result: &SignInResult) -> Result<Option<Map<String, Value>>, Stopped> {
        if result.access_token.is_none() {
            return Ok(None);
        }
        self.userinfo_by(result, Method::GET).await.map(Some)
    }

    /// Judges userinfo with that method.
    pub(super) async fn userinfo_by(
        &self,
        result: &SignInResult,
        method: Method,
    ) -> Result<Map<String, Value>, Stopped> {
        self.step(format!("{method} userinfo"));
        let endpoint = self.actors.endpoint(Endpoint::Userinfo)?;
        let reply = self.context.send(flow::userinfo(endpoint, method, result.access_token()?)?).await?;
        let subject = result.id_tokens().next().and_then(|token| token.text("sub"));
        userinfo::success(&self.context.recorder, &reply, subject, &[], self.context.target.now())
            .ok_or(Stopped::CheckFailed)
    }

    /// Sends a request that must be answered with one of `errors` at the redirect URI, or, if `page`, with an error
    /// page.
    pub(super) async fn refused(
        &self,
        request: &AuthorizationRequest,
        errors: &[&str],
        page: bool,
    ) -> Result<(), Stopped> {
        let journey = self.actors.authorization().send(request).await?;
        if page && journey.page().is_some() {
            authorization::shows(&self.context.recorder, &journey, PageKind::Error);
            return Ok(());
        }
        // Without a response type the default mode of the code flow applies.
        let expected = self.actors.authorization().expected(request);
        authorization::refusal_by(&self.context.recorder, &journey, expected, errors, None);
        Ok(())
    }
}

/// Judges the documents that every module reads, the discovery document and the keys. Returns the keys.
pub(super) async fn documents<'a>(context: &ScenarioContext, server: &'a Server) -> Result<&'a KeySet, Stopped> {
    let recorder = &context.recorder;
    discovery::fetched(recorder, server.document_status);
    match server.published_keys(&context.http).await {
        Ok(PublishedKeys { status, set }) => {
            keys::FETCHED.holds(recorder, *status == 200, 200, status);
            keys::standard(recorder, set);
            Ok(set)
        }
        Err(error @ WireError::Unreadable { .. }) => {
            keys::FETCHED.holds(recorder, false, "200 with a key set", error);
            Err(Stopped::CheckFailed)
        }
        Err(error) => Err(error.into()),
    }
}

/// The members that the client of a plan is registered with: a key in the dynamic plan, a secret in the logout plans.
pub(super) fn metadata(context: &ScenarioContext, variant: Variant, members: Value) -> Result<Value, Stopped> {
    let mut metadata = if variant == Variant::Dynamic {
        let keys = Key::rsa(&context.target.registration_keys[0])?.set()?;
        json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": keys })
    } else {
        json!({ "post_logout_redirect_uris": [context.target.signed_out_uri] })
    };
    for (name, value) in members.as_object().cloned().unwrap_or_default() {
        metadata[name] = value;
    }
    if let Some(metadata) = metadata.as_object_mut() {
        metadata.retain(|_, value| !value.is_null());
    }
    Ok(metadata)
}
