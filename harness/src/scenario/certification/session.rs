//! Sessions: when a user is asked to sign in, and auth_time (OIDC Core 3.1.2.1).

use super::module::Module;
use super::module_run::{ModuleRun, SignInResult};
use super::plan::Variant;
use crate::check::{id_token, module};
use crate::scenario::context::ScenarioContext;
use crate::scenario::needs::Need;
use crate::scenario::stopped::Stopped;

/// OIDC Core 3.1.2.6: the errors of a request with prompt=none.
pub(super) const NEEDS_A_PERSON: &[&str] =
    &["login_required", "interaction_required", "account_selection_required", "consent_required"];

/// The permitted clock skew in seconds.
const SKEW: i64 = 300;

pub(super) const MODULES: &[Module] = &[
    Module::new("oidcc-prompt-login", "prompt=login asks the user to sign in again", |context, variant| {
        Box::pin(prompt_login(context, variant))
    })
    .needs(&[Need::ElapsedTime]),
    Module::new("oidcc-prompt-none-not-logged-in", "prompt=none without a session is rejected", |context, variant| {
        Box::pin(none_cold(context, variant))
    }),
    Module::new("oidcc-prompt-none-logged-in", "prompt=none with a session succeeds", |context, variant| {
        Box::pin(none_warm(context, variant))
    }),
    Module::new("oidcc-max-age-1", "A session older than max_age requires another sign-in", |context, variant| {
        Box::pin(max_age_over(context, variant))
    })
    .needs(&[Need::ElapsedTime]),
    Module::new("oidcc-max-age-10000", "A session younger than max_age requires no sign-in", |context, variant| {
        Box::pin(max_age_within(context, variant))
    }),
    Module::new(
        "oidcc-id-token-hint",
        "prompt=none with an id_token_hint of the same user succeeds",
        |context, variant| Box::pin(hint(context, variant)),
    ),
    Module::new("oidcc-login-hint", "A login_hint is accepted", |context, variant| {
        Box::pin(login_hint(context, variant))
    }),
    Module::new("oidcc-ensure-request-with-acr-values-succeeds", "acr_values is accepted", |context, variant| {
        Box::pin(acr_values(context, variant))
    }),
];

/// Judges that the second tokens are of the first sign-in.
fn same(run: &ModuleRun<'_>, first: &SignInResult, second: &SignInResult) -> Result<(), Stopped> {
    id_token::same_sign_in(&run.context.recorder, first.id_token()?, second.id_token()?);
    Ok(())
}

async fn prompt_login(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    let first = run.sign_in(run.request()).await?;
    context.pass_time(2).await?;
    run.step("send a request with prompt=login");
    let second = run.again(run.request().with("prompt", "login"), true).await?;
    let (first, second) = (first.id_token()?, second.id_token()?);
    if first.number("auth_time").is_some() && second.number("auth_time").is_some() {
        id_token::new_sign_in(&context.recorder, first, second);
    } else {
        id_token::NEWER_AUTH_TIME.skip(&context.recorder, "auth_time is optional without max_age");
    }
    Ok(())
}

async fn none_cold(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    run.refused(&run.request_with_long_state().with("prompt", "none"), NEEDS_A_PERSON, false).await
}

async fn none_warm(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    let first = run.sign_in(run.request()).await?;
    run.step("send a request with prompt=none");
    let second = run.again(run.request_with_long_state().with("prompt", "none"), false).await?;
    same(&run, &first, &second)
}

async fn max_age_over(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    let first = run.sign_in(run.request()).await?;
    context.pass_time(2).await?;
    run.step("send a request with max_age=1");
    let second = run.again(run.request().with("max_age", "1"), true).await?;
    let (first, second) = (first.id_token()?, second.id_token()?);
    has_auth_time(&run, second);
    if first.number("auth_time").is_some() {
        id_token::new_sign_in(&context.recorder, first, second);
    }
    let (now, time) = (context.target.now(), second.number("auth_time").unwrap_or_default());
    let recent = (now - SKEW..=now + SKEW).contains(&time);
    module::RECENT.holds(&context.recorder, recent, format!("{now}, {SKEW} s more or less"), time);
    Ok(())
}

fn has_auth_time(run: &ModuleRun<'_>, token: &crate::wire::jwt::Jwt) {
    let time = token.number("auth_time").map(|time| time.to_string());
    module::AUTH_TIME.present(&run.context.recorder, "auth_time", time.as_deref());
}

async fn max_age_within(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    let first = run.sign_in(run.request().with("max_age", "15000")).await?;
    run.step("send a request with max_age=10000");
    let second = run.again(run.request().with("max_age", "10000"), false).await?;
    has_auth_time(&run, first.id_token()?);
    has_auth_time(&run, second.id_token()?);
    same(&run, &first, &second)
}

async fn hint(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    let first = run.sign_in(run.request()).await?;
    run.step("send a request with prompt=none and the ID token as id_token_hint");
    let request = run.request().with("prompt", "none").with("id_token_hint", first.hint()?);
    let second = run.again(request, false).await?;
    same(&run, &first, &second)
}

async fn login_hint(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    run.sign_in(run.request().with("login_hint", &run.actors.account.login)).await?;
    Ok(())
}

async fn acr_values(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    let listed = run.actors.server.metadata.rest.get("acr_values_supported").and_then(|list| list.as_array());
    let listed: Vec<&str> = listed.into_iter().flatten().filter_map(|value| value.as_str()).collect();
    let values = if listed.is_empty() { "1 2".to_owned() } else { listed.join(" ") };
    let result = run.sign_in(run.request().with("acr_values", &values)).await?;
    let acr = result.id_token()?.text("acr");
    let one_of_them = acr.is_some_and(|acr| values.split(' ').any(|value| value == acr));
    module::CONTEXT.holds(&context.recorder, one_of_them, &values, acr.unwrap_or("no acr"));
    Ok(())
}
