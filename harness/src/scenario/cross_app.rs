//! Cross-app access: an agent acts for a user by way of an ID-JAG (draft-ietf-oauth-identity-assertion-authz-grant).

use serde_json::{Value, json};

use super::stage::{Halt, Stage, Tokens};
use super::{Need, Scenario, Told};
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
        told("cross-app.agent", "An agent exchanges an ID token for an ID-JAG, and that for an access token", |s| {
            Box::pin(agent(s))
        })
        .steps(&[
            "a user signs in at the org server",
            "the agent asks for an ID-JAG",
            "the custom server takes it",
            "a token about the user, and no other token",
        ]),
        told("cross-app.again", "An ID-JAG works once", |s| Box::pin(again(s))).cites(&["RFC 7523 3 item 7"]).steps(&[
            "redeem an ID-JAG",
            "redeem it again",
            "400 invalid_grant",
        ]),
        told("cross-app.forged", "An ID-JAG that somebody else signed is worth nothing", |s| Box::pin(forged(s)))
            .steps(&["another key signs the claims of an ID-JAG", "400 invalid_grant"]),
        told("cross-app.other-client", "An ID-JAG is its own client's", |s| Box::pin(other_client(s)))
            .steps(&["another client presents an ID-JAG", "it is refused"])
            .needs(&[Need::Secret(API)]),
        told("cross-app.audience", "No ID-JAG is issued for a server that the agent is not connected to", |s| {
            Box::pin(audience(s))
        })
        .steps(&["ask for an ID-JAG for a stranger", "400 invalid_target"]),
        told("cross-app.scope", "No ID-JAG is issued for scopes beyond the connection's", |s| Box::pin(scope(s)))
            .steps(&["ask for an ID-JAG with another scope", "400 access_denied"]),
        told("cross-app.more-scopes", "The scopes of an ID-JAG are those of the access token", |s| {
            Box::pin(more_scopes(s))
        })
        .steps(&["redeem an ID-JAG with a scope of the request's own", "400 invalid_request"]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story)
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

/// A user signs in to the shop, at the org's own server.
async fn shop(stage: &Stage) -> Result<Tokens, Halt> {
    let cast = stage.cast(Org, WEB, BUYER)?;
    stage.step("a user signs in at the org server");
    stage.sign_in(&cast, stage.request(&cast).scopes("openid")).await
}

