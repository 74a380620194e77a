//! Grants that a client polls for: devices (RFC 8628) and backchannel authentication (OIDC CIBA Core 1.0).

use serde_json::Value;

use super::actors::Actors;
use super::context::ScenarioContext;
use super::definition::{RequiredDriver, Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use super::token_flow::judge_access_token;
use crate::check::{extension, token};
use crate::driver::User;
use crate::flow::FormRequest;
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, KIOSK, TV};
use crate::wire::error::summary;
use crate::wire::token::TokenReply;
use crate::wire::{Reply, Request};

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const BACK_CHANNEL: &str = "urn:openid:params:grant-type:ciba";

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        device("device.allowed", "A user approves a device, and the device gets tokens", |context| {
            Box::pin(device_allowed(context))
        }),
        device("device.denied", "A user denies a device, and the device gets access_denied", |context| {
            Box::pin(device_denied(context))
        }),
        device("device.once", "A device code that is redeemed twice is rejected", |context| {
            Box::pin(device_once(context))
        }),
        device("device.slow-down", "A device that polls too fast gets slow_down", |context| {
            Box::pin(device_slow_down(context))
        }),
        device("device.expired", "An expired device code is rejected", |context| Box::pin(device_expired(context))),
        channel(
            "back-channel.approved",
            "A user approves a backchannel request, and the client gets tokens",
            |context| Box::pin(approved(context)),
        ),
        channel(
            "back-channel.denied",
            "A user denies a backchannel request, and the client gets access_denied",
            |context| Box::pin(denied(context)),
        ),
        channel("back-channel.unknown-person", "A backchannel request for an unknown user is rejected", |context| {
            Box::pin(unknown(context))
        }),
    ]
}

fn device(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    // A poll must wait for the interval, so each scenario needs a clock of its own.
    Scenario::new(id, title, function).cites(&["RFC 8628 3"]).tags(&["device"]).driver(RequiredDriver::Http).needs(&[
        Need::Market,
        Need::Client(TV),
        Need::Account(BUYER),
        Need::Endpoint(Custom, Endpoint::Device),
        Need::ExclusiveIssuer,
    ])
}

fn channel(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function)
        .cites(&["OIDC CIBA Core 7", "Okta: CIBA"])
        .tags(&["back-channel"])
        .driver(RequiredDriver::None)
        .needs(&[Need::Market, Need::Secret(KIOSK), Need::Account(BUYER), Need::ExclusiveIssuer])
}

/// What a client knows while it polls.
struct Waiting<'a> {
    actors: Actors<'a>,
    grant: &'static str,
    name: &'static str,
    code: String,
    interval: i64,
    lifetime: i64,
    answer: Value,
}

impl<'a> Waiting<'a> {
    async fn poll(&self, context: &ScenarioContext) -> Result<Reply, Stopped> {
        let endpoint = self.actors.endpoint(Endpoint::Token)?;
        let form = FormRequest::new(endpoint).with("grant_type", self.grant).with(self.name, &self.code);
        context.post(&form.as_client(self.actors.client)).await
    }

    /// Polls after the interval.
    async fn poll_later(&self, context: &ScenarioContext) -> Result<Reply, Stopped> {
        context.advance_clock(self.interval + 1).await?;
        self.poll(context).await
    }

    fn read(actors: Actors<'a>, grant: &'static str, name: &'static str, reply: &Reply, member: &str) -> Self {
        let answer: Value = serde_json::from_str(&reply.body).unwrap_or_default();
        let number = |name: &str| answer[name].as_i64().unwrap_or_default();
        let code = answer[member].as_str().unwrap_or_default().to_owned();
        Self { actors, grant, name, code, interval: number("interval").max(5), lifetime: number("expires_in"), answer }
    }
}

fn pending(context: &ScenarioContext, reply: &Reply) {
    token::refusal(&context.recorder, reply, 400, "authorization_pending", None);
}

fn tokens(context: &ScenarioContext, reply: &Reply) -> Result<TokenReply, Stopped> {
    if !token::issued(&context.recorder, reply) {
        return Err(Stopped::CheckFailed);
    }
    let tokens: TokenReply = reply.json("a token response")?;
    token::TYPE.equals(&context.recorder, "Bearer", Some(&tokens.token_type));
    Ok(tokens)
}

async fn show_codes(context: &ScenarioContext) -> Result<Waiting<'_>, Stopped> {
    let actors = context.actors(Custom, TV, BUYER)?;
    context.step("the device requests a code");
    let endpoint = actors.endpoint(Endpoint::Device)?;
    let form = FormRequest::new(endpoint).with("scope", &actors.client.scopes.join(" ")).as_client(actors.client);
    let reply = context.post(&form).await?;
    let waiting = Waiting::read(actors, DEVICE, "device_code", &reply, "device_code");
    let shown = ["user_code", "verification_uri"].iter().all(|name| waiting.answer[*name].is_string());
    let begun = reply.status == 200 && shown && !waiting.code.is_empty() && waiting.lifetime > 0;
    let expected = "device_code, user_code, verification_uri, expires_in";
    if extension::DEVICE_BEGINS.holds(&context.recorder, begun, expected, summary(&reply)) {
        extension::no_error(&context.recorder, &extension::DEVICE_NO_ERROR, &reply);
        Ok(waiting)
    } else {
        Err(Stopped::CheckFailed)
    }
}

/// The user enters the code, signs in and answers.
async fn type_code(context: &ScenarioContext, waiting: &Waiting<'_>, user: User<'_>) -> Result<(), Stopped> {
    context.step("the user enters the code");
    let page = url::Url::parse(waiting.answer["verification_uri"].as_str().unwrap_or_default())?;
    let code = waiting.answer["user_code"].as_str().unwrap_or_default().to_owned();
    context.browse_from(Request::form(page, vec![("userCode".to_owned(), code)]), user).await?;
    Ok(())
}

