//! The token endpoint: reused codes, client_secret_post, refresh tokens.

use serde_json::json;

use super::module::Module;
use super::module_run::{ModuleRun, SignInResult};
use super::plan::Variant;
use super::runs;
use crate::check::{id_token, module, token};
use crate::flow::{self, AuthorizationRequest};
use crate::issuer_target::Endpoint;
use crate::issuer_target::market::SECOND;
use crate::scenario::actors::Actors;
use crate::scenario::context::ScenarioContext;
use crate::scenario::needs::Need;
use crate::scenario::stopped::Stopped;
use crate::wire::error::summary;
use crate::wire::jwt::Jwt;
use crate::wire::token::TokenReply;

pub(super) const MODULES: &[Module] = &[
    Module::new("oidcc-codereuse", "A code that is redeemed twice is rejected", |context, variant| {
        Box::pin(reuse(context, variant))
    })
    .runs(runs::with_code),
    Module::new(
        "oidcc-codereuse-30seconds",
        "A code that is redeemed again after 30 seconds is rejected, and its tokens are revoked",
        |context, variant| Box::pin(reuse_later(context, variant)),
    )
    .runs(runs::with_code)
    .needs(&[Need::ElapsedTime]),
    Module::new("oidcc-server-client-secret-post", "A client may send its secret in the form", |context, variant| {
        Box::pin(secret_post(context, variant))
    })
    .runs(runs::with_code)
    .needs(&[Need::Secret(SECOND)]),
    Module::new(
        "oidcc-refresh-token",
        "A refresh returns new tokens of the same sign-in, and another client cannot use the refresh token",
        |context, variant| Box::pin(refresh(context, variant)),
    )
    .runs(runs::with_code)
    .dynamic_too()
    .needs(&[Need::Secret(SECOND), Need::ElapsedTime, Need::Scope("offline_access")]),
];

async fn reuse(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    let result = run.sign_in(run.request()).await?;
    run.step("exchange the same code again");
    let again = context.post(&form(&run, &result)?).await?;
    let refused = again.status != 200;
    if module::REUSED_AT_ONCE.holds(&context.recorder, refused, "400 invalid_grant", summary(&again)) {
        token::refusal(&context.recorder, &again, 400, "invalid_grant", None);
    }
    Ok(())
}

fn form(run: &ModuleRun<'_>, result: &SignInResult) -> Result<flow::FormRequest, Stopped> {
    let code = result.code.as_deref().ok_or(Stopped::CheckFailed)?;
    run.actors.tokens().exchange_form(&result.request, code)
}

async fn reuse_later(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    let result = run.sign_in(run.request()).await?;
    context.pass_time(30).await?;
    run.step("exchange the same code again");
    let again = context.post(&form(&run, &result)?).await?;
    token::refusal(&context.recorder, &again, 400, "invalid_grant", None);
    run.step("use the access token of the first exchange");
    let endpoint = run.actors.endpoint(Endpoint::Userinfo)?;
    let reply = context.send(flow::userinfo(endpoint, reqwest::Method::GET, result.access_token()?)?).await?;
    let ended = (400..500).contains(&reply.status);
    module::REUSE_ENDS_TOKEN.holds(&context.recorder, ended, "a status of 4xx", summary(&reply));
    Ok(())
}

async fn secret_post(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    let run = ModuleRun { actors: run.actors.with_client(context.client(SECOND)?), ..run };
    run.lists_auth_method();
    run.sign_in(run.request()).await?;
    Ok(())
}

/// The grant types of a client that refreshes.
pub(super) const GRANTS: [&str; 2] = ["authorization_code", "refresh_token"];

/// Signs in with offline_access.
pub(super) async fn offline(run: &ModuleRun<'_>) -> Result<SignInResult, Stopped> {
    run.sign_in(run.request().scopes("openid offline_access").with("prompt", "consent")).await
}

async fn refresh(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::registering(context, variant, json!({ "grant_types": GRANTS })).await?;
    let first = offline(&run).await?;
    let Some(refresh_token) = first.refresh_token.clone() else {
        if run.actors.server.metadata.lists("grant_types_supported", "refresh_token") == Some(true) {
            module::REFRESH_OFFERED.present(&context.recorder, "a refresh token", None);
            return Ok(());
        }
        return Err(Stopped::Skipped("no refresh token is issued".to_owned()));
    };
    // OIDC Core 12.2: iat must be that of the new token, so a second must pass.
    context.pass_time(1).await?;
    refreshed(&run, run.actors, &first, &refresh_token).await?;
    run.step("another client gets a refresh token, and the first client uses it");
    let second = run.other(json!({ "grant_types": GRANTS })).await?;
    let others = offline(&second).await?.refresh_token.ok_or(Stopped::CheckFailed)?;
    let reply = context.post(&run.actors.tokens().refresh_form(&others)?).await?;
    token::refusal(&context.recorder, &reply, 400, "invalid_grant", None);
    Ok(())
}

pub(super) async fn refreshed(
    run: &ModuleRun<'_>,
    actors: Actors<'_>,
    first: &SignInResult,
    refresh_token: &str,
) -> Result<(), Stopped> {
    let context = run.context;
    run.step("refresh");
    let reply = context.post(&actors.tokens().refresh_form(refresh_token)?.with("scope", "openid")).await?;
    let expected =
        token::ExpectedTokenResponse { scope: None, id_token: true, refresh_token: None, speaks_okta: false };
    token::REFRESHED_TYPE.equals(&context.recorder, "application/json", Some(reply.media_type()));
    let tokens = token::tokens(&context.recorder, &reply, expected).ok_or(Stopped::CheckFailed)?;
    let other = Some(tokens.access_token.as_str()) != first.access_token.as_deref();
    let actual = if other { "another" } else { "the same" };
    token::NEW_ACCESS_TOKEN.holds(&context.recorder, other, "another", actual);
    judge_refreshed(context, &actors, &first.request, first.back.as_ref().ok_or(Stopped::CheckFailed)?, &tokens).await
}

/// Judges a refreshed ID token, if there is one, and compares it with the first one.
pub(super) async fn judge_refreshed(
    context: &ScenarioContext,
    actors: &Actors<'_>,
    request: &AuthorizationRequest,
    first: &Jwt,
    tokens: &TokenReply,
) -> Result<(), Stopped> {
    let Some(raw) = tokens.id_token.as_deref() else { return Ok(()) };
    let keys = actors.server.keys(&context.http).await?;
    let has_nonce = Jwt::parse(raw).is_ok_and(|token| token.text("nonce").is_some());
    let expected = id_token::ExpectedIdToken {
        issuer: &actors.server.issuer,
        client_id: &actors.client.id,
        // OIDC Core 12.2: no nonce, or the nonce of the first ID token.
        nonce: request.get("nonce").filter(|_| has_nonce),
        now: context.target.now(),
        access_token: Some(&tokens.access_token),
        code: None,
        hashes_required: false,
        speaks_okta: context.target.speaks_okta(),
    };
    let second = id_token::judge(&context.recorder, Some(raw), keys, expected).ok_or(Stopped::CheckFailed)?;
    module::refreshed(&context.recorder, first, &second);
    id_token::same_sign_in(&context.recorder, first, &second);
    Ok(())
}
