//! Userinfo: what it tells, and to whom.

use reqwest::Method;

use super::stage::{Halt, Stage};
use super::{Need, Scenario, Told};
use crate::check::userinfo;
use crate::flow::{self, random_text};
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::{self, Custom, Org};
use crate::issuer_target::market::{BUYER, WEB};
use crate::wire::Call;

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        told("userinfo.get.custom", "The custom server tells the claims of the scopes", |s| {
            Box::pin(tells(s, Custom, Method::GET))
        })
        .cites(&["OIDF oidcc-userinfo-get", "OIDF oidcc-scope-profile", "OIDF oidcc-scope-email"])
        .steps(&["sign in", "GET userinfo", "same subject, claims of the scopes"]),
        told("userinfo.get.org", "The org server tells the claims of the scopes", |s| {
            Box::pin(tells(s, Org, Method::GET))
        })
        .cites(&["OIDF oidcc-userinfo-get"])
        .steps(&["sign in", "GET userinfo", "same subject, claims of the scopes"])
        .needs(&[Need::Endpoint(Org, Endpoint::Userinfo)]),
        told("userinfo.post", "Userinfo answers to POST as well", |s| Box::pin(tells(s, Custom, Method::POST)))
            .cites(&["OIDC Core 5.3.1", "OIDF oidcc-userinfo-post-header"])
            .steps(&["sign in", "POST userinfo", "same subject, claims of the scopes"]),
        told("userinfo.openid-only", "A token for openid alone opens userinfo, which tells the subject", |s| {
            Box::pin(openid_only(s))
        })
        .cites(&["OIDC Core 5.3", "OIDF oidcc-server"])
        .steps(&["sign in for openid only", "GET userinfo", "the subject is told"]),
        told("userinfo.no-token", "Without a token there is a bare challenge", |s| Box::pin(no_token(s)))
            .cites(&["RFC 6750 3.1"])
            .steps(&["GET userinfo without a token", "401 with a challenge"]),
        told("userinfo.bad-token", "A made-up token is refused", |s| Box::pin(bad_token(s)))
            .cites(&["RFC 6750 3.1"])
            .steps(&["GET userinfo with garbage", "401 invalid_token"]),
        told("userinfo.expired-token", "An expired token is refused", |s| Box::pin(expired(s)))
            .cites(&["RFC 6750 3.1"])
            .steps(&["sign in", "let two hours go by", "401 invalid_token"])
            .needs(&[Need::Alone]),
        told("userinfo.without-openid", "A token without the openid scope is not enough", |s| {
            Box::pin(without_openid(s))
        })
        .cites(&["RFC 6750 3.1", "Okta: /userinfo"])
        .steps(&["sign in for a custom scope only", "403 insufficient_scope"])
        .needs(&[Need::Market]),
        told("userinfo.token-in-query", "A token in the query is refused", |s| Box::pin(in_query(s)))
            .cites(&["RFC 6750 2.3", "RFC 9700 4.3.2"])
            .steps(&["sign in", "GET userinfo with the token in the query", "400 invalid_request"])
            .needs(&[Need::Okta]),
        told("userinfo.other-server", "A token of the org server is refused by the custom server", |s| {
            Box::pin(other_server(s))
        })
        .cites(&["Okta: /userinfo"])
        .steps(&["sign in at the org server", "ask the custom server", "401 invalid_token"])
        .needs(&[Need::Okta, Need::Server(Org)]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story).cites(&["OIDC Core 5.3"]).tags(&["userinfo"]).needs(&[
        Need::Client(WEB),
        Need::Account(BUYER),
        Need::Endpoint(Custom, Endpoint::Userinfo),
    ])
}

async fn tells(stage: &Stage, server: ServerKind, method: Method) -> Result<(), Halt> {
    let cast = stage.cast(server, WEB, BUYER)?;
    let tokens = stage.sign_in(&cast, stage.request(&cast)).await?;
    stage.step(format!("{method} userinfo"));
    let call = flow::userinfo(stage.endpoint(cast.server, Endpoint::Userinfo)?, method, &tokens.reply.access_token)?;
    let reply = stage.send(call).await?;
    let claims = ["name", "preferred_username", "given_name", "family_name", "email", "email_verified", "updated_at"];
    let subject = tokens.id_token.as_ref().and_then(|token| token.text("sub"));
    userinfo::success(&stage.recorder, &reply, subject, &claims);
    Ok(())
}

async fn openid_only(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let tokens = stage.sign_in(&cast, stage.request(&cast).scopes("openid")).await?;
    let endpoint = stage.endpoint(cast.server, Endpoint::Userinfo)?;
    let reply = stage.send(flow::userinfo(endpoint, Method::GET, &tokens.reply.access_token)?).await?;
    let subject = tokens.id_token.as_ref().and_then(|token| token.text("sub"));
    userinfo::success(&stage.recorder, &reply, subject, &["sub"]);
    Ok(())
}

async fn no_token(stage: &Stage) -> Result<(), Halt> {
    let endpoint = stage.endpoint(stage.server(Custom)?, Endpoint::Userinfo)?;
    let reply = stage.send(Call::get(endpoint.clone())).await?;
    userinfo::refusal(&stage.recorder, &reply, 401, None);
    Ok(())
}

async fn bad_token(stage: &Stage) -> Result<(), Halt> {
    let endpoint = stage.endpoint(stage.server(Custom)?, Endpoint::Userinfo)?;
    let reply = stage.send(flow::userinfo(endpoint, Method::GET, &random_text(32))?).await?;
    userinfo::refusal(&stage.recorder, &reply, 401, Some("invalid_token"));
    Ok(())
}

async fn expired(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let tokens = stage.sign_in(&cast, stage.request(&cast)).await?;
    stage.wait(2 * 3600).await?;
    let endpoint = stage.endpoint(cast.server, Endpoint::Userinfo)?;
    let reply = stage.send(flow::userinfo(endpoint, Method::GET, &tokens.reply.access_token)?).await?;
    userinfo::refusal(&stage.recorder, &reply, 401, Some("invalid_token"));
    Ok(())
}

async fn without_openid(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let tokens = stage.sign_in(&cast, stage.request(&cast).scopes("products:read").without("nonce")).await?;
    let endpoint = stage.endpoint(cast.server, Endpoint::Userinfo)?;
    let reply = stage.send(flow::userinfo(endpoint, Method::GET, &tokens.reply.access_token)?).await?;
    userinfo::refusal(&stage.recorder, &reply, 403, Some("insufficient_scope"));
    Ok(())
}

async fn in_query(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let tokens = stage.sign_in(&cast, stage.request(&cast)).await?;
    let mut address = stage.endpoint(cast.server, Endpoint::Userinfo)?.clone();
    address.query_pairs_mut().append_pair("access_token", &tokens.reply.access_token);
    let reply = stage.send(Call::get(address)).await?;
    userinfo::refusal(&stage.recorder, &reply, 400, Some("invalid_request"));
    Ok(())
}

async fn other_server(stage: &Stage) -> Result<(), Halt> {
    let org = stage.cast(Org, WEB, BUYER)?;
    let tokens = stage.sign_in(&org, stage.request(&org)).await?;
    stage.step("ask the custom server");
    let endpoint = stage.endpoint(stage.server(Custom)?, Endpoint::Userinfo)?;
    let reply = stage.send(flow::userinfo(endpoint, Method::GET, &tokens.reply.access_token)?).await?;
    userinfo::refusal(&stage.recorder, &reply, 401, Some("invalid_token"));
    Ok(())
}
