//! Introspection and revocation.

use super::actors::Actors;
use super::context::ScenarioContext;
use super::definition::{Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use super::token_flow::Tokens;
use crate::check::{introspection, token};
use crate::flow::{self, random_text};
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::{Custom, Org};
use crate::issuer_target::market::{BUYER, SPA, WEB};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        asking("introspect.access-token", "A valid access token is active, with all members", |context| {
            Box::pin(access_token(context))
        }),
        asking("introspect.refresh-token", "A valid refresh token is active", |context| {
            Box::pin(refresh_token(context))
        })
        .needs(&[Need::Scope("offline_access")]),
        asking("introspect.garbage", "A made-up token is inactive, with no other members", |context| {
            Box::pin(garbage(context))
        }),
        asking("introspect.expired", "An expired access token is inactive", |context| Box::pin(expired(context)))
            .needs(&[Need::ExclusiveIssuer]),
        asking(
            "introspect.other-client",
            "Another client may introspect an access token with its own credentials",
            |context| Box::pin(other_client(context)),
        )
        .cites(&["Okta: /introspect"])
        .needs(&[Need::Market, Need::Client(SPA)]),
        asking("introspect.other-server", "A token of another server is inactive", |context| {
            Box::pin(other_server(context))
        })
        .cites(&["Okta: /introspect"])
        .needs(&[Need::Okta, Need::Endpoint(Org, Endpoint::Introspection)]),
        asking("introspect.no-credentials", "Introspection without credentials is rejected", |context| {
            Box::pin(no_credentials(context))
        })
        .cites(&["RFC 7662 2.1"]),
        asking("introspect.missing-token", "Introspection without a token is rejected", |context| {
            Box::pin(missing(context))
        })
        .needs(&[Need::Okta]),
        revoking(
            "revoke.access-token",
            "A revoked access token is inactive, its refresh token stays active",
            |context| Box::pin(revoke_access(context)),
        )
        .needs(&[Need::Scope("offline_access")]),
        revoking("revoke.refresh-token", "A revoked refresh token revokes its access tokens", |context| {
            Box::pin(revoke_refresh(context))
        })
        .needs(&[Need::Scope("offline_access")]),
        revoking("revoke.unknown", "Revoking an unknown token succeeds", |context| Box::pin(revoke_unknown(context))),
        revoking("revoke.userinfo", "Userinfo rejects a revoked access token", |context| {
            Box::pin(revoked_at_userinfo(context))
        })
        .cites(&["RFC 6750 3.1"])
        .needs(&[Need::Endpoint(Custom, Endpoint::Userinfo)]),
    ]
}

fn asking(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function).cites(&["RFC 7662 2.2"]).tags(&["introspection"]).needs(&[
        Need::Secret(WEB),
        Need::Account(BUYER),
        Need::Endpoint(Custom, Endpoint::Introspection),
    ])
}

fn revoking(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function).cites(&["RFC 7009 2"]).tags(&["revocation"]).needs(&[
        Need::Secret(WEB),
        Need::Account(BUYER),
        Need::Endpoint(Custom, Endpoint::Revocation),
        Need::Endpoint(Custom, Endpoint::Introspection),
    ])
}

async fn judge_active(
    context: &ScenarioContext,
    actors: &Actors<'_>,
    tokens: &Tokens,
    (token, hint): (&str, &str),
    members: &[&str],
) -> Result<(), Stopped> {
    context.step(format!("introspect the {hint}"));
    let reply = actors.tokens().introspect(actors.client, token, Some(hint)).await?;
    let okta = context.target.speaks_okta();
    let expected = introspection::ExpectedIntrospection {
        client_id: &actors.client.id,
        scope: tokens.reply.scope.as_deref().filter(|_| okta),
        username: Some(actors.account.login.as_str()).filter(|_| okta),
        members: if okta { members } else { &[] },
    };
    introspection::active(&context.recorder, &reply, expected);
    Ok(())
}

async fn judge_inactive(
    context: &ScenarioContext,
    actors: &Actors<'_>,
    check: &crate::record::Check,
    token: &str,
) -> Result<(), Stopped> {
    let reply = actors.tokens().introspect(actors.client, token, None).await?;
    introspection::inactive(&context.recorder, check, &reply);
    Ok(())
}

async fn revoke(context: &ScenarioContext, actors: &Actors<'_>, token: &str, hint: &str) -> Result<(), Stopped> {
    context.step(format!("revoke the {hint}"));
    let endpoint = actors.endpoint(Endpoint::Revocation)?;
    let reply = context.post(&flow::about_token(endpoint, actors.client, token, Some(hint))).await?;
    introspection::revoked(&context.recorder, &reply);
    Ok(())
}

