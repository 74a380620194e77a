//! Encrypted ID tokens: clients that register for them can read them, and are the only ones.

use serde_json::{Value, json};

use super::stage::{Cast, Halt, Stage, Tokens};
use super::{Front, Need, Scenario, Told, logout, registration};
use crate::check::encryption::{self, Expected, Opened};
use crate::check::{self, authorization, id_token, token};
use crate::driver::Visitor;
use crate::flow;
use crate::flow::signed::Key;
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::{Custom, Org};
use crate::issuer_target::market::BUYER;
use crate::issuer_target::{Client, Server};
use crate::wire::Reply;

const LISTED: &str = "id_token_encryption_alg_values_supported";

pub(super) fn scenarios() -> Vec<Scenario> {
    let steps = &["register with a key for encryption", "sign in", "open the ID token", "judge what is inside"];
    vec![
        told("encryption.rsa-oaep-256", "An ID token encrypted by RSA-OAEP-256 is the client's alone to read", |s| {
            Box::pin(code(s, "RSA-OAEP-256"))
        })
        .steps(steps)
        .needs(&[Need::Listed(LISTED, "RSA-OAEP-256")]),
        told("encryption.rsa-oaep-384", "The same by RSA-OAEP-384", |s| Box::pin(code(s, "RSA-OAEP-384")))
            .steps(steps)
            .needs(&[Need::Listed(LISTED, "RSA-OAEP-384")]),
        told("encryption.rsa-oaep-512", "The same by RSA-OAEP-512", |s| Box::pin(code(s, "RSA-OAEP-512")))
            .steps(steps)
            .needs(&[Need::Listed(LISTED, "RSA-OAEP-512")]),
        told("encryption.refresh", "A refresh gives another encrypted ID token, encrypted for itself", |s| {
            Box::pin(refresh(s))
        })
        .steps(&["sign in for a refresh token", "refresh", "open both ID tokens"])
        .needs(&[Need::Scope("offline_access"), Need::Grant(Custom, "refresh_token")]),
        told("encryption.front-channel", "The ID token of a hybrid response is encrypted too", |s| {
            Box::pin(front_channel(s))
        })
        .steps(&["ask for code id_token", "open the ID token: c_hash is inside"])
        .needs(&[Need::ResponseType("code id_token")]),
        told("encryption.org", "The org server encrypts ID tokens as well", |s| Box::pin(at_the_org(s)))
            .steps(steps)
            .needs(&[Need::Server(Org)]),
        told("encryption.hint", "Only what is inside an encrypted ID token signs out", |s| Box::pin(hint(s)))
            .cites(&["OIDC Core 3.1.2.1", "OIDC RP-Initiated Logout 2"])
            .steps(&["sign in", "sign out with the ID token as it came: refused", "sign out with what is inside"])
            .needs(&[Need::Endpoint(Custom, Endpoint::EndSession)]),
        told("encryption.no-key", "Nobody registers for encryption without a key", |s| Box::pin(no_key(s)))
            .steps(&["register without a key", "400"])
            .front(Front::None),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story)
        .cites(&["OIDC Core 2", "RFC 7516", "Okta: manage keys, encrypt the ID token"])
        .tags(&["encryption", "registration"])
        .front(Front::Http)
        .needs(&[
            Need::Okta,
            Need::ApiToken,
            Need::Account(BUYER),
            Need::Endpoint(Custom, Endpoint::Registration),
            Need::Listed(LISTED, "RSA-OAEP-256"),
        ])
}

/// The public half of the harness's key, for encryption.
fn key(stage: &Stage) -> Result<Value, Halt> {
    let key = Key::rsa(&stage.target.registration_keys[0])?;
    let mut public = key.public()?;
    public["kid"] = json!(key.thumbprint()?);
    public["use"] = json!("enc");
    Ok(public)
}

/// The story's client, registered for ID tokens that are encrypted so.
async fn client<'a>(stage: &'a Stage, algorithm: &str) -> Result<&'a Client, Halt> {
    let members = json!({
        "jwks": { "keys": [key(stage)?] },
        "id_token_encrypted_response_alg": algorithm,
        "grant_types": ["authorization_code", "implicit", "refresh_token"],
        "response_types": ["code", "id_token"],
    });
    stage.own_client(&members).await
}

fn cast<'a>(stage: &'a Stage, server: &'a Server, client: &'a Client) -> Result<Cast<'a>, Halt> {
    Ok(Cast { server, client, account: stage.account(BUYER)? })
}

