//! Encrypted ID tokens: only the client that registered for them can read them.

use serde_json::{Value, json};

use super::actors::Actors;
use super::context::ScenarioContext;
use super::definition::{RequiredDriver, Scenario, ScenarioFn};
use super::logout;
use super::needs::Need;
use super::stopped::Stopped;
use super::token_flow::Tokens;
use crate::check::encryption::{self, ExpectedEncryption, Opened};
use crate::check::{self, authorization, id_token, token};
use crate::driver::User;
use crate::flow;
use crate::flow::signed::Key;
use crate::issuer_target::ServerKind::{Custom, Org};
use crate::issuer_target::market::BUYER;
use crate::issuer_target::{Client, Endpoint, Server};
use crate::wire::Reply;

const LISTED: &str = "id_token_encryption_alg_values_supported";

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario(
            "encryption.rsa-oaep-256",
            "A client that registers for RSA-OAEP-256 gets an ID token encrypted to its key",
            |context| Box::pin(code(context, "RSA-OAEP-256")),
        )
        .needs(&[Need::MetadataLists(LISTED, "RSA-OAEP-256")]),
        scenario(
            "encryption.rsa-oaep-384",
            "A client that registers for RSA-OAEP-384 gets an ID token encrypted to its key",
            |context| Box::pin(code(context, "RSA-OAEP-384")),
        )
        .needs(&[Need::MetadataLists(LISTED, "RSA-OAEP-384")]),
        scenario(
            "encryption.rsa-oaep-512",
            "A client that registers for RSA-OAEP-512 gets an ID token encrypted to its key",
            |context| Box::pin(code(context, "RSA-OAEP-512")),
        )
        .needs(&[Need::MetadataLists(LISTED, "RSA-OAEP-512")]),
        scenario("encryption.refresh", "A refresh returns a newly encrypted ID token", |context| {
            Box::pin(refresh(context))
        })
        .needs(&[Need::Scope("offline_access"), Need::GrantType(Custom, "refresh_token")]),
        scenario("encryption.front-channel", "The ID token of a hybrid response is encrypted", |context| {
            Box::pin(front_channel(context))
        })
        .needs(&[Need::ResponseType("code id_token")]),
        scenario("encryption.org", "The org server encrypts ID tokens", |context| Box::pin(at_the_org(context)))
            .needs(&[Need::Server(Org)]),
        scenario(
            "encryption.hint",
            "An encrypted ID token is rejected as id_token_hint, and the decrypted one is accepted",
            |context| Box::pin(hint(context)),
        )
        .cites(&["OIDC Core 3.1.2.1", "OIDC RP-Initiated Logout 2"])
        .needs(&[Need::Endpoint(Custom, Endpoint::EndSession)]),
        scenario("encryption.no-key", "A registration for encryption without a key is rejected", |context| {
            Box::pin(no_key(context))
        })
        .driver(RequiredDriver::None),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function)
        .cites(&["OIDC Core 2", "RFC 7516", "Okta: manage keys, encrypt the ID token"])
        .tags(&["encryption", "registration"])
        .driver(RequiredDriver::Http)
        .needs(&[
            Need::Okta,
            Need::ApiToken,
            Need::Account(BUYER),
            Need::Endpoint(Custom, Endpoint::Registration),
            Need::MetadataLists(LISTED, "RSA-OAEP-256"),
        ])
}

/// The harness's public key, for encryption.
fn key(context: &ScenarioContext) -> Result<Value, Stopped> {
    let key = Key::rsa(&context.target.registration_keys[0])?;
    let mut public = key.public()?;
    public["kid"] = json!(key.thumbprint()?);
    public["use"] = json!("enc");
    Ok(public)
}

/// The scenario's client, registered for ID tokens encrypted with that algorithm.
async fn client<'a>(context: &'a ScenarioContext, algorithm: &str) -> Result<&'a Client, Stopped> {
    let members = json!({
        "jwks": { "keys": [key(context)?] },
        "id_token_encrypted_response_alg": algorithm,
        "grant_types": ["authorization_code", "implicit", "refresh_token"],
        "response_types": ["code", "id_token"],
    });
    context.registered_client(&members).await
}

fn actors<'a>(context: &'a ScenarioContext, server: &'a Server, client: &'a Client) -> Result<Actors<'a>, Stopped> {
    Ok(Actors { context, server, client, account: context.account(BUYER)? })
}

