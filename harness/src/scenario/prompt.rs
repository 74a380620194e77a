//! Sessions and prompts: when a person is asked to sign in, and when not.

use super::stage::{Cast, Halt, Stage, Tokens};
use super::{Need, Scenario, Told};
use crate::check::{authorization, id_token};
use crate::flow::AuthorizationRequest;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, SPA, WEB};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        told("prompt.none.no-session", "Without a session prompt=none is refused at once", |s| Box::pin(none_cold(s)))
            .cites(&["OIDF oidcc-prompt-none-not-logged-in"])
            .steps(&["ask with prompt=none and no session", "login_required comes by redirect"]),
        told("prompt.none.session", "With a session prompt=none succeeds in silence", |s| Box::pin(none_warm(s)))
            .cites(&["OIDF oidcc-prompt-none-logged-in"])
            .steps(&["sign in", "ask with prompt=none", "same person, same sign-in"]),
        told("prompt.none.id-token-hint", "A hint at the same person keeps prompt=none silent", |s| Box::pin(hint(s)))
            .cites(&["OIDF oidcc-id-token-hint"])
            .steps(&["sign in", "ask with prompt=none and id_token_hint", "same person"]),
        told("prompt.login", "prompt=login asks again, and the time of the sign-in is newer", |s| Box::pin(login(s)))
            .cites(&["OIDF oidcc-prompt-login"])
            .steps(&[
                "sign in",
                "let a minute go by",
                "ask with prompt=login",
                "the person is asked; auth_time is later",
            ])
            .needs(&[Need::Alone]),
        told("prompt.max-age.over", "A session older than max_age asks again", |s| Box::pin(max_age_over(s)))
            .cites(&["OIDF oidcc-max-age-1"])
            .steps(&[
                "sign in",
                "let two minutes go by",
                "ask with max_age=60",
                "the person is asked; auth_time is later",
            ])
            .needs(&[Need::Alone]),
        told("prompt.max-age.within", "A session younger than max_age stays silent", |s| Box::pin(max_age_within(s)))
            .cites(&["OIDF oidcc-max-age-10000"])
            .steps(&["sign in", "ask with max_age=10000", "nobody is asked; auth_time is the same"]),
        told("prompt.max-age.zero-none", "prompt=none and max_age=0 contradict each other", |s| Box::pin(zero_none(s)))
            .steps(&["ask with prompt=none and max_age=0", "the refusal comes by redirect"])
            .needs(&[Need::Okta]),
        told("prompt.max-age.invalid", "A max_age that is no number of seconds is refused", |s| {
            Box::pin(max_age_invalid(s))
        })
        .steps(&["ask with max_age=-5", "the refusal comes by redirect"])
        .needs(&[Need::Okta]),
        told("prompt.none-and-login", "prompt=none can't stand beside another value", |s| Box::pin(none_and_login(s)))
            .steps(&["ask with prompt=none login", "the refusal comes by redirect"]),
        told("prompt.session.shared", "One sign-in serves all clients", |s| Box::pin(shared(s)))
            .cites(&["OIDC Core 3.1.2.3"])
            .steps(&["sign in with the web client", "ask with the browser client", "nobody is asked"])
            .needs(&[Need::Client(SPA)]),
        told("prompt.login-hint", "A login hint is no obstacle", |s| Box::pin(login_hint(s)))
            .cites(&["OIDF oidcc-login-hint"])
            .steps(&["ask with login_hint", "sign in as usual"]),
        told("prompt.display-and-locales", "Wishes about the display are never an error", |s| Box::pin(wishes(s)))
            .cites(&["OIDF oidcc-display-page", "OIDF oidcc-ui-locales", "OIDF oidcc-claims-locales"])
            .steps(&["ask with display, ui_locales and claims_locales", "sign in as usual"]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story).cites(&["OIDC Core 3.1.2.1"]).tags(&["prompt", "session"]).needs(&[
        Need::Client(WEB),
        Need::Account(BUYER),
        Need::Server(Custom),
    ])
}

