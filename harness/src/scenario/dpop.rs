//! Tokens that are bound to a key (RFC 9449).

use serde_json::Value;
use url::Url;

use super::stage::{Cast, Halt, Stage};
use super::{Need, Scenario, Told};
use crate::check::{extension, token};
use crate::flow::FormRequest;
use crate::flow::signed::{Key, Proof};
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, VAULT, WEB};
use crate::wire::error::summary;
use crate::wire::jwt::Jwt;
use crate::wire::token::TokenReply;
use crate::wire::{Call, Reply};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        told("dpop.bound", "A token is bound to the key that was proved, and opens userinfo with it", |s| {
            Box::pin(bound(s))
        })
        .steps(&["sign in", "exchange the code with a proof", "judge the binding", "userinfo with a proof"]),
        told("dpop.as-bearer", "A bound token is worth nothing without a proof", |s| Box::pin(as_bearer(s))).steps(&[
            "get a bound token",
            "userinfo with the scheme Bearer",
            "401",
        ]),
        told("dpop.other-key", "A bound token is worth nothing with another key", |s| Box::pin(other_key(s)))
            .steps(&["get a bound token", "userinfo with a proof of another key", "401"])
            .needs(&[Need::Market]),
        told("dpop.proof-again", "A proof works once", |s| Box::pin(again(s))).cites(&["RFC 9449 11.1"]).steps(&[
            "exchange a code with a proof",
            "send the same proof with a second code",
            "400",
        ]),
        told("dpop.other-address", "A proof for another address is refused", |s| Box::pin(other_address(s)))
            .cites(&["RFC 9449 4.3 step 9"])
            .steps(&["exchange a code with a proof for userinfo", "400 invalid_dpop_proof"]),
        told("dpop.required", "A client that is set to bound tokens gets no others", |s| Box::pin(required(s)))
            .cites(&["RFC 9449 5.2"])
            .steps(&["exchange a code without a proof", "400 invalid_dpop_proof"])
            .needs(&[Need::Client(VAULT)]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story).cites(&["RFC 9449 4", "Okta: DPoP"]).tags(&["dpop"]).needs(&[
        Need::Client(WEB),
        Need::Account(BUYER),
        Need::Listed("dpop_signing_alg_values_supported", "RS256"),
        Need::Endpoint(Custom, Endpoint::Userinfo),
    ])
}

/// The client whose tokens are bound, or any that asks for it.
fn cast(stage: &Stage) -> Result<Cast<'_>, Halt> {
    let role = if stage.target.clients.contains_key(&VAULT) { VAULT } else { WEB };
    stage.cast(Custom, role, BUYER)
}

/// RFC 9449 8 and 9: sends the request that `make` makes, and once more with the nonce that the issuer asks for. Answers
/// with the request that counted.
pub(super) async fn with_nonce(
    stage: &Stage,
    make: impl Fn(Option<&str>) -> Result<Call, Halt>,
) -> Result<(Reply, Call), Halt> {
    let first = make(None)?;
    let reply = stage.send(first.clone()).await?;
    let challenge = reply.header("www-authenticate").unwrap_or_default();
    let asks = reply.body.contains("use_dpop_nonce") || challenge.contains("use_dpop_nonce");
    match reply.header("dpop-nonce").filter(|_| asks && matches!(reply.status, 400 | 401)) {
        Some(nonce) => {
            let second = make(Some(nonce))?;
            Ok((stage.send(second.clone()).await?, second))
        }
        None => Ok((reply, first)),
    }
}

/// Sends `form` with a proof of the key. Answers with the proof that counted too.
async fn proved(stage: &Stage, key: &Key, url: &Url, form: &FormRequest) -> Result<(Reply, String), Halt> {
    let (reply, call) = with_nonce(stage, |nonce| {
        let proof = Proof { method: "POST", url, now: stage.target.now(), nonce, access_token: None };
        Ok(form.clone().with_header("dpop", &key.proof(&proof)?).call()?)
    })
    .await?;
    let proof = call.headers.get("dpop").and_then(|proof| proof.to_str().ok()).unwrap_or_default();
    Ok((reply, proof.to_owned()))
}

/// RFC 9449 5: an issuer may leave a token unbound, and says so by its type. Okta does so where the app asks for no bound
/// tokens; that this one does is known of one client only.
fn is_bound(stage: &Stage, reply: &Reply) -> Result<(), Halt> {
    let tokens: Option<TokenReply> = serde_json::from_str(&reply.body).ok();
    let unbound = tokens.is_some_and(|tokens| tokens.token_type.eq_ignore_ascii_case("bearer"));
    if unbound && !stage.target.clients.contains_key(&VAULT) {
        return Err(Halt::Skip("needs a client whose tokens are bound to a key".to_owned()));
    }
    Ok(())
}

