//! Refresh tokens: rotation, reuse, narrowing and widening.

use super::actors::Actors;
use super::code::refused_exchange;
use super::context::ScenarioContext;
use super::definition::{Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use super::token_flow::Tokens;
use crate::check::{id_token, token};
use crate::flow::{self, FormRequest, random_text};
use crate::issuer_target::ServerKind::{self, Custom, Org};
use crate::issuer_target::market::{BUYER, NATIVE, PARTNER, SPA, WEB};
use crate::issuer_target::{ClientName, Endpoint};
use crate::wire::jwt::Jwt;
use crate::wire::token::TokenReply;

const INVALID: &str = "The refresh token is invalid or expired.";

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario("refresh.static.custom", "A refresh returns new tokens of the same sign-in", |context| {
            Box::pin(kept(context, Custom))
        })
        .cites(&["OIDC Core 12", "OIDF oidcc-refresh-token"])
        .needs(&[Need::Secret(WEB)]),
        scenario("refresh.static.org", "A refresh at the org server returns new tokens", |context| {
            Box::pin(kept(context, Org))
        })
        .cites(&["OIDC Core 12"])
        .needs(&[Need::Market, Need::Secret(WEB), Need::Server(Org)]),
        scenario("refresh.rotation", "A browser client gets a new refresh token with each refresh", |context| {
            Box::pin(rotated(context))
        })
        .cites(&["RFC 9700 4.14.2"])
        .needs(&[Need::Market, Need::Client(SPA)]),
        scenario("refresh.reuse", "A rotated refresh token that is used again revokes the token family", |context| {
            Box::pin(reused(context))
        })
        .cites(&["RFC 9700 4.14.2", "Okta: refresh token reuse detection"])
        .needs(&[Need::Market, Need::Client(SPA)]),
        scenario("refresh.leeway", "The previous refresh token is accepted within the grace period", |context| {
            Box::pin(within_leeway(context))
        })
        .cites(&["Okta: refresh token rotation, grace period"])
        .needs(&[Need::Market, Need::Client(NATIVE)]),
        scenario("refresh.leeway-over", "The previous refresh token is rejected after the grace period", |context| {
            Box::pin(after_leeway(context))
        })
        .cites(&["Okta: refresh token rotation, grace period"])
        .needs(&[Need::Market, Need::ExclusiveIssuer, Need::Client(NATIVE)]),
        scenario("refresh.narrower", "A refresh may request fewer scopes", |context| Box::pin(narrower(context)))
            .needs(&[Need::Market, Need::Secret(WEB)]),
        scenario("refresh.wider", "A refresh for more scopes is rejected", |context| Box::pin(wider(context)))
            .needs(&[Need::Market, Need::Secret(WEB)]),
        scenario("refresh.other-client", "A refresh token that another client uses is rejected", |context| {
            Box::pin(other_client(context))
        })
        .cites(&["OIDF oidcc-refresh-token"])
        .needs(&[Need::Secret(WEB), Need::Secret(PARTNER)]),
        scenario("refresh.garbage", "A made-up refresh token is rejected", |context| Box::pin(garbage(context)))
            .needs(&[Need::Client(WEB)]),
        scenario("refresh.missing-parameter", "A refresh without a refresh token is rejected", |context| {
            Box::pin(missing(context))
        })
        .needs(&[Need::Client(WEB)]),
        scenario("refresh.idle", "A refresh token is rejected when it was not used within its window", |context| {
            Box::pin(idle(context))
        })
        .cites(&["Okta: access policies, token lifetime"])
        .needs(&[Need::Market, Need::ExclusiveIssuer, Need::Secret(WEB)]),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function).cites(&["RFC 6749 6"]).tags(&["refresh"]).needs(&[
        Need::Account(BUYER),
        Need::Server(Custom),
        Need::GrantType(Custom, "refresh_token"),
        Need::Scope("offline_access"),
    ])
}

fn form(actors: &Actors<'_>, refresh_token: &str) -> Result<FormRequest, Stopped> {
    actors.may_use("refresh_token")?;
    Ok(flow::refresh(actors.endpoint(Endpoint::Token)?, actors.client, refresh_token))
}

/// Refreshes and judges the new tokens. `scope` is the expected scope, if it is judged.
async fn refreshed(
    context: &ScenarioContext,
    actors: &Actors<'_>,
    before: &Tokens,
    refresh_token: &str,
) -> Result<TokenReply, Stopped> {
    context.step("refresh");
    let reply = context.post(&form(actors, refresh_token)?).await?;
    let expected = token::ExpectedTokenResponse {
        scope: before.request.get("scope").filter(|_| context.target.speaks_okta()),
        id_token: true,
        refresh_token: None,
        speaks_okta: context.target.speaks_okta(),
    };
    let reply = token::success(&context.recorder, &reply, expected).ok_or(Stopped::CheckFailed)?;
    let other = reply.access_token != before.reply.access_token;
    let actual = if other { "another access token" } else { "the same access token" };
    token::NEW_ACCESS_TOKEN.holds(&context.recorder, other, "another access token", actual);
    if reply.id_token.is_some() {
        // The token belongs to the family even if its static refresh token is not sent again.
        let family = Some(reply.refresh_token.clone().unwrap_or_else(|| refresh_token.to_owned()));
        let whole = TokenReply { refresh_token: family, ..reply.clone() };
        // OIDC Core 12.2: no nonce, or the nonce of the first ID token.
        let nonce = reply.id_token.as_deref().and_then(|raw| Jwt::parse(raw).ok()?.text("nonce").map(str::to_owned));
        id_token::NO_REFRESHED_NONCE.absent(&context.recorder, "nonce", nonce.as_deref());
        let request = before.request.clone();
        let request = if nonce.is_some() { request } else { request.without("nonce") };
        let tokens = actors.tokens().judge(request, whole).await?;
        if let (Some(first), Some(second)) = (&before.id_token, &tokens.id_token) {
            id_token::same_sign_in(&context.recorder, first, second);
        }
    }
    Ok(reply)
}

