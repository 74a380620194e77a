//! Client assertions (RFC 7523) at the pushed authorization request endpoint and the token endpoint.

use serde_json::{Value, json};

use super::claim_changes::{remove, shift};
use super::module_run::{Fapi2Run, INVALID_CLIENT, is_accepted, run_with_clients};
use crate::check::fapi;
use crate::issuer_target::{Endpoint, Server};
use crate::scenario::certification::module::Module;
use crate::scenario::certification::runs;
use crate::scenario::stopped::Stopped;
use crate::wire::error::summary;

/// Errors of a failed client authentication.
const INVALID: &[&str] = &[INVALID_CLIENT, "invalid_request"];

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "fapi2-security-profile-final-ensure-signed-client-assertion-with-RS256-fails",
        "An assertion signed with RS256 is rejected",
        |context, variant| {
            run_with_clients(context, variant, |_| {
                Box::pin(async { Err(Stopped::Skipped("needs a client whose keys are RSA keys".to_owned())) })
            })
        },
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-client-assertion-in-token-endpoint",
        "A code without an assertion is rejected",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(missing(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-client-assertion-with-exp-is-5-minutes-in-past-fails",
        "An assertion that expired ten minutes ago is rejected",
        |context, variant| {
            run_with_clients(context, variant, |p| Box::pin(exchanged(p, |claims, _| shift(claims, "exp", -600))))
        },
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-client-assertion-with-wrong-aud-fails",
        "An assertion with another audience is rejected",
        |context, variant| {
            run_with_clients(context, variant, |p| {
                Box::pin(exchanged(p, |claims, _| claims["aud"] = json!("https://elsewhere.example/token")))
            })
        },
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-client-assertion-with-no-sub-fails",
        "An assertion without sub is rejected",
        |context, variant| {
            run_with_clients(context, variant, |p| Box::pin(exchanged(p, |claims, _| remove(claims, "sub"))))
        },
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-client-id-in-token-endpoint",
        "An assertion signed with another client's key is rejected",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(other_name(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted",
        "An assertion with iat and nbf a few seconds ahead is accepted",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(ahead(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails",
        "An assertion with iat and nbf more than a minute ahead is rejected",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(pushed(p, of_a_minute_ahead))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-test-array-as-audience-fails",
        "An assertion with several audiences is rejected",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(for_audience(p, for_several))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-test-par-endpoint-url-as-audience-fails",
        "An assertion with the called endpoint as audience is rejected",
        |context, variant| {
            run_with_clients(context, variant, |p| {
                Box::pin(for_audience(p, |claims, server| set_audience(claims, server, Endpoint::Push)))
            })
        },
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-test-token-endpoint-url-as-audience-fails",
        "An assertion with the token endpoint as audience is rejected at another endpoint",
        |context, variant| {
            run_with_clients(context, variant, |p| {
                Box::pin(for_audience(p, |claims, server| set_audience(claims, server, Endpoint::Token)))
            })
        },
    )
    .runs(runs::in_fapi2),
];

/// Moves the times of the claims by so many seconds.
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

/// Pushes with an assertion that must be rejected.
async fn pushed(run: &Fapi2Run<'_>, assertion: fn(&mut Value, &Server)) -> Result<(), Stopped> {
    let invalid = Fapi2Run { assertion, ..*run };
    let reply = invalid.send(&run.form(&run.request())?).await?;
    run.denied(&reply, INVALID);
    Ok(())
}

/// Pushes with an assertion for another audience. The suite takes 400 and 401 with either error.
async fn for_audience(run: &Fapi2Run<'_>, assertion: fn(&mut Value, &Server)) -> Result<(), Stopped> {
    let wrong = Fapi2Run { assertion, ..*run };
    let reply = wrong.send(&run.form(&run.request())?).await?;
    run.not_authenticated(&reply, INVALID);
    Ok(())
}

/// Exchanges a code with an assertion that must be rejected.
async fn exchanged(run: &Fapi2Run<'_>, assertion: fn(&mut Value, &Server)) -> Result<(), Stopped> {
    let (request, code) = run.sign_in_for_code().await?;
    let invalid = Fapi2Run { assertion, ..*run };
    let reply = invalid.redeem(&run.exchange_form(&request, &code)?).await?;
    run.denied(&reply, INVALID);
    Ok(())
}

async fn ahead(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let request = run.request();
    let early = Fapi2Run { assertion: |claims, _| made_at(claims, 8), ..*run };
    let reply = early.send(&run.form(&request)?).await?;
    if !fapi::SKEW.holds(&run.context.recorder, is_accepted(&reply), "a name", summary(&reply)) {
        return Ok(());
    }
    let (name, _) = run.request_uri(&reply)?;
    let journey = run.follow(&request, &name, &[]).await?;
    run.judge_response(request, &journey).await?;
    Ok(())
}

async fn missing(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let (request, code) = run.sign_in_for_code().await?;
    let form = run.exchange_form(&request, &code)?;
    let url = run.endpoint(Endpoint::Token)?;
    let reply = run.with_proof(url, run.possession(), || Ok(form.clone())).await?;
    run.denied(&reply, INVALID);
    Ok(())
}

async fn other_name(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let (request, code) = run.sign_in_for_code().await?;
    let second = Fapi2Run { registered: run.registered, ..run.swapped() };
    let reply = second.redeem(&second.exchange_form(&request, &code)?).await?;
    run.denied(&reply, &[INVALID_CLIENT, "invalid_grant"]);
    Ok(())
}
