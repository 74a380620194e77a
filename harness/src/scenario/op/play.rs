//! The base flow that every module runs: a sign-in in one variant, judged by the rules that always hold.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::{ResponseType, Variant};
use crate::check::{authorization, id_token, keys, module, token, userinfo};
use crate::flow::signed::Key;
use crate::flow::{self, AuthorizationRequest, random_text};
use crate::issuer_target::AuthMethod;
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, COMPLETE, SECOND, WEB};
use crate::scenario::stage::{Cast, Halt, Stage};
use crate::wire::authorization::Callback;
use crate::wire::journey::Journey;
use crate::wire::jwt::Jwt;
use crate::wire::page::PageKind;
use crate::wire::token::TokenReply;

/// One module in one variant: who plays, and how it is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Play<'a> {
    pub(super) stage: &'a Stage,
    pub(super) cast: Cast<'a>,
    pub(super) variant: Variant,
}

/// What a sign-in gave.
#[derive(Debug)]
pub(super) struct Gained {
    pub(super) request: AuthorizationRequest,
    /// The ID token of the front channel.
    pub(super) front: Option<Jwt>,
    /// The ID token of the token endpoint.
    pub(super) back: Option<Jwt>,
    /// An ID token as it was sent.
    pub(super) hint: Option<String>,
    /// The access token: the token endpoint's where there is one.
    pub(super) access_token: Option<String>,
    pub(super) refresh_token: Option<String>,
    pub(super) code: Option<String>,
}

impl Gained {
    /// The ID token, wherever it came from.
    pub(super) fn id_token(&self) -> Result<&Jwt, Halt> {
        self.back.as_ref().or(self.front.as_ref()).ok_or(Halt::Failed)
    }

    /// Every ID token.
    pub(super) fn id_tokens(&self) -> impl Iterator<Item = &Jwt> {
        self.front.iter().chain(&self.back)
    }

    pub(super) fn access_token(&self) -> Result<&str, Halt> {
        self.access_token.as_deref().ok_or(Halt::Failed)
    }

    pub(super) fn hint(&self) -> Result<&str, Halt> {
        self.hint.as_deref().ok_or(Halt::Failed)
    }
}

impl<'a> Play<'a> {
    /// The usual client and person, and the rules about keys and metadata, which hold before anybody signs in.
    pub(super) async fn begin(stage: &'a Stage, variant: Variant) -> Result<Self, Halt> {
        Self::registering(stage, variant, json!({})).await
    }

    /// The same; a plan that registers its clients registers this one with those members beside its own. A member that
    /// is null takes one of those away.
    pub(super) async fn registering(stage: &'a Stage, variant: Variant, members: Value) -> Result<Self, Halt> {
        let cast = if variant.registers() {
            let client = stage.own_client(&metadata(stage, variant, members)?).await?;
            Cast { server: stage.server(Custom)?, client, account: stage.account(BUYER)? }
        } else {
            stage.cast(Custom, WEB, BUYER)?
        };
        keys::standard(&stage.recorder, cast.server.keys(&stage.http).await?);
        let play = Self { stage, cast, variant };
        play.lists_auth_method();
        Ok(play)
    }

    /// The same with another client.
    pub(super) async fn other(self, members: Value) -> Result<Self, Halt> {
        let client = if self.variant.registers() {
            self.stage.second_own_client(&metadata(self.stage, self.variant, members)?).await?
        } else {
            self.stage.client(SECOND)?
        };
        Ok(Self { cast: self.cast.with_client(client), ..self })
    }

    /// The same with the person whose profile is the fullest.
    pub(super) fn with_full_profile(self) -> Self {
        let account = self.stage.account(COMPLETE).unwrap_or(self.cast.account);
        Self { cast: Cast { account, ..self.cast }, ..self }
    }

    /// Judges that discovery lists how the client authenticates.
    pub(super) fn lists_auth_method(&self) {
        let method = match self.cast.client.auth {
            AuthMethod::ClientSecretBasic => "client_secret_basic",
            AuthMethod::ClientSecretPost => "client_secret_post",
            AuthMethod::ClientSecretJwt => "client_secret_jwt",
            AuthMethod::PrivateKeyJwt => "private_key_jwt",
            AuthMethod::None => "none",
        };
        module::auth_method(&self.stage.recorder, &self.cast.server.metadata, method);
    }

    pub(super) fn step(&self, text: impl AsRef<str>) {
        self.stage.step(text);
    }

    /// What is asked for.
    pub(super) const fn kind(&self) -> ResponseType {
        self.variant.response_type()
    }

    /// An ordinary request: only the openid scope, as most modules ask.
    pub(super) fn request(&self) -> AuthorizationRequest {
        let request = self.stage.request(&self.cast).scopes("openid").with("response_type", self.kind().value());
        let request = if self.kind().has_code() { request } else { request.without_pkce() };
        match self.variant.response_mode() {
            Some(mode) => request.with("response_mode", mode),
            None => request,
        }
    }

    /// A request with a state of 128 characters, every permitted sign among them.
    pub(super) fn request_with_long_state(&self) -> AuthorizationRequest {
        self.request().with("state", &format!("{}-._~", random_text(93)))
    }

