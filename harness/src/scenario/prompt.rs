//! Sessions and prompts: when a user is asked to sign in.

use super::actors::Actors;
use super::context::ScenarioContext;
use super::definition::{Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use super::token_flow::Tokens;
use crate::check::{authorization, id_token};
use crate::flow::AuthorizationRequest;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, SPA, WEB};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario("prompt.none.no-session", "prompt=none without a session is rejected", |context| {
            Box::pin(none_cold(context))
        })
        .cites(&["OIDF oidcc-prompt-none-not-logged-in"]),
        scenario("prompt.none.session", "prompt=none with a session succeeds", |context| Box::pin(none_warm(context)))
            .cites(&["OIDF oidcc-prompt-none-logged-in"]),
        scenario(
            "prompt.none.id-token-hint",
            "prompt=none with an id_token_hint of the same user succeeds",
            |context| Box::pin(hint(context)),
        )
        .cites(&["OIDF oidcc-id-token-hint"]),
        scenario("prompt.login", "prompt=login asks the user to sign in again, and auth_time is newer", |context| {
            Box::pin(login(context))
        })
        .cites(&["OIDF oidcc-prompt-login"])
        .needs(&[Need::ExclusiveIssuer]),
        scenario("prompt.max-age.over", "A session older than max_age requires another sign-in", |context| {
            Box::pin(max_age_over(context))
        })
        .cites(&["OIDF oidcc-max-age-1"])
        .needs(&[Need::ExclusiveIssuer]),
        scenario("prompt.max-age.within", "A session younger than max_age requires no sign-in", |context| {
            Box::pin(max_age_within(context))
        })
        .cites(&["OIDF oidcc-max-age-10000"]),
        scenario("prompt.max-age.zero-none", "prompt=none with max_age=0 is rejected", |context| {
            Box::pin(zero_none(context))
        })
        .needs(&[Need::Okta]),
        scenario("prompt.max-age.invalid", "A max_age that is not a number is rejected", |context| {
            Box::pin(max_age_invalid(context))
        })
        .needs(&[Need::Okta]),
        scenario("prompt.none-and-login", "prompt=none with another value is rejected", |context| {
            Box::pin(none_and_login(context))
        }),
        scenario("prompt.session.shared", "A session serves all clients", |context| Box::pin(shared(context)))
            .cites(&["OIDC Core 3.1.2.3"])
            .needs(&[Need::Client(SPA)]),
        scenario("prompt.login-hint", "A login_hint is accepted", |context| Box::pin(login_hint(context)))
            .cites(&["OIDF oidcc-login-hint"]),
        scenario("prompt.display-and-locales", "display and ui_locales are accepted", |context| {
            Box::pin(wishes(context))
        })
        .cites(&["OIDF oidcc-display-page", "OIDF oidcc-ui-locales", "OIDF oidcc-claims-locales"]),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function).cites(&["OIDC Core 3.1.2.1"]).tags(&["prompt", "session"]).needs(&[
        Need::Client(WEB),
        Need::Account(BUYER),
        Need::Server(Custom),
    ])
}

/// Sends another request in the same browser; judges whether the user is asked to sign in.
async fn again(
    context: &ScenarioContext,
    actors: &Actors<'_>,
    request: AuthorizationRequest,
    asked: bool,
) -> Result<Tokens, Stopped> {
    let journey = actors.authorization().send(&request).await?;
    authorization::asked_to_sign_in(&context.recorder, &journey, asked);
    let callback = actors.authorization().callback(&request, &journey)?;
    let code = authorization::code(&context.recorder, callback).ok_or(Stopped::CheckFailed)?;
    actors.tokens().exchange(request, code).await
}

/// Two requests, the second with one more parameter, which must use the same sign-in.
async fn silent(context: &ScenarioContext, name: &str, value: &str) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    context.step("sign in");
    let first = actors.tokens().sign_in(actors.authorization().request()).await?;
    context.step(format!("send a request with {name}={value}"));
    let second = again(context, &actors, actors.authorization().request().with(name, value), false).await?;
    if let (Some(first), Some(second)) = (&first.id_token, &second.id_token) {
        id_token::same_sign_in(&context.recorder, first, second);
    }
    Ok(())
}

/// Two requests with time between them, the second with one more parameter, which must be two sign-ins.
async fn asked_again(context: &ScenarioContext, seconds: i64, name: &str, value: &str) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    context.step("sign in");
    let first = actors.tokens().sign_in(actors.authorization().request()).await?;
    context.advance_clock(seconds).await?;
    context.step(format!("send a request with {name}={value}"));
    let second = again(context, &actors, actors.authorization().request().with(name, value), true).await?;
    if let (Some(first), Some(second)) = (&first.id_token, &second.id_token) {
        id_token::new_sign_in(&context.recorder, first, second);
    }
    Ok(())
}

async fn none_cold(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().with("prompt", "none");
    let text = "The client specified not to prompt, but the user is not logged in.";
    actors.authorization().expect_error(&request, "login_required", text).await
}

async fn none_warm(context: &ScenarioContext) -> Result<(), Stopped> {
    silent(context, "prompt", "none").await
}

async fn hint(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    context.step("sign in");
    let first = actors.tokens().sign_in(actors.authorization().request()).await?;
    context.step("send a request with prompt=none and the ID token as id_token_hint");
    let request = actors.authorization().request().with("prompt", "none").with("id_token_hint", first.hint()?);
    let second = again(context, &actors, request, false).await?;
    if let (Some(first), Some(second)) = (&first.id_token, &second.id_token) {
        id_token::same_sign_in(&context.recorder, first, second);
    }
    Ok(())
}

async fn login(context: &ScenarioContext) -> Result<(), Stopped> {
    asked_again(context, 60, "prompt", "login").await
}

async fn max_age_over(context: &ScenarioContext) -> Result<(), Stopped> {
    asked_again(context, 120, "max_age", "60").await
}

async fn max_age_within(context: &ScenarioContext) -> Result<(), Stopped> {
    silent(context, "max_age", "10000").await
}

async fn zero_none(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().with("prompt", "none").with("max_age", "0");
    let text = "'prompt' parameter must not have the value 'none' for request with 'zero' as max_age.";
    actors.authorization().expect_error(&request, "invalid_request", text).await
}

async fn max_age_invalid(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().with("max_age", "-5");
    let text = "Invalid value for 'max_age' parameter. It should be within range 0 - 2^31-1.";
    actors.authorization().expect_error(&request, "invalid_request", text).await
}

async fn none_and_login(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().with("prompt", "none login");
    // Okta's text lists the supported values, which depend on the org.
    actors.authorization().expect_error(&request, "invalid_request", "").await
}

async fn shared(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    context.step("sign in with the web client");
    let first = actors.tokens().sign_in(actors.authorization().request()).await?;
    context.step("send a request of the browser client");
    let other = actors.with_client(context.client(SPA)?);
    let second = again(context, &other, other.authorization().request(), false).await?;
    if let (Some(first), Some(second)) = (&first.id_token, &second.id_token) {
        id_token::same_sign_in(&context.recorder, first, second);
    }
    Ok(())
}

async fn login_hint(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    actors.tokens().sign_in(actors.authorization().request().with("login_hint", &actors.account.login)).await?;
    Ok(())
}

async fn wishes(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request =
        actors.authorization().request().with("display", "page").with("ui_locales", "se").with("claims_locales", "se");
    actors.tokens().sign_in(request).await?;
    Ok(())
}
