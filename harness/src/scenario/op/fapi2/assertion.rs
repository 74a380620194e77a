//! Client assertions (RFC 7523), at the endpoint that requests are pushed to and at the token endpoint.

use serde_json::{Value, json};

use super::super::{Module, runs};
use super::play::{INVALID_CLIENT, Play, act, is_taken};
use super::spoil::{remove, shift};
use crate::check::fapi;
use crate::issuer_target::{Endpoint, Server};
use crate::scenario::stage::Halt;
use crate::wire::error::summary;

/// What says that a client is not believed.
const INVALID: &[&str] = &[INVALID_CLIENT, "invalid_request"];

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "fapi2-security-profile-final-ensure-signed-client-assertion-with-RS256-fails",
        "An assertion that is signed with RS256 is refused",
        &["only for clients with RSA keys: these have keys for ES256"],
        |s, v| act(s, v, |_| Box::pin(async { Err(Halt::Skip("needs a client whose keys are RSA keys".to_owned())) })),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-client-assertion-in-token-endpoint",
        "A code is worth nothing without an assertion",
        &["sign in", "exchange the code with client_id only", "invalid_client or invalid_request"],
        |s, v| act(s, v, |p| Box::pin(missing(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-client-assertion-with-exp-is-5-minutes-in-past-fails",
        "An assertion of ten minutes ago is refused",
        &["sign in", "exchange the code with an assertion that has expired", "invalid_client or invalid_request"],
        |s, v| act(s, v, |p| Box::pin(exchanged(p, |claims, _| shift(claims, "exp", -600)))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-client-assertion-with-wrong-aud-fails",
        "An assertion for somebody else is refused",
        &["sign in", "exchange the code with an assertion for another issuer", "invalid_client or invalid_request"],
        |s, v| {
            act(s, v, |p| Box::pin(exchanged(p, |claims, _| claims["aud"] = json!("https://elsewhere.example/token"))))
        },
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-client-assertion-with-no-sub-fails",
        "An assertion without sub is refused",
        &["sign in", "exchange the code with an assertion without sub", "invalid_client or invalid_request"],
        |s, v| act(s, v, |p| Box::pin(exchanged(p, |claims, _| remove(claims, "sub")))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-client-id-in-token-endpoint",
        "A client can't assert itself by another one's key",
        &["sign in", "exchange the code in the second client's name with the first one's key", "invalid_client"],
        |s, v| act(s, v, |p| Box::pin(other_name(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted",
        "An assertion whose time comes in a few seconds is taken",
        &["push with an assertion of 8 seconds ahead", "sign in as usual"],
        |s, v| act(s, v, |p| Box::pin(ahead(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails",
        "An assertion of more than a minute ahead is refused",
        &["push with an assertion of 62 seconds ahead", "invalid_client or invalid_request"],
        |s, v| act(s, v, |p| Box::pin(pushed(p, of_a_minute_ahead))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-test-array-as-audience-fails",
        "An assertion for several is refused",
        &["push with an assertion for the issuer and the token endpoint", "invalid_client or invalid_request"],
        |s, v| act(s, v, |p| Box::pin(pushed(p, for_several))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-test-par-endpoint-url-as-audience-fails",
        "An assertion for the endpoint that is called is refused",
        &["push with an assertion for that address", "invalid_client or invalid_request"],
        |s, v| act(s, v, |p| Box::pin(pushed(p, |claims, server| set_audience(claims, server, Endpoint::Push)))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-test-token-endpoint-url-as-audience-fails",
        "An assertion for the token endpoint is refused elsewhere",
        &["push with an assertion for the token endpoint", "invalid_client or invalid_request"],
        |s, v| act(s, v, |p| Box::pin(pushed(p, |claims, server| set_audience(claims, server, Endpoint::Token)))),
    )
    .runs(runs::in_fapi2),
];

/// Made so many seconds from now.
fn made_at(claims: &mut Value, seconds: i64) {
    shift(claims, "iat", seconds);
    claims["nbf"] = claims["iat"].clone();
}

fn of_a_minute_ahead(claims: &mut Value, _: &Server) {
    made_at(claims, 62);
    shift(claims, "exp", 62);
}

fn set_audience(claims: &mut Value, server: &Server, endpoint: Endpoint) {
    claims["aud"] = json!(server.endpoint(endpoint));
}

fn for_several(claims: &mut Value, server: &Server) {
    claims["aud"] = json!([server.issuer, server.endpoint(Endpoint::Token)]);
}

/// Pushes with an assertion that must be refused.
async fn pushed(play: &Play<'_>, assertion: fn(&mut Value, &Server)) -> Result<(), Halt> {
    let spoilt = Play { assertion, ..*play };
    let reply = spoilt.send(&play.form(&play.request())?).await?;
    play.denied(&reply, INVALID);
    Ok(())
}

/// Exchanges a code with an assertion that must be refused.
async fn exchanged(play: &Play<'_>, assertion: fn(&mut Value, &Server)) -> Result<(), Halt> {
    let (request, code) = play.sign_in_for_code().await?;
    let spoilt = Play { assertion, ..*play };
    let reply = spoilt.redeem(&play.exchange_form(&request, &code)?).await?;
    play.denied(&reply, INVALID);
    Ok(())
}

async fn ahead(play: &Play<'_>) -> Result<(), Halt> {
    let request = play.request();
    let early = Play { assertion: |claims, _| made_at(claims, 8), ..*play };
    let reply = early.send(&play.form(&request)?).await?;
    if !fapi::SKEW.holds(&play.stage.recorder, is_taken(&reply), "a name", summary(&reply)) {
        return Ok(());
    }
    let (name, _) = play.named(&reply)?;
    let journey = play.follow(&request, &name, &[]).await?;
    play.gain(request, &journey).await?;
    Ok(())
}

async fn missing(play: &Play<'_>) -> Result<(), Halt> {
    let (request, code) = play.sign_in_for_code().await?;
    let form = play.exchange_form(&request, &code)?;
    let url = play.endpoint(Endpoint::Token)?;
    let reply = play.with_proof(url, play.possession(), || Ok(form.clone())).await?;
    play.denied(&reply, INVALID);
    Ok(())
}

async fn other_name(play: &Play<'_>) -> Result<(), Halt> {
    let (request, code) = play.sign_in_for_code().await?;
    let second = Play { party: play.party, ..play.swapped() };
    let reply = second.redeem(&second.exchange_form(&request, &code)?).await?;
    play.denied(&reply, &[INVALID_CLIENT, "invalid_grant"]);
    Ok(())
}
