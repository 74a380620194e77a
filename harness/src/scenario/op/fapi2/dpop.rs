//! Proofs of a key (RFC 9449) at the token endpoint and at the endpoint that requests are pushed to.

use serde_json::json;

use super::super::{Module, runs};
use super::play::{Play, act};
use super::spoil::shift;
use crate::flow::AuthorizationRequest;
use crate::flow::signed::{Draft, Key};
use crate::issuer_target::Endpoint;
use crate::scenario::stage::Halt;

/// What says that a proof or its key is not right.
const INVALID: &[&str] = &["invalid_request", "invalid_grant", "invalid_dpop_proof"];

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "fapi2-security-profile-final-check-dpop-proof-nbf-exp",
        "A proof may tell when it begins and ends",
        &["sign in with proofs that have nbf and exp", "call userinfo with one"],
        |s, v| act(s, v, |p| Box::pin(with_times(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-before-succeeds",
        "A proof of ten seconds ago is taken",
        &["push, exchange the code and call userinfo with proofs of ten seconds ago"],
        |s, v| act(s, v, |p| Box::pin(of_another_time(p, |draft| shift(&mut draft.claims, "iat", -10)))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-after-succeeds",
        "A proof of ten seconds ahead is taken",
        &["push, exchange the code and call userinfo with proofs of ten seconds ahead"],
        |s, v| act(s, v, |p| Box::pin(of_another_time(p, |draft| shift(&mut draft.claims, "iat", 10)))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-mismatched-dpop-jkt-fails",
        "A request can't name another key than the one that is proved with it",
        &["push with the thumbprint of another key than the proof's", "invalid_dpop_proof or invalid_request"],
        |s, v| act(s, v, |p| Box::pin(mismatched(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt",
        "A code belongs to the key that was proved when the request was pushed",
        &["push with a proof and sign in", "exchange the code with a proof of another key", "400"],
        |s, v| act(s, v, |p| Box::pin(other_key_than_pushed(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-jkt",
        "A code belongs to the key that the request named",
        &["push with the thumbprint of a key and sign in", "exchange the code with a proof of another key", "400"],
        |s, v| act(s, v, |p| Box::pin(other_key_than_named(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-dpopproof-at-par-endpoint-binding-success",
        "The key that was proved when the request was pushed gets the tokens",
        &["push with a proof and sign in", "exchange the code with a proof of the same key", "call userinfo"],
        |s, v| act(s, v, |p| Box::pin(bound(p, p.request()))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-dpop-auth-code-binding-success",
        "The key that the request named and proved gets the tokens",
        &["push with a proof and the thumbprint of its key, and sign in", "exchange the code with a proof of it"],
        |s, v| act(s, v, |p| Box::pin(named_and_proved(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-holder-of-key-required",
        "A code is worth nothing without a proof",
        &["sign in", "exchange the code without a proof", "400"],
        |s, v| act(s, v, |p| Box::pin(unproved(p))),
    )
    .runs(runs::in_fapi2),
];

async fn with_times(play: &Play<'_>) -> Result<(), Halt> {
    let with_times = Play {
        proof: |Draft { claims, .. }| {
            claims["nbf"] = claims["iat"].clone();
            claims["exp"] = json!(claims["iat"].as_i64().map(|made| made + 300));
        },
        ..*play
    };
    with_times.plain(play.request()).await
}

async fn of_another_time(play: &Play<'_>, proof: fn(&mut Draft)) -> Result<(), Halt> {
    let early = Play { proof, ..*play };
    bound(&early, play.request()).await
}

/// Pushes with a proof; the rest as usual.
async fn bound(play: &Play<'_>, request: AuthorizationRequest) -> Result<(), Halt> {
    let reply = play.send_proved(&request, play.possession()).await?;
    let (name, _) = play.named(&reply)?;
    let journey = play.follow(&request, &name, &[]).await?;
    let tokens = play.gain(request, &journey).await?;
    play.userinfo(&tokens).await?;
    Ok(())
}

async fn named_and_proved(play: &Play<'_>) -> Result<(), Halt> {
    bound(play, play.request().with("dpop_jkt", &play.possession().thumbprint()?)).await
}

async fn mismatched(play: &Play<'_>) -> Result<(), Halt> {
    let request = play.request().with("dpop_jkt", &Key::fresh()?.thumbprint()?);
    let reply = play.send_proved(&request, play.possession()).await?;
    play.denied(&reply, &["invalid_request", "invalid_dpop_proof"]);
    Ok(())
}

async fn other_key_than_pushed(play: &Play<'_>) -> Result<(), Halt> {
    let request = play.request();
    let reply = play.send_proved(&request, play.possession()).await?;
    let (name, _) = play.named(&reply)?;
    let code = play.code(&request, &play.follow(&request, &name, &[]).await?)?;
    let reply = play.redeem_by(&play.exchange_form(&request, &code)?, &Key::fresh()?).await?;
    play.denied(&reply, INVALID);
    Ok(())
}

async fn other_key_than_named(play: &Play<'_>) -> Result<(), Halt> {
    let request = play.request().with("dpop_jkt", &Key::fresh()?.thumbprint()?);
    let code = play.code(&request, &play.authorize(&request).await?)?;
    let reply = play.redeem(&play.exchange_form(&request, &code)?).await?;
    play.denied(&reply, INVALID);
    Ok(())
}

async fn unproved(play: &Play<'_>) -> Result<(), Halt> {
    let (request, code) = play.sign_in_for_code().await?;
    play.step("call the token endpoint without a proof");
    let reply = play.post(&play.exchange_form(&request, &code)?, Endpoint::Token).await?;
    play.denied(&reply, INVALID);
    Ok(())
}
