//! Refresh tokens: rotation, reuse, narrowing and widening.

use super::code::refused_exchange;
use super::stage::{Cast, Halt, Stage, Tokens};
use super::{Need, Scenario, Told};
use crate::check::{id_token, token};
use crate::flow::{self, FormRequest, random_text};
use crate::issuer_target::ClientName;
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::{self, Custom, Org};
use crate::issuer_target::market::{BUYER, NATIVE, PARTNER, SPA, WEB};
use crate::wire::jwt::Jwt;
use crate::wire::token::TokenReply;

const INVALID: &str = "The refresh token is invalid or expired.";

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        told("refresh.static.custom", "A refresh brings new tokens of the same sign-in", |s| Box::pin(kept(s, Custom)))
            .cites(&["OIDC Core 12", "OIDF oidcc-refresh-token"])
            .steps(&["sign in with offline_access", "refresh", "other tokens, same person, same sign-in"])
            .needs(&[Need::Secret(WEB)]),
        told("refresh.static.org", "A refresh works at the org server too", |s| Box::pin(kept(s, Org)))
            .cites(&["OIDC Core 12"])
            .steps(&["sign in with offline_access", "refresh", "other tokens, same person, same sign-in"])
            .needs(&[Need::Market, Need::Secret(WEB), Need::Server(Org)]),
        told("refresh.rotation", "A browser client gets a new refresh token each time", |s| Box::pin(rotated(s)))
            .cites(&["RFC 9700 4.14.2"])
            .steps(&["sign in with offline_access", "refresh twice", "each time another refresh token"])
            .needs(&[Need::Market, Need::Client(SPA)]),
        told("refresh.reuse", "A rotated refresh token that comes again ends the whole family", |s| {
            Box::pin(reused(s))
        })
        .cites(&["RFC 9700 4.14.2", "Okta: refresh token reuse detection"])
        .steps(&["sign in with offline_access", "refresh", "use the old one again", "the newest one is dead too"])
        .needs(&[Need::Market, Need::Client(SPA)]),
        told("refresh.leeway", "Within the grace period the previous refresh token works", |s| {
            Box::pin(within_leeway(s))
        })
        .cites(&["Okta: refresh token rotation, grace period"])
        .steps(&["sign in with offline_access", "refresh", "use the old one again at once", "it works"])
        .needs(&[Need::Market, Need::Client(NATIVE)]),
        told("refresh.leeway-over", "After the grace period it is reuse", |s| Box::pin(after_leeway(s)))
            .cites(&["Okta: refresh token rotation, grace period"])
            .steps(&[
                "sign in with offline_access",
                "refresh",
                "let 31 seconds go by",
                "use the old one again: refused",
            ])
            .needs(&[Need::Market, Need::Alone, Need::Client(NATIVE)]),
        told("refresh.narrower", "A refresh may ask for less", |s| Box::pin(narrower(s)))
            .steps(&["sign in with offline_access", "refresh for fewer scopes", "fewer scopes are granted"])
            .needs(&[Need::Market, Need::Secret(WEB)]),
        told("refresh.wider", "A refresh may not ask for more", |s| Box::pin(wider(s)))
            .steps(&["sign in with offline_access", "refresh for one more scope", "it is refused"])
            .needs(&[Need::Market, Need::Secret(WEB)]),
        told("refresh.other-client", "A refresh token belongs to its client", |s| Box::pin(other_client(s)))
            .cites(&["OIDF oidcc-refresh-token"])
            .steps(&["sign in with offline_access", "another client refreshes", "it is refused"])
            .needs(&[Need::Secret(WEB), Need::Secret(PARTNER)]),
        told("refresh.garbage", "A refresh token that nobody issued is refused", |s| Box::pin(garbage(s)))
            .steps(&["refresh with a made-up token", "it is refused"])
            .needs(&[Need::Client(WEB)]),
        told("refresh.missing-parameter", "A refresh without a token is refused", |s| Box::pin(missing(s)))
            .steps(&["refresh without a token", "it is refused"])
            .needs(&[Need::Client(WEB)]),
        told("refresh.idle", "A refresh token that nobody uses for longer than its window is refused", |s| {
            Box::pin(idle(s))
        })
        .cites(&["Okta: access policies, token lifetime"])
        .steps(&["sign in with offline_access", "let eight days go by", "refresh: refused"])
        .needs(&[Need::Market, Need::Alone, Need::Secret(WEB)]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story).cites(&["RFC 6749 6"]).tags(&["refresh"]).needs(&[
        Need::Account(BUYER),
        Need::Server(Custom),
        Need::Grant(Custom, "refresh_token"),
        Need::Scope("offline_access"),
    ])
}

