//! Token exchange (RFC 8693): a service gets a token on behalf of a user of another client.

use serde_json::{Value, json};

use super::context::ScenarioContext;
use super::definition::{Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use super::token_flow::{Tokens, judge_access_token};
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
        scenario(
            "exchange.on-behalf",
            "A service exchanges a user's access token for one on behalf of that user",
            |context| Box::pin(on_behalf(context)),
        ),
        scenario("exchange.openid", "A service cannot request the openid scope on behalf of a user", |context| {
            Box::pin(openid(context))
        }),
        scenario("exchange.garbage", "A subject token that is not a JWT is rejected", |context| {
            Box::pin(garbage(context))
        }),
        scenario("exchange.forged", "A subject token with a signature of another key is rejected", |context| {
            Box::pin(forged(context))
        }),
        scenario("exchange.machine", "A subject token without a user is rejected", |context| {
            Box::pin(machine(context))
        })
        .needs(&[Need::Secret(SERVICE)]),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function)
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

/// A user signs in to the web client.
async fn shop(context: &ScenarioContext) -> Result<Tokens, Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    context.step("a user signs in");
    actors.tokens().sign_in(actors.authorization().request().scopes(&format!("openid {SCOPE}"))).await
}

/// The service exchanges a token.
async fn exchange(context: &ScenarioContext, subject: &str, scope: &str) -> Result<Reply, Stopped> {
    context.step("the service exchanges the token");
    let (server, client) = (context.server(Custom)?, context.client(API)?);
    let form = FormRequest::new(context.endpoint(server, Endpoint::Token)?)
        .with("grant_type", GRANT)
        .with("subject_token", subject)
        .with("subject_token_type", ACCESS_TOKEN)
        .with("scope", scope)
        .with("audience", server.audience.as_deref().unwrap_or_default())
        .as_client(client);
    context.post(&form).await
}

async fn on_behalf(context: &ScenarioContext) -> Result<(), Stopped> {
    let (server, client, account) = (context.server(Custom)?, context.client(API)?, context.account(BUYER)?);
    let tokens = shop(context).await?;
    let reply = exchange(context, &tokens.reply.access_token, SCOPE).await?;
    let speaks_okta = context.target.speaks_okta();
    let expected =
        token::ExpectedTokenResponse { scope: Some(SCOPE), id_token: false, refresh_token: Some(false), speaks_okta };
    let result = token::success(&context.recorder, &reply, expected).ok_or(Stopped::CheckFailed)?;
    let body: Value = reply.json("a token response")?;
    extension::ISSUED_TYPE.equals(&context.recorder, ACCESS_TOKEN, body["issued_token_type"].as_str());
    judge_access_token(context, server, client, &result, Some(account), tokens.id_token.as_ref()).await?;
    // RFC 8693 1.1: delegation; the subject stays the same.
    let says = |raw: &str| {
        let token = Jwt::parse(raw).ok()?;
        Some(["sub", "cid"].map(|claim| token.text(claim).unwrap_or("nothing").to_owned()))
    };
    let [user, _] = says(&tokens.reply.access_token).ok_or(Stopped::CheckFailed)?;
    let [sub, cid] = says(&result.access_token).ok_or(Stopped::CheckFailed)?;
    let same = sub == user && cid == client.id;
    let expected = format!("sub {user}, cid {}", client.id);
    extension::EXCHANGED_SUBJECT.holds(&context.recorder, same, expected, format!("sub {sub}, cid {cid}"));
    Ok(())
}

async fn refused(
    context: &ScenarioContext,
    subject: &str,
    scope: &str,
    error: &str,
    text: &str,
) -> Result<(), Stopped> {
    let reply = exchange(context, subject, scope).await?;
    token::refusal(&context.recorder, &reply, 400, error, context.okta_text(text));
    Ok(())
}

async fn openid(context: &ScenarioContext) -> Result<(), Stopped> {
    let subject = shop(context).await?.reply.access_token;
    let text = "Can't request 'openid' scopes using the Token Exchange flow for a service app.";
    refused(context, &subject, &format!("openid {SCOPE}"), "invalid_scope", text).await
}

const INVALID: &str = "'subject_token' is invalid.";

async fn garbage(context: &ScenarioContext) -> Result<(), Stopped> {
    refused(context, "garbage", SCOPE, "invalid_request", INVALID).await
}

async fn forged(context: &ScenarioContext) -> Result<(), Stopped> {
    let token = Jwt::parse(&shop(context).await?.reply.access_token);
    let token = token.map_err(|_| Stopped::Skipped("the token cannot be decoded".to_owned()))?;
    let header = json!({ "kid": token.header.get("kid") });
    let forged = Key::rsa(&context.target.unregistered_key)?.sign(&header, &json!(token.claims))?;
    refused(context, &forged, SCOPE, "invalid_request", INVALID).await
}

async fn machine(context: &ScenarioContext) -> Result<(), Stopped> {
    let (server, client) = (context.server(Custom)?, context.client(SERVICE)?);
    let endpoint = context.endpoint(server, Endpoint::Token)?;
    let reply = context.post(&crate::flow::client_credentials(endpoint, client, Some(SCOPE))).await?;
    let body: Value = reply.json("a token response")?;
    refused(context, body["access_token"].as_str().unwrap_or_default(), SCOPE, "invalid_request", INVALID).await
}
