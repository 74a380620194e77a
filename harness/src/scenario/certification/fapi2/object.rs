//! Signed request objects (RFC 9101) by the rules of FAPI 2 Message Signing.

use serde_json::{Value, json};

use super::claim_changes::{remove, shift};
use super::module_run::{Fapi2Run, is_accepted, run_with_clients};
use crate::check::fapi;
use crate::flow::signed::{forged, unsigned};
use crate::scenario::certification::module::Module;
use crate::scenario::certification::runs;
use crate::scenario::pushed::follow;
use crate::scenario::stopped::Stopped;
use crate::wire::error::summary;

/// Errors of a rejected request object.
const INVALID: &[&str] = &["invalid_request_object"];

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "fapi2-security-profile-final-ensure-request-object-with-multiple-aud-succeeds",
        "A request object with the issuer among several audiences is accepted",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(many_audiences(p))),
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted",
        "A request object with nbf a few seconds ahead is accepted",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(ahead(p))),
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-request-object-without-exp-fails",
        "A request object without exp is rejected",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(invalid(p, |claims| remove(claims, "exp")))),
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-request-object-without-nbf-fails",
        "A request object without nbf is rejected",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(invalid(p, |claims| remove(claims, "nbf")))),
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-expired-request-object-fails",
        "A request object that expired an hour ago is rejected",
        |context, variant| {
            run_with_clients(context, variant, |p| Box::pin(invalid(p, |claims| shift(claims, "exp", -3900))))
        },
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-request-object-with-bad-aud-fails",
        "A request object with another audience is rejected",
        |context, variant| {
            run_with_clients(context, variant, |p| {
                Box::pin(invalid(p, |claims| claims["aud"] = json!("https://elsewhere.example/")))
            })
        },
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-request-object-with-exp-over-60-fails",
        "A request object with a lifetime of more than an hour is rejected",
        |context, variant| {
            run_with_clients(context, variant, |p| Box::pin(invalid(p, |claims| shift(claims, "exp", 3900))))
        },
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-request-object-with-nbf-over-60-fails",
        "A request object with an nbf of more than an hour ago is rejected",
        |context, variant| {
            run_with_clients(context, variant, |p| Box::pin(invalid(p, |claims| shift(claims, "nbf", -4200))))
        },
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-signed-request-object-with-RS256-fails",
        "A request object signed with RS256 is rejected",
        |context, variant| {
            run_with_clients(context, variant, |_| {
                Box::pin(async { Err(Stopped::Skipped("needs a client whose keys are RSA keys".to_owned())) })
            })
        },
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-request-object-signature-algorithm-is-not-none",
        "A request object without a signature is rejected",
        |context, variant| {
            run_with_clients(context, variant, |p| Box::pin(signed_by(p, |_, claims| Ok(unsigned(&json!({}), claims)))))
        },
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-request-object-with-invalid-signature-fails",
        "A request object with a wrong signature is rejected",
        |context, variant| {
            run_with_clients(context, variant, |p| {
                Box::pin(signed_by(p, |run, claims| Ok(forged(&run.registered.sign(claims)?))))
            })
        },
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-matching-key-in-authorization-request",
        "A request object signed with another client's key is rejected",
        |context, variant| {
            run_with_clients(context, variant, |p| Box::pin(signed_by(p, |run, claims| run.other.sign(claims))))
        },
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-ensure-unsigned-request-at-par-endpoint-fails",
        "A pushed request without a request object is rejected for a client that signs requests",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(bare(p))),
    )
    .runs(runs::in_message_signing),
    Module::new(
        "fapi2-security-profile-final-par-authorization-request-containing-request_uri",
        "A request object with a request_uri is rejected",
        |context, variant| {
            run_with_clients(context, variant, |p| {
                Box::pin(invalid(p, |claims| claims["request_uri"] = json!("urn:ietf:params:oauth:request_uri:name")))
            })
        },
    )
    .runs(runs::in_message_signing),
];

async fn many_audiences(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let request = run.request();
    let mut claims = run.object(&request);
    claims["aud"] = json!([run.actors.server.issuer, "https://elsewhere.example", "invalid"]);
    let reply = run.send(&run.form_of(&run.registered.sign(&claims)?)?).await?;
    let (name, _) = run.request_uri(&reply)?;
    let journey = follow(run.context, &run.actors, &name, &[]).await?;
    let tokens = run.judge_response(request, &journey).await?;
    run.userinfo(&tokens).await?;
    Ok(())
}

async fn ahead(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let request = run.request();
    let mut claims = run.object(&request);
    shift(&mut claims, "nbf", 8);
    let reply = run.send(&run.form_of(&run.registered.sign(&claims)?)?).await?;
    if !fapi::SKEW.holds(&run.context.recorder, is_accepted(&reply), "a name", summary(&reply)) {
        return Ok(());
    }
    let (name, _) = run.request_uri(&reply)?;
    let journey = run.follow(&request, &name, &[]).await?;
    run.judge_response(request, &journey).await?;
    Ok(())
}

async fn invalid(run: &Fapi2Run<'_>, change: fn(&mut Value)) -> Result<(), Stopped> {
    let request = run.request();
    let mut claims = run.object(&request);
    change(&mut claims);
    run.refused(&request, &run.form_of(&run.registered.sign(&claims)?)?, INVALID).await
}

async fn signed_by(
    run: &Fapi2Run<'_>,
    sign: fn(&Fapi2Run<'_>, &Value) -> Result<String, Stopped>,
) -> Result<(), Stopped> {
    let request = run.request();
    let object = sign(run, &run.object(&request))?;
    run.refused(&request, &run.form_of(&object)?, INVALID).await
}

async fn bare(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let request = run.request();
    let unsigned = Fapi2Run { signed: false, ..*run };
    run.refused(&request, &unsigned.form(&request)?, &["invalid_request", "invalid_request_object"]).await
}