fn form(stage: &Stage, cast: &Cast<'_>, refresh_token: &str) -> Result<FormRequest, Halt> {
    Ok(flow::refresh(stage.endpoint(cast.server, Endpoint::Token)?, cast.client, refresh_token))
}

/// Refreshes and judges the new tokens. `scope` is what should be granted, where it is judged.
async fn refreshed(stage: &Stage, cast: &Cast<'_>, before: &Tokens, refresh_token: &str) -> Result<TokenReply, Halt> {
    stage.step("refresh");
    let reply = stage.post(&form(stage, cast, refresh_token)?).await?;
    let expected = token::Expected {
        scope: before.request.get("scope").filter(|_| stage.target.speaks_okta()),
        id_token: true,
        refresh_token: None,
        speaks_okta: stage.target.speaks_okta(),
    };
    let reply = token::success(&stage.recorder, &reply, expected).ok_or(Halt::Failed)?;
    let other = reply.access_token != before.reply.access_token;
    let actual = if other { "another access token" } else { "the same access token" };
    token::NEW_ACCESS_TOKEN.holds(&stage.recorder, other, "another access token", actual);
    if reply.id_token.is_some() {
        // The token belongs to the family even when its refresh token, being static, isn't sent again.
        let family = Some(reply.refresh_token.clone().unwrap_or_else(|| refresh_token.to_owned()));
        let whole = TokenReply { refresh_token: family, ..reply.clone() };
        // OIDC Core 12.2: no nonce, for there is no request it could belong to; if there is one, the first one's.
        let nonce = reply.id_token.as_deref().and_then(|raw| Jwt::parse(raw).ok()?.text("nonce").map(str::to_owned));
        id_token::NO_REFRESHED_NONCE.absent(&stage.recorder, "nonce", nonce.as_deref());
        let request = before.request.clone();
        let request = if nonce.is_some() { request } else { request.without("nonce") };
        let tokens = stage.judged(cast, request, whole).await?;
        if let (Some(first), Some(second)) = (&before.id_token, &tokens.id_token) {
            id_token::same_sign_in(&stage.recorder, first, second);
        }
    }
    Ok(reply)
}

async fn refused(stage: &Stage, cast: &Cast<'_>, refresh_token: &str) -> Result<(), Halt> {
    let form = form(stage, cast, refresh_token)?;
    refused_exchange(stage, &form, (400, "invalid_grant"), INVALID).await
}

/// A rotating client's first refresh: the old token and the new one.
async fn rotate(stage: &Stage, client: ClientName) -> Result<(Cast<'_>, Tokens, String), Halt> {
    let cast = stage.cast(Custom, client, BUYER)?;
    let tokens = stage.sign_in_for_refresh(&cast).await?;
    let reply = refreshed(stage, &cast, &tokens, tokens.refresh_token()?).await?;
    let new = reply.refresh_token.unwrap_or_default();
    let other = !new.is_empty() && new != tokens.refresh_token()?;
    let actual = if other { "another refresh token" } else { "no other refresh token" };
    token::ROTATED.holds(&stage.recorder, other, "another refresh token", actual);
    if other { Ok((cast, tokens, new)) } else { Err(Halt::Failed) }
}

