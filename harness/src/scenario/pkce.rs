//! Proof Key for Code Exchange, right and wrong (RFC 7636).

use super::code::refused_exchange;
use super::stage::{Halt, Stage};
use super::{Need, Scenario, Told};
use crate::check::token;
use crate::flow::Pkce;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, SPA, WEB};
use crate::wire::error::OAuthError;

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        told("code.pkce.web", "A client with a secret may use PKCE too", |s| Box::pin(web(s)))
            .cites(&["RFC 9700 2.1.1", "OIDF oidcc-ensure-request-with-valid-pkce-succeeds"])
            .steps(&["ask with a challenge", "exchange the code with the verifier"])
            .needs(&[Need::Client(WEB)]),
        told("code.pkce.wrong-verifier", "A verifier that does not fit is refused", |s| Box::pin(wrong_verifier(s)))
            .cites(&["RFC 7636 4.6"])
            .steps(&["ask with a challenge", "exchange the code with another verifier"])
            .needs(&[Need::Client(WEB)]),
        told("code.pkce.missing-verifier", "A code that was asked for with a challenge needs the verifier", |s| {
            Box::pin(missing_verifier(s))
        })
        .cites(&["RFC 7636 4.5", "RFC 9700 4.8.2"])
        .steps(&["ask with a challenge", "exchange the code without a verifier"])
        .needs(&[Need::Client(WEB)]),
        told("code.pkce.verifier-without-challenge", "A verifier without a challenge is refused", |s| {
            Box::pin(verifier_without_challenge(s))
        })
        .cites(&["RFC 9700 4.8.2"])
        .steps(&["ask without a challenge", "exchange the code with a verifier"])
        .needs(&[Need::Okta, Need::Secret(WEB)]),
        told("code.pkce.plain", "The plain method is refused", |s| Box::pin(plain(s)))
            .cites(&["RFC 7636 4.4.1", "RFC 9700 2.1.1", "Okta: /authorize, code_challenge_method"])
            .steps(&["ask with code_challenge_method=plain", "the refusal comes by redirect"])
            .needs(&[Need::Okta, Need::Client(WEB)]),
        told("code.pkce.required", "A client without a secret is refused without a challenge", |s| {
            Box::pin(required(s))
        })
        .cites(&["RFC 7636 4.4.1", "RFC 9700 2.1.1"])
        .steps(&["the browser client asks without a challenge", "the refusal comes by redirect"])
        .needs(&[Need::Okta, Need::Client(SPA)]),
        told("code.pkce.illegal-challenge", "A challenge with illegal characters is refused", |s| {
            Box::pin(illegal_challenge(s))
        })
        .cites(&["RFC 7636 4.2"])
        .steps(&["ask with a challenge of illegal characters", "the refusal comes by redirect"])
        .needs(&[Need::Okta, Need::Client(WEB)]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story).tags(&["code", "pkce"]).needs(&[Need::Account(BUYER), Need::Server(Custom)])
}

async fn web(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    stage.sign_in(&cast, stage.request(&cast).with_pkce()).await?;
    Ok(())
}

async fn wrong_verifier(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).with_pkce();
    let code = stage.code(&cast, &request).await?;
    stage.step("exchange the code with another verifier");
    let form = stage.exchange_form(&cast, &request, &code)?.replacing("code_verifier", &Pkce::fresh().verifier);
    refused_exchange(stage, &form, (400, "invalid_grant"), "PKCE verification failed.").await
}

async fn missing_verifier(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).with_pkce();
    let code = stage.code(&cast, &request).await?;
    stage.step("exchange the code without a verifier");
    let form = stage.exchange_form(&cast, &request, &code)?.without("code_verifier");
    let text = "PKCE code verifier is required by the application.";
    let reply = stage.post(&form).await?;
    // RFC 7636 4.6 has invalid_grant for a verifier that does not fit; Okta has invalid_request for none at all.
    let came = serde_json::from_str::<OAuthError>(&reply.body).map(|body| body.error).unwrap_or_default();
    let either = !stage.target.speaks_okta() && came == "invalid_grant";
    let error = if either { "invalid_grant" } else { "invalid_request" };
    token::refusal(&stage.recorder, &reply, 400, error, stage.okta_text(text));
    Ok(())
}

async fn verifier_without_challenge(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).without_pkce();
    let code = stage.code(&cast, &request).await?;
    stage.step("exchange the code with a verifier that nobody asked for");
    let form = stage.exchange_form(&cast, &request, &code)?.with("code_verifier", &Pkce::fresh().verifier);
    let text = "PKCE code challenge should be specified in the authorize request for code verification.";
    refused_exchange(stage, &form, (400, "invalid_request"), text).await
}

async fn plain(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).with_pkce().with("code_challenge_method", "plain");
    let text = "PKCE code challenge method is not supported. Valid values: [S256]";
    stage.refuse(&cast, &request, "invalid_request", text).await
}

async fn required(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, SPA, BUYER)?;
    let request = stage.request(&cast).without_pkce();
    let text = "PKCE code challenge is required by the application.";
    stage.refuse(&cast, &request, "invalid_request", text).await
}

async fn illegal_challenge(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let illegal = "+".repeat(43);
    let request = stage.request(&cast).with_pkce().with("code_challenge", &illegal);
    let text = "PKCE code challenge contains illegal characters.";
    stage.refuse(&cast, &request, "invalid_request", text).await
}
