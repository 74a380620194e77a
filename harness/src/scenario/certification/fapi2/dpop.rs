//! DPoP proofs (RFC 9449) at the token endpoint and the pushed authorization request endpoint.

use serde_json::json;

use super::claim_changes::shift;
use super::module_run::{Fapi2Run, run_with_clients};
use crate::flow::AuthorizationRequest;
use crate::flow::signed::{Draft, Key};
use crate::issuer_target::Endpoint;
use crate::scenario::certification::module::Module;
use crate::scenario::certification::runs;
use crate::scenario::stopped::Stopped;

/// Errors of a wrong proof or key.
const INVALID: &[&str] = &["invalid_request", "invalid_grant", "invalid_dpop_proof"];

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "fapi2-security-profile-final-check-dpop-proof-nbf-exp",
        "A proof with nbf and exp is accepted",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(with_times(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-before-succeeds",
        "A proof with an iat of ten seconds ago is accepted",
        |context, variant| {
            run_with_clients(context, variant, |p| {
                Box::pin(of_another_time(p, |draft| shift(&mut draft.claims, "iat", -10)))
            })
        },
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-after-succeeds",
        "A proof with an iat ten seconds ahead is accepted",
        |context, variant| {
            run_with_clients(context, variant, |p| {
                Box::pin(of_another_time(p, |draft| shift(&mut draft.claims, "iat", 10)))
            })
        },
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-mismatched-dpop-jkt-fails",
        "A pushed request is rejected if dpop_jkt names another key than its DPoP proof",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(mismatched(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt",
        "A code is rejected if its DPoP proof has another key than the proof of the pushed request",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(other_key_than_pushed(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-jkt",
        "A code is rejected if its DPoP proof has another key than dpop_jkt names",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(other_key_than_named(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-dpopproof-at-par-endpoint-binding-success",
        "The key that signed the DPoP proof of the pushed request gets the tokens",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(bound(p, p.request()))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-dpop-auth-code-binding-success",
        "The key that dpop_jkt and the DPoP proof of the pushed request name gets the tokens",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(named_and_proved(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-holder-of-key-required",
        "A code without a proof is rejected",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(unproved(p))),
    )
    .runs(runs::in_fapi2),
];

async fn with_times(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let with_times = Fapi2Run {
        proof: |Draft { claims, .. }| {
            claims["nbf"] = claims["iat"].clone();
            claims["exp"] = json!(claims["iat"].as_i64().map(|made| made + 300));
        },
        ..*run
    };
    with_times.plain(run.request()).await
}

async fn of_another_time(run: &Fapi2Run<'_>, proof: fn(&mut Draft)) -> Result<(), Stopped> {
    let early = Fapi2Run { proof, ..*run };
    bound(&early, run.request()).await
}

/// Pushes with a proof and signs in.
async fn bound(run: &Fapi2Run<'_>, request: AuthorizationRequest) -> Result<(), Stopped> {
    let reply = run.send_proved(&request, run.possession()).await?;
    let (name, _) = run.request_uri(&reply)?;
    let journey = run.follow(&request, &name, &[]).await?;
    let tokens = run.judge_response(request, &journey).await?;
    run.userinfo(&tokens).await?;
    Ok(())
}

async fn named_and_proved(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    bound(run, run.request().with("dpop_jkt", &run.possession().thumbprint()?)).await
}

async fn mismatched(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let request = run.request().with("dpop_jkt", &Key::fresh()?.thumbprint()?);
    let reply = run.send_proved(&request, run.possession()).await?;
    run.denied(&reply, &["invalid_request", "invalid_dpop_proof"]);
    Ok(())
}

async fn other_key_than_pushed(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let request = run.request();
    let reply = run.send_proved(&request, run.possession()).await?;
    let (name, _) = run.request_uri(&reply)?;
    let code = run.code(&request, &run.follow(&request, &name, &[]).await?)?;
    let reply = run.redeem_by(&run.exchange_form(&request, &code)?, &Key::fresh()?).await?;
    run.denied(&reply, INVALID);
    Ok(())
}

async fn other_key_than_named(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let request = run.request().with("dpop_jkt", &Key::fresh()?.thumbprint()?);
    let code = run.code(&request, &run.authorize(&request).await?)?;
    let reply = run.redeem(&run.exchange_form(&request, &code)?).await?;
    run.denied(&reply, INVALID);
    Ok(())
}

async fn unproved(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let (request, code) = run.sign_in_for_code().await?;
    run.step("call the token endpoint without a proof");
    let reply = run.post(&run.exchange_form(&request, &code)?, Endpoint::Token).await?;
    run.denied(&reply, INVALID);
    Ok(())
}
