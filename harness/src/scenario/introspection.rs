//! Introspection and revocation.

use super::stage::{Cast, Halt, Stage, Tokens};
use super::{Need, Scenario, Told};
use crate::check::{introspection, token};
use crate::flow::{self, random_text};
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::{Custom, Org};
use crate::issuer_target::market::{BUYER, SPA, WEB};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        asking("introspect.access-token", "A good access token is active, with all its members", |s| {
            Box::pin(access_token(s))
        })
        .steps(&["sign in", "ask about the access token"]),
        asking("introspect.refresh-token", "A good refresh token is active", |s| Box::pin(refresh_token(s)))
            .steps(&["sign in with offline_access", "ask about the refresh token"])
            .needs(&[Need::Scope("offline_access")]),
        asking("introspect.garbage", "Garbage is inactive, and nothing more is told", |s| Box::pin(garbage(s)))
            .steps(&["ask about a made-up token"]),
        asking("introspect.expired", "An expired access token is inactive", |s| Box::pin(expired(s)))
            .steps(&["sign in", "let two hours go by", "ask about the access token"])
            .needs(&[Need::Alone]),
        asking("introspect.other-client", "Another client may ask about an access token by its own credentials", |s| {
            Box::pin(other_client(s))
        })
        .cites(&["Okta: /introspect"])
        .steps(&[
            "sign in with the browser client",
            "the web client asks about the token",
            "it names the browser client",
        ])
        .needs(&[Need::Market, Need::Client(SPA)]),
        asking("introspect.other-server", "A token of one server is nothing to the other", |s| {
            Box::pin(other_server(s))
        })
        .cites(&["Okta: /introspect"])
        .steps(&["sign in at the custom server", "ask the org server about the token"])
        .needs(&[Need::Okta, Need::Endpoint(Org, Endpoint::Introspection)]),
        asking("introspect.no-credentials", "Nobody asks without credentials", |s| Box::pin(no_credentials(s)))
            .cites(&["RFC 7662 2.1"])
            .steps(&["ask without credentials", "invalid_client"]),
        asking("introspect.missing-token", "Asking about no token is refused", |s| Box::pin(missing(s)))
            .steps(&["ask without a token", "400 invalid_request"])
            .needs(&[Need::Okta]),
        revoking("revoke.access-token", "A revoked access token is dead, its refresh token lives", |s| {
            Box::pin(revoke_access(s))
        })
        .steps(&["sign in with offline_access", "revoke the access token", "ask about both"])
        .needs(&[Need::Scope("offline_access")]),
        revoking("revoke.refresh-token", "A revoked refresh token takes its access tokens along", |s| {
            Box::pin(revoke_refresh(s))
        })
        .steps(&["sign in with offline_access", "revoke the refresh token", "ask about both"])
        .needs(&[Need::Scope("offline_access")]),
        revoking("revoke.unknown", "Revoking a token that nobody knows is no error", |s| Box::pin(revoke_unknown(s)))
            .steps(&["revoke a made-up token", "200"]),
        revoking("revoke.userinfo", "A revoked access token opens nothing", |s| Box::pin(revoked_at_userinfo(s)))
            .cites(&["RFC 6750 3.1"])
            .steps(&["sign in", "revoke the access token", "userinfo refuses it"])
            .needs(&[Need::Endpoint(Custom, Endpoint::Userinfo)]),
    ]
}

fn asking(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story).cites(&["RFC 7662 2.2"]).tags(&["introspection"]).needs(&[
        Need::Secret(WEB),
        Need::Account(BUYER),
        Need::Endpoint(Custom, Endpoint::Introspection),
    ])
}

fn revoking(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story).cites(&["RFC 7009 2"]).tags(&["revocation"]).needs(&[
        Need::Secret(WEB),
        Need::Account(BUYER),
        Need::Endpoint(Custom, Endpoint::Revocation),
        Need::Endpoint(Custom, Endpoint::Introspection),
    ])
}

async fn judge_active(
    stage: &Stage,
    cast: &Cast<'_>,
    tokens: &Tokens,
    (token, hint): (&str, &str),
    members: &[&str],
) -> Result<(), Halt> {
    stage.step(format!("ask about the {hint}"));
    let reply = stage.introspect(cast, cast.client, token, Some(hint)).await?;
    let okta = stage.target.speaks_okta();
    let expected = introspection::Expected {
        client_id: &cast.client.id,
        scope: tokens.reply.scope.as_deref().filter(|_| okta),
        username: Some(cast.account.login.as_str()).filter(|_| okta),
        members: if okta { members } else { &[] },
    };
    introspection::active(&stage.recorder, &reply, expected);
    Ok(())
}

async fn judge_inactive(stage: &Stage, cast: &Cast<'_>, check: &crate::record::Check, token: &str) -> Result<(), Halt> {
    let reply = stage.introspect(cast, cast.client, token, None).await?;
    introspection::inactive(&stage.recorder, check, &reply);
    Ok(())
}

