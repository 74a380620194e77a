//! Claim snapshots: everything that the market org says of a person or a machine, word for word.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::stage::{Cast, Halt, Stage, Tokens};
use super::{Front, Need, Scenario, Told};
use crate::check::{authorization, token};
use crate::claims::Context;
use crate::flow;
use crate::issuer_target::AccountName;
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::{self, Custom, Org};
use crate::issuer_target::market::{ADMIN, BUYER, PREMIUM, SERVICE, UNICODE, WEB};
use crate::wire::jwt::{Jwt, left_half_hash};

/// What an administrator may have of the market.
const ADMIN_SCOPES: &str =
    "openid profile email address phone products:read products:update orders:create orders:read orders:update";

pub(super) fn scenarios() -> Vec<Scenario> {
    let person = |id, title, role, story| told(id, title, story).needs(&[Need::Client(WEB), Need::Account(role)]);
    vec![
        person("claims.admin", "An administrator's claims are those of the snapshot", ADMIN, |s| {
            Box::pin(signed_in(s, "claims.admin", Custom, ADMIN, ADMIN_SCOPES))
        }),
        person("claims.buyer", "A buyer's claims are those of the snapshot", BUYER, |s| {
            Box::pin(signed_in(s, "claims.buyer", Custom, BUYER, "openid profile email offline_access products:read"))
        }),
        person("claims.premium", "A premium buyer's claims are those of the snapshot", PREMIUM, |s| {
            Box::pin(signed_in(s, "claims.premium", Custom, PREMIUM, "openid orders:create"))
        }),
        person("claims.unicode", "A name beyond ASCII comes through unharmed", UNICODE, |s| {
            Box::pin(signed_in(s, "claims.unicode", Custom, UNICODE, "openid profile"))
        }),
        person("claims.org", "The org server's claims are those of the snapshot", ADMIN, |s| {
            Box::pin(signed_in(s, "claims.org", Org, ADMIN, "openid profile email groups"))
        })
        .needs(&[Need::Server(Org)]),
        person("claims.fat", "An ID token alone says all that the snapshot says", ADMIN, |s| Box::pin(fat(s))),
        told("claims.service", "A machine's claims are those of the snapshot", |s| Box::pin(machine(s)))
            .front(Front::None)
            .needs(&[Need::Secret(SERVICE)]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story)
        .cites(&["Okta: access token claims", "Okta: ID token claims", "OIDC Core 5.1"])
        .steps(&["get the tokens", "take volatile values out by rule", "compare with the reviewed snapshot"])
        .tags(&["claims"])
        .needs(&[Need::Market, Need::Snapshots, Need::Server(Custom)])
}

pub(super) fn shown(token: &Jwt) -> Value {
    json!({ "header": token.header, "claims": token.claims })
}

pub(super) fn judge(
    stage: &Stage,
    name: &str,
    document: &Value,
    nonce: Option<&str>,
    hashes: Vec<(&'static str, String)>,
) {
    let base = url::Url::parse(stage.target.issuer()).map(|issuer| issuer.origin().ascii_serialization());
    let base = base.unwrap_or_default();
    let context = Context { base: &base, now: stage.target.now(), nonce, hashes };
    stage.snapshots.judge(&stage.recorder, name, document, &context);
}

async fn signed_in(stage: &Stage, name: &str, server: ServerKind, role: AccountName, scopes: &str) -> Result<(), Halt> {
    let cast = stage.cast(server, WEB, role)?;
    let tokens = stage.sign_in(&cast, stage.request(&cast).scopes(scopes)).await?;
    let mut document = Map::new();
    if let Some(token) = &tokens.access_token {
        document.insert("access_token".to_owned(), shown(token));
    }
    if let Some(token) = &tokens.id_token {
        document.insert("id_token".to_owned(), shown(token));
    }
    document.insert("userinfo".to_owned(), userinfo(stage, &cast, &tokens).await?);
    let hashes = vec![("at_hash", left_half_hash(&tokens.reply.access_token))];
    judge(stage, name, &Value::Object(document), tokens.request.get("nonce"), hashes);
    Ok(())
}

async fn userinfo(stage: &Stage, cast: &Cast<'_>, tokens: &Tokens) -> Result<Value, Halt> {
    let endpoint = stage.endpoint(cast.server, Endpoint::Userinfo)?;
    let reply = stage.send(flow::userinfo(endpoint, Method::GET, &tokens.reply.access_token)?).await?;
    Ok(reply.json("claims about the user")?)
}

async fn fat(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, ADMIN)?;
    let request = stage.request(&cast).with("response_type", "id_token").scopes("openid profile email address phone");
    let journey = stage.authorize(&cast, &request).await?;
    let callback = stage.arrived(&cast, &request, &journey)?;
    authorization::ID_TOKEN.present(&stage.recorder, "an ID token", callback.get("id_token"));
    let nonce = request.get("nonce");
    let token = stage.id_token(&cast, callback.get("id_token"), nonce, None, None).await?;
    judge(stage, "claims.fat", &json!({ "id_token": shown(&token) }), nonce, Vec::new());
    Ok(())
}

async fn machine(stage: &Stage) -> Result<(), Halt> {
    let (server, client) = (stage.server(Custom)?, stage.client(SERVICE)?);
    let scope = "products:read products:update orders:create orders:read orders:update";
    let form = flow::client_credentials(stage.endpoint(server, Endpoint::Token)?, client, Some(scope));
    let reply = stage.post(&form).await?;
    let expected =
        token::Expected { scope: Some(scope), id_token: false, refresh_token: Some(false), speaks_okta: true };
    let tokens = token::success(&stage.recorder, &reply, expected).ok_or(Halt::Failed)?;
    let access_token = stage.access_token(server, client, &tokens, None, None).await?.ok_or(Halt::Failed)?;
    judge(stage, "claims.service", &json!({ "access_token": shown(&access_token) }), None, Vec::new());
    Ok(())
}
