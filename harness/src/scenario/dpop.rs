//! Tokens that are bound to a key (RFC 9449).

use serde_json::Value;
use url::Url;

use super::actors::Actors;
use super::context::ScenarioContext;
use super::definition::{Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use crate::check::{extension, token};
use crate::flow::FormRequest;
use crate::flow::signed::{Key, Proof};
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, VAULT, WEB};
use crate::wire::error::summary;
use crate::wire::jwt::Jwt;
use crate::wire::token::TokenReply;
use crate::wire::{Reply, Request};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario(
            "dpop.bound",
            "A token is bound to the key of the proof, and userinfo accepts it with that key",
            |context| Box::pin(bound(context)),
        ),
        scenario("dpop.as-bearer", "Userinfo rejects a bound token without a proof", |context| {
            Box::pin(as_bearer(context))
        }),
        scenario("dpop.other-key", "Userinfo rejects a bound token with a proof of another key", |context| {
            Box::pin(other_key(context))
        })
        .needs(&[Need::Market]),
        scenario("dpop.proof-again", "A proof that is sent twice is rejected", |context| Box::pin(again(context)))
            .cites(&["RFC 9449 11.1"]),
        scenario("dpop.other-address", "A proof for another URL is rejected", |context| {
            Box::pin(other_address(context))
        })
        .cites(&["RFC 9449 4.3 step 9"]),
        scenario("dpop.required", "A client with bound tokens gets no token without a proof", |context| {
            Box::pin(required(context))
        })
        .cites(&["RFC 9449 5.2"])
        .needs(&[Need::Client(VAULT)]),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function).cites(&["RFC 9449 4", "Okta: DPoP"]).tags(&["dpop"]).needs(&[
        Need::Client(WEB),
        Need::Account(BUYER),
        Need::MetadataLists("dpop_signing_alg_values_supported", "RS256"),
        Need::Endpoint(Custom, Endpoint::Userinfo),
    ])
}

/// The client whose tokens are bound, or the web client.
fn actors(context: &ScenarioContext) -> Result<Actors<'_>, Stopped> {
    let role = if context.target.client(VAULT).is_some() { VAULT } else { WEB };
    context.actors(Custom, role, BUYER)
}

/// RFC 9449 8 and 9: sends the request that `make` builds, and again with a nonce if the issuer requires one. Returns
/// the reply and the request that it belongs to.
pub(super) async fn with_nonce(
    context: &ScenarioContext,
    make: impl Fn(Option<&str>) -> Result<Request, Stopped>,
) -> Result<(Reply, Request), Stopped> {
    let first = make(None)?;
    let reply = context.send(first.clone()).await?;
    let challenge = reply.header("www-authenticate").unwrap_or_default();
    let asks = matches!(reply.status, 400 | 401)
        && (reply.body.contains("use_dpop_nonce") || challenge.contains("use_dpop_nonce"));
    extension::nonce(&context.recorder, &reply, asks);
    match reply.header("dpop-nonce").filter(|_| asks) {
        Some(nonce) => {
            let second = make(Some(nonce))?;
            let reply = context.send(second.clone()).await?;
            extension::nonce(&context.recorder, &reply, false);
            Ok((reply, second))
        }
        None => Ok((reply, first)),
    }
}

/// Sends `form` with a proof of the key. Returns the reply and the accepted proof.
async fn proved(
    context: &ScenarioContext,
    key: &Key,
    url: &Url,
    form: &FormRequest,
) -> Result<(Reply, String), Stopped> {
    let (reply, call) = with_nonce(context, |nonce| {
        let proof = Proof { method: "POST", url, now: context.target.now(), nonce, access_token: None };
        Ok(form.clone().with_header("dpop", &key.proof(&proof)?).request()?)
    })
    .await?;
    let proof = call.headers.get("dpop").and_then(|proof| proof.to_str().ok()).unwrap_or_default();
    Ok((reply, proof.to_owned()))
}

/// RFC 9449 5: an issuer may issue an unbound token, with token_type Bearer. Okta does so unless the app requires bound
/// tokens, which is known of one client only.
fn is_bound(context: &ScenarioContext, reply: &Reply) -> Result<(), Stopped> {
    let tokens: Option<TokenReply> = serde_json::from_str(&reply.body).ok();
    let unbound = tokens.is_some_and(|tokens| tokens.token_type.eq_ignore_ascii_case("bearer"));
    if unbound && context.target.client(VAULT).is_none() {
        return Err(Stopped::Skipped("needs a client whose tokens are bound to a key".to_owned()));
    }
    Ok(())
}

