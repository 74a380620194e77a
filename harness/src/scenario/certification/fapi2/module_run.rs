//! The base flow of FAPI 2: a registered client pushes a request, sends its request_uri and redeems the code with its
//! keys.

use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};
use url::Url;
use uuid::Uuid;

use super::registered_client::RegisteredClient;
use crate::check::{authorization, fapi, id_token, keys, token, userinfo};
use crate::flow::signed::{Draft, Key, Proof, assertion, request_object};
use crate::flow::{self, AuthorizationRequest, FormRequest};
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::BUYER;
use crate::issuer_target::{Endpoint, Server, Target};
use crate::scenario::actors::Actors;
use crate::scenario::certification::module_run::documents;
use crate::scenario::certification::plan::Variant;
use crate::scenario::context::ScenarioContext;
use crate::scenario::dpop::with_nonce;
use crate::scenario::pushed::{accepted, follow};
use crate::scenario::stopped::Stopped;
use crate::scenario::token_flow::Tokens;
use crate::wire::Reply;
use crate::wire::journey::Journey;
use crate::wire::page::PageKind;

/// RFC 6749 5.2: client authentication failed.
pub(super) const INVALID_CLIENT: &str = "invalid_client";

/// The usual Accept header of a client.
const ACCEPTED_TYPE: &str = "application/json";

/// A function that runs a FAPI 2 module.
pub(super) type Fapi2Fn = for<'a> fn(&'a Fapi2Run<'a>) -> BoxFuture<'a, Result<(), Stopped>>;

/// A run of a module in one variant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fapi2Run<'a> {
    pub(super) context: &'a ScenarioContext,
    pub(super) actors: Actors<'a>,
    pub(super) registered: &'a RegisteredClient,
    /// The second client.
    pub(super) other: &'a RegisteredClient,
    /// Whether requests are signed.
    pub(super) signed: bool,
    /// Changes every assertion before it is signed.
    pub(super) assertion: fn(&mut Value, &Server),
    /// Changes every proof before it is signed.
    pub(super) proof: fn(&mut Draft),
}

/// Whether a pushed request was accepted. RFC 9126 2.2: 201; Okta: 200.
pub(super) fn is_accepted(reply: &Reply) -> bool {
    matches!(reply.status, 200 | 201)
}

/// Registers two clients and runs the module with them.
pub(super) fn run_with_clients(
    context: &ScenarioContext,
    variant: Variant,
    function: Fapi2Fn,
) -> BoxFuture<'_, Result<(), Stopped>> {
    Box::pin(async move {
        let signed = variant == Variant::Fapi2 { signed: true };
        let server = context.server(Custom)?;
        keys::long_enough(&context.recorder, documents(context, server).await?);
        let registered =
            RegisteredClient::register(context, context.target.redirect_uri.clone(), signed, false).await?;
        let mut redirect_uri = context.target.redirect_uri.clone();
        // RFC 6749 3.1.2: the redirect URI of the second client has a query.
        redirect_uri.set_query(Some("dummy1=lorem&dummy2=ipsum"));
        let other = RegisteredClient::register(context, redirect_uri, signed, true).await?;
        let actors = Actors { context, server, client: &registered.client, account: context.account(BUYER)? };
        let run = Fapi2Run {
            context,
            actors,
            registered: &registered,
            other: &other,
            signed,
            assertion: |_, _| {},
            proof: |_| {},
        };
        function(&run).await
    })
}