/// The agent asks for an ID-JAG.
async fn assert(stage: &Stage, tokens: &Tokens, audience: &str, scope: &str) -> Result<Reply, Halt> {
    stage.step("the agent asks for an ID-JAG");
    let form = FormRequest::new(stage.endpoint(stage.server(Org)?, Endpoint::Token)?)
        .with("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
        .with("requested_token_type", "urn:ietf:params:oauth:token-type:id-jag")
        .with("subject_token", tokens.reply.id_token.as_deref().unwrap_or_default())
        .with("subject_token_type", "urn:ietf:params:oauth:token-type:id_token")
        .with("audience", audience)
        .with("scope", scope)
        .as_client(stage.client(AGENT)?);
    stage.post(&form).await
}

/// An ID-JAG for the custom server, as it travels.
async fn id_jag(stage: &Stage) -> Result<String, Halt> {
    let tokens = shop(stage).await?;
    let reply = assert(stage, &tokens, &stage.server(Custom)?.issuer, SCOPE).await?;
    let body: Value = reply.json("a token response")?;
    body["access_token"].as_str().map(str::to_owned).ok_or(Halt::Failed)
}

fn redemption(stage: &Stage, assertion: &str) -> Result<FormRequest, Halt> {
    stage.step("the custom server is asked to take it");
    Ok(FormRequest::new(stage.endpoint(stage.server(Custom)?, Endpoint::Token)?)
        .with("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
        .with("assertion", assertion))
}

async fn redeem(stage: &Stage, assertion: &str) -> Result<Reply, Halt> {
    stage.post(&redemption(stage, assertion)?.as_client(stage.client(AGENT)?)).await
}

fn refused(stage: &Stage, reply: &Reply, error: &str, text: &str) {
    token::refusal(&stage.recorder, reply, 400, error, stage.okta_text(text));
}

async fn agent(stage: &Stage) -> Result<(), Halt> {
    let (org, custom, client) = (stage.server(Org)?, stage.server(Custom)?, stage.client(AGENT)?);
    let tokens = shop(stage).await?;
    let user_id = tokens.id_token.as_ref().and_then(|token| token.text("sub")).unwrap_or_default();
    let reply = assert(stage, &tokens, &custom.issuer, SCOPE).await?;
    let expected = id_jag::Expected {
        issuer: &org.issuer,
        audience: &custom.issuer,
        user_id,
        agent: &client.id,
        app: &stage.client(WEB)?.id,
        scope: SCOPE,
        now: stage.target.now(),
    };
    let keys = org.keys(&stage.http).await?;
    let asserted = id_jag::judge(&stage.recorder, &reply, keys, expected).ok_or(Halt::Failed)?;
    let body: Value = reply.json("a token response")?;
    let reply = redeem(stage, body["access_token"].as_str().unwrap_or_default()).await?;
    let expected = token::Expected {
        scope: Some(SCOPE),
        id_token: false,
        refresh_token: Some(false),
        speaks_okta: stage.target.speaks_okta(),
    };
    let gained = token::success(&stage.recorder, &reply, expected).ok_or(Halt::Failed)?;
    let account = stage.account(BUYER)?;
    let access = stage.access_token(custom, client, &gained, Some(account), tokens.id_token.as_ref()).await?;
    // Where access tokens are nobody's business but the API's, there is nothing to compare.
    if let Some(access) = access {
        id_jag::redeemed(&stage.recorder, &asserted, &access);
    }
    Ok(())
}

async fn again(stage: &Stage) -> Result<(), Halt> {
    let assertion = id_jag(stage).await?;
    redeem(stage, &assertion).await?;
    refused(stage, &redeem(stage, &assertion).await?, "invalid_grant", "The id-jag was already used.");
    Ok(())
}

async fn forged(stage: &Stage) -> Result<(), Halt> {
    let token = Jwt::parse(&id_jag(stage).await?).map_err(|_| Halt::Failed)?;
    let header = json!({ "kid": token.header.get("kid"), "typ": token.header.get("typ") });
    let forged = Key::rsa(&stage.target.unregistered_key)?.sign(&header, &json!(token.claims))?;
    refused(stage, &redeem(stage, &forged).await?, "invalid_grant", "The signature of the id-jag is invalid.");
    Ok(())
}

async fn other_client(stage: &Stage) -> Result<(), Halt> {
    let assertion = id_jag(stage).await?;
    let reply = stage.post(&redemption(stage, &assertion)?.as_client(stage.client(API)?)).await?;
    let text = "The client is not authorized to use the provided grant type. Configured grant types: \
                [client_credentials, urn:ietf:params:oauth:grant-type:token-exchange].";
    refused(stage, &reply, "unauthorized_client", text);
    Ok(())
}

async fn audience(stage: &Stage) -> Result<(), Halt> {
    let reply = assert(stage, &shop(stage).await?, "https://stranger.example", SCOPE).await?;
    let text = "Token Exchange requests must include a valid audience of the authorization server.";
    refused(stage, &reply, "invalid_target", text);
    Ok(())
}

async fn scope(stage: &Stage) -> Result<(), Halt> {
    let reply = assert(stage, &shop(stage).await?, &stage.server(Custom)?.issuer, "orders:update").await?;
    let text = "Some of the requested scopes were denied by the policy. Denied scopes: [orders:update].";
    refused(stage, &reply, "access_denied", text);
    Ok(())
}

async fn more_scopes(stage: &Stage) -> Result<(), Halt> {
    let assertion = id_jag(stage).await?;
    let form = redemption(stage, &assertion)?.with("scope", SCOPE).as_client(stage.client(AGENT)?);
    let text = "The id-jag request must not include a 'scope' parameter.";
    refused(stage, &stage.post(&form).await?, "invalid_request", text);
    Ok(())
}
