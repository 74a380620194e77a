//! The base flow of FAPI 2: a client that registered itself pushes a request, follows it and redeems a code, by its keys.

use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};
use url::Url;

use super::super::{Need, Variant};
use super::party::Party;
use crate::check::{authorization, fapi, keys, token, userinfo};
use crate::flow::signed::{Draft, Key, Proof, assertion, request_object};
use crate::flow::{self, AuthorizationRequest, FormRequest};
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::BUYER;
use crate::issuer_target::{Endpoint, Server};
use crate::scenario::dpop::with_nonce;
use crate::scenario::pushed::{follow, taken};
use crate::scenario::stage::{Cast, Halt, Stage, Tokens};
use crate::wire::Reply;
use crate::wire::journey::Journey;
use crate::wire::page::PageKind;

/// RFC 6749 5.2: the client is not believed.
pub(super) const INVALID_CLIENT: &str = "invalid_client";

/// A story of FAPI 2.
pub(super) type Story = for<'a> fn(&'a Play<'a>) -> BoxFuture<'a, Result<(), Halt>>;

/// One module in one variant: who plays, and how it is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Play<'a> {
    pub(super) stage: &'a Stage,
    pub(super) cast: Cast<'a>,
    pub(super) party: &'a Party,
    /// The second client.
    pub(super) other: &'a Party,
    /// Whether requests are signed.
    pub(super) signed: bool,
    /// Done to every assertion before it is signed.
    pub(super) assertion: fn(&mut Value, &Server),
    /// Done to every proof before it is signed.
    pub(super) proof: fn(&mut Draft),
}

/// Whether a pushed request was taken. RFC 9126 2.2; Okta: 200.
pub(super) fn is_taken(reply: &Reply) -> bool {
    matches!(reply.status, 200 | 201)
}

/// What an issuer has to have, where requests are signed and where not.
const NEEDS: &[Need] = &[
    Need::Endpoint(Custom, Endpoint::Registration),
    Need::Endpoint(Custom, Endpoint::Push),
    Need::Endpoint(Custom, Endpoint::Userinfo),
    Need::Listed("token_endpoint_auth_methods_supported", "private_key_jwt"),
    Need::Listed("dpop_signing_alg_values_supported", "ES256"),
];
const NEEDS_OF_SIGNED: &[Need] = &[
    Need::Stated("request_parameter_supported"),
    Need::Listed("request_object_signing_alg_values_supported", "ES256"),
];

/// Registers two clients and tells the story with them.
pub(super) fn act(stage: &Stage, variant: Variant, story: Story) -> BoxFuture<'_, Result<(), Halt>> {
    Box::pin(async move {
        let signed = variant == Variant::Fapi2 { signed: true };
        let needs = NEEDS.iter().chain(NEEDS_OF_SIGNED.iter().filter(|_| signed));
        if let Some(missing) = needs.copied().find_map(|need| need.unmet(&stage.target)) {
            return Err(Halt::Skip(missing));
        }
        let server = stage.server(Custom)?;
        keys::standard(&stage.recorder, server.keys(&stage.http).await?);
        let party = Party::register(stage, stage.target.redirect_uri.clone(), false).await?;
        let mut redirect_uri = stage.target.redirect_uri.clone();
        // RFC 6749 3.1.2: the address of the second one has parameters of its own.
        redirect_uri.set_query(Some("dummy1=lorem&dummy2=ipsum"));
        let other = Party::register(stage, redirect_uri, true).await?;
        let cast = Cast { server, client: &party.client, account: stage.account(BUYER)? };
        let play = Play { stage, cast, party: &party, other: &other, signed, assertion: |_, _| {}, proof: |_| {} };
        story(&play).await
    })
}

