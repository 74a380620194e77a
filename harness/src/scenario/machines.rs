//! Clients that authenticate with an assertion (RFC 7523), and rotated signing keys.

use serde_json::{Value, json};

use super::actors::Actors;
use super::context::ScenarioContext;
use super::definition::{RequiredDriver, Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use crate::check::{extension, token};
use crate::flow::signed::{Key, assertion};
use crate::flow::{FormRequest, random_text};
use crate::issuer_target::ServerKind::{Custom, Org};
use crate::issuer_target::market::{AUTOMATION, BUYER, OFFICE, WEB};
use crate::issuer_target::{Client, Endpoint};
use crate::wire::Reply;
use crate::wire::jwt::{Jwt, Signature};
use crate::wire::keys::KeySet;

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        asserted(
            "assertion.private-key",
            "A client authenticates with an assertion signed with its private key",
            |context| Box::pin(by_key(context)),
        ),
        asserted("assertion.again", "An assertion that is sent twice is rejected", |context| Box::pin(again(context)))
            .cites(&["RFC 7523 3 step 7"]),
        asserted("assertion.expired", "An expired assertion is rejected", |context| {
            Box::pin(invalid(context, |claims| {
                claims["exp"] = json!(claims["iat"].as_i64().unwrap_or_default() - 86_400)
            }))
        }),
        asserted("assertion.other-audience", "An assertion with another audience is rejected", |context| {
            Box::pin(invalid(context, |claims| claims["aud"] = json!("https://elsewhere.example/token")))
        })
        .cites(&["OIDF fapi2-security-profile-final-ensure-client-assertion-with-wrong-aud-fails"]),
        asserted("assertion.forged", "An assertion with a signature of another key is rejected", |context| {
            Box::pin(forged(context))
        }),
        by_secret("assertion.secret", "A client authenticates with an assertion signed with its secret", |context| {
            Box::pin(secret_jwt(context))
        }),
        by_secret("assertion.secret-forged", "An assertion signed with another secret is rejected", |context| {
            Box::pin(secret_forged(context))
        }),
        by_secret(
            "assertion.secret-shown",
            "A client that is registered for client_secret_jwt is rejected if it sends its secret",
            |context| Box::pin(secret_shown(context)),
        ),
        Scenario::new("rotation.keys", "After a rotation another key signs, and old tokens stay valid", |context| {
            Box::pin(rotation(context))
        })
        .cites(&["OIDC Core 10.1.1", "Okta: key rotation"])
        .tags(&["keys"])
        .needs(&[Need::Market, Need::Client(WEB), Need::Account(BUYER), Need::KeyRotation]),
    ]
}

fn asserted(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function)
        .cites(&["RFC 7523 2.2", "OIDC Core 9"])
        .tags(&["assertion"])
        .driver(RequiredDriver::None)
        .needs(&[Need::Key(AUTOMATION), Need::Endpoint(Org, Endpoint::Token)])
}

fn by_secret(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function).cites(&["RFC 7523 2.2", "OIDC Core 9"]).tags(&["assertion"]).needs(&[
        Need::Secret(OFFICE),
        Need::Account(BUYER),
        Need::Endpoint(Custom, Endpoint::Token),
    ])
}

/// Requests a token for the client itself with that assertion.
async fn ask(context: &ScenarioContext, assertion: &str) -> Result<Reply, Stopped> {
    let (server, client) = (context.server(Org)?, context.client(AUTOMATION)?);
    let form = FormRequest::new(context.endpoint(server, Endpoint::Token)?)
        .with("grant_type", "client_credentials")
        .with("scope", &client.scopes.join(" "))
        .asserted(assertion);
    context.post(&form).await
}

fn private_key(context: &ScenarioContext) -> Result<Key, Stopped> {
    Ok(Key::rsa(context.private_key(AUTOMATION)?)?)
}

fn claims(context: &ScenarioContext) -> Result<Value, Stopped> {
    let audience = context.server_endpoint(Org, Endpoint::Token)?;
    Ok(assertion(context.client(AUTOMATION)?, audience.as_str(), context.target.now()))
}

async fn by_key(context: &ScenarioContext) -> Result<(), Stopped> {
    let reply = ask(context, &private_key(context)?.sign(&json!({}), &claims(context)?)?).await?;
    token::issued(&context.recorder, &reply);
    Ok(())
}

fn refused(context: &ScenarioContext, reply: &Reply) {
    // RFC 6749 5.2: 400 or 401.
    let status = if reply.status == 400 { 400 } else { 401 };
    token::refusal(&context.recorder, reply, status, "invalid_client", None);
}

