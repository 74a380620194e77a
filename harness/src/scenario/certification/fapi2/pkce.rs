//! Proof Key for Code Exchange, which FAPI 2 requires.

use super::module_run::{Fapi2Run, run_with_clients};
use crate::flow::random_text;
use crate::scenario::certification::module::Module;
use crate::scenario::certification::runs;
use crate::scenario::stopped::Stopped;

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "fapi2-security-profile-final-par-ensure-pkce-required",
        "A request without a code_challenge is rejected",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(without(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-pkce-code-verifier-required",
        "A code without code_verifier is rejected",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(verifier(p, None))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-incorrect-pkce-code-verifier-rejected",
        "A code is rejected if the code_verifier does not match the code_challenge",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(verifier(p, Some(random_text(32))))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-plain-pkce-rejected",
        "code_challenge_method=plain is rejected",
        |context, variant| run_with_clients(context, variant, |p| Box::pin(plain(p))),
    )
    .runs(runs::in_fapi2),
];

async fn without(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let request = run.request().without_pkce();
    run.refused(&request, &run.form(&request)?, &["invalid_request"]).await
}

async fn plain(run: &Fapi2Run<'_>) -> Result<(), Stopped> {
    let request = run.request().with("code_challenge", &random_text(32)).with("code_challenge_method", "plain");
    run.refused(&request, &run.form(&request)?, &["invalid_request"]).await
}

async fn verifier(run: &Fapi2Run<'_>, other: Option<String>) -> Result<(), Stopped> {
    let (request, code) = run.sign_in_for_code().await?;
    let form = run.exchange_form(&request, &code)?.without("code_verifier");
    let form = match other {
        Some(verifier) => form.with("code_verifier", &verifier),
        None => form,
    };
    let reply = run.redeem(&form).await?;
    run.denied(&reply, &["invalid_grant"]);
    Ok(())
}