impl<'a> Play<'a> {
    /// The same with the two clients the other way round.
    pub(super) fn swapped(&self) -> Play<'a> {
        let cast = self.cast.with_client(&self.other.client);
        Play { cast, party: self.other, other: self.party, ..*self }
    }

    pub(super) fn step(&self, text: impl AsRef<str>) {
        self.stage.step(text);
    }

    pub(super) fn endpoint(&self, endpoint: Endpoint) -> Result<&'a Url, Halt> {
        self.stage.endpoint(self.cast.server, endpoint)
    }

    /// An ordinary request: only the openid scope.
    pub(super) fn request(&self) -> AuthorizationRequest {
        self.stage.request(&self.cast).scopes("openid").with("redirect_uri", self.party.redirect_uri.as_str())
    }

    /// The form with an assertion for that endpoint.
    fn asserted(&self, form: &FormRequest, endpoint: &Url) -> Result<FormRequest, Halt> {
        // FAPI 2 Security Profile 5.3.3.1: for the issuer. Okta: for the endpoint that is called.
        let issuer = self.cast.server.issuer.as_str();
        let audience = if self.stage.target.speaks_okta() { endpoint.as_str() } else { issuer };
        let mut claims = assertion(self.cast.client, audience, self.stage.target.now());
        (self.assertion)(&mut claims, self.cast.server);
        Ok(form.clone().asserted(&self.party.sign(&claims)?))
    }

    /// The claims of a request object.
    pub(super) fn object(&self, request: &AuthorizationRequest) -> Value {
        let now = self.stage.target.now();
        let mut claims = request_object(request, self.cast.client, &self.cast.server.issuer, now);
        // FAPI 2 Message Signing 5.3.1: nbf too.
        claims["nbf"] = json!(now);
        claims
    }

    /// The form that pushes a request, without any authentication.
    pub(super) fn form(&self, request: &AuthorizationRequest) -> Result<FormRequest, Halt> {
        if self.signed {
            return self.form_of(&self.party.sign(&self.object(request))?);
        }
        let form = FormRequest::new(self.endpoint(Endpoint::Push)?);
        Ok(request.params().iter().fold(form, |form, (name, value)| form.with(name, value)))
    }

    /// The form that pushes that request object.
    pub(super) fn form_of(&self, object: &str) -> Result<FormRequest, Halt> {
        let form = FormRequest::new(self.endpoint(Endpoint::Push)?);
        Ok(form.with("client_id", &self.cast.client.id).with("request", object))
    }

    /// Pushes a form.
    pub(super) async fn send(&self, form: &FormRequest) -> Result<Reply, Halt> {
        self.step("push the request");
        self.post(form, Endpoint::Push).await
    }

    /// Posts a form with an assertion, and without a proof.
    pub(super) async fn post(&self, form: &FormRequest, endpoint: Endpoint) -> Result<Reply, Halt> {
        self.stage.post(&self.asserted(form, self.endpoint(endpoint)?)?).await
    }

    /// Pushes a request together with a proof of that key.
    pub(super) async fn send_proved(&self, request: &AuthorizationRequest, key: &Key) -> Result<Reply, Halt> {
        self.step("push the request with a proof");
        let form = self.form(request)?;
        self.proved(&form, self.endpoint(Endpoint::Push)?, key).await
    }

    /// Pushes a request; answers its name and how long it lives.
    pub(super) async fn push(&self, request: &AuthorizationRequest) -> Result<(String, i64), Halt> {
        let reply = self.send(&self.form(request)?).await?;
        self.named(&reply)
    }

    /// Judges the answer to a push; answers the request's name and how long it lives.
    pub(super) fn named(&self, reply: &Reply) -> Result<(String, i64), Halt> {
        let (name, lifetime) = taken(self.stage, reply)?;
        fapi::pushed(&self.stage.recorder, reply, &name, lifetime);
        Ok((name, lifetime))
    }

    /// Follows a name, with what OAuth and OpenID Connect ask for beside it and with `extra`.
    pub(super) async fn follow(
        &self,
        request: &AuthorizationRequest,
        name: &str,
        extra: &[(&str, &str)],
    ) -> Result<Journey, Halt> {
        // OIDC Core 6.1: these stand outside too.
        let outside = ["response_type", "scope", "redirect_uri"];
        let outside = outside.into_iter().filter_map(|name| Some((name, request.get(name)?)));
        let beside: Vec<(&str, &str)> = outside.chain(extra.iter().copied()).collect();
        follow(self.stage, &self.cast, name, &beside).await
    }

    /// Pushes and follows a request.
    pub(super) async fn authorize(&self, request: &AuthorizationRequest) -> Result<Journey, Halt> {
        let (name, _) = self.push(request).await?;
        self.follow(request, &name, &[]).await
    }

    /// Judges a response up to its code.
    pub(super) fn code(&self, request: &AuthorizationRequest, journey: &Journey) -> Result<String, Halt> {
        let recorder = &self.stage.recorder;
        let callback = self.stage.arrived(&self.cast, request, journey)?;
        fapi::NAMES_ISSUER.equals(recorder, &self.cast.server.issuer, callback.get("iss"));
        authorization::code(recorder, callback).map(str::to_owned).ok_or(Halt::Failed)
    }

    /// Signs in; answers the request and its code.
    pub(super) async fn sign_in_for_code(&self) -> Result<(AuthorizationRequest, String), Halt> {
        let request = self.request();
        let code = self.code(&request, &self.authorize(&request).await?)?;
        Ok((request, code))
    }

    /// Signs in and judges everything that comes.
    pub(super) async fn sign_in(&self, request: AuthorizationRequest) -> Result<Tokens, Halt> {
        let journey = self.authorize(&request).await?;
        self.gain(request, &journey).await
    }

    /// Judges a response and what its code can be exchanged for.
    pub(super) async fn gain(&self, request: AuthorizationRequest, journey: &Journey) -> Result<Tokens, Halt> {
        let code = self.code(&request, journey)?;
        let form = self.exchange_form(&request, &code)?;
        let reply = self.redeem(&form).await?;
        self.tokens(request, &reply).await
    }

    /// The form that exchanges a code, without any authentication.
    pub(super) fn exchange_form(&self, request: &AuthorizationRequest, code: &str) -> Result<FormRequest, Halt> {
        self.stage.exchange_form(&self.cast, request, code)
    }

    /// Posts a form to the token endpoint, with an assertion and a proof.
    pub(super) async fn redeem(&self, form: &FormRequest) -> Result<Reply, Halt> {
        self.redeem_by(form, &self.party.possession).await
    }

    /// The same with a proof of that key.
    pub(super) async fn redeem_by(&self, form: &FormRequest, key: &Key) -> Result<Reply, Halt> {
        self.step("call the token endpoint");
        self.proved(form, self.endpoint(Endpoint::Token)?, key).await
    }

    async fn proved(&self, form: &FormRequest, url: &Url, key: &Key) -> Result<Reply, Halt> {
        self.with_proof(url, key, || self.asserted(form, url)).await
    }

    /// Posts what `form` makes, with a proof of that key.
    pub(super) async fn with_proof(
        &self,
        url: &Url,
        key: &Key,
        form: impl Fn() -> Result<FormRequest, Halt>,
    ) -> Result<Reply, Halt> {
        let (reply, _) = with_nonce(self.stage, |nonce| {
            let proof = self.draft(key, "POST", url, nonce, None)?;
            Ok(form()?.with_header("dpop", &key.seal(&proof)?).call()?)
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
    ) -> Result<Draft, Halt> {
        let now = self.stage.target.now();
        let mut draft = key.draft(&Proof { method, url, now, nonce, access_token })?;
        (self.proof)(&mut draft);
        Ok(draft)
    }

    /// Judges tokens.
    pub(super) async fn tokens(&self, request: AuthorizationRequest, reply: &Reply) -> Result<Tokens, Halt> {
        let scope = request.get("scope").filter(|_| self.stage.target.speaks_okta());
        let speaks_okta = self.stage.target.speaks_okta();
        let expected = token::Expected { scope, id_token: true, refresh_token: None, speaks_okta };
        let tokens = token::bound(&self.stage.recorder, reply, expected).ok_or(Halt::Failed)?;
        let tokens = self.stage.judged(&self.cast, request, tokens).await?;
        fapi::id_token(&self.stage.recorder, tokens.id_token.as_ref().ok_or(Halt::Failed)?);
        Ok(tokens)
    }

    /// Calls userinfo, the protected resource of these plans, with a proof; judges what it tells.
    pub(super) async fn userinfo(&self, tokens: &Tokens) -> Result<Map<String, Value>, Halt> {
        self.userinfo_as(tokens, "DPoP").await
    }

    /// The same with the scheme written so.
    pub(super) async fn userinfo_as(&self, tokens: &Tokens, scheme: &str) -> Result<Map<String, Value>, Halt> {
        self.step("call userinfo");
        let reply = self.resource(&tokens.reply.access_token, scheme).await?;
        let subject = tokens.id_token.as_ref().and_then(|token| token.text("sub"));
        userinfo::success(&self.stage.recorder, &reply, subject, &[]).ok_or(Halt::Failed)
    }

    /// Calls userinfo with that token and a proof of this client's key.
    pub(super) async fn resource(&self, access_token: &str, scheme: &str) -> Result<Reply, Halt> {
        let (url, key) = (self.endpoint(Endpoint::Userinfo)?, &self.party.possession);
        let (reply, _) = with_nonce(self.stage, |nonce| {
            let proof = key.seal(&self.draft(key, "GET", url, nonce, Some(access_token))?)?;
            let call = flow::userinfo(url, reqwest::Method::GET, access_token)?;
            Ok(call.header("authorization", &format!("{scheme} {access_token}"))?.header("dpop", &proof)?)
        })
        .await?;
        Ok(reply)
    }

    /// The key that this client's tokens are bound to.
    pub(super) fn possession(&self) -> &'a Key {
        &self.party.possession
    }

    /// A whole sign-in that must come out well.
    pub(super) async fn plain(&self, request: AuthorizationRequest) -> Result<(), Halt> {
        let tokens = self.sign_in(request).await?;
        self.userinfo(&tokens).await?;
        Ok(())
    }

    /// Pushes what must be refused: by one of `errors` at once, or when it is followed.
    pub(super) async fn refused(
        &self,
        request: &AuthorizationRequest,
        form: &FormRequest,
        errors: &[&str],
    ) -> Result<(), Halt> {
        let reply = self.send(form).await?;
        if !is_taken(&reply) {
            self.denied(&reply, errors);
            return Ok(());
        }
        let (name, _) = self.named(&reply)?;
        let journey = self.follow(request, &name, &[]).await?;
        self.turned_away(request, &journey, errors);
        Ok(())
    }

    /// Judges a journey that may succeed or be refused, but must not do anything else. Answers whether it succeeded.
    pub(super) async fn either(
        &self,
        request: AuthorizationRequest,
        journey: &Journey,
        errors: &[&str],
    ) -> Result<bool, Halt> {
        let succeeds = journey.callback().is_some_and(|callback| callback.get("error").is_none());
        if succeeds {
            let tokens = self.gain(request, journey).await?;
            self.userinfo(&tokens).await?;
        } else {
            self.turned_away(&request, journey, errors);
        }
        Ok(succeeds)
    }

    /// Judges that the browser was turned away: by a page, or by one of `errors` or what says that the whole request is
    /// not taken.
    pub(super) fn turned_away(&self, request: &AuthorizationRequest, journey: &Journey, errors: &[&str]) {
        if !fapi::turned_away(&self.stage.recorder, journey) {
            return;
        }
        if journey.callback().is_none() {
            authorization::shows(&self.stage.recorder, journey, PageKind::Error);
            return;
        }
        let errors: Vec<&str> = errors.iter().copied().chain(["invalid_request", "invalid_request_uri"]).collect();
        let expected = self.stage.expected(&self.cast, request);
        authorization::refusal_by(&self.stage.recorder, journey, expected, &errors, None);
    }

    /// Judges that the browser was turned away because a name is worth nothing. What was pushed under it is forgotten, its
    /// state too.
    pub(super) fn worthless(&self, journey: &Journey) {
        if !fapi::turned_away(&self.stage.recorder, journey) {
            return;
        }
        match journey.callback() {
            None => authorization::shows(&self.stage.recorder, journey, PageKind::Error),
            Some(callback) => {
                authorization::ERROR_CODE.equals(&self.stage.recorder, "invalid_request_uri", callback.get("error"));
            }
        }
    }

    /// Judges that an endpoint refused, by one of `errors`.
    pub(super) fn denied(&self, reply: &Reply, errors: &[&str]) {
        if fapi::refused(&self.stage.recorder, reply) {
            // RFC 6749 5.2: 400, or 401 where it is the client that is not believed.
            let status = if reply.status == 401 && errors.contains(&INVALID_CLIENT) { 401 } else { 400 };
            token::refusal_by(&self.stage.recorder, reply, status, errors, None);
        }
    }
}
