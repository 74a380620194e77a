//! The token endpoint: whose a code is, how long and how often it is good, and refreshing.

use super::super::redemption::judge_refreshed;
use super::super::{Module, Need, runs};
use super::play::{INVALID_CLIENT, Play, act};
use crate::check::{extension, fapi, module, token};
use crate::flow;
use crate::issuer_target::Endpoint;
use crate::scenario::stage::{Halt, Tokens};
use crate::wire::error::summary;

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "fapi2-security-profile-final-ensure-authorization-code-is-bound-to-client",
        "A code belongs to the client that asked for it",
        &["sign in", "the second client exchanges the code with keys of its own", "400 invalid_grant"],
        |s, v| act(s, v, |p| Box::pin(other_client(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-attempt-reuse-authorization-code-after-one-second",
        "A code works once, and ends its tokens when it comes again",
        &["sign in and exchange the code", "a second later exchange it again", "400 invalid_grant", "call userinfo"],
        |s, v| act(s, v, |p| Box::pin(reuse(p))),
    )
    .runs(runs::in_fapi2)
    .needs(&[Need::Time]),
    Module::new(
        "fapi2-security-profile-final-ensure-token-endpoint-fails-with-expired-auth-code",
        "A code lives for a minute at most",
        &["sign in", "let 62 seconds go by", "exchange the code", "400 invalid_grant"],
        |s, v| act(s, v, |p| Box::pin(expired(p))),
    )
    .runs(runs::in_fapi2)
    .needs(&[Need::Time]),
    Module::new(
        "fapi2-security-profile-final-refresh-token",
        "A refresh token is worth something to its own client with its own key only",
        &[
            "ask for offline_access",
            "refresh, and judge the new tokens",
            "the same refresh token works again",
            "refused without an assertion, and without a proof",
            "the second client's refresh token is refused to the first",
        ],
        |s, v| act(s, v, |p| Box::pin(refresh(p))),
    )
    .runs(runs::in_fapi2)
    .needs(&[Need::Scope("offline_access"), Need::Time]),
];

async fn other_client(play: &Play<'_>) -> Result<(), Halt> {
    let (request, code) = play.sign_in_for_code().await?;
    play.step("the second client exchanges the code");
    let second = play.swapped();
    let reply = second.redeem(&second.exchange_form(&request, &code)?).await?;
    play.denied(&reply, &["invalid_grant"]);
    Ok(())
}

async fn reuse(play: &Play<'_>) -> Result<(), Halt> {
    let (request, code) = play.sign_in_for_code().await?;
    let form = play.exchange_form(&request, &code)?;
    let tokens = play.tokens(request, &play.redeem(&form).await?).await?;
    play.stage.pass(1).await?;
    let again = play.redeem(&form).await?;
    play.denied(&again, &["invalid_grant"]);
    play.step("use the access token that it gave");
    let reply = play.resource(&tokens.reply.access_token, "DPoP").await?;
    let ended = (400..500).contains(&reply.status);
    module::REUSE_ENDS_TOKEN.holds(&play.stage.recorder, ended, "a status of 4xx", summary(&reply));
    Ok(())
}

async fn expired(play: &Play<'_>) -> Result<(), Halt> {
    let (request, code) = play.sign_in_for_code().await?;
    play.stage.pass(62).await?;
    let reply = play.redeem(&play.exchange_form(&request, &code)?).await?;
    play.denied(&reply, &["invalid_grant"]);
    Ok(())
}

/// Asks for a refresh token.
async fn offline(play: &Play<'_>) -> Result<Tokens, Halt> {
    play.sign_in(play.request().scopes("openid offline_access").with("prompt", "consent")).await
}

async fn refresh(play: &Play<'_>) -> Result<(), Halt> {
    let (stage, recorder) = (play.stage, &play.stage.recorder);
    let first = offline(play).await?;
    let Some(refresh_token) = first.reply.refresh_token.as_deref() else {
        return Err(Halt::Skip("no refresh token is issued".to_owned()));
    };
    let url = play.endpoint(Endpoint::Token)?;
    let form = flow::refresh(url, play.cast.client, refresh_token).with("scope", "openid");
    // OIDC Core 12.2: the new iat is the time of the new token, so a second has to go by.
    stage.pass(1).await?;
    let reply = play.redeem(&form).await?;
    let expected = token::Expected { scope: None, id_token: true, refresh_token: None, speaks_okta: false };
    let tokens = token::bound(recorder, &reply, expected).ok_or(Halt::Failed)?;
    let id_token = first.id_token.as_ref().ok_or(Halt::Failed)?;
    judge_refreshed(stage, &play.cast, &first.request, id_token, &tokens).await?;
    stage.pass(30).await?;
    let again = play.redeem(&form).await?;
    fapi::KEPT.holds(recorder, again.status == 200, 200, summary(&again));
    play.step("refresh without an assertion");
    let reply = play.with_proof(url, play.possession(), || Ok(form.clone())).await?;
    play.denied(&reply, &[INVALID_CLIENT, "invalid_grant", "invalid_request"]);
    play.step("refresh without a proof");
    let reply = play.post(&form, Endpoint::Token).await?;
    play.denied(&reply, &["invalid_request", "invalid_grant", "invalid_dpop_proof"]);
    play.step("the second client gets a refresh token, and the first one tries it");
    let others = offline(&play.swapped()).await?;
    let form = flow::refresh(url, play.cast.client, others.refresh_token()?);
    let reply = play.redeem(&form).await?;
    play.denied(&reply, &["invalid_grant"]);
    let reply = play.resource(&others.reply.access_token, "DPoP").await?;
    extension::BOUND_REFUSED.holds(recorder, (400..500).contains(&reply.status), "a status of 4xx", summary(&reply));
    Ok(())
}
