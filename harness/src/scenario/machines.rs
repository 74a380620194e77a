//! Clients that authenticate by an assertion (RFC 7523), and keys that rotate.

use serde_json::{Value, json};

use super::stage::{Cast, Halt, Stage};
use super::{Front, Need, Scenario, Told};
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
        asserted("assertion.private-key", "A client authenticates by its key", |s| Box::pin(by_key(s))).steps(&[
            "sign an assertion",
            "ask for a token with it",
            "a token comes",
        ]),
        asserted("assertion.again", "An assertion works once", |s| Box::pin(again(s)))
            .cites(&["RFC 7523 3 step 7"])
            .steps(&["ask for a token with an assertion", "ask again with the same", "it is refused"]),
        asserted("assertion.expired", "An assertion of yesterday is refused", |s| {
            Box::pin(spoilt(s, |claims| claims["exp"] = json!(claims["iat"].as_i64().unwrap_or_default() - 86_400)))
        })
        .steps(&["sign an assertion that has expired", "it is refused"]),
        asserted("assertion.other-audience", "An assertion for somebody else is refused", |s| {
            Box::pin(spoilt(s, |claims| claims["aud"] = json!("https://elsewhere.example/token")))
        })
        .cites(&["OIDF fapi2-security-profile-final-ensure-client-assertion-with-wrong-aud-fails"])
        .steps(&["sign an assertion for another issuer", "it is refused"]),
        asserted("assertion.forged", "An assertion with another key is refused", |s| Box::pin(forged(s)))
            .steps(&["sign an assertion with a key that nobody registered", "it is refused"]),
        by_secret("assertion.secret", "A client authenticates by an assertion that its secret signs", |s| {
            Box::pin(secret_jwt(s))
        })
        .steps(&["sign in", "sign an assertion with the secret", "exchange the code with it", "tokens come"]),
        by_secret("assertion.secret-forged", "An assertion that another secret signed is refused", |s| {
            Box::pin(secret_forged(s))
        })
        .steps(&["sign in", "sign an assertion with another secret", "the exchange is refused"]),
        by_secret("assertion.secret-shown", "Who signs with its secret can't show it instead", |s| {
            Box::pin(secret_shown(s))
        })
        .steps(&["sign in", "exchange the code with the secret itself", "it is refused"]),
        Scenario::told("rotation.keys", "After a rotation another key signs, and old tokens live on", |s| {
            Box::pin(rotation(s))
        })
        .cites(&["OIDC Core 10.1.1", "Okta: key rotation"])
        .steps(&[
            "sign in",
            "rotate the keys",
            "sign in again",
            "another key, published ahead; the old one still there",
        ])
        .tags(&["keys"])
        .needs(&[Need::Market, Need::Client(WEB), Need::Account(BUYER), Need::Alone]),
    ]
}

fn asserted(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story)
        .cites(&["RFC 7523 2.2", "OIDC Core 9"])
        .tags(&["assertion"])
        .front(Front::None)
        .needs(&[Need::Client(AUTOMATION), Need::Endpoint(Org, Endpoint::Token)])
}

fn by_secret(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story).cites(&["RFC 7523 2.2", "OIDC Core 9"]).tags(&["assertion"]).needs(&[
        Need::Secret(OFFICE),
        Need::Account(BUYER),
        Need::Endpoint(Custom, Endpoint::Token),
    ])
}

/// Asks for a token of the client's own with that assertion.
async fn ask(stage: &Stage, assertion: &str) -> Result<Reply, Halt> {
    let (server, client) = (stage.server(Org)?, stage.client(AUTOMATION)?);
    let form = FormRequest::new(stage.endpoint(server, Endpoint::Token)?)
        .with("grant_type", "client_credentials")
        .with("scope", &client.scopes.join(" "))
        .asserted(assertion);
    stage.post(&form).await
}

fn own_key(stage: &Stage) -> Result<Key, Halt> {
    let key = stage.client(AUTOMATION)?.key.as_deref();
    Ok(Key::rsa(key.ok_or_else(|| Halt::Skip("the client has no key".to_owned()))?)?)
}

fn claims(stage: &Stage) -> Result<Value, Halt> {
    let audience = stage.endpoint(stage.server(Org)?, Endpoint::Token)?;
    Ok(assertion(stage.client(AUTOMATION)?, audience.as_str(), stage.target.now()))
}

async fn by_key(stage: &Stage) -> Result<(), Halt> {
    let reply = ask(stage, &own_key(stage)?.sign(&json!({}), &claims(stage)?)?).await?;
    extension::issued(&stage.recorder, &reply);
    Ok(())
}

fn refused(stage: &Stage, reply: &Reply) {
    // RFC 6749 5.2: 400, or 401 where the provider likes.
    let status = if reply.status == 400 { 400 } else { 401 };
    token::refusal(&stage.recorder, reply, status, "invalid_client", None);
}