impl<'a> Fapi2Run<'a> {
    /// The run with the two clients swapped.
    pub(super) fn swapped(&self) -> Fapi2Run<'a> {
        let actors = self.actors.with_client(&self.other.client);
        Fapi2Run { actors, registered: self.other, other: self.registered, ..*self }
    }

    pub(super) fn step(&self, text: impl AsRef<str>) {
        self.context.step(text);
    }

    pub(super) fn endpoint(&self, endpoint: Endpoint) -> Result<&'a Url, Stopped> {
        self.actors.endpoint(endpoint)
    }

    /// An ordinary request: only the openid scope.
    pub(super) fn request(&self) -> AuthorizationRequest {
        self.actors
            .authorization()
            .request()
            .scopes("openid")
            .with("redirect_uri", self.registered.redirect_uri.as_str())
    }

    /// The form with an assertion for that endpoint.
    fn asserted(&self, form: &FormRequest, endpoint: &Url) -> Result<FormRequest, Stopped> {
        // FAPI 2 Security Profile 5.3.3.1: the audience is the issuer. Okta: the called endpoint.
        let issuer = self.actors.server.issuer.as_str();
        let audience = if self.context.target.speaks_okta() { endpoint.as_str() } else { issuer };
        let mut claims = assertion(self.actors.client, audience, self.context.target.now());
        (self.assertion)(&mut claims, self.actors.server);
        Ok(form.clone().asserted(&self.registered.sign(&claims)?))
    }

    /// The claims of a request object.
    pub(super) fn object(&self, request: &AuthorizationRequest) -> Value {
        let now = self.context.target.now();
        let mut claims = request_object(request, self.actors.client, &self.actors.server.issuer, now);
        // FAPI 2 Message Signing 5.3.1: nbf is required.
        claims["nbf"] = json!(now);
        claims
    }

    /// The form that pushes a request, without client authentication.
    pub(super) fn form(&self, request: &AuthorizationRequest) -> Result<FormRequest, Stopped> {
        if self.signed {
            return self.form_of(&self.registered.sign(&self.object(request))?);
        }
        let form = FormRequest::new(self.endpoint(Endpoint::Push)?);
        Ok(request.params().iter().fold(form, |form, (name, value)| form.with(name, value)))
    }

    /// The form that pushes that request object.
    pub(super) fn form_of(&self, object: &str) -> Result<FormRequest, Stopped> {
        let form = FormRequest::new(self.endpoint(Endpoint::Push)?);
        Ok(form.with("client_id", &self.actors.client.id).with("request", object))
    }

    /// Pushes a form.
    pub(super) async fn send(&self, form: &FormRequest) -> Result<Reply, Stopped> {
        self.step("push the request");
        self.post(form, Endpoint::Push).await
    }

    /// Posts a form with an assertion, and without a proof.
    pub(super) async fn post(&self, form: &FormRequest, endpoint: Endpoint) -> Result<Reply, Stopped> {
        self.context.post(&self.asserted(form, self.endpoint(endpoint)?)?).await
    }

    /// Pushes a request together with a proof of that key.
    pub(super) async fn send_proved(&self, request: &AuthorizationRequest, key: &Key) -> Result<Reply, Stopped> {
        self.step("push the request with a proof");
        let form = self.form(request)?;
        self.proved(&form, self.endpoint(Endpoint::Push)?, key).await
    }

    /// Pushes a request. Returns its request_uri and lifetime.
    pub(super) async fn push(&self, request: &AuthorizationRequest) -> Result<(String, i64), Stopped> {
        let reply = self.send(&self.form(request)?).await?;
        self.request_uri(&reply)
    }

    /// Judges the answer to a pushed request. Returns the request_uri and its lifetime.
    pub(super) fn request_uri(&self, reply: &Reply) -> Result<(String, i64), Stopped> {
        let (name, lifetime) = accepted(self.context, reply)?;
        fapi::pushed(&self.context.recorder, reply, &name, lifetime);
        Ok((name, lifetime))
    }

    /// Sends an authorization request with a request_uri, the parameters that OAuth and OpenID Connect require, and
    /// `extra`.
    pub(super) async fn follow(
        &self,
        request: &AuthorizationRequest,
        name: &str,
        extra: &[(&str, &str)],
    ) -> Result<Journey, Stopped> {
        // OIDC Core 6.1: these are required outside too.
        let outside = ["response_type", "scope", "redirect_uri"];
        let outside = outside.into_iter().filter_map(|name| Some((name, request.get(name)?)));
        let beside: Vec<(&str, &str)> = outside.chain(extra.iter().copied()).collect();
        follow(self.context, &self.actors, name, &beside).await
    }

    /// Pushes a request and sends its request_uri.
    pub(super) async fn authorize(&self, request: &AuthorizationRequest) -> Result<Journey, Stopped> {
        let (name, _) = self.push(request).await?;
        self.follow(request, &name, &[]).await
    }

    /// Judges a response up to its code.
    pub(super) fn code(&self, request: &AuthorizationRequest, journey: &Journey) -> Result<String, Stopped> {
        let recorder = &self.context.recorder;
        let callback = self.actors.authorization().callback(request, journey)?;
        fapi::NAMES_ISSUER.equals(recorder, &self.actors.server.issuer, callback.get("iss"));
        authorization::code(recorder, callback).map(str::to_owned).ok_or(Stopped::CheckFailed)
    }

    /// Signs in. Returns the request and its code.
    pub(super) async fn sign_in_for_code(&self) -> Result<(AuthorizationRequest, String), Stopped> {
        let request = self.request();
        let code = self.code(&request, &self.authorize(&request).await?)?;
        Ok((request, code))
    }

    /// Signs in and judges the response and tokens.
    pub(super) async fn sign_in(&self, request: AuthorizationRequest) -> Result<Tokens, Stopped> {
        let journey = self.authorize(&request).await?;
        self.judge_response(request, &journey).await
    }

    /// Judges a response and the tokens that its code is exchanged for.
    pub(super) async fn judge_response(
        &self,
        request: AuthorizationRequest,
        journey: &Journey,
    ) -> Result<Tokens, Stopped> {
        let code = self.code(&request, journey)?;
        let form = self.exchange_form(&request, &code)?;
        let reply = self.redeem(&form).await?;
        self.tokens(request, Some(&code), &reply).await
    }

    /// The form that exchanges a code, without client authentication.
    pub(super) fn exchange_form(&self, request: &AuthorizationRequest, code: &str) -> Result<FormRequest, Stopped> {
        self.actors.tokens().exchange_form(request, code)
    }

    /// Posts a form to the token endpoint, with an assertion and a proof.
    pub(super) async fn redeem(&self, form: &FormRequest) -> Result<Reply, Stopped> {
        self.redeem_by(form, &self.registered.possession).await
    }

    /// Posts the form with a proof of that key.
    pub(super) async fn redeem_by(&self, form: &FormRequest, key: &Key) -> Result<Reply, Stopped> {
        self.step("call the token endpoint");
        self.proved(form, self.endpoint(Endpoint::Token)?, key).await
    }

    async fn proved(&self, form: &FormRequest, url: &Url, key: &Key) -> Result<Reply, Stopped> {
        self.with_proof(url, key, || self.asserted(form, url)).await
    }

    /// Posts the result of `form` with a proof of that key.
    pub(super) async fn with_proof(
        &self,
        url: &Url,
        key: &Key,
        form: impl Fn() -> Result<FormRequest, Stopped>,
    ) -> Result<Reply, Stopped> {
        let (reply, _) = with_nonce(self.context, |nonce| {
            let proof = self.draft(key, "POST", url, nonce, None)?;
            Ok(form()?.with_header("dpop", &key.seal(&proof)?).request()?)
        })
        .await?;
        Ok(reply)
    }

    /// A proof before it is signed.
    pub(super) fn draft(
        &self,
        key: &Key,
        method: &str,
        url: &Url,
        nonce: Option<&str>,
        access_token: Option<&str>,
    ) -> Result<Draft, Stopped> {
        let now = self.context.target.now();
        let mut draft = key.draft(&Proof { method, url, now, nonce, access_token })?;
        (self.proof)(&mut draft);
        Ok(draft)
    }

    /// Judges the tokens that a code was exchanged for.
    pub(super) async fn tokens(
        &self,
        request: AuthorizationRequest,
        code: Option<&str>,
        reply: &Reply,
    ) -> Result<Tokens, Stopped> {
        let scope = request.get("scope").filter(|_| self.context.target.speaks_okta());
        let speaks_okta = self.context.target.speaks_okta();
        let expected = token::ExpectedTokenResponse { scope, id_token: true, refresh_token: None, speaks_okta };
        let tokens = token::bound(&self.context.recorder, reply, expected).ok_or(Stopped::CheckFailed)?;
        let tokens = self.actors.tokens().judge(request, tokens).await?;
        let (recorder, token) = (&self.context.recorder, tokens.id_token.as_ref().ok_or(Stopped::CheckFailed)?);
        fapi::id_token(recorder, token);
        id_token::NAMES_KEY.present(recorder, "a kid", token.header_text("kid"));
        id_token::hashes_of_response(recorder, token, code, tokens.request.get("state"));
        Ok(tokens)
    }

    /// Calls userinfo, the protected resource of these plans, with a proof, and judges the claims.
    pub(super) async fn userinfo(&self, tokens: &Tokens) -> Result<Map<String, Value>, Stopped> {
        self.userinfo_as(tokens, "DPoP").await
    }

    /// Calls userinfo with that spelling of the scheme.
    pub(super) async fn userinfo_as(&self, tokens: &Tokens, scheme: &str) -> Result<Map<String, Value>, Stopped> {
        self.step("call userinfo");
        let interaction = Uuid::new_v4();
        let reply = self.resource_with(&tokens.reply.access_token, scheme, &interaction, ACCEPTED_TYPE).await?;
        let target = &self.context.target;
        fapi::resource(&self.context.recorder, &reply, &[target.now(), Target::machine_time()], &interaction);
        let subject = tokens.id_token.as_ref().and_then(|token| token.text("sub"));
        userinfo::success(&self.context.recorder, &reply, subject, &[], self.context.target.now())
            .ok_or(Stopped::CheckFailed)
    }

    /// Calls userinfo with that token and a proof of this client's key.
    pub(super) async fn resource(&self, access_token: &str, scheme: &str) -> Result<Reply, Stopped> {
        self.resource_with(access_token, scheme, &Uuid::new_v4(), ACCEPTED_TYPE).await
    }

    /// Calls userinfo with that id of the interaction and Accept header.
    pub(super) async fn resource_with(
        &self,
        access_token: &str,
        scheme: &str,
        interaction: &Uuid,
        accept: &str,
    ) -> Result<Reply, Stopped> {
        let (url, key) = (self.endpoint(Endpoint::Userinfo)?, &self.registered.possession);
        let (reply, _) = with_nonce(self.context, |nonce| {
            let proof = key.seal(&self.draft(key, "GET", url, nonce, Some(access_token))?)?;
            let call = flow::userinfo(url, reqwest::Method::GET, access_token)?.header("accept", accept)?;
            let call = call.header(fapi::INTERACTION_ID, &interaction.to_string())?;
            Ok(call.header("authorization", &format!("{scheme} {access_token}"))?.header("dpop", &proof)?)
        })
        .await?;
        Ok(reply)
    }

    /// The key that this client's tokens are bound to.
    pub(super) fn possession(&self) -> &'a Key {
        &self.registered.possession
    }

    /// A whole sign-in, which must succeed.
    pub(super) async fn plain(&self, request: AuthorizationRequest) -> Result<(), Stopped> {
        let tokens = self.sign_in(request).await?;
        self.userinfo(&tokens).await?;
        Ok(())
    }

    /// Pushes a request that must be rejected with one of `errors`, either at once or when its request_uri is used.
    pub(super) async fn refused(
        &self,
        request: &AuthorizationRequest,
        form: &FormRequest,
        errors: &[&str],
    ) -> Result<(), Stopped> {
        let reply = self.send(form).await?;
        if !is_accepted(&reply) {
            self.denied(&reply, errors);
            return Ok(());
        }
        let (name, _) = self.request_uri(&reply)?;
        let journey = self.follow(request, &name, &[]).await?;
        self.turned_away(request, &journey, errors);
        Ok(())
    }

    /// Judges a journey that must succeed or end with an error. Returns whether it succeeded.
    pub(super) async fn either(
        &self,
        request: AuthorizationRequest,
        journey: &Journey,
        errors: &[&str],
    ) -> Result<bool, Stopped> {
        let succeeds = journey.callback().is_some_and(|callback| callback.get("error").is_none());
        if succeeds {
            let tokens = self.judge_response(request, journey).await?;
            self.userinfo(&tokens).await?;
        } else {
            self.turned_away(&request, journey, errors);
        }
        Ok(succeeds)
    }

    /// Judges that the request was rejected: with a page, with one of `errors`, or with an error about the whole
    /// request.
    pub(super) fn turned_away(&self, request: &AuthorizationRequest, journey: &Journey, errors: &[&str]) {
        if !fapi::turned_away(&self.context.recorder, journey) {
            return;
        }
        if journey.callback().is_none() {
            authorization::shows(&self.context.recorder, journey, PageKind::Error);
            return;
        }
        let errors: Vec<&str> = errors.iter().copied().chain(["invalid_request", "invalid_request_uri"]).collect();
        let expected = self.actors.authorization().expected(request);
        authorization::refusal_by(&self.context.recorder, journey, expected, &errors, None);
    }

    /// Judges that an invalid request_uri was rejected. The pushed parameters are not known then, the state among
    /// them.
    pub(super) fn worthless(&self, journey: &Journey) {
        if !fapi::turned_away(&self.context.recorder, journey) {
            return;
        }
        match journey.callback() {
            None => authorization::shows(&self.context.recorder, journey, PageKind::Error),
            Some(callback) => {
                authorization::ERROR_CODE.equals(&self.context.recorder, "invalid_request_uri", callback.get("error"));
            }
        }
    }

    /// Judges that an endpoint answered with one of `errors`.
    pub(super) fn denied(&self, reply: &Reply, errors: &[&str]) {
        // RFC 6749 5.2: 400, or 401 for invalid_client.
        let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
        self.denied_with(reply, errors, body["error"] == INVALID_CLIENT && errors.contains(&INVALID_CLIENT));
    }

    /// Judges that an endpoint did not take the client's authentication: with one of `errors` and 400 or 401.
    pub(super) fn not_authenticated(&self, reply: &Reply, errors: &[&str]) {
        self.denied_with(reply, errors, true);
    }

    fn denied_with(&self, reply: &Reply, errors: &[&str], unauthorized: bool) {
        if fapi::refused(&self.context.recorder, reply) {
            let status = if reply.status == 401 && unauthorized { 401 } else { 400 };
            token::refusal_by(&self.context.recorder, reply, status, errors, None);
        }
    }
}
