//! The token endpoint: bound, expired and reused codes, and refresh tokens.

use super::super::redemption::judge_refreshed;
use super::module_run::{Fapi2Run, INVALID_CLIENT, run_with_clients};
use crate::check::{extension, fapi, module, token};
use crate::flow;
use crate::issuer_target::Endpoint;
use crate::scenario::certification::module::Module;
use crate::scenario::certification::runs;
use crate::scenario::needs::Need;
use crate::scenario::stopped::Stopped;
use crate::scenario::token_flow::Tokens;
use crate::wire::error::summary;

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "fapi2-security-profile-final-ensure-authorization-code-is-bound-to-client",
        "A code that another client redeems is rejected",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(other_client(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-attempt-reuse-authorization-code-after-one-second",
        "A code that is redeemed twice is rejected, and its tokens are revoked",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(reuse(p))),
    )
    .runs(runs::in_fapi2)
    .needs(&[Need::ElapsedTime]),
    Module::new(
        "fapi2-security-profile-final-ensure-token-endpoint-fails-with-expired-auth-code",
        "A code is rejected after a minute",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(expired(p))),
    )
    .runs(runs::in_fapi2)
    .needs(&[Need::ElapsedTime]),
    Module::new(
        "fapi2-security-profile-final-refresh-token",
        "A refresh needs the client's assertion and a proof, and another client cannot use the refresh token",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(refresh(p))),
    )
    .runs(runs::in_fapi2)
    .needs(&[Need::Scope("offline_access"), Need::ElapsedTime]),
];

async fn other_client(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let (request, code) = run.sign_in_for_code().await?;
    run.step("the second client exchanges the code");
    let second = run.swapped();
    let reply = second.redeem(&second.exchange_form(&request, &code)?).await?;
    run.denied(&reply, &["invalid_grant"]);
    Ok(())
}

async fn reuse(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let (request, code) = run.sign_in_for_code().await?;
    let form = run.exchange_form(&request, &code)?;
    let reply = run.redeem(&form).await?;
    let tokens = run.tokens(request, Some(&code), &reply).await?;
    run.context.pass_time(1).await?;
    let again = run.redeem(&form).await?;
    run.denied(&again, &["invalid_grant"]);
    run.step("use the access token of the first exchange");
    let reply = run.resource(&tokens.reply.access_token, "DPoP").await?;
    let ended = (400..500).contains(&reply.status);
    module::REUSE_ENDS_TOKEN.holds(&run.context.recorder, ended, "a status of 4xx", summary(&reply));
    Ok(())
}

async fn expired(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let (request, code) = run.sign_in_for_code().await?;
    run.context.pass_time(62).await?;
    let reply = run.redeem(&run.exchange_form(&request, &code)?).await?;
    run.denied(&reply, &["invalid_grant"]);
    Ok(())
}

/// Signs in with offline_access.
async fn offline(run: &Fapi2Run<'_>) -> Result<Tokens, Stopped> {
    run.sign_in(run.request().scopes("openid offline_access").with("prompt", "consent")).await
}

async fn refresh(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let (context, recorder) = (run.context, &run.context.recorder);
    let first = offline(run).await?;
    let Some(refresh_token) = first.reply.refresh_token.as_deref() else {
        return Err(Stopped::Skipped("no refresh token is issued".to_owned()));
    };
    let url = run.endpoint(Endpoint::Token)?;
    let form = flow::refresh(url, run.actors.client, refresh_token).with("scope", "openid");
    // OIDC Core 12.2: iat must be that of the new token, so a second must pass.
    context.pass_time(1).await?;
    let reply = run.redeem(&form).await?;
    let expected =
        token::ExpectedTokenResponse { scope: None, id_token: true, refresh_token: None, speaks_okta: false };
    token::REFRESHED_TYPE.equals(recorder, "application/json", Some(reply.media_type()));
    let tokens = token::bound(recorder, &reply, expected).ok_or(Stopped::CheckFailed)?;
    let id_token = first.id_token.as_ref().ok_or(Stopped::CheckFailed)?;
    judge_refreshed(context, &run.actors, &first.request, id_token, &tokens).await?;
    context.pass_time(30).await?;
    let again = run.redeem(&form).await?;
    fapi::KEPT.holds(recorder, again.status == 200, 200, summary(&again));
    run.step("refresh without an assertion");
    let reply = run.with_proof(url, run.possession(), || Ok(form.clone())).await?;
    run.not_authenticated(&reply, &[INVALID_CLIENT, "invalid_grant", "invalid_request"]);
    run.step("refresh without a proof");
    let reply = run.post(&form, Endpoint::Token).await?;
    run.denied(&reply, &["invalid_request", "invalid_grant", "invalid_dpop_proof"]);
    run.step("the second client gets a refresh token, and the first client uses it");
    let others = offline(&run.swapped()).await?;
    let form = flow::refresh(url, run.actors.client, others.refresh_token()?);
    let reply = run.redeem(&form).await?;
    run.denied(&reply, &["invalid_grant"]);
    let reply = run.resource(&others.reply.access_token, "DPoP").await?;
    extension::BOUND_REFUSED.holds(recorder, (400..500).contains(&reply.status), "a status of 4xx", summary(&reply));
    Ok(())
}
