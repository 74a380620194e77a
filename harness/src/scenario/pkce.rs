//! Proof Key for Code Exchange, right and wrong (RFC 7636).

use super::code::refused_exchange;
use super::context::ScenarioContext;
use super::definition::{Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use crate::check::token;
use crate::flow::Pkce;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, SPA, WEB};
use crate::wire::error::OAuthError;

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario("code.pkce.web", "A client with a secret may use PKCE too", |context| Box::pin(web(context)))
            .cites(&["RFC 9700 2.1.1", "OIDF oidcc-ensure-request-with-valid-pkce-succeeds"])
            .needs(&[Need::Client(WEB)]),
        scenario(
            "code.pkce.wrong-verifier",
            "A code is rejected if the code_verifier does not match the code_challenge",
            |context| Box::pin(wrong_verifier(context)),
        )
        .cites(&["RFC 7636 4.6"])
        .needs(&[Need::Client(WEB)]),
        scenario(
            "code.pkce.missing-verifier",
            "A code whose request had a code_challenge is rejected without a code_verifier",
            |context| Box::pin(missing_verifier(context)),
        )
        .cites(&["RFC 7636 4.5", "RFC 9700 4.8.2"])
        .needs(&[Need::Client(WEB)]),
        scenario(
            "code.pkce.verifier-without-challenge",
            "A code_verifier is rejected if the request had no challenge",
            |context| Box::pin(verifier_without_challenge(context)),
        )
        .cites(&["RFC 9700 4.8.2"])
        .needs(&[Need::Okta, Need::Secret(WEB)]),
        scenario("code.pkce.plain", "code_challenge_method=plain is rejected", |context| Box::pin(plain(context)))
            .cites(&["RFC 7636 4.4.1", "RFC 9700 2.1.1", "Okta: /authorize, code_challenge_method"])
            .needs(&[Need::Okta, Need::Client(WEB)]),
        scenario("code.pkce.required", "A client without a secret is rejected without a code_challenge", |context| {
            Box::pin(required(context))
        })
        .cites(&["RFC 7636 4.4.1", "RFC 9700 2.1.1"])
        .needs(&[Need::Okta, Need::Client(SPA)]),
        scenario("code.pkce.illegal-challenge", "A code_challenge with illegal characters is rejected", |context| {
            Box::pin(illegal_challenge(context))
        })
        .cites(&["RFC 7636 4.2"])
        .needs(&[Need::Okta, Need::Client(WEB)]),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function).tags(&["code", "pkce"]).needs(&[Need::Account(BUYER), Need::Server(Custom)])
}

async fn web(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    actors.tokens().sign_in(actors.authorization().request().with_pkce()).await?;
    Ok(())
}

async fn wrong_verifier(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().with_pkce();
    let code = actors.authorization().code(&request).await?;
    context.step("exchange the code with another verifier");
    let form = actors.tokens().exchange_form(&request, &code)?.replacing("code_verifier", &Pkce::fresh().verifier);
    refused_exchange(context, &form, (400, "invalid_grant"), "PKCE verification failed.").await
}

async fn missing_verifier(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().with_pkce();
    let code = actors.authorization().code(&request).await?;
    context.step("exchange the code without a verifier");
    let form = actors.tokens().exchange_form(&request, &code)?.without("code_verifier");
    let text = "PKCE code verifier is required by the application.";
    let reply = context.post(&form).await?;
    // RFC 7636 4.6 has invalid_grant for a wrong verifier; Okta has invalid_request for a missing one.
    let came = serde_json::from_str::<OAuthError>(&reply.body).map(|body| body.error).unwrap_or_default();
    let either = !context.target.speaks_okta() && came == "invalid_grant";
    let error = if either { "invalid_grant" } else { "invalid_request" };
    token::refusal(&context.recorder, &reply, 400, error, context.okta_text(text));
    Ok(())
}

async fn verifier_without_challenge(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().without_pkce();
    let code = actors.authorization().code(&request).await?;
    context.step("exchange the code with a verifier");
    let form = actors.tokens().exchange_form(&request, &code)?.with("code_verifier", &Pkce::fresh().verifier);
    let text = "PKCE code challenge should be specified in the authorize request for code verification.";
    refused_exchange(context, &form, (400, "invalid_request"), text).await
}

async fn plain(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().with_pkce().with("code_challenge_method", "plain");
    let text = "PKCE code challenge method is not supported. Valid values: [S256]";
    actors.authorization().expect_error(&request, "invalid_request", text).await
}

async fn required(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, SPA, BUYER)?;
    let request = actors.authorization().request().without_pkce();
    let text = "PKCE code challenge is required by the application.";
    actors.authorization().expect_error(&request, "invalid_request", text).await
}

async fn illegal_challenge(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let illegal = "+".repeat(43);
    let request = actors.authorization().request().with_pkce().with("code_challenge", &illegal);
    let text = "PKCE code challenge contains illegal characters.";
    actors.authorization().expect_error(&request, "invalid_request", text).await
}