async fn kept(stage: &Stage, server: ServerKind) -> Result<(), Halt> {
    let cast = stage.cast(server, WEB, BUYER)?;
    let tokens = stage.sign_in_for_refresh(&cast).await?;
    let reply = refreshed(stage, &cast, &tokens, tokens.refresh_token()?).await?;
    if stage.target.speaks_okta() {
        let same = reply.refresh_token.as_deref().is_none_or(|new| Ok(new) == tokens.refresh_token().map_err(drop));
        let actual = if same { "the same refresh token" } else { "another refresh token" };
        token::NOT_ROTATED.holds(&stage.recorder, same, "the same refresh token", actual);
    }
    Ok(())
}

async fn rotated(stage: &Stage) -> Result<(), Halt> {
    let (cast, tokens, second) = rotate(stage, SPA).await?;
    let third = refreshed(stage, &cast, &tokens, &second).await?.refresh_token;
    let other = third.as_ref().is_some_and(|third| *third != second);
    let actual = if other { "another refresh token" } else { "no other refresh token" };
    token::ROTATED.holds(&stage.recorder, other, "another refresh token", actual);
    Ok(())
}

async fn reused(stage: &Stage) -> Result<(), Halt> {
    let (cast, tokens, newest) = rotate(stage, SPA).await?;
    stage.step("use the old one again");
    refused(stage, &cast, tokens.refresh_token()?).await?;
    stage.step("use the newest one");
    let reply = stage.post(&form(stage, &cast, &newest)?).await?;
    let dead = reply.status == 400;
    token::FAMILY_REVOKED.holds(&stage.recorder, dead, "400 invalid_grant", crate::wire::error::summary(&reply));
    Ok(())
}

async fn within_leeway(stage: &Stage) -> Result<(), Halt> {
    let (cast, tokens, _) = rotate(stage, NATIVE).await?;
    stage.step("use the old one again at once");
    let reply = stage.post(&form(stage, &cast, tokens.refresh_token()?)?).await?;
    token::LEEWAY.holds(&stage.recorder, reply.status == 200, "200", crate::wire::error::summary(&reply));
    Ok(())
}

async fn after_leeway(stage: &Stage) -> Result<(), Halt> {
    let (cast, tokens, _) = rotate(stage, NATIVE).await?;
    stage.wait(31).await?;
    refused(stage, &cast, tokens.refresh_token()?).await
}

async fn narrower(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let tokens = stage.sign_in_for_refresh(&cast).await?;
    stage.step("refresh for openid and offline_access only");
    let form = form(stage, &cast, tokens.refresh_token()?)?.with("scope", "openid offline_access");
    let reply = stage.post(&form).await?;
    let expected = token::Expected {
        scope: Some("openid offline_access"),
        id_token: true,
        refresh_token: None,
        speaks_okta: true,
    };
    let reply = token::success(&stage.recorder, &reply, expected).ok_or(Halt::Failed)?;
    let whole = TokenReply { refresh_token: tokens.reply.refresh_token.clone(), ..reply };
    stage.judged(&cast, tokens.request.clone().without("nonce").scopes("openid offline_access"), whole).await?;
    Ok(())
}

async fn wider(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let tokens = stage.sign_in_for_refresh(&cast).await?;
    stage.step("refresh for one more scope");
    let form = form(stage, &cast, tokens.refresh_token()?)?.with("scope", "openid products:read");
    let text = "Some of the scopes requested for the refresh request were not granted in the original authorize \
                request. Denied scopes: products:read.";
    refused_exchange(stage, &form, (400, "access_denied"), text).await
}

async fn other_client(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let tokens = stage.sign_in_for_refresh(&cast).await?;
    stage.step("another client refreshes");
    let thief = cast.with_client(stage.client(PARTNER)?);
    let form = form(stage, &thief, tokens.refresh_token()?)?;
    refused_exchange(stage, &form, (400, "invalid_grant"), "").await
}

async fn garbage(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    refused(stage, &cast, &random_text(32)).await
}

async fn missing(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let form = form(stage, &cast, "")?.without("refresh_token");
    let text = "The required parameter 'refresh_token' is missing.";
    refused_exchange(stage, &form, (400, "invalid_request"), text).await
}

async fn idle(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let tokens = stage.sign_in_for_refresh(&cast).await?;
    stage.wait(8 * 24 * 3600).await?;
    refused(stage, &cast, tokens.refresh_token()?).await
}