/// Judges the header of an encrypted ID token and decrypts it.
fn open(context: &ScenarioContext, raw: Option<&str>, algorithm: &str) -> Result<Opened, Stopped> {
    context.step("decrypt the ID token");
    let private_key = &context.target.registration_keys[0];
    let kid = Key::rsa(private_key)?.thumbprint()?;
    encryption::judge(&context.recorder, raw, ExpectedEncryption { algorithm, kid: &kid, private_key })
        .ok_or(Stopped::CheckFailed)
}

/// Signs in with those scopes. Returns the judged tokens and the encrypted ID token.
async fn sign_in(
    context: &ScenarioContext,
    actors: &Actors<'_>,
    scope: &str,
    algorithm: &str,
) -> Result<(Tokens, String), Stopped> {
    context.step("sign in");
    let request = actors.authorization().request().scopes(scope);
    let code = actors.authorization().code(&request).await?;
    let reply = context.post(&actors.tokens().exchange_form(&request, &code)?).await?;
    let mut tokens = issued(context, &reply)?;
    let outside = tokens.id_token.take().unwrap_or_default();
    tokens.id_token = Some(open(context, Some(&outside), algorithm)?.inside);
    Ok((actors.tokens().judge(request, tokens).await?, outside))
}

fn issued(context: &ScenarioContext, reply: &Reply) -> Result<crate::wire::token::TokenReply, Stopped> {
    let speaks_okta = context.target.speaks_okta();
    let expected = token::ExpectedTokenResponse { scope: None, id_token: true, refresh_token: None, speaks_okta };
    token::success(&context.recorder, reply, expected).ok_or(Stopped::CheckFailed)
}

async fn code(context: &ScenarioContext, algorithm: &str) -> Result<(), Stopped> {
    let actors = actors(context, context.server(Custom)?, client(context, algorithm).await?)?;
    sign_in(context, &actors, "openid", algorithm).await?;
    Ok(())
}

async fn at_the_org(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = actors(context, context.server(Org)?, client(context, "RSA-OAEP-256").await?)?;
    sign_in(context, &actors, "openid", "RSA-OAEP-256").await?;
    Ok(())
}

async fn refresh(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = actors(context, context.server(Custom)?, client(context, "RSA-OAEP-256").await?)?;
    let (first, outside) = sign_in(context, &actors, "openid offline_access", "RSA-OAEP-256").await?;
    context.step("refresh");
    let reply = context.post(&actors.tokens().refresh_form(first.refresh_token()?)?).await?;
    let tokens = issued(context, &reply)?;
    let second = open(context, tokens.id_token.as_deref(), "RSA-OAEP-256")?;
    encryption::fresh(&context.recorder, &open(context, Some(&outside), "RSA-OAEP-256")?.outside, &second.outside);
    let inside = actors.tokens().judge_id_token(Some(&second.inside), None, Some(&tokens.access_token), None).await?;
    if let Some(before) = &first.id_token {
        id_token::same_sign_in(&context.recorder, before, &inside);
    }
    Ok(())
}

async fn front_channel(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = actors(context, context.server(Custom)?, client(context, "RSA-OAEP-256").await?)?;
    let request = actors.authorization().request().with("response_type", "code id_token");
    let journey = actors.authorization().send(&request).await?;
    let callback = actors.authorization().callback(&request, &journey)?;
    let code = authorization::code(&context.recorder, callback).ok_or(Stopped::CheckFailed)?;
    let inside = open(context, callback.get("id_token"), "RSA-OAEP-256")?.inside;
    actors.tokens().judge_id_token(Some(&inside), request.get("nonce"), None, Some(code)).await?;
    Ok(())
}

async fn hint(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = actors(context, context.server(Custom)?, client(context, "RSA-OAEP-256").await?)?;
    let (tokens, outside) = sign_in(context, &actors, "openid", "RSA-OAEP-256").await?;
    let endpoint = actors.endpoint(Endpoint::EndSession)?;
    for (hint, alive) in [(outside.as_str(), true), (tokens.hint()?, false)] {
        context.step("sign out");
        let url = flow::sign_out(endpoint, &[("id_token_hint", hint)]);
        context.browse(&url, &context.target.signed_out_uri, User::consenting(actors.account)).await?;
        logout::session(context, &actors, alive).await?;
    }
    Ok(())
}

async fn no_key(context: &ScenarioContext) -> Result<(), Stopped> {
    let reply = context.registration().create(&json!({ "id_token_encrypted_response_alg": "RSA-OAEP-256" })).await?;
    check::registration::refused(&context.recorder, &reply, &["invalid_client_metadata"]);
    Ok(())
}