async fn revoke(stage: &Stage, cast: &Cast<'_>, token: &str, hint: &str) -> Result<(), Halt> {
    stage.step(format!("revoke the {hint}"));
    let endpoint = stage.endpoint(cast.server, Endpoint::Revocation)?;
    let reply = stage.post(&flow::about_token(endpoint, cast.client, token, Some(hint))).await?;
    introspection::revoked(&stage.recorder, &reply);
    Ok(())
}

async fn access_token(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let tokens = stage.sign_in(&cast, stage.request(&cast)).await?;
    let token = (tokens.reply.access_token.as_str(), "access_token");
    judge_active(stage, &cast, &tokens, token, introspection::ACCESS_TOKEN_MEMBERS).await
}

async fn refresh_token(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let tokens = stage.sign_in_for_refresh(&cast).await?;
    let token = (tokens.refresh_token()?, "refresh_token");
    judge_active(stage, &cast, &tokens, token, introspection::REFRESH_TOKEN_MEMBERS).await
}

async fn garbage(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    judge_inactive(stage, &cast, &introspection::INACTIVE, &random_text(32)).await
}

async fn expired(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let tokens = stage.sign_in(&cast, stage.request(&cast)).await?;
    stage.wait(2 * 3600).await?;
    judge_inactive(stage, &cast, &introspection::INACTIVE, &tokens.reply.access_token).await
}

async fn other_client(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, SPA, BUYER)?;
    let tokens = stage.sign_in(&cast, stage.request(&cast)).await?;
    stage.step("the web client asks");
    let reply = stage.introspect(&cast, stage.client(WEB)?, &tokens.reply.access_token, None).await?;
    let expected = introspection::Expected {
        client_id: &cast.client.id,
        scope: tokens.reply.scope.as_deref(),
        username: Some(&cast.account.login),
        members: introspection::ACCESS_TOKEN_MEMBERS,
    };
    introspection::active(&stage.recorder, &reply, expected);
    Ok(())
}

async fn other_server(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let tokens = stage.sign_in(&cast, stage.request(&cast)).await?;
    stage.step("ask the org server");
    let org = stage.cast(Org, WEB, BUYER)?;
    judge_inactive(stage, &org, &introspection::INACTIVE, &tokens.reply.access_token).await
}

async fn no_credentials(stage: &Stage) -> Result<(), Halt> {
    let endpoint = stage.endpoint(stage.server(Custom)?, Endpoint::Introspection)?;
    let form = flow::FormRequest::new(endpoint).with("token", &random_text(32));
    let reply = stage.post(&form).await?;
    // RFC 6749 5.2: 400, or 401 where the provider likes.
    let status = if reply.status == 400 && !stage.target.speaks_okta() { 400 } else { 401 };
    let text = stage.okta_text("No client credentials found.");
    token::refusal(&stage.recorder, &reply, status, "invalid_client", text);
    Ok(())
}

async fn missing(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let endpoint = stage.endpoint(cast.server, Endpoint::Introspection)?;
    let form = flow::about_token(endpoint, cast.client, "", None).without("token");
    let reply = stage.post(&form).await?;
    token::refusal(&stage.recorder, &reply, 400, "invalid_request", Some("The 'token' parameter is required."));
    Ok(())
}

async fn revoke_access(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let tokens = stage.sign_in_for_refresh(&cast).await?;
    revoke(stage, &cast, &tokens.reply.access_token, "access_token").await?;
    judge_inactive(stage, &cast, &introspection::REVOKED_INACTIVE, &tokens.reply.access_token).await?;
    let reply = stage.introspect(&cast, cast.client, tokens.refresh_token()?, None).await?;
    let alive = reply.body.contains("\"active\":true");
    let actual = if alive { "active" } else { "inactive" };
    if stage.target.speaks_okta() {
        introspection::NO_CASCADE.holds(&stage.recorder, alive, "the refresh token is active", actual);
    } else {
        introspection::NO_CASCADE.skip(&stage.recorder, "RFC 7009 2.1 lets a provider do either");
    }
    Ok(())
}

async fn revoke_refresh(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let tokens = stage.sign_in_for_refresh(&cast).await?;
    revoke(stage, &cast, tokens.refresh_token()?, "refresh_token").await?;
    judge_inactive(stage, &cast, &introspection::REVOKED_INACTIVE, tokens.refresh_token()?).await?;
    judge_inactive(stage, &cast, &introspection::CASCADE, &tokens.reply.access_token).await
}

async fn revoke_unknown(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    revoke(stage, &cast, &random_text(32), "access_token").await
}

async fn revoked_at_userinfo(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let tokens = stage.sign_in(&cast, stage.request(&cast)).await?;
    revoke(stage, &cast, &tokens.reply.access_token, "access_token").await?;
    let endpoint = stage.endpoint(cast.server, Endpoint::Userinfo)?;
    let call = flow::userinfo(endpoint, reqwest::Method::GET, &tokens.reply.access_token)?;
    let reply = stage.send(call).await?;
    crate::check::userinfo::refusal(&stage.recorder, &reply, 401, Some("invalid_token"));
    Ok(())
}