async fn refused(context: &ScenarioContext, actors: &Actors<'_>, refresh_token: &str) -> Result<(), Stopped> {
    let form = form(actors, refresh_token)?;
    refused_exchange(context, &form, (400, "invalid_grant"), INVALID).await
}

/// The first refresh of a client with rotating refresh tokens. Returns the old and the new token.
async fn rotate(context: &ScenarioContext, client: ClientName) -> Result<(Actors<'_>, Tokens, String), Stopped> {
    let actors = context.actors(Custom, client, BUYER)?;
    let tokens = actors.tokens().sign_in_with_refresh_token().await?;
    let reply = refreshed(context, &actors, &tokens, tokens.refresh_token()?).await?;
    let new = reply.refresh_token.unwrap_or_default();
    let other = !new.is_empty() && new != tokens.refresh_token()?;
    let actual = if other { "another refresh token" } else { "no other refresh token" };
    token::ROTATED.holds(&context.recorder, other, "another refresh token", actual);
    if other { Ok((actors, tokens, new)) } else { Err(Stopped::CheckFailed) }
}

async fn kept(context: &ScenarioContext, server: ServerKind) -> Result<(), Stopped> {
    let actors = context.actors(server, WEB, BUYER)?;
    let tokens = actors.tokens().sign_in_with_refresh_token().await?;
    let reply = refreshed(context, &actors, &tokens, tokens.refresh_token()?).await?;
    if context.target.speaks_okta() {
        let same = reply.refresh_token.as_deref().is_none_or(|new| Ok(new) == tokens.refresh_token().map_err(drop));
        let actual = if same { "the same refresh token" } else { "another refresh token" };
        token::NOT_ROTATED.holds(&context.recorder, same, "the same refresh token", actual);
    }
    Ok(())
}

async fn rotated(context: &ScenarioContext) -> Result<(), Stopped> {
    let (actors, tokens, second) = rotate(context, SPA).await?;
    let third = refreshed(context, &actors, &tokens, &second).await?.refresh_token;
    let other = third.as_ref().is_some_and(|third| *third != second);
    let actual = if other { "another refresh token" } else { "no other refresh token" };
    token::ROTATED.holds(&context.recorder, other, "another refresh token", actual);
    Ok(())
}

async fn reused(context: &ScenarioContext) -> Result<(), Stopped> {
    let (actors, tokens, newest) = rotate(context, SPA).await?;
    context.step("use the old refresh token again");
    refused(context, &actors, tokens.refresh_token()?).await?;
    context.step("use the newest refresh token");
    let reply = context.post(&form(&actors, &newest)?).await?;
    let dead = reply.status == 400;
    token::FAMILY_REVOKED.holds(&context.recorder, dead, "400 invalid_grant", crate::wire::error::summary(&reply));
    Ok(())
}

async fn within_leeway(context: &ScenarioContext) -> Result<(), Stopped> {
    let (actors, tokens, _) = rotate(context, NATIVE).await?;
    context.step("use the old refresh token again at once");
    let reply = context.post(&form(&actors, tokens.refresh_token()?)?).await?;
    token::LEEWAY.holds(&context.recorder, reply.status == 200, "200", crate::wire::error::summary(&reply));
    Ok(())
}

async fn after_leeway(context: &ScenarioContext) -> Result<(), Stopped> {
    let (actors, tokens, _) = rotate(context, NATIVE).await?;
    context.advance_clock(31).await?;
    refused(context, &actors, tokens.refresh_token()?).await
}

async fn narrower(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let tokens = actors.tokens().sign_in_with_refresh_token().await?;
    context.step("refresh for openid and offline_access only");
    let form = form(&actors, tokens.refresh_token()?)?.with("scope", "openid offline_access");
    let reply = context.post(&form).await?;
    let expected = token::ExpectedTokenResponse {
        scope: Some("openid offline_access"),
        id_token: true,
        refresh_token: None,
        speaks_okta: true,
    };
    let reply = token::success(&context.recorder, &reply, expected).ok_or(Stopped::CheckFailed)?;
    let whole = TokenReply { refresh_token: tokens.reply.refresh_token.clone(), ..reply };
    actors.tokens().judge(tokens.request.clone().without("nonce").scopes("openid offline_access"), whole).await?;
    Ok(())
}

async fn wider(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let tokens = actors.tokens().sign_in_with_refresh_token().await?;
    context.step("refresh for one more scope");
    let form = form(&actors, tokens.refresh_token()?)?.with("scope", "openid products:read");
    let text = "Some of the scopes requested for the refresh request were not granted in the original authorize \
                request. Denied scopes: products:read.";
    refused_exchange(context, &form, (400, "access_denied"), text).await
}

async fn other_client(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let tokens = actors.tokens().sign_in_with_refresh_token().await?;
    context.step("another client refreshes");
    let thief = actors.with_client(context.client(PARTNER)?);
    let form = form(&thief, tokens.refresh_token()?)?;
    refused_exchange(context, &form, (400, "invalid_grant"), "").await
}

async fn garbage(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    refused(context, &actors, &random_text(32)).await
}

async fn missing(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let form = form(&actors, "")?.without("refresh_token");
    let text = "The required parameter 'refresh_token' is missing.";
    refused_exchange(context, &form, (400, "invalid_request"), text).await
}

async fn idle(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let tokens = actors.tokens().sign_in_with_refresh_token().await?;
    context.advance_clock(8 * 24 * 3600).await?;
    refused(context, &actors, tokens.refresh_token()?).await
}
