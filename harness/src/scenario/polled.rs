//! Grants that a client waits for: devices (RFC 8628) and the back channel (OIDC CIBA Core 1.0).

use serde_json::Value;

use super::stage::{Cast, Halt, Stage};
use super::{Front, Need, Scenario, Told};
use crate::check::{extension, token};
use crate::driver::Visitor;
use crate::flow::FormRequest;
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, KIOSK, TV};
use crate::wire::error::summary;
use crate::wire::token::TokenReply;
use crate::wire::{Call, Reply};

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const BACK_CHANNEL: &str = "urn:openid:params:grant-type:ciba";

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        device("device.allowed", "A person lets a device in, and it gets tokens", |s| Box::pin(device_allowed(s)))
            .steps(&[
                "the device asks",
                "it polls: pending",
                "the person types the code and agrees",
                "it polls: tokens",
            ]),
        device("device.denied", "A person says no, and the device hears it", |s| Box::pin(device_denied(s))).steps(&[
            "the device asks",
            "the person types the code and denies",
            "it polls: access_denied",
        ]),
        device("device.once", "A device code works once", |s| Box::pin(device_once(s))).steps(&[
            "let a device in",
            "it gets tokens",
            "it polls again: refused",
        ]),
        device("device.slow-down", "Who polls too fast is told so", |s| Box::pin(device_slow_down(s))).steps(&[
            "the device asks",
            "it polls twice at once",
            "slow_down",
        ]),
        device("device.expired", "A device code dies at the end of its life", |s| Box::pin(device_expired(s)))
            .steps(&["the device asks", "let its lifetime go by", "it polls: expired_token"]),
        channel("back-channel.approved", "A person agrees elsewhere, and the client gets tokens", |s| {
            Box::pin(approved(s))
        })
        .steps(&[
            "the client asks about a person",
            "it polls: pending",
            "the person agrees",
            "it polls: tokens",
        ]),
        channel("back-channel.denied", "A person says no elsewhere, and the client hears it", |s| Box::pin(denied(s)))
            .steps(&["the client asks about a person", "the person denies", "it polls: access_denied"]),
        channel("back-channel.unknown-person", "Nobody is asked who is not there", |s| Box::pin(unknown(s)))
            .steps(&["the client asks about somebody who is not there", "the request is refused"]),
    ]
}

fn device(id: &'static str, title: &'static str, story: Told) -> Scenario {
    // A poll is only welcome after the interval, so each has a clock to itself.
    Scenario::told(id, title, story).cites(&["RFC 8628 3"]).tags(&["device"]).front(Front::Http).needs(&[
        Need::Market,
        Need::Client(TV),
        Need::Account(BUYER),
        Need::Endpoint(Custom, Endpoint::Device),
        Need::Alone,
    ])
}

fn channel(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story)
        .cites(&["OIDC CIBA Core 7", "Okta: CIBA"])
        .tags(&["back-channel"])
        .front(Front::None)
        .needs(&[Need::Market, Need::Secret(KIOSK), Need::Account(BUYER), Need::Alone])
}

/// What a client that waits knows.
struct Waiting<'a> {
    cast: Cast<'a>,
    grant: &'static str,
    name: &'static str,
    code: String,
    interval: i64,
    lifetime: i64,
    answer: Value,
}

impl<'a> Waiting<'a> {
    async fn poll(&self, stage: &Stage) -> Result<Reply, Halt> {
        let endpoint = stage.endpoint(self.cast.server, Endpoint::Token)?;
        let form = FormRequest::new(endpoint).with("grant_type", self.grant).with(self.name, &self.code);
        stage.post(&form.as_client(self.cast.client)).await
    }

    /// Polls after the interval.
    async fn poll_later(&self, stage: &Stage) -> Result<Reply, Halt> {
        stage.wait(self.interval + 1).await?;
        self.poll(stage).await
    }

