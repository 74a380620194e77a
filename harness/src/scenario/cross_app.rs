//! Cross-app access: an agent acts for a user by way of an ID-JAG (draft-ietf-oauth-identity-assertion-authz-grant).

use serde_json::{Value, json};

use super::context::ScenarioContext;
use super::definition::{Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use super::token_flow::{Tokens, judge_access_token};
use crate::check::{id_jag, token};
use crate::flow::FormRequest;
use crate::flow::signed::Key;
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::{Custom, Org};
use crate::issuer_target::market::{AGENT, API, BUYER, WEB};
use crate::wire::Reply;
use crate::wire::jwt::Jwt;

const SCOPE: &str = "products:read";

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario(
            "cross-app.agent",
            "An agent exchanges an ID token for an ID-JAG, and the ID-JAG for an access token",
            |context| Box::pin(agent(context)),
        ),
        scenario("cross-app.again", "An ID-JAG that is redeemed twice is rejected", |context| Box::pin(again(context)))
            .cites(&["RFC 7523 3 item 7"]),
        scenario("cross-app.forged", "An ID-JAG with a signature of another key is rejected", |context| {
            Box::pin(forged(context))
        }),
        scenario("cross-app.other-client", "An ID-JAG that another client redeems is rejected", |context| {
            Box::pin(other_client(context))
        })
        .needs(&[Need::Secret(API)]),
        scenario(
            "cross-app.audience",
            "No ID-JAG is issued for a server that the agent is not connected to",
            |context| Box::pin(audience(context)),
        ),
        scenario("cross-app.scope", "No ID-JAG is issued for scopes that the connection does not allow", |context| {
            Box::pin(scope(context))
        }),
        scenario("cross-app.more-scopes", "A scope parameter is rejected when an ID-JAG is redeemed", |context| {
            Box::pin(more_scopes(context))
        }),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function)
        .cites(&["ID-JAG draft 4", "RFC 7523 2.1", "Okta: Cross App Access"])
        .tags(&["cross-app"])
        .needs(&[
            Need::Market,
            Need::Secret(AGENT),
            Need::Secret(WEB),
            Need::Account(BUYER),
            Need::Server(Org),
            Need::Endpoint(Custom, Endpoint::Token),
        ])
}

/// A user signs in to the web client at the org server.
async fn shop(context: &ScenarioContext) -> Result<Tokens, Stopped> {
    let actors = context.actors(Org, WEB, BUYER)?;
    context.step("a user signs in at the org server");
    actors.tokens().sign_in(actors.authorization().request().scopes("openid")).await
}