async fn get<'a>(context: &'a ScenarioContext, key: &Key) -> Result<(Actors<'a>, TokenReply), Stopped> {
    let actors = actors(context)?;
    let request = actors.authorization().request();
    let code = actors.authorization().code(&request).await?;
    context.step("exchange the code with a proof");
    let form = actors.tokens().exchange_form(&request, &code)?;
    let (reply, _) = proved(context, key, actors.endpoint(Endpoint::Token)?, &form).await?;
    if !token::issued(&context.recorder, &reply) {
        return Err(Stopped::CheckFailed);
    }
    is_bound(context, &reply)?;
    Ok((actors, reply.json("a token response")?))
}

async fn userinfo(
    context: &ScenarioContext,
    actors: &Actors<'_>,
    scheme: &str,
    token: &str,
    key: Option<&Key>,
) -> Result<Reply, Stopped> {
    let endpoint = actors.endpoint(Endpoint::Userinfo)?;
    let (reply, _) = with_nonce(context, |nonce| {
        let call = Request::get(endpoint.clone()).header("authorization", &format!("{scheme} {token}"))?;
        let Some(key) = key else { return Ok(call) };
        let now = context.target.now();
        let proof = Proof { method: "GET", url: endpoint, now, nonce, access_token: Some(token) };
        Ok(call.header("dpop", &key.proof(&proof)?)?)
    })
    .await?;
    Ok(reply)
}

fn key(context: &ScenarioContext) -> Result<Key, Stopped> {
    Ok(Key::rsa(&context.target.unregistered_key)?)
}

async fn bound(context: &ScenarioContext) -> Result<(), Stopped> {
    let key = key(context)?;
    let (actors, tokens) = get(context, &key).await?;
    extension::BOUND_TYPE.equals(&context.recorder, "DPoP", Some(&tokens.token_type));
    match Jwt::parse(&tokens.access_token) {
        Ok(token) => {
            let named = token.claims.get("cnf").and_then(|cnf| cnf.get("jkt")).and_then(Value::as_str);
            extension::BOUND_KEY.equals(&context.recorder, &key.thumbprint()?, named);
        }
        Err(_) => extension::BOUND_KEY.skip(&context.recorder, "the access token cannot be decoded"),
    }
    let reply = userinfo(context, &actors, "DPoP", &tokens.access_token, Some(&key)).await?;
    extension::BOUND_USE.holds(&context.recorder, reply.status == 200, 200, summary(&reply));
    Ok(())
}

async fn as_bearer(context: &ScenarioContext) -> Result<(), Stopped> {
    let (actors, tokens) = get(context, &key(context)?).await?;
    let reply = userinfo(context, &actors, "Bearer", &tokens.access_token, None).await?;
    extension::BOUND_REFUSED.holds(&context.recorder, matches!(reply.status, 400 | 401), "401", summary(&reply));
    Ok(())
}

async fn other_key(context: &ScenarioContext) -> Result<(), Stopped> {
    let (actors, tokens) = get(context, &key(context)?).await?;
    let other = context.target.clients.values().find_map(|client| client.key.as_deref());
    let other = Key::rsa(other.ok_or_else(|| Stopped::Skipped("no other key".to_owned()))?)?;
    let reply = userinfo(context, &actors, "DPoP", &tokens.access_token, Some(&other)).await?;
    extension::BOUND_REFUSED.holds(&context.recorder, matches!(reply.status, 400 | 401), "401", summary(&reply));
    Ok(())
}

async fn again(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = actors(context)?;
    let key = key(context)?;
    let endpoint = actors.endpoint(Endpoint::Token)?;
    let first = actors.authorization().request();
    let code = actors.authorization().code(&first).await?;
    let (reply, proof) = proved(context, &key, endpoint, &actors.tokens().exchange_form(&first, &code)?).await?;
    token::issued(&context.recorder, &reply);
    is_bound(context, &reply)?;
    context.step("send the same proof again");
    let second = actors.authorization().request();
    let code = actors.authorization().code(&second).await?;
    let form = actors.tokens().exchange_form(&second, &code)?.with_header("dpop", &proof);
    let reply = context.post(&form).await?;
    token::refusal(&context.recorder, &reply, 400, "invalid_dpop_proof", None);
    Ok(())
}

async fn other_address(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = actors(context)?;
    let request = actors.authorization().request();
    let code = actors.authorization().code(&request).await?;
    let form = actors.tokens().exchange_form(&request, &code)?;
    let elsewhere = actors.endpoint(Endpoint::Userinfo)?;
    let (reply, _) = proved(context, &key(context)?, elsewhere, &form).await?;
    is_bound(context, &reply)?;
    token::refusal(&context.recorder, &reply, 400, "invalid_dpop_proof", None);
    Ok(())
}

async fn required(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, VAULT, BUYER)?;
    let request = actors.authorization().request();
    let code = actors.authorization().code(&request).await?;
    let reply = context.post(&actors.tokens().exchange_form(&request, &code)?).await?;
    let text = context.okta_text("The DPoP proof JWT header is missing.");
    token::refusal(&context.recorder, &reply, 400, "invalid_dpop_proof", text);
    Ok(())
}