async fn again(context: &ScenarioContext) -> Result<(), Stopped> {
    let assertion = private_key(context)?.sign(&json!({}), &claims(context)?)?;
    token::issued(&context.recorder, &ask(context, &assertion).await?);
    context.step("send the same assertion again");
    refused(context, &ask(context, &assertion).await?);
    Ok(())
}

async fn invalid(context: &ScenarioContext, change: fn(&mut Value)) -> Result<(), Stopped> {
    let mut claims = claims(context)?;
    change(&mut claims);
    refused(context, &ask(context, &private_key(context)?.sign(&json!({}), &claims)?).await?);
    Ok(())
}

async fn forged(context: &ScenarioContext) -> Result<(), Stopped> {
    let key = Key::rsa(&context.target.unregistered_key)?;
    refused(context, &ask(context, &key.sign(&json!({}), &claims(context)?)?).await?);
    Ok(())
}

/// Signs in with the client that signs assertions with its secret, and exchanges the code with `authenticate`.
async fn redeemed(
    context: &ScenarioContext,
    authenticate: impl Fn(FormRequest, &Client, &str) -> Result<FormRequest, Stopped>,
) -> Result<(Actors<'_>, crate::flow::AuthorizationRequest, Reply), Stopped> {
    let actors = context.actors(Custom, OFFICE, BUYER)?;
    let request = actors.authorization().request();
    let code = actors.authorization().code(&request).await?;
    let form = actors.tokens().exchange_form(&request, &code)?.without("client_id");
    let secret = actors.client.secret.as_deref().unwrap_or_default();
    let reply = context.post(&authenticate(form, actors.client, secret)?).await?;
    Ok((actors, request, reply))
}

/// An assertion for the token endpoint, signed with that secret.
fn signed_with(context: &ScenarioContext, client: &Client, secret: &str) -> Result<String, Stopped> {
    let audience = context.server_endpoint(Custom, Endpoint::Token)?;
    Ok(Key::secret(secret).sign(&json!({}), &assertion(client, audience.as_str(), context.target.now()))?)
}

async fn secret_jwt(context: &ScenarioContext) -> Result<(), Stopped> {
    let (actors, request, reply) =
        redeemed(context, |form, client, secret| Ok(form.asserted(&signed_with(context, client, secret)?))).await?;
    token::issued(&context.recorder, &reply);
    if reply.status == 200 {
        actors.tokens().judge(request, reply.json("a token response")?).await?;
    }
    Ok(())
}

async fn secret_forged(context: &ScenarioContext) -> Result<(), Stopped> {
    let another = random_text(48);
    let (.., reply) =
        redeemed(context, |form, client, _| Ok(form.asserted(&signed_with(context, client, &another)?))).await?;
    refused(context, &reply);
    Ok(())
}

async fn secret_shown(context: &ScenarioContext) -> Result<(), Stopped> {
    let (.., reply) = redeemed(context, |form, client, secret| Ok(form.basic(&client.id, secret))).await?;
    refused(context, &reply);
    Ok(())
}

async fn rotation(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let published = async || -> Result<KeySet, Stopped> {
        let reply = context.http.get(actors.endpoint(Endpoint::Keys)?).await?;
        Ok(reply.json("a key set")?)
    };
    context.step("sign in");
    let first =
        actors.tokens().sign_in(actors.authorization().request()).await?.id_token.ok_or(Stopped::CheckFailed)?;
    let before = published().await?;
    context.step("rotate the keys");
    context.control()?.rotate_keys().await?;
    context.step("sign in again");
    let request = actors.authorization().request();
    let code = actors.authorization().code(&request).await?;
    let reply = context.post(&actors.tokens().exchange_form(&request, &code)?).await?;
    let tokens: crate::wire::token::TokenReply = reply.json("a token response")?;
    let second = Jwt::parse(tokens.id_token.as_deref().unwrap_or_default()).map_err(|_| Stopped::CheckFailed)?;
    let after = published().await?;
    let kid = |token: &Jwt| token.header_text("kid").unwrap_or_default().to_owned();
    let (old, new) = (kid(&first), kid(&second));
    let signs = old != new && second.verify(&after) == Signature::Valid;
    extension::KEY_CHANGED.holds(&context.recorder, signs, format!("another key than {old}"), &new);
    extension::KEY_AHEAD.holds(&context.recorder, before.find(&new).is_some(), "published before", &new);
    let kept = first.verify(&after);
    extension::OLD_KEY.holds(&context.recorder, kept == Signature::Valid, Signature::Valid.summary(), kept.summary());
    Ok(())
}