/// Judges an encrypted ID token from outside, and opens it.
fn open(stage: &Stage, raw: Option<&str>, algorithm: &str) -> Result<Opened, Halt> {
    stage.step("open the ID token");
    let private_key = &stage.target.registration_keys[0];
    let kid = Key::rsa(private_key)?.thumbprint()?;
    encryption::judge(&stage.recorder, raw, Expected { algorithm, kid: &kid, private_key }).ok_or(Halt::Failed)
}

/// Signs in with those scopes: the tokens, judged, and the ID token as it came.
async fn sign_in(stage: &Stage, cast: &Cast<'_>, scope: &str, algorithm: &str) -> Result<(Tokens, String), Halt> {
    stage.step("sign in");
    let request = stage.request(cast).scopes(scope);
    let code = stage.code(cast, &request).await?;
    let reply = stage.post(&stage.exchange_form(cast, &request, &code)?).await?;
    let mut tokens = issued(stage, &reply)?;
    let outside = tokens.id_token.take().unwrap_or_default();
    tokens.id_token = Some(open(stage, Some(&outside), algorithm)?.inside);
    Ok((stage.judged(cast, request, tokens).await?, outside))
}

fn issued(stage: &Stage, reply: &Reply) -> Result<crate::wire::token::TokenReply, Halt> {
    let speaks_okta = stage.target.speaks_okta();
    let expected = token::Expected { scope: None, id_token: true, refresh_token: None, speaks_okta };
    token::success(&stage.recorder, reply, expected).ok_or(Halt::Failed)
}

async fn code(stage: &Stage, algorithm: &str) -> Result<(), Halt> {
    let cast = cast(stage, stage.server(Custom)?, client(stage, algorithm).await?)?;
    sign_in(stage, &cast, "openid", algorithm).await?;
    Ok(())
}

async fn at_the_org(stage: &Stage) -> Result<(), Halt> {
    let cast = cast(stage, stage.server(Org)?, client(stage, "RSA-OAEP-256").await?)?;
    sign_in(stage, &cast, "openid", "RSA-OAEP-256").await?;
    Ok(())
}

async fn refresh(stage: &Stage) -> Result<(), Halt> {
    let cast = cast(stage, stage.server(Custom)?, client(stage, "RSA-OAEP-256").await?)?;
    let (first, outside) = sign_in(stage, &cast, "openid offline_access", "RSA-OAEP-256").await?;
    stage.step("refresh");
    let reply = stage.post(&stage.refresh_form(&cast, first.refresh_token()?)?).await?;
    let tokens = issued(stage, &reply)?;
    let second = open(stage, tokens.id_token.as_deref(), "RSA-OAEP-256")?;
    encryption::fresh(&stage.recorder, &open(stage, Some(&outside), "RSA-OAEP-256")?.outside, &second.outside);
    let inside = stage.id_token(&cast, Some(&second.inside), None, Some(&tokens.access_token), None).await?;
    if let Some(before) = &first.id_token {
        id_token::same_sign_in(&stage.recorder, before, &inside);
    }
    Ok(())
}

async fn front_channel(stage: &Stage) -> Result<(), Halt> {
    let cast = cast(stage, stage.server(Custom)?, client(stage, "RSA-OAEP-256").await?)?;
    let request = stage.request(&cast).with("response_type", "code id_token");
    let journey = stage.authorize(&cast, &request).await?;
    let callback = stage.arrived(&cast, &request, &journey)?;
    let code = authorization::code(&stage.recorder, callback).ok_or(Halt::Failed)?;
    let inside = open(stage, callback.get("id_token"), "RSA-OAEP-256")?.inside;
    stage.id_token(&cast, Some(&inside), request.get("nonce"), None, Some(code)).await?;
    Ok(())
}

async fn hint(stage: &Stage) -> Result<(), Halt> {
    let cast = cast(stage, stage.server(Custom)?, client(stage, "RSA-OAEP-256").await?)?;
    let (tokens, outside) = sign_in(stage, &cast, "openid", "RSA-OAEP-256").await?;
    let endpoint = stage.endpoint(cast.server, Endpoint::EndSession)?;
    for (hint, alive) in [(outside.as_str(), true), (tokens.hint()?, false)] {
        stage.step("sign out");
        let url = flow::sign_out(endpoint, &[("id_token_hint", hint)]);
        stage.browse(&url, &stage.target.signed_out_uri, Visitor::agreeing(cast.account)).await?;
        logout::session(stage, &cast, alive).await?;
    }
    Ok(())
}

async fn no_key(stage: &Stage) -> Result<(), Halt> {
    let reply = registration::apply(stage, &json!({ "id_token_encrypted_response_alg": "RSA-OAEP-256" })).await?;
    check::registration::refused(&stage.recorder, &reply, &["invalid_client_metadata"]);
    Ok(())
}