    /// Signs in and judges everything that comes.
    pub(super) async fn sign_in(&self, request: AuthorizationRequest) -> Result<Gained, Halt> {
        let journey = self.stage.authorize(&self.cast, &request).await?;
        self.gain(request, &journey).await
    }

    /// Asks once more in the same browser; judges whether the person is asked to sign in.
    pub(super) async fn again(&self, request: AuthorizationRequest, asked: bool) -> Result<Gained, Halt> {
        let journey = self.stage.authorize(&self.cast, &request).await?;
        authorization::asked_to_sign_in(&self.stage.recorder, &journey, asked);
        self.gain(request, &journey).await
    }

    /// Judges a response and everything that it can be exchanged for.
    pub(super) async fn gain(&self, request: AuthorizationRequest, journey: &Journey) -> Result<Gained, Halt> {
        let recorder = &self.stage.recorder;
        let callback = self.stage.arrived(&self.cast, &request, journey)?;
        let code = self.carries(callback)?;
        let mut gained = Gained {
            front: self.front_token(&request, callback, code.as_deref()).await?,
            back: None,
            hint: callback.get("id_token").map(str::to_owned),
            access_token: callback.get("access_token").map(str::to_owned),
            refresh_token: None,
            code,
            request,
        };
        if let Some(code) = gained.code.clone() {
            let tokens = self.stage.exchange(&self.cast, gained.request.clone(), &code).await?;
            let TokenReply { access_token, refresh_token, id_token, .. } = tokens.reply;
            (gained.access_token, gained.refresh_token) = (Some(access_token), refresh_token);
            (gained.back, gained.hint) = (tokens.id_token, id_token.or(gained.hint));
        }
        if let (Some(front), Some(back)) = (&gained.front, &gained.back) {
            id_token::same_sign_in(recorder, front, back);
        }
        Ok(gained)
    }

    /// Judges that the response carries what was asked for and nothing else. Answers the code.
    fn carries(&self, callback: &Callback) -> Result<Option<String>, Halt> {
        let recorder = &self.stage.recorder;
        let code = if self.kind().has_code() {
            Some(authorization::code(recorder, callback).ok_or(Halt::Failed)?.to_owned())
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
    ) -> Result<Option<Jwt>, Halt> {
        if !self.kind().has_id_token() {
            return Ok(None);
        }
        let server = self.cast.server;
        let keys = server.keys(&self.stage.http).await?;
        let expected = id_token::Expected {
            issuer: &server.issuer,
            client_id: &self.cast.client.id,
            nonce: request.get("nonce"),
            now: self.stage.target.now(),
            access_token: callback.get("access_token"),
            code,
            hashes_required: true,
            speaks_okta: self.stage.target.speaks_okta(),
        };
        let token = id_token::judge(&self.stage.recorder, callback.get("id_token"), keys, expected);
        Ok(Some(token.ok_or(Halt::Failed)?))
    }

    /// Judges userinfo by GET with the access token, where there is one.
    pub(super) async fn userinfo(&self, gained: &Gained) -> Result<Option<Map<String, Value>>, Halt> {
        if gained.access_token.is_none() {
            return Ok(None);
        }
        self.userinfo_by(gained, Method::GET).await.map(Some)
    }

    /// Judges userinfo by that method.
    pub(super) async fn userinfo_by(&self, gained: &Gained, method: Method) -> Result<Map<String, Value>, Halt> {
        self.step(format!("{method} userinfo"));
        let endpoint = self.stage.endpoint(self.cast.server, Endpoint::Userinfo)?;
        let reply = self.stage.send(flow::userinfo(endpoint, method, gained.access_token()?)?).await?;
        let subject = gained.id_tokens().next().and_then(|token| token.text("sub"));
        userinfo::success(&self.stage.recorder, &reply, subject, &[]).ok_or(Halt::Failed)
    }

    /// Sends a request that must be refused by one of `errors`, at the redirect URI or, if `page`, on a page.
    pub(super) async fn refused(
        &self,
        request: &AuthorizationRequest,
        errors: &[&str],
        page: bool,
    ) -> Result<(), Halt> {
        let journey = self.stage.authorize(&self.cast, request).await?;
        if page && journey.page().is_some() {
            authorization::shows(&self.stage.recorder, &journey, PageKind::Error);
            return Ok(());
        }
        // Without a response type the code flow's default applies, unless a mode was named.
        let expected = self.stage.expected(&self.cast, request);
        authorization::refusal_by(&self.stage.recorder, &journey, expected, errors, None);
        Ok(())
    }
}

/// What the client of a plan is registered with: those of the dynamic plan sign, those of the logout plans have a secret.
pub(super) fn metadata(stage: &Stage, variant: Variant, members: Value) -> Result<Value, Halt> {
    let mut metadata = if variant == Variant::Dynamic {
        let keys = Key::rsa(&stage.target.registration_keys[0])?.set()?;
        json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": keys })
    } else {
        json!({ "post_logout_redirect_uris": [stage.target.signed_out_uri] })
    };
    for (name, value) in members.as_object().cloned().unwrap_or_default() {
        metadata[name] = value;
    }
    if let Some(metadata) = metadata.as_object_mut() {
        metadata.retain(|_, value| !value.is_null());
    }
    Ok(metadata)
}