    fn read(cast: Cast<'a>, grant: &'static str, name: &'static str, reply: &Reply, member: &str) -> Self {
        let answer: Value = serde_json::from_str(&reply.body).unwrap_or_default();
        let number = |name: &str| answer[name].as_i64().unwrap_or_default();
        let code = answer[member].as_str().unwrap_or_default().to_owned();
        Self { cast, grant, name, code, interval: number("interval").max(5), lifetime: number("expires_in"), answer }
    }
}

fn pending(stage: &Stage, reply: &Reply) {
    token::refusal(&stage.recorder, reply, 400, "authorization_pending", None);
}

fn tokens(stage: &Stage, reply: &Reply) -> Result<TokenReply, Halt> {
    if !extension::issued(&stage.recorder, reply) {
        return Err(Halt::Failed);
    }
    let tokens: TokenReply = reply.json("a token response")?;
    token::TYPE.equals(&stage.recorder, "Bearer", Some(&tokens.token_type));
    Ok(tokens)
}

async fn show_codes(stage: &Stage) -> Result<Waiting<'_>, Halt> {
    let cast = stage.cast(Custom, TV, BUYER)?;
    stage.step("the device asks");
    let endpoint = stage.endpoint(cast.server, Endpoint::Device)?;
    let form = FormRequest::new(endpoint).with("scope", &cast.client.scopes.join(" ")).as_client(cast.client);
    let reply = stage.post(&form).await?;
    let waiting = Waiting::read(cast, DEVICE, "device_code", &reply, "device_code");
    let shown = ["user_code", "verification_uri"].iter().all(|name| waiting.answer[*name].is_string());
    let begun = reply.status == 200 && shown && !waiting.code.is_empty() && waiting.lifetime > 0;
    let expected = "device_code, user_code, verification_uri, expires_in";
    if extension::DEVICE_BEGINS.holds(&stage.recorder, begun, expected, summary(&reply)) {
        Ok(waiting)
    } else {
        Err(Halt::Failed)
    }
}

/// The person types the code, signs in and answers.
async fn type_code(stage: &Stage, waiting: &Waiting<'_>, visitor: Visitor<'_>) -> Result<(), Halt> {
    stage.step("the person types the code");
    let page = url::Url::parse(waiting.answer["verification_uri"].as_str().unwrap_or_default())?;
    let code = waiting.answer["user_code"].as_str().unwrap_or_default().to_owned();
    stage.browse_from(Call::form(page, vec![("userCode".to_owned(), code)]), visitor).await?;
    Ok(())
}

async fn device_allowed(stage: &Stage) -> Result<(), Halt> {
    let waiting = show_codes(stage).await?;
    pending(stage, &waiting.poll(stage).await?);
    type_code(stage, &waiting, Visitor::agreeing(waiting.cast.account)).await?;
    let tokens = tokens(stage, &waiting.poll_later(stage).await?)?;
    token::REFRESH_ISSUED.present(&stage.recorder, "a refresh token", tokens.refresh_token.as_deref());
    let account = Some(waiting.cast.account);
    let id_token =
        stage.id_token(&waiting.cast, tokens.id_token.as_deref(), None, Some(&tokens.access_token), None).await?;
    stage.access_token(waiting.cast.server, waiting.cast.client, &tokens, account, Some(&id_token)).await?;
    Ok(())
}

async fn device_denied(stage: &Stage) -> Result<(), Halt> {
    let waiting = show_codes(stage).await?;
    type_code(stage, &waiting, stage.denying(&waiting.cast)).await?;
    let reply = waiting.poll_later(stage).await?;
    let status = if reply.status == 400 { 400 } else { 403 };
    token::refusal(&stage.recorder, &reply, status, "access_denied", None);
    Ok(())
}

async fn device_once(stage: &Stage) -> Result<(), Halt> {
    let waiting = show_codes(stage).await?;
    type_code(stage, &waiting, Visitor::agreeing(waiting.cast.account)).await?;
    tokens(stage, &waiting.poll(stage).await?)?;
    let again = waiting.poll_later(stage).await?;
    token::CODE_REUSE.holds(&stage.recorder, again.status == 400, "400", summary(&again));
    Ok(())
}