/// The agent requests an ID-JAG.
async fn assert(context: &ScenarioContext, tokens: &Tokens, audience: &str, scope: &str) -> Result<Reply, Stopped> {
    context.step("the agent requests an ID-JAG");
    let form = FormRequest::new(context.server_endpoint(Org, Endpoint::Token)?)
        .with("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
        .with("requested_token_type", "urn:ietf:params:oauth:token-type:id-jag")
        .with("subject_token", tokens.reply.id_token.as_deref().unwrap_or_default())
        .with("subject_token_type", "urn:ietf:params:oauth:token-type:id_token")
        .with("audience", audience)
        .with("scope", scope)
        .as_client(context.client(AGENT)?);
    context.post(&form).await
}

/// An ID-JAG for the custom server, encoded.
async fn id_jag(context: &ScenarioContext) -> Result<String, Stopped> {
    let tokens = shop(context).await?;
    let reply = assert(context, &tokens, &context.server(Custom)?.issuer, SCOPE).await?;
    let body: Value = reply.json("a token response")?;
    body["access_token"].as_str().map(str::to_owned).ok_or(Stopped::CheckFailed)
}

fn redemption(context: &ScenarioContext, assertion: &str) -> Result<FormRequest, Stopped> {
    context.step("redeem the ID-JAG at the custom server");
    Ok(FormRequest::new(context.server_endpoint(Custom, Endpoint::Token)?)
        .with("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
        .with("assertion", assertion))
}

async fn redeem(context: &ScenarioContext, assertion: &str) -> Result<Reply, Stopped> {
    context.post(&redemption(context, assertion)?.as_client(context.client(AGENT)?)).await
}

fn refused(context: &ScenarioContext, reply: &Reply, error: &str, text: &str) {
    token::refusal(&context.recorder, reply, 400, error, context.okta_text(text));
}

async fn agent(context: &ScenarioContext) -> Result<(), Stopped> {
    let (org, custom, client) = (context.server(Org)?, context.server(Custom)?, context.client(AGENT)?);
    let tokens = shop(context).await?;
    let user_id = tokens.id_token.as_ref().and_then(|token| token.text("sub")).unwrap_or_default();
    let reply = assert(context, &tokens, &custom.issuer, SCOPE).await?;
    let expected = id_jag::ExpectedIdJag {
        issuer: &org.issuer,
        audience: &custom.issuer,
        user_id,
        agent: &client.id,
        app: &context.client(WEB)?.id,
        scope: SCOPE,
        now: context.target.now(),
    };
    let keys = org.keys(&context.http).await?;
    let asserted = id_jag::judge(&context.recorder, &reply, keys, expected).ok_or(Stopped::CheckFailed)?;
    let body: Value = reply.json("a token response")?;
    let reply = redeem(context, body["access_token"].as_str().unwrap_or_default()).await?;
    let expected = token::ExpectedTokenResponse {
        scope: Some(SCOPE),
        id_token: false,
        refresh_token: Some(false),
        speaks_okta: context.target.speaks_okta(),
    };
    let result = token::success(&context.recorder, &reply, expected).ok_or(Stopped::CheckFailed)?;
    let account = context.account(BUYER)?;
    let access = judge_access_token(context, custom, client, &result, Some(account), tokens.id_token.as_ref()).await?;
    // The format of access tokens is known for Okta only.
    if let Some(access) = access {
        id_jag::redeemed(&context.recorder, &asserted, &access);
    }
    Ok(())
}

async fn again(context: &ScenarioContext) -> Result<(), Stopped> {
    let assertion = id_jag(context).await?;
    redeem(context, &assertion).await?;
    refused(context, &redeem(context, &assertion).await?, "invalid_grant", "The id-jag was already used.");
    Ok(())
}

async fn forged(context: &ScenarioContext) -> Result<(), Stopped> {
    let token = Jwt::parse(&id_jag(context).await?).map_err(|_| Stopped::CheckFailed)?;
    let header = json!({ "kid": token.header.get("kid"), "typ": token.header.get("typ") });
    let forged = Key::rsa(&context.target.unregistered_key)?.sign(&header, &json!(token.claims))?;
    refused(context, &redeem(context, &forged).await?, "invalid_grant", "The signature of the id-jag is invalid.");
    Ok(())
}

async fn other_client(context: &ScenarioContext) -> Result<(), Stopped> {
    let assertion = id_jag(context).await?;
    let reply = context.post(&redemption(context, &assertion)?.as_client(context.client(API)?)).await?;
    let text = "The client is not authorized to use the provided grant type. Configured grant types: \
                [client_credentials, urn:ietf:params:oauth:grant-type:token-exchange].";
    refused(context, &reply, "unauthorized_client", text);
    Ok(())
}

async fn audience(context: &ScenarioContext) -> Result<(), Stopped> {
    let reply = assert(context, &shop(context).await?, "https://stranger.example", SCOPE).await?;
    let text = "Token Exchange requests must include a valid audience of the authorization server.";
    refused(context, &reply, "invalid_target", text);
    Ok(())
}

async fn scope(context: &ScenarioContext) -> Result<(), Stopped> {
    let reply = assert(context, &shop(context).await?, &context.server(Custom)?.issuer, "orders:update").await?;
    let text = "Some of the requested scopes were denied by the policy. Denied scopes: [orders:update].";
    refused(context, &reply, "access_denied", text);
    Ok(())
}

async fn more_scopes(context: &ScenarioContext) -> Result<(), Stopped> {
    let assertion = id_jag(context).await?;
    let form = redemption(context, &assertion)?.with("scope", SCOPE).as_client(context.client(AGENT)?);
    let text = "The id-jag request must not include a 'scope' parameter.";
    refused(context, &context.post(&form).await?, "invalid_request", text);
    Ok(())
}
