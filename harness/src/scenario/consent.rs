//! Consent: a third-party client requests a scope that the user must consent to.
//!
//! Consent is stored, so each of these scenarios needs an issuer of its own.

use super::actors::Actors;
use super::context::ScenarioContext;
use super::definition::{Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use crate::check::authorization;
use crate::flow::AuthorizationRequest;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, PARTNER};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario("consent.allow", "A user who consents grants the scope to the client", |context| {
            Box::pin(allow(context))
        }),
        scenario("consent.deny", "A user who denies consent sends access_denied to the client", |context| {
            Box::pin(deny(context))
        })
        .cites(&["RFC 6749 4.1.2.1"]),
        scenario("consent.remembered", "A user who has consented is not asked again", |context| {
            Box::pin(remembered(context))
        }),
        scenario("consent.denied-is-not-remembered", "A user who has denied consent is asked again", |context| {
            Box::pin(not_remembered(context))
        }),
        scenario("consent.prompt-consent", "prompt=consent asks again after consent was given", |context| {
            Box::pin(prompt(context))
        })
        .cites(&["OIDC Core 3.1.2.1"]),
        scenario("consent.prompt-none", "prompt=none without consent is rejected", |context| Box::pin(none(context)))
            .cites(&["OIDC Core 3.1.2.6"]),
        scenario("consent.implicit-scope", "Scopes that need no consent are granted without asking", |context| {
            Box::pin(implicit(context))
        }),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function)
        .cites(&["OIDC Core 3.1.2.4", "Okta: user consent for OAuth 2.0 and OpenID Connect flows"])
        .tags(&["consent"])
        .needs(&[
            Need::Market,
            Need::ExclusiveIssuer,
            Need::Secret(PARTNER),
            Need::Account(BUYER),
            Need::Server(Custom),
        ])
}

fn asking(actors: &Actors<'_>) -> AuthorizationRequest {
    let scope = actors.client.consent_scope.as_deref().unwrap_or_default();
    actors.authorization().request().scopes(&format!("openid {scope}"))
}

/// Requests the scope and consents; judges whether consent was asked for.
async fn agree(
    context: &ScenarioContext,
    actors: &Actors<'_>,
    request: AuthorizationRequest,
    asked: bool,
) -> Result<(), Stopped> {
    let journey = actors.authorization().send(&request).await?;
    authorization::asked_for_consent(&context.recorder, &journey, asked);
    let callback = actors.authorization().callback(&request, &journey)?;
    let code = authorization::code(&context.recorder, callback).ok_or(Stopped::CheckFailed)?;
    actors.tokens().exchange(request, code).await?;
    Ok(())
}

async fn refuse(context: &ScenarioContext, actors: &Actors<'_>) -> Result<(), Stopped> {
    let request = asking(actors);
    let journey = actors.authorization().send_as(&request, actors.authorization().denying()).await?;
    authorization::asked_for_consent(&context.recorder, &journey, true);
    let text = "The resource owner or authorization server denied the request.";
    actors.authorization().judge_error(&request, &journey, "access_denied", text);
    Ok(())
}

pub(super) async fn allow(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, PARTNER, BUYER)?;
    agree(context, &actors, asking(&actors), true).await
}

async fn deny(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, PARTNER, BUYER)?;
    refuse(context, &actors).await
}

async fn remembered(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, PARTNER, BUYER)?;
    agree(context, &actors, asking(&actors), true).await?;
    context.step("request the scope again in another browser");
    context.new_browser().await;
    agree(context, &actors, asking(&actors), false).await
}

async fn not_remembered(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, PARTNER, BUYER)?;
    refuse(context, &actors).await?;
    context.step("send the request again");
    agree(context, &actors, asking(&actors), true).await
}

async fn prompt(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, PARTNER, BUYER)?;
    agree(context, &actors, asking(&actors), true).await?;
    context.step("request the scope with prompt=consent");
    agree(context, &actors, asking(&actors).with("prompt", "consent"), true).await
}

async fn none(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, PARTNER, BUYER)?;
    context.step("sign in for scopes that need no consent");
    actors.tokens().sign_in(actors.authorization().request()).await?;
    context.step("request a scope that needs consent with prompt=none");
    let request = asking(&actors).with("prompt", "none");
    let scope = actors.client.consent_scope.as_deref().unwrap_or_default();
    let text = format!("The following scopes require user consent: [{scope}].");
    actors.authorization().expect_error(&request, "consent_required", &text).await
}

async fn implicit(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, PARTNER, BUYER)?;
    agree(context, &actors, actors.authorization().request(), false).await
}
