//! What a code is bound to: one use, one client, one redirect URI, one server.

use super::code::refused_exchange;
use super::context::ScenarioContext;
use super::definition::{Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use crate::check::{introspection, token};
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::{Custom, Org};
use crate::issuer_target::market::{BUYER, PARTNER, WEB};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario("code.reuse", "A code that is redeemed twice is rejected, and its tokens are revoked", |context| {
            Box::pin(reuse(context))
        })
        .cites(&["RFC 6749 4.1.2", "OIDF oidcc-codereuse", "OIDF oidcc-codereuse-30seconds"]),
        scenario("code.expired", "A code is rejected after five minutes", |context| Box::pin(expired(context)))
            .cites(&["RFC 6749 4.1.2", "Okta: /authorize, code lifetime"])
            .needs(&[Need::ExclusiveIssuer]),
        scenario("code.bound.client", "A code that another client redeems is rejected", |context| {
            Box::pin(other_client(context))
        })
        .cites(&["RFC 6749 4.1.3"])
        .needs(&[Need::Secret(PARTNER)]),
        scenario(
            "code.bound.redirect-uri",
            "A code that is redeemed with another redirect URI is rejected",
            |context| Box::pin(other_redirect_uri(context)),
        )
        .cites(&["RFC 6749 4.1.3"]),
        scenario("code.bound.server", "A code that is redeemed at another server is rejected", |context| {
            Box::pin(other_server(context))
        })
        .cites(&["Okta: OAuth 2.0 and OpenID Connect error codes"])
        .needs(&[Need::Okta, Need::Server(Org)]),
        scenario("code.garbage", "A made-up code is rejected", |context| Box::pin(garbage(context)))
            .cites(&["RFC 6749 5.2"]),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function).tags(&["code", "binding"]).needs(&[
        Need::Client(WEB),
        Need::Account(BUYER),
        Need::Server(Custom),
    ])
}

const INVALID: &str = "The authorization code is invalid or has expired.";

async fn reuse(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request();
    let code = actors.authorization().code(&request).await?;
    let form = actors.tokens().exchange_form(&request, &code)?;
    let tokens = actors.tokens().exchange(request, &code).await?;
    context.step("exchange the same code again");
    let again = context.post(&form).await?;
    let refused = again.status == 400 && again.body.contains("invalid_grant");
    token::CODE_REUSE.holds(&context.recorder, refused, "400 invalid_grant", crate::wire::error::summary(&again));
    token::refusal(&context.recorder, &again, 400, "invalid_grant", context.okta_text(INVALID));
    if actors.server.endpoint(Endpoint::Introspection).is_none() {
        token::REUSE_REVOKES.skip(&context.recorder, "no introspection endpoint");
        return Ok(());
    }
    context.step("introspect the first access token");
    let reply = actors.tokens().introspect(actors.client, &tokens.reply.access_token, None).await?;
    introspection::inactive(&context.recorder, &token::REUSE_REVOKES, &reply);
    Ok(())
}

async fn expired(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request();
    let code = actors.authorization().code(&request).await?;
    context.advance_clock(301).await?;
    let form = actors.tokens().exchange_form(&request, &code)?;
    refused_exchange(context, &form, (400, "invalid_grant"), INVALID).await
}

async fn other_client(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request();
    let code = actors.authorization().code(&request).await?;
    context.step("another client exchanges the code");
    let thief = actors.with_client(context.client(PARTNER)?);
    let form = thief.tokens().exchange_form(&request, &code)?;
    let text = "The grant was issued to another client. Please make sure the 'client_id' matches the one used at the \
                authorize request.";
    refused_exchange(context, &form, (400, "invalid_grant"), text).await
}

async fn other_redirect_uri(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request();
    let code = actors.authorization().code(&request).await?;
    context.step("exchange the code with another redirect URI");
    let other = format!("{}/elsewhere", context.target.redirect_uri);
    let form = actors.tokens().exchange_form(&request, &code)?.replacing("redirect_uri", &other);
    let text = "The 'redirect_uri' does not match the redirection URI used in the authorization request.";
    refused_exchange(context, &form, (400, "invalid_grant"), text).await
}

async fn other_server(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request();
    let code = actors.authorization().code(&request).await?;
    context.step("exchange the code at the org server");
    let elsewhere = context.actors(Org, WEB, BUYER)?;
    let form = elsewhere.tokens().exchange_form(&request, &code)?;
    let text = "The grant was issued for another authorization server.";
    refused_exchange(context, &form, (400, "invalid_request"), text).await
}

async fn garbage(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let form = actors
        .tokens()
        .exchange_form(&actors.authorization().request().without_pkce(), &crate::flow::random_text(32))?;
    refused_exchange(context, &form, (400, "invalid_grant"), INVALID).await
}
