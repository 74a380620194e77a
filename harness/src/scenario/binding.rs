//! What a code is bound to: one use, one client, one redirect URI, one server.

use super::code::refused_exchange;
use super::stage::{Halt, Stage};
use super::{Need, Scenario, Told};
use crate::check::{introspection, token};
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::{Custom, Org};
use crate::issuer_target::market::{BUYER, PARTNER, WEB};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        told("code.reuse", "A code works once, and using it twice revokes what it gave", |s| Box::pin(reuse(s)))
            .cites(&["RFC 6749 4.1.2", "OIDF oidcc-codereuse", "OIDF oidcc-codereuse-30seconds"])
            .steps(&["exchange a code", "exchange it again", "the first access token is not active any more"]),
        told("code.expired", "A code that is older than five minutes is refused", |s| Box::pin(expired(s)))
            .cites(&["RFC 6749 4.1.2", "Okta: /authorize, code lifetime"])
            .steps(&["ask for a code", "let 301 seconds go by", "exchange it"])
            .needs(&[Need::Alone]),
        told("code.bound.client", "A code belongs to the client that asked for it", |s| Box::pin(other_client(s)))
            .cites(&["RFC 6749 4.1.3"])
            .steps(&["the web client asks for a code", "the partner's client exchanges it"])
            .needs(&[Need::Secret(PARTNER)]),
        told("code.bound.redirect-uri", "A code belongs to the redirect URI it was sent to", |s| {
            Box::pin(other_redirect_uri(s))
        })
        .cites(&["RFC 6749 4.1.3"])
        .steps(&["ask for a code", "exchange it with another redirect URI"]),
        told("code.bound.server", "A code belongs to the server that issued it", |s| Box::pin(other_server(s)))
            .cites(&["Okta: OAuth 2.0 and OpenID Connect error codes"])
            .steps(&["the custom server issues a code", "it is exchanged at the org server"])
            .needs(&[Need::Okta, Need::Server(Org)]),
        told("code.garbage", "A code that nobody issued is refused", |s| Box::pin(garbage(s)))
            .cites(&["RFC 6749 5.2"])
            .steps(&["exchange a code that was made up"]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story).tags(&["code", "binding"]).needs(&[
        Need::Client(WEB),
        Need::Account(BUYER),
        Need::Server(Custom),
    ])
}

const INVALID: &str = "The authorization code is invalid or has expired.";

async fn reuse(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast);
    let code = stage.code(&cast, &request).await?;
    let form = stage.exchange_form(&cast, &request, &code)?;
    let tokens = stage.exchange(&cast, request, &code).await?;
    stage.step("exchange the same code again");
    let again = stage.post(&form).await?;
    let refused = again.status == 400 && again.body.contains("invalid_grant");
    token::CODE_REUSE.holds(&stage.recorder, refused, "400 invalid_grant", crate::wire::error::summary(&again));
    token::refusal(&stage.recorder, &again, 400, "invalid_grant", stage.okta_text(INVALID));
    if cast.server.endpoint(Endpoint::Introspection).is_none() {
        token::REUSE_REVOKES.skip(&stage.recorder, "no introspection endpoint to ask");
        return Ok(());
    }
    stage.step("ask about the first access token");
    let reply = stage.introspect(&cast, cast.client, &tokens.reply.access_token, None).await?;
    introspection::inactive(&stage.recorder, &token::REUSE_REVOKES, &reply);
    Ok(())
}

async fn expired(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast);
    let code = stage.code(&cast, &request).await?;
    stage.wait(301).await?;
    let form = stage.exchange_form(&cast, &request, &code)?;
    refused_exchange(stage, &form, (400, "invalid_grant"), INVALID).await
}

async fn other_client(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast);
    let code = stage.code(&cast, &request).await?;
    stage.step("another client exchanges it");
    let thief = cast.with_client(stage.client(PARTNER)?);
    let form = stage.exchange_form(&thief, &request, &code)?;
    let text = "The grant was issued to another client. Please make sure the 'client_id' matches the one used at the \
                authorize request.";
    refused_exchange(stage, &form, (400, "invalid_grant"), text).await
}

async fn other_redirect_uri(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast);
    let code = stage.code(&cast, &request).await?;
    stage.step("exchange it with another redirect URI");
    let other = format!("{}/elsewhere", stage.target.redirect_uri);
    let form = stage.exchange_form(&cast, &request, &code)?.replacing("redirect_uri", &other);
    let text = "The 'redirect_uri' does not match the redirection URI used in the authorization request.";
    refused_exchange(stage, &form, (400, "invalid_grant"), text).await
}

async fn other_server(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast);
    let code = stage.code(&cast, &request).await?;
    stage.step("exchange it at the org server");
    let elsewhere = stage.cast(Org, WEB, BUYER)?;
    let form = stage.exchange_form(&elsewhere, &request, &code)?;
    let text = "The grant was issued for another authorization server.";
    refused_exchange(stage, &form, (400, "invalid_request"), text).await
}

async fn garbage(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let form = stage.exchange_form(&cast, &stage.request(&cast).without_pkce(), &crate::flow::random_text(32))?;
    refused_exchange(stage, &form, (400, "invalid_grant"), INVALID).await
}