async fn device_allowed(context: &ScenarioContext) -> Result<(), Stopped> {
    let waiting = show_codes(context).await?;
    pending(context, &waiting.poll(context).await?);
    type_code(context, &waiting, User::consenting(waiting.actors.account)).await?;
    let tokens = tokens(context, &waiting.poll_later(context).await?)?;
    token::REFRESH_ISSUED.present(&context.recorder, "a refresh token", tokens.refresh_token.as_deref());
    let account = Some(waiting.actors.account);
    let id_token = waiting
        .actors
        .tokens()
        .judge_id_token(tokens.id_token.as_deref(), None, Some(&tokens.access_token), None)
        .await?;
    judge_access_token(context, waiting.actors.server, waiting.actors.client, &tokens, account, Some(&id_token))
        .await?;
    Ok(())
}

async fn device_denied(context: &ScenarioContext) -> Result<(), Stopped> {
    let waiting = show_codes(context).await?;
    type_code(context, &waiting, waiting.actors.authorization().denying()).await?;
    let reply = waiting.poll_later(context).await?;
    let status = if reply.status == 400 { 400 } else { 403 };
    token::refusal(&context.recorder, &reply, status, "access_denied", None);
    Ok(())
}

async fn device_once(context: &ScenarioContext) -> Result<(), Stopped> {
    let waiting = show_codes(context).await?;
    type_code(context, &waiting, User::consenting(waiting.actors.account)).await?;
    tokens(context, &waiting.poll(context).await?)?;
    let again = waiting.poll_later(context).await?;
    token::CODE_REUSE.holds(&context.recorder, again.status == 400, "400", summary(&again));
    Ok(())
}

async fn device_slow_down(context: &ScenarioContext) -> Result<(), Stopped> {
    let waiting = show_codes(context).await?;
    pending(context, &waiting.poll(context).await?);
    let reply = waiting.poll(context).await?;
    token::refusal(&context.recorder, &reply, 400, "slow_down", None);
    Ok(())
}

async fn device_expired(context: &ScenarioContext) -> Result<(), Stopped> {
    let waiting = show_codes(context).await?;
    context.advance_clock(waiting.lifetime + 1).await?;
    let reply = waiting.poll(context).await?;
    token::refusal(&context.recorder, &reply, 400, "expired_token", None);
    Ok(())
}

async fn ask<'a>(context: &'a ScenarioContext, person: &str) -> Result<(Actors<'a>, Reply), Stopped> {
    let actors = context.actors(Custom, KIOSK, BUYER)?;
    context.step("the client sends a backchannel authentication request");
    // Okta's discovery document has no endpoint for backchannel authentication.
    let endpoint = actors.server.under_issuer("/v1/bc/authorize")?;
    let form = FormRequest::new(&endpoint)
        .with("scope", &actors.client.scopes.join(" "))
        .with("login_hint", person)
        .with("binding_message", "W4SCT")
        .as_client(actors.client);
    Ok((actors, context.post(&form).await?))
}

async fn asked(context: &ScenarioContext) -> Result<Waiting<'_>, Stopped> {
    let person = context.account(BUYER)?.login.clone();
    let (actors, reply) = ask(context, &person).await?;
    let waiting = Waiting::read(actors, BACK_CHANNEL, "auth_req_id", &reply, "auth_req_id");
    let begun = reply.status == 200 && !waiting.code.is_empty() && waiting.lifetime > 0;
    let expected = "auth_req_id, expires_in";
    if extension::BACK_CHANNEL_BEGINS.holds(&context.recorder, begun, expected, summary(&reply)) {
        extension::no_error(&context.recorder, &extension::BACK_CHANNEL_NO_ERROR, &reply);
        Ok(waiting)
    } else {
        Err(Stopped::CheckFailed)
    }
}

async fn decide(context: &ScenarioContext, approve: bool) -> Result<(), Stopped> {
    context.step(if approve { "the user approves" } else { "the user denies" });
    Ok(context.control()?.decide(approve).await?)
}

async fn approved(context: &ScenarioContext) -> Result<(), Stopped> {
    let waiting = asked(context).await?;
    pending(context, &waiting.poll(context).await?);
    decide(context, true).await?;
    let tokens = tokens(context, &waiting.poll_later(context).await?)?;
    let raw = tokens.id_token.as_deref();
    let keys = waiting.actors.server.keys(&context.http).await?;
    crate::check::id_token::PRESENT.present(&context.recorder, "an ID token", raw.map(|_| "an ID token"));
    let signature = crate::wire::jwt::Jwt::parse(raw.unwrap_or_default()).ok().map(|token| token.verify(keys));
    let verified = signature == Some(crate::wire::jwt::Signature::Valid);
    crate::check::id_token::SIGNATURE.holds(&context.recorder, verified, "verified", verified);
    Ok(())
}

async fn denied(context: &ScenarioContext) -> Result<(), Stopped> {
    let waiting = asked(context).await?;
    decide(context, false).await?;
    let reply = waiting.poll(context).await?;
    token::refusal(&context.recorder, &reply, 403, "access_denied", None);
    Ok(())
}

async fn unknown(context: &ScenarioContext) -> Result<(), Stopped> {
    let (_, reply) = ask(context, "nobody@example.test").await?;
    token::ERROR_STATUS.holds(&context.recorder, reply.status == 400, 400, summary(&reply));
    Ok(())
}