/// Asks once more in the same browser; judges whether the person is asked to sign in.
async fn again(stage: &Stage, cast: &Cast<'_>, request: AuthorizationRequest, asked: bool) -> Result<Tokens, Halt> {
    let journey = stage.authorize(cast, &request).await?;
    authorization::asked_to_sign_in(&stage.recorder, &journey, asked);
    let callback = stage.arrived(cast, &request, &journey)?;
    let code = authorization::code(&stage.recorder, callback).ok_or(Halt::Failed)?;
    stage.exchange(cast, request, code).await
}

/// Two sign-ins after one another, the second with `change`, judged to be one and the same sign-in.
async fn silent(stage: &Stage, name: &str, value: &str) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    stage.step("sign in");
    let first = stage.sign_in(&cast, stage.request(&cast)).await?;
    stage.step(format!("ask with {name}={value}"));
    let second = again(stage, &cast, stage.request(&cast).with(name, value), false).await?;
    if let (Some(first), Some(second)) = (&first.id_token, &second.id_token) {
        id_token::same_sign_in(&stage.recorder, first, second);
    }
    Ok(())
}

/// Two sign-ins with time between them, the second with `change`, judged to be two.
async fn asked_again(stage: &Stage, seconds: i64, name: &str, value: &str) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    stage.step("sign in");
    let first = stage.sign_in(&cast, stage.request(&cast)).await?;
    stage.wait(seconds).await?;
    stage.step(format!("ask with {name}={value}"));
    let second = again(stage, &cast, stage.request(&cast).with(name, value), true).await?;
    if let (Some(first), Some(second)) = (&first.id_token, &second.id_token) {
        id_token::new_sign_in(&stage.recorder, first, second);
    }
    Ok(())
}

async fn none_cold(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).with("prompt", "none");
    let text = "The client specified not to prompt, but the user is not logged in.";
    stage.refuse(&cast, &request, "login_required", text).await
}

async fn none_warm(stage: &Stage) -> Result<(), Halt> {
    silent(stage, "prompt", "none").await
}

async fn hint(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    stage.step("sign in");
    let first = stage.sign_in(&cast, stage.request(&cast)).await?;
    stage.step("ask with prompt=none and the ID token as a hint");
    let request = stage.request(&cast).with("prompt", "none").with("id_token_hint", first.hint()?);
    let second = again(stage, &cast, request, false).await?;
    if let (Some(first), Some(second)) = (&first.id_token, &second.id_token) {
        id_token::same_sign_in(&stage.recorder, first, second);
    }
    Ok(())
}

async fn login(stage: &Stage) -> Result<(), Halt> {
    asked_again(stage, 60, "prompt", "login").await
}

async fn max_age_over(stage: &Stage) -> Result<(), Halt> {
    asked_again(stage, 120, "max_age", "60").await
}

async fn max_age_within(stage: &Stage) -> Result<(), Halt> {
    silent(stage, "max_age", "10000").await
}

async fn zero_none(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).with("prompt", "none").with("max_age", "0");
    let text = "'prompt' parameter must not have the value 'none' for request with 'zero' as max_age.";
    stage.refuse(&cast, &request, "invalid_request", text).await
}

async fn max_age_invalid(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).with("max_age", "-5");
    let text = "Invalid value for 'max_age' parameter. It should be within range 0 - 2^31-1.";
    stage.refuse(&cast, &request, "invalid_request", text).await
}

async fn none_and_login(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).with("prompt", "none login");
    // Okta lists the values it supports; the list differs from org to org.
    stage.refuse(&cast, &request, "invalid_request", "").await
}

async fn shared(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    stage.step("sign in with the web client");
    let first = stage.sign_in(&cast, stage.request(&cast)).await?;
    stage.step("ask with the browser client");
    let other = cast.with_client(stage.client(SPA)?);
    let second = again(stage, &other, stage.request(&other), false).await?;
    if let (Some(first), Some(second)) = (&first.id_token, &second.id_token) {
        id_token::same_sign_in(&stage.recorder, first, second);
    }
    Ok(())
}

async fn login_hint(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    stage.sign_in(&cast, stage.request(&cast).with("login_hint", &cast.account.login)).await?;
    Ok(())
}

async fn wishes(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).with("display", "page").with("ui_locales", "se").with("claims_locales", "se");
    stage.sign_in(&cast, request).await?;
    Ok(())
}
