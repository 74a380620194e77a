//! Userinfo: the claims, and the tokens that it accepts.

use reqwest::Method;

use super::context::ScenarioContext;
use super::definition::{Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use crate::check::userinfo;
use crate::flow::{self, random_text};
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::{self, Custom, Org};
use crate::issuer_target::market::{BUYER, WEB};
use crate::wire::Request;

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario("userinfo.get.custom", "The custom server returns the claims of the scopes", |context| {
            Box::pin(returns_claims(context, Custom, Method::GET))
        })
        .cites(&["OIDF oidcc-userinfo-get", "OIDF oidcc-scope-profile", "OIDF oidcc-scope-email"]),
        scenario("userinfo.get.org", "The org server returns the claims of the scopes", |context| {
            Box::pin(returns_claims(context, Org, Method::GET))
        })
        .cites(&["OIDF oidcc-userinfo-get"])
        .needs(&[Need::Endpoint(Org, Endpoint::Userinfo)]),
        scenario("userinfo.post", "Userinfo accepts POST", |context| {
            Box::pin(returns_claims(context, Custom, Method::POST))
        })
        .cites(&["OIDC Core 5.3.1", "OIDF oidcc-userinfo-post-header"]),
        scenario(
            "userinfo.openid-only",
            "Userinfo returns only sub for a token with the openid scope alone",
            |context| Box::pin(openid_only(context)),
        )
        .cites(&["OIDC Core 5.3", "OIDF oidcc-server"]),
        scenario("userinfo.no-token", "A request without a token gets a challenge without an error", |context| {
            Box::pin(no_token(context))
        })
        .cites(&["RFC 6750 3.1"]),
        scenario("userinfo.bad-token", "A made-up token is rejected", |context| Box::pin(bad_token(context)))
            .cites(&["RFC 6750 3.1"]),
        scenario("userinfo.expired-token", "An expired token is rejected", |context| Box::pin(expired(context)))
            .cites(&["RFC 6750 3.1"])
            .needs(&[Need::ExclusiveIssuer]),
        scenario("userinfo.without-openid", "A token without the openid scope is rejected", |context| {
            Box::pin(without_openid(context))
        })
        .cites(&["RFC 6750 3.1", "Okta: /userinfo"])
        .needs(&[Need::Market]),
        scenario("userinfo.token-in-query", "A token in the query is rejected", |context| Box::pin(in_query(context)))
            .cites(&["RFC 6750 2.3", "RFC 9700 4.3.2"])
            .needs(&[Need::Okta]),
        scenario("userinfo.other-server", "A token of the org server is rejected by the custom server", |context| {
            Box::pin(other_server(context))
        })
        .cites(&["Okta: /userinfo"])
        .needs(&[Need::Okta, Need::Server(Org)]),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function).cites(&["OIDC Core 5.3"]).tags(&["userinfo"]).needs(&[
        Need::Client(WEB),
        Need::Account(BUYER),
        Need::Endpoint(Custom, Endpoint::Userinfo),
    ])
}

async fn returns_claims(context: &ScenarioContext, server: ServerKind, method: Method) -> Result<(), Stopped> {
    let actors = context.actors(server, WEB, BUYER)?;
    let tokens = actors.tokens().sign_in(actors.authorization().request()).await?;
    context.step(format!("{method} userinfo"));
    let call = flow::userinfo(actors.endpoint(Endpoint::Userinfo)?, method, &tokens.reply.access_token)?;
    let reply = context.send(call).await?;
    let claims = ["name", "preferred_username", "given_name", "family_name", "email", "email_verified", "updated_at"];
    let subject = tokens.id_token.as_ref().and_then(|token| token.text("sub"));
    userinfo::success(&context.recorder, &reply, subject, &claims, context.target.now());
    Ok(())
}

async fn openid_only(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let tokens = actors.tokens().sign_in(actors.authorization().request().scopes("openid")).await?;
    let endpoint = actors.endpoint(Endpoint::Userinfo)?;
    let reply = context.send(flow::userinfo(endpoint, Method::GET, &tokens.reply.access_token)?).await?;
    let subject = tokens.id_token.as_ref().and_then(|token| token.text("sub"));
    userinfo::success(&context.recorder, &reply, subject, &["sub"], context.target.now());
    Ok(())
}

async fn no_token(context: &ScenarioContext) -> Result<(), Stopped> {
    let endpoint = context.server_endpoint(Custom, Endpoint::Userinfo)?;
    let reply = context.send(Request::get(endpoint.clone())).await?;
    userinfo::refusal(&context.recorder, &reply, 401, None);
    Ok(())
}

async fn bad_token(context: &ScenarioContext) -> Result<(), Stopped> {
    let endpoint = context.server_endpoint(Custom, Endpoint::Userinfo)?;
    let reply = context.send(flow::userinfo(endpoint, Method::GET, &random_text(32))?).await?;
    userinfo::refusal(&context.recorder, &reply, 401, Some("invalid_token"));
    Ok(())
}

async fn expired(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let tokens = actors.tokens().sign_in(actors.authorization().request()).await?;
    context.advance_clock(2 * 3600).await?;
    let endpoint = actors.endpoint(Endpoint::Userinfo)?;
    let reply = context.send(flow::userinfo(endpoint, Method::GET, &tokens.reply.access_token)?).await?;
    userinfo::refusal(&context.recorder, &reply, 401, Some("invalid_token"));
    Ok(())
}

async fn without_openid(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let tokens =
        actors.tokens().sign_in(actors.authorization().request().scopes("products:read").without("nonce")).await?;
    let endpoint = actors.endpoint(Endpoint::Userinfo)?;
    let reply = context.send(flow::userinfo(endpoint, Method::GET, &tokens.reply.access_token)?).await?;
    userinfo::refusal(&context.recorder, &reply, 403, Some("insufficient_scope"));
    Ok(())
}

async fn in_query(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let tokens = actors.tokens().sign_in(actors.authorization().request()).await?;
    let mut address = actors.endpoint(Endpoint::Userinfo)?.clone();
    address.query_pairs_mut().append_pair("access_token", &tokens.reply.access_token);
    let reply = context.send(Request::get(address)).await?;
    userinfo::refusal(&context.recorder, &reply, 400, Some("invalid_request"));
    Ok(())
}

async fn other_server(context: &ScenarioContext) -> Result<(), Stopped> {
    let org = context.actors(Org, WEB, BUYER)?;
    let tokens = org.tokens().sign_in(org.authorization().request()).await?;
    context.step("call userinfo of the custom server");
    let endpoint = context.server_endpoint(Custom, Endpoint::Userinfo)?;
    let reply = context.send(flow::userinfo(endpoint, Method::GET, &tokens.reply.access_token)?).await?;
    userinfo::refusal(&context.recorder, &reply, 401, Some("invalid_token"));
    Ok(())
}