async fn access_token(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let tokens = actors.tokens().sign_in(actors.authorization().request()).await?;
    let token = (tokens.reply.access_token.as_str(), "access_token");
    judge_active(context, &actors, &tokens, token, introspection::ACCESS_TOKEN_MEMBERS).await
}

async fn refresh_token(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let tokens = actors.tokens().sign_in_with_refresh_token().await?;
    let token = (tokens.refresh_token()?, "refresh_token");
    judge_active(context, &actors, &tokens, token, introspection::REFRESH_TOKEN_MEMBERS).await
}

async fn garbage(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    judge_inactive(context, &actors, &introspection::INACTIVE, &random_text(32)).await
}

async fn expired(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let tokens = actors.tokens().sign_in(actors.authorization().request()).await?;
    context.advance_clock(2 * 3600).await?;
    judge_inactive(context, &actors, &introspection::INACTIVE, &tokens.reply.access_token).await
}

async fn other_client(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, SPA, BUYER)?;
    let tokens = actors.tokens().sign_in(actors.authorization().request()).await?;
    context.step("the web client introspects the token");
    let reply = actors.tokens().introspect(context.client(WEB)?, &tokens.reply.access_token, None).await?;
    let expected = introspection::ExpectedIntrospection {
        client_id: &actors.client.id,
        scope: tokens.reply.scope.as_deref(),
        username: Some(&actors.account.login),
        members: introspection::ACCESS_TOKEN_MEMBERS,
    };
    introspection::active(&context.recorder, &reply, expected);
    Ok(())
}

async fn other_server(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let tokens = actors.tokens().sign_in(actors.authorization().request()).await?;
    context.step("introspect the token at the org server");
    let org = context.actors(Org, WEB, BUYER)?;
    judge_inactive(context, &org, &introspection::INACTIVE, &tokens.reply.access_token).await
}

async fn no_credentials(context: &ScenarioContext) -> Result<(), Stopped> {
    let endpoint = context.server_endpoint(Custom, Endpoint::Introspection)?;
    let form = flow::FormRequest::new(endpoint).with("token", &random_text(32));
    let reply = context.post(&form).await?;
    // RFC 6749 5.2: 400 or 401.
    let status = if reply.status == 400 && !context.target.speaks_okta() { 400 } else { 401 };
    let text = context.okta_text("No client credentials found.");
    token::refusal(&context.recorder, &reply, status, "invalid_client", text);
    Ok(())
}

async fn missing(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let endpoint = actors.endpoint(Endpoint::Introspection)?;
    let form = flow::about_token(endpoint, actors.client, "", None).without("token");
    let reply = context.post(&form).await?;
    token::refusal(&context.recorder, &reply, 400, "invalid_request", Some("The 'token' parameter is required."));
    Ok(())
}

async fn revoke_access(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let tokens = actors.tokens().sign_in_with_refresh_token().await?;
    revoke(context, &actors, &tokens.reply.access_token, "access_token").await?;
    judge_inactive(context, &actors, &introspection::REVOKED_INACTIVE, &tokens.reply.access_token).await?;
    let reply = actors.tokens().introspect(actors.client, tokens.refresh_token()?, None).await?;
    let alive = reply.body.contains("\"active\":true");
    let actual = if alive { "active" } else { "inactive" };
    if context.target.speaks_okta() {
        introspection::NO_CASCADE.holds(&context.recorder, alive, "the refresh token is active", actual);
    } else {
        introspection::NO_CASCADE.skip(&context.recorder, "RFC 7009 2.1 allows both");
    }
    Ok(())
}

async fn revoke_refresh(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let tokens = actors.tokens().sign_in_with_refresh_token().await?;
    revoke(context, &actors, tokens.refresh_token()?, "refresh_token").await?;
    judge_inactive(context, &actors, &introspection::REVOKED_INACTIVE, tokens.refresh_token()?).await?;
    judge_inactive(context, &actors, &introspection::CASCADE, &tokens.reply.access_token).await
}

async fn revoke_unknown(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    revoke(context, &actors, &random_text(32), "access_token").await
}

async fn revoked_at_userinfo(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let tokens = actors.tokens().sign_in(actors.authorization().request()).await?;
    revoke(context, &actors, &tokens.reply.access_token, "access_token").await?;
    let endpoint = actors.endpoint(Endpoint::Userinfo)?;
    let call = flow::userinfo(endpoint, reqwest::Method::GET, &tokens.reply.access_token)?;
    let reply = context.send(call).await?;
    crate::check::userinfo::refusal(&context.recorder, &reply, 401, Some("invalid_token"));
    Ok(())
}
