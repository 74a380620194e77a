//! Claim snapshots: the whole tokens of users and services of the market org.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::actors::Actors;
use super::context::ScenarioContext;
use super::definition::{RequiredDriver, Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use super::token_flow::{Tokens, judge_access_token};
use crate::check::{authorization, token};
use crate::claims::Context;
use crate::flow;
use crate::issuer_target::ServerKind::{self, Custom, Org};
use crate::issuer_target::market::{ADMIN, BUYER, PREMIUM, SERVICE, UNICODE, WEB};
use crate::issuer_target::{AccountName, Endpoint};
use crate::wire::jwt::{Jwt, left_half_hash};

/// The scopes that the market's policies grant to an administrator.
const ADMIN_SCOPES: &str =
    "openid profile email address phone products:read products:update orders:create orders:read orders:update";

/// The tag of scenarios that compare tokens with snapshots.
pub const SNAPSHOT_TAG: &str = "claims";

pub(super) fn scenarios() -> Vec<Scenario> {
    let person =
        |id, title, role, function| scenario(id, title, function).needs(&[Need::Client(WEB), Need::Account(role)]);
    vec![
        person("claims.admin", "The tokens of an administrator equal the snapshot", ADMIN, |s| {
            Box::pin(signed_in(s, "claims.admin", Custom, ADMIN, ADMIN_SCOPES))
        }),
        person("claims.buyer", "The tokens of a buyer equal the snapshot", BUYER, |s| {
            Box::pin(signed_in(s, "claims.buyer", Custom, BUYER, "openid profile email offline_access products:read"))
        }),
        person("claims.premium", "The tokens of a premium buyer equal the snapshot", PREMIUM, |s| {
            Box::pin(signed_in(s, "claims.premium", Custom, PREMIUM, "openid orders:create"))
        }),
        person("claims.unicode", "The tokens of a user with a non-ASCII name equal the snapshot", UNICODE, |s| {
            Box::pin(signed_in(s, "claims.unicode", Custom, UNICODE, "openid profile"))
        }),
        person("claims.org", "The tokens of the org server equal the snapshot", ADMIN, |s| {
            Box::pin(signed_in(s, "claims.org", Org, ADMIN, "openid profile email groups"))
        })
        .needs(&[Need::Server(Org)]),
        person("claims.fat", "An ID token of response_type=id_token equals the snapshot", ADMIN, |c| Box::pin(fat(c))),
        scenario("claims.service", "The tokens of a service equal the snapshot", |c| Box::pin(machine(c)))
            .driver(RequiredDriver::None)
            .needs(&[Need::Secret(SERVICE)]),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function)
        .cites(&["Okta: access token claims", "Okta: ID token claims", "OIDC Core 5.1"])
        .tags(&[SNAPSHOT_TAG])
        .needs(&[Need::Market, Need::Snapshots, Need::Server(Custom)])
}

pub(super) fn shown(token: &Jwt) -> Value {
    json!({ "header": token.header, "claims": token.claims })
}

pub(super) fn judge(
    context: &ScenarioContext,
    name: &str,
    document: &Value,
    nonce: Option<&str>,
    hashes: Vec<(&'static str, String)>,
) -> Result<(), Stopped> {
    let base = url::Url::parse(context.target.issuer()).map(|issuer| issuer.origin().ascii_serialization());
    let base = base.unwrap_or_default();
    let normalising = Context { base: &base, now: context.target.now(), nonce, hashes };
    Ok(context.snapshots.judge(&context.recorder, name, document, &normalising)?)
}

async fn signed_in(
    context: &ScenarioContext,
    name: &str,
    server: ServerKind,
    role: AccountName,
    scopes: &str,
) -> Result<(), Stopped> {
    let actors = context.actors(server, WEB, role)?;
    let tokens = actors.tokens().sign_in(actors.authorization().request().scopes(scopes)).await?;
    let mut document = Map::new();
    if let Some(token) = &tokens.access_token {
        document.insert("access_token".to_owned(), shown(token));
    }
    if let Some(token) = &tokens.id_token {
        document.insert("id_token".to_owned(), shown(token));
    }
    document.insert("userinfo".to_owned(), userinfo(context, &actors, &tokens).await?);
    let hashes = vec![("at_hash", left_half_hash(&tokens.reply.access_token))];
    judge(context, name, &Value::Object(document), tokens.request.get("nonce"), hashes)
}

async fn userinfo(context: &ScenarioContext, actors: &Actors<'_>, tokens: &Tokens) -> Result<Value, Stopped> {
    let endpoint = actors.endpoint(Endpoint::Userinfo)?;
    let reply = context.send(flow::userinfo(endpoint, Method::GET, &tokens.reply.access_token)?).await?;
    Ok(reply.json("claims about the user")?)
}

async fn fat(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, ADMIN)?;
    let request =
        actors.authorization().request().with("response_type", "id_token").scopes("openid profile email address phone");
    let journey = actors.authorization().send(&request).await?;
    let callback = actors.authorization().callback(&request, &journey)?;
    authorization::ID_TOKEN.present(&context.recorder, "an ID token", callback.get("id_token"));
    let nonce = request.get("nonce");
    let token = actors.tokens().judge_id_token(callback.get("id_token"), nonce, None, None).await?;
    judge(context, "claims.fat", &json!({ "id_token": shown(&token) }), nonce, Vec::new())
}

async fn machine(context: &ScenarioContext) -> Result<(), Stopped> {
    let (server, client) = (context.server(Custom)?, context.client(SERVICE)?);
    let scope = "products:read products:update orders:create orders:read orders:update";
    let form = flow::client_credentials(context.endpoint(server, Endpoint::Token)?, client, Some(scope));
    let reply = context.post(&form).await?;
    let expected = token::ExpectedTokenResponse {
        scope: Some(scope),
        id_token: false,
        refresh_token: Some(false),
        speaks_okta: true,
    };
    let tokens = token::success(&context.recorder, &reply, expected).ok_or(Stopped::CheckFailed)?;
    let access_token =
        judge_access_token(context, server, client, &tokens, None, None).await?.ok_or(Stopped::CheckFailed)?;
    judge(context, "claims.service", &json!({ "access_token": shown(&access_token) }), None, Vec::new())
}