async fn device_slow_down(stage: &Stage) -> Result<(), Halt> {
    let waiting = show_codes(stage).await?;
    pending(stage, &waiting.poll(stage).await?);
    let reply = waiting.poll(stage).await?;
    token::refusal(&stage.recorder, &reply, 400, "slow_down", None);
    Ok(())
}

async fn device_expired(stage: &Stage) -> Result<(), Halt> {
    let waiting = show_codes(stage).await?;
    stage.wait(waiting.lifetime + 1).await?;
    let reply = waiting.poll(stage).await?;
    token::refusal(&stage.recorder, &reply, 400, "expired_token", None);
    Ok(())
}

async fn ask<'a>(stage: &'a Stage, person: &str) -> Result<(Cast<'a>, Reply), Halt> {
    let cast = stage.cast(Custom, KIOSK, BUYER)?;
    stage.step("the client asks about a person");
    // Okta's discovery names no address of the back channel.
    let endpoint = cast.server.under_issuer("/v1/bc/authorize")?;
    let form = FormRequest::new(&endpoint)
        .with("scope", &cast.client.scopes.join(" "))
        .with("login_hint", person)
        .with("binding_message", "W4SCT")
        .as_client(cast.client);
    Ok((cast, stage.post(&form).await?))
}

async fn asked(stage: &Stage) -> Result<Waiting<'_>, Halt> {
    let person = stage.account(BUYER)?.login.clone();
    let (cast, reply) = ask(stage, &person).await?;
    let waiting = Waiting::read(cast, BACK_CHANNEL, "auth_req_id", &reply, "auth_req_id");
    let begun = reply.status == 200 && !waiting.code.is_empty() && waiting.lifetime > 0;
    let expected = "auth_req_id, expires_in";
    if extension::BACK_CHANNEL_BEGINS.holds(&stage.recorder, begun, expected, summary(&reply)) {
        Ok(waiting)
    } else {
        Err(Halt::Failed)
    }
}

async fn decide(stage: &Stage, approve: bool) -> Result<(), Halt> {
    stage.step(if approve { "the person agrees" } else { "the person denies" });
    let control = stage.target.control.as_ref().ok_or_else(|| Halt::Skip("nobody to ask".to_owned()))?;
    Ok(control.decide(approve).await?)
}

async fn approved(stage: &Stage) -> Result<(), Halt> {
    let waiting = asked(stage).await?;
    pending(stage, &waiting.poll(stage).await?);
    decide(stage, true).await?;
    let tokens = tokens(stage, &waiting.poll_later(stage).await?)?;
    let raw = tokens.id_token.as_deref();
    let keys = waiting.cast.server.keys(&stage.http).await?;
    crate::check::id_token::PRESENT.present(&stage.recorder, "an ID token", raw.map(|_| "an ID token"));
    let signature = crate::wire::jwt::Jwt::parse(raw.unwrap_or_default()).ok().map(|token| token.verify(keys));
    let verified = signature == Some(crate::wire::jwt::Signature::Valid);
    crate::check::id_token::SIGNATURE.holds(&stage.recorder, verified, "verified", verified);
    Ok(())
}

async fn denied(stage: &Stage) -> Result<(), Halt> {
    let waiting = asked(stage).await?;
    decide(stage, false).await?;
    let reply = waiting.poll(stage).await?;
    token::refusal(&stage.recorder, &reply, 403, "access_denied", None);
    Ok(())
}

async fn unknown(stage: &Stage) -> Result<(), Halt> {
    let (_, reply) = ask(stage, "nobody@example.test").await?;
    token::ERROR_STATUS.holds(&stage.recorder, reply.status == 400, 400, summary(&reply));
    Ok(())
}
