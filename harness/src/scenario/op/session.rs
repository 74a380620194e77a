//! Sessions: when a person is asked to sign in, and what the tokens say of when that was (OIDC Core 3.1.2.1).

use super::play::{Gained, Play};
use super::{Module, Need, Variant};
use crate::check::{id_token, module};
use crate::scenario::stage::{Halt, Stage};

/// OIDC Core 3.1.2.6: what a request that must not prompt is refused with.
pub(super) const NEEDS_A_PERSON: &[&str] =
    &["login_required", "interaction_required", "account_selection_required", "consent_required"];

/// How far a clock may be off.
const SKEW: i64 = 300;

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "oidcc-prompt-login",
        "prompt=login asks again, whatever session there is",
        &["sign in", "let two seconds go by", "ask with prompt=login", "the person is asked; auth_time is later"],
        |s, v| Box::pin(prompt_login(s, v)),
    )
    .needs(&[Need::Time]),
    Module::new(
        "oidcc-prompt-none-not-logged-in",
        "Without a session prompt=none is refused",
        &["ask with prompt=none and no session", "one of the four errors that ask for a person"],
        |s, v| Box::pin(none_cold(s, v)),
    ),
    Module::new(
        "oidcc-prompt-none-logged-in",
        "With a session prompt=none succeeds in silence",
        &["sign in", "ask with prompt=none", "same person, same sign-in"],
        |s, v| Box::pin(none_warm(s, v)),
    ),
    Module::new(
        "oidcc-max-age-1",
        "A session older than max_age asks again",
        &["sign in", "let two seconds go by", "ask with max_age=1", "the person is asked; auth_time is later"],
        |s, v| Box::pin(max_age_over(s, v)),
    )
    .needs(&[Need::Time]),
    Module::new(
        "oidcc-max-age-10000",
        "A session younger than max_age stays silent",
        &["sign in with max_age=15000", "ask with max_age=10000", "nobody is asked; auth_time is the same"],
        |s, v| Box::pin(max_age_within(s, v)),
    ),
    Module::new(
        "oidcc-id-token-hint",
        "A hint at the same person keeps prompt=none silent",
        &["sign in", "ask with prompt=none and id_token_hint", "same person, same sign-in"],
        |s, v| Box::pin(hint(s, v)),
    ),
    Module::new(
        "oidcc-login-hint",
        "A hint at who will sign in is no error",
        &["ask with login_hint", "sign in as usual"],
        |s, v| Box::pin(login_hint(s, v)),
    ),
    Module::new(
        "oidcc-ensure-request-with-acr-values-succeeds",
        "A wish for an authentication context is no error",
        &["ask with every acr value that discovery lists, or with 1 2", "acr is one of them"],
        |s, v| Box::pin(acr_values(s, v)),
    ),
];

/// Judges that the second tokens speak of the first sign-in.
fn same(play: &Play<'_>, first: &Gained, second: &Gained) -> Result<(), Halt> {
    id_token::same_sign_in(&play.stage.recorder, first.id_token()?, second.id_token()?);
    Ok(())
}

async fn prompt_login(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    let first = play.sign_in(play.request()).await?;
    stage.pass(2).await?;
    play.step("ask with prompt=login");
    let second = play.again(play.request().with("prompt", "login"), true).await?;
    let (first, second) = (first.id_token()?, second.id_token()?);
    if first.number("auth_time").is_some() && second.number("auth_time").is_some() {
        id_token::new_sign_in(&stage.recorder, first, second);
    } else {
        id_token::NEWER_AUTH_TIME.skip(&stage.recorder, "auth_time is optional without max_age");
    }
    Ok(())
}

async fn none_cold(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    play.refused(&play.request_with_long_state().with("prompt", "none"), NEEDS_A_PERSON, false).await
}

async fn none_warm(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    let first = play.sign_in(play.request()).await?;
    play.step("ask with prompt=none");
    let second = play.again(play.request_with_long_state().with("prompt", "none"), false).await?;
    same(&play, &first, &second)
}

async fn max_age_over(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    let first = play.sign_in(play.request()).await?;
    stage.pass(2).await?;
    play.step("ask with max_age=1");
    let second = play.again(play.request().with("max_age", "1"), true).await?;
    let (first, second) = (first.id_token()?, second.id_token()?);
    has_auth_time(&play, second);
    if first.number("auth_time").is_some() {
        id_token::new_sign_in(&stage.recorder, first, second);
    }
    let (now, time) = (stage.target.now(), second.number("auth_time").unwrap_or_default());
    let recent = (now - SKEW..=now + SKEW).contains(&time);
    module::RECENT.holds(&stage.recorder, recent, format!("{now}, {SKEW} s more or less"), time);
    Ok(())
}

fn has_auth_time(play: &Play<'_>, token: &crate::wire::jwt::Jwt) {
    let time = token.number("auth_time").map(|time| time.to_string());
    module::AUTH_TIME.present(&play.stage.recorder, "auth_time", time.as_deref());
}

async fn max_age_within(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    let first = play.sign_in(play.request().with("max_age", "15000")).await?;
    play.step("ask with max_age=10000");
    let second = play.again(play.request().with("max_age", "10000"), false).await?;
    has_auth_time(&play, first.id_token()?);
    has_auth_time(&play, second.id_token()?);
    same(&play, &first, &second)
}

async fn hint(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    let first = play.sign_in(play.request()).await?;
    play.step("ask with prompt=none and the ID token as a hint");
    let request = play.request().with("prompt", "none").with("id_token_hint", first.hint()?);
    let second = play.again(request, false).await?;
    same(&play, &first, &second)
}

async fn login_hint(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    play.sign_in(play.request().with("login_hint", &play.cast.account.login)).await?;
    Ok(())
}

async fn acr_values(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?;
    let listed = play.cast.server.metadata.rest.get("acr_values_supported").and_then(|list| list.as_array());
    let listed: Vec<&str> = listed.into_iter().flatten().filter_map(|value| value.as_str()).collect();
    let values = if listed.is_empty() { "1 2".to_owned() } else { listed.join(" ") };
    let gained = play.sign_in(play.request().with("acr_values", &values)).await?;
    let acr = gained.id_token()?.text("acr");
    let one_of_them = acr.is_some_and(|acr| values.split(' ').any(|value| value == acr));
    module::CONTEXT.holds(&stage.recorder, one_of_them, &values, acr.unwrap_or("no acr"));
    Ok(())
}