async fn again(stage: &Stage) -> Result<(), Halt> {
    let assertion = own_key(stage)?.sign(&json!({}), &claims(stage)?)?;
    extension::issued(&stage.recorder, &ask(stage, &assertion).await?);
    stage.step("ask again with the same assertion");
    refused(stage, &ask(stage, &assertion).await?);
    Ok(())
}

async fn spoilt(stage: &Stage, change: fn(&mut Value)) -> Result<(), Halt> {
    let mut claims = claims(stage)?;
    change(&mut claims);
    refused(stage, &ask(stage, &own_key(stage)?.sign(&json!({}), &claims)?).await?);
    Ok(())
}

async fn forged(stage: &Stage) -> Result<(), Halt> {
    let key = Key::rsa(&stage.target.unregistered_key)?;
    refused(stage, &ask(stage, &key.sign(&json!({}), &claims(stage)?)?).await?);
    Ok(())
}

/// Signs in with the client that signs with its secret, and exchanges the code as `authenticate` says.
async fn redeemed(
    stage: &Stage,
    authenticate: impl Fn(FormRequest, &Client, &str) -> Result<FormRequest, Halt>,
) -> Result<(Cast<'_>, crate::flow::AuthorizationRequest, Reply), Halt> {
    let cast = stage.cast(Custom, OFFICE, BUYER)?;
    let request = stage.request(&cast);
    let code = stage.code(&cast, &request).await?;
    let form = stage.exchange_form(&cast, &request, &code)?.without("client_id");
    let secret = cast.client.secret.as_deref().unwrap_or_default();
    let reply = stage.post(&authenticate(form, cast.client, secret)?).await?;
    Ok((cast, request, reply))
}

/// An assertion for the token endpoint, signed with that secret.
fn signed_with(stage: &Stage, client: &Client, secret: &str) -> Result<String, Halt> {
    let audience = stage.endpoint(stage.server(Custom)?, Endpoint::Token)?;
    Ok(Key::secret(secret).sign(&json!({}), &assertion(client, audience.as_str(), stage.target.now()))?)
}

async fn secret_jwt(stage: &Stage) -> Result<(), Halt> {
    let (cast, request, reply) =
        redeemed(stage, |form, client, secret| Ok(form.asserted(&signed_with(stage, client, secret)?))).await?;
    extension::issued(&stage.recorder, &reply);
    if reply.status == 200 {
        stage.judged(&cast, request, reply.json("a token response")?).await?;
    }
    Ok(())
}

async fn secret_forged(stage: &Stage) -> Result<(), Halt> {
    let another = random_text(48);
    let (.., reply) =
        redeemed(stage, |form, client, _| Ok(form.asserted(&signed_with(stage, client, &another)?))).await?;
    refused(stage, &reply);
    Ok(())
}

async fn secret_shown(stage: &Stage) -> Result<(), Halt> {
    let (.., reply) = redeemed(stage, |form, client, secret| Ok(form.basic(&client.id, secret))).await?;
    refused(stage, &reply);
    Ok(())
}

async fn rotation(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let published = async || -> Result<KeySet, Halt> {
        let reply = stage.http.get(stage.endpoint(cast.server, Endpoint::Keys)?).await?;
        Ok(reply.json("a key set")?)
    };
    stage.step("sign in");
    let first = stage.sign_in(&cast, stage.request(&cast)).await?.id_token.ok_or(Halt::Failed)?;
    let before = published().await?;
    stage.step("rotate the keys");
    let control = stage.target.control.as_ref().ok_or_else(|| Halt::Skip("nobody rotates keys".to_owned()))?;
    control.rotate_keys().await?;
    stage.step("sign in again");
    let request = stage.request(&cast);
    let code = stage.code(&cast, &request).await?;
    let reply = stage.post(&stage.exchange_form(&cast, &request, &code)?).await?;
    let tokens: crate::wire::token::TokenReply = reply.json("a token response")?;
    let second = Jwt::parse(tokens.id_token.as_deref().unwrap_or_default()).map_err(|_| Halt::Failed)?;
    let after = published().await?;
    let kid = |token: &Jwt| token.header_text("kid").unwrap_or_default().to_owned();
    let (old, new) = (kid(&first), kid(&second));
    let signs = old != new && second.verify(&after) == Signature::Valid;
    extension::KEY_CHANGED.holds(&stage.recorder, signs, format!("another key than {old}"), &new);
    extension::KEY_AHEAD.holds(&stage.recorder, before.find(&new).is_some(), "published before", &new);
    let kept = first.verify(&after);
    extension::OLD_KEY.holds(&stage.recorder, kept == Signature::Valid, Signature::Valid.summary(), kept.summary());
    Ok(())
}