async fn get<'a>(stage: &'a Stage, key: &Key) -> Result<(Cast<'a>, TokenReply), Halt> {
    let cast = cast(stage)?;
    let request = stage.request(&cast);
    let code = stage.code(&cast, &request).await?;
    stage.step("exchange the code with a proof");
    let form = stage.exchange_form(&cast, &request, &code)?;
    let (reply, _) = proved(stage, key, stage.endpoint(cast.server, Endpoint::Token)?, &form).await?;
    if !extension::issued(&stage.recorder, &reply) {
        return Err(Halt::Failed);
    }
    is_bound(stage, &reply)?;
    Ok((cast, reply.json("a token response")?))
}

async fn userinfo(stage: &Stage, cast: &Cast<'_>, scheme: &str, token: &str, key: Option<&Key>) -> Result<Reply, Halt> {
    let endpoint = stage.endpoint(cast.server, Endpoint::Userinfo)?;
    let (reply, _) = with_nonce(stage, |nonce| {
        let call = Call::get(endpoint.clone()).header("authorization", &format!("{scheme} {token}"))?;
        let Some(key) = key else { return Ok(call) };
        let now = stage.target.now();
        let proof = Proof { method: "GET", url: endpoint, now, nonce, access_token: Some(token) };
        Ok(call.header("dpop", &key.proof(&proof)?)?)
    })
    .await?;
    Ok(reply)
}

fn key(stage: &Stage) -> Result<Key, Halt> {
    Ok(Key::rsa(&stage.target.unregistered_key)?)
}

async fn bound(stage: &Stage) -> Result<(), Halt> {
    let key = key(stage)?;
    let (cast, tokens) = get(stage, &key).await?;
    extension::BOUND_TYPE.equals(&stage.recorder, "DPoP", Some(&tokens.token_type));
    match Jwt::parse(&tokens.access_token) {
        Ok(token) => {
            let named = token.claims.get("cnf").and_then(|cnf| cnf.get("jkt")).and_then(Value::as_str);
            extension::BOUND_KEY.equals(&stage.recorder, &key.thumbprint()?, named);
        }
        Err(_) => extension::BOUND_KEY.skip(&stage.recorder, "the access token can't be read"),
    }
    let reply = userinfo(stage, &cast, "DPoP", &tokens.access_token, Some(&key)).await?;
    extension::BOUND_USE.holds(&stage.recorder, reply.status == 200, 200, summary(&reply));
    Ok(())
}

async fn as_bearer(stage: &Stage) -> Result<(), Halt> {
    let (cast, tokens) = get(stage, &key(stage)?).await?;
    let reply = userinfo(stage, &cast, "Bearer", &tokens.access_token, None).await?;
    extension::BOUND_REFUSED.holds(&stage.recorder, matches!(reply.status, 400 | 401), "401", summary(&reply));
    Ok(())
}

async fn other_key(stage: &Stage) -> Result<(), Halt> {
    let (cast, tokens) = get(stage, &key(stage)?).await?;
    let other = stage.target.clients.values().find_map(|client| client.key.as_deref());
    let other = Key::rsa(other.ok_or_else(|| Halt::Skip("no other key at hand".to_owned()))?)?;
    let reply = userinfo(stage, &cast, "DPoP", &tokens.access_token, Some(&other)).await?;
    extension::BOUND_REFUSED.holds(&stage.recorder, matches!(reply.status, 400 | 401), "401", summary(&reply));
    Ok(())
}

async fn again(stage: &Stage) -> Result<(), Halt> {
    let cast = cast(stage)?;
    let key = key(stage)?;
    let endpoint = stage.endpoint(cast.server, Endpoint::Token)?;
    let first = stage.request(&cast);
    let code = stage.code(&cast, &first).await?;
    let (reply, proof) = proved(stage, &key, endpoint, &stage.exchange_form(&cast, &first, &code)?).await?;
    extension::issued(&stage.recorder, &reply);
    is_bound(stage, &reply)?;
    stage.step("send the same proof again");
    let second = stage.request(&cast);
    let code = stage.code(&cast, &second).await?;
    let form = stage.exchange_form(&cast, &second, &code)?.with_header("dpop", &proof);
    let reply = stage.post(&form).await?;
    token::refusal(&stage.recorder, &reply, 400, "invalid_dpop_proof", None);
    Ok(())
}

async fn other_address(stage: &Stage) -> Result<(), Halt> {
    let cast = cast(stage)?;
    let request = stage.request(&cast);
    let code = stage.code(&cast, &request).await?;
    let form = stage.exchange_form(&cast, &request, &code)?;
    let elsewhere = stage.endpoint(cast.server, Endpoint::Userinfo)?;
    let (reply, _) = proved(stage, &key(stage)?, elsewhere, &form).await?;
    is_bound(stage, &reply)?;
    token::refusal(&stage.recorder, &reply, 400, "invalid_dpop_proof", None);
    Ok(())
}

async fn required(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, VAULT, BUYER)?;
    let request = stage.request(&cast);
    let code = stage.code(&cast, &request).await?;
    let reply = stage.post(&stage.exchange_form(&cast, &request, &code)?).await?;
    let text = stage.okta_text("The DPoP proof JWT header is missing.");
    token::refusal(&stage.recorder, &reply, 400, "invalid_dpop_proof", text);
    Ok(())
}
