//! Token exchange (RFC 8693): a service acts on behalf of a user who signed in elsewhere.

use serde_json::{Value, json};

use super::stage::{Halt, Stage, Tokens};
use super::{Need, Scenario, Told};
use crate::check::{extension, token};
use crate::flow::FormRequest;
use crate::flow::signed::Key;
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{API, BUYER, SERVICE, WEB};
use crate::wire::Reply;
use crate::wire::jwt::Jwt;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const SCOPE: &str = "products:read";

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        told("exchange.on-behalf", "A service exchanges a user's token for one of its own about the user", |s| {
            Box::pin(on_behalf(s))
        })
        .steps(&[
            "a user signs in",
            "the service exchanges the token",
            "a token about the user, and no other token",
        ]),
        told("exchange.openid", "A service gets no ID token on behalf of anybody", |s| Box::pin(openid(s))).steps(&[
            "a user signs in",
            "the service asks for openid too",
            "400 invalid_scope",
        ]),
        told("exchange.garbage", "What is no token is exchanged for nothing", |s| Box::pin(garbage(s)))
            .steps(&["the service presents garbage", "400 invalid_request"]),
        told("exchange.forged", "A token that somebody else signed is exchanged for nothing", |s| Box::pin(forged(s)))
            .steps(&["a user signs in", "another key signs the token's claims", "400 invalid_request"]),
        told("exchange.machine", "A token about nobody is exchanged for nothing", |s| Box::pin(machine(s)))
            .steps(&["another service gets a token of its own", "the service presents it", "400 invalid_request"])
            .needs(&[Need::Secret(SERVICE)]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story)
        .cites(&["RFC 8693 2", "Okta: on-behalf-of token exchange"])
        .tags(&["exchange"])
        .needs(&[
            Need::Market,
            Need::Secret(API),
            Need::Secret(WEB),
            Need::Account(BUYER),
            Need::Endpoint(Custom, Endpoint::Token),
        ])
}

/// A user signs in to the shop.
async fn shop(stage: &Stage) -> Result<Tokens, Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    stage.step("a user signs in");
    stage.sign_in(&cast, stage.request(&cast).scopes(&format!("openid {SCOPE}"))).await
}

/// The service presents a token.
async fn exchange(stage: &Stage, subject: &str, scope: &str) -> Result<Reply, Halt> {
    stage.step("the service exchanges it");
    let (server, client) = (stage.server(Custom)?, stage.client(API)?);
    let form = FormRequest::new(stage.endpoint(server, Endpoint::Token)?)
        .with("grant_type", GRANT)
        .with("subject_token", subject)
        .with("subject_token_type", ACCESS_TOKEN)
        .with("scope", scope)
        .with("audience", server.audience.as_deref().unwrap_or_default())
        .as_client(client);
    stage.post(&form).await
}

async fn on_behalf(stage: &Stage) -> Result<(), Halt> {
    let (server, client, account) = (stage.server(Custom)?, stage.client(API)?, stage.account(BUYER)?);
    let tokens = shop(stage).await?;
    let reply = exchange(stage, &tokens.reply.access_token, SCOPE).await?;
    let speaks_okta = stage.target.speaks_okta();
    let expected = token::Expected { scope: Some(SCOPE), id_token: false, refresh_token: Some(false), speaks_okta };
    let gained = token::success(&stage.recorder, &reply, expected).ok_or(Halt::Failed)?;
    let body: Value = reply.json("a token response")?;
    extension::ISSUED_TYPE.equals(&stage.recorder, ACCESS_TOKEN, body["issued_token_type"].as_str());
    stage.access_token(server, client, &gained, Some(account), tokens.id_token.as_ref()).await?;
    // RFC 8693 1.1: delegation; the subject stays who it was.
    let says = |raw: &str| {
        let token = Jwt::parse(raw).ok()?;
        Some(["sub", "cid"].map(|claim| token.text(claim).unwrap_or("nothing").to_owned()))
    };
    let [user, _] = says(&tokens.reply.access_token).ok_or(Halt::Failed)?;
    let [sub, cid] = says(&gained.access_token).ok_or(Halt::Failed)?;
    let same = sub == user && cid == client.id;
    let expected = format!("sub {user}, cid {}", client.id);
    extension::EXCHANGED_SUBJECT.holds(&stage.recorder, same, expected, format!("sub {sub}, cid {cid}"));
    Ok(())
}

async fn refused(stage: &Stage, subject: &str, scope: &str, error: &str, text: &str) -> Result<(), Halt> {
    let reply = exchange(stage, subject, scope).await?;
    token::refusal(&stage.recorder, &reply, 400, error, stage.okta_text(text));
    Ok(())
}

async fn openid(stage: &Stage) -> Result<(), Halt> {
    let subject = shop(stage).await?.reply.access_token;
    let text = "Can't request 'openid' scopes using the Token Exchange flow for a service app.";
    refused(stage, &subject, &format!("openid {SCOPE}"), "invalid_scope", text).await
}

const INVALID: &str = "'subject_token' is invalid.";

async fn garbage(stage: &Stage) -> Result<(), Halt> {
    refused(stage, "garbage", SCOPE, "invalid_request", INVALID).await
}

async fn forged(stage: &Stage) -> Result<(), Halt> {
    let token = Jwt::parse(&shop(stage).await?.reply.access_token);
    let token = token.map_err(|_| Halt::Skip("the token can't be read".to_owned()))?;
    let header = json!({ "kid": token.header.get("kid") });
    let forged = Key::rsa(&stage.target.unregistered_key)?.sign(&header, &json!(token.claims))?;
    refused(stage, &forged, SCOPE, "invalid_request", INVALID).await
}

async fn machine(stage: &Stage) -> Result<(), Halt> {
    let (server, client) = (stage.server(Custom)?, stage.client(SERVICE)?);
    let endpoint = stage.endpoint(server, Endpoint::Token)?;
    let reply = stage.post(&crate::flow::client_credentials(endpoint, client, Some(SCOPE))).await?;
    let body: Value = reply.json("a token response")?;
    refused(stage, body["access_token"].as_str().unwrap_or_default(), SCOPE, "invalid_request", INVALID).await
}
