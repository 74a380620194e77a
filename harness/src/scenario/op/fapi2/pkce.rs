//! Proof Key for Code Exchange, which FAPI 2 asks of everybody.

use super::super::{Module, runs};
use super::play::{Play, act};
use crate::flow::random_text;
use crate::scenario::stage::Halt;

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "fapi2-security-profile-final-par-ensure-pkce-required",
        "A request without a challenge is refused",
        &["push a request without PKCE", "refused at once or when followed"],
        |s, v| act(s, v, |p| Box::pin(without(p))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-ensure-pkce-code-verifier-required",
        "A code is refused without its verifier",
        &["sign in", "exchange the code without a verifier", "400 invalid_grant"],
        |s, v| act(s, v, |p| Box::pin(verifier(p, None))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-incorrect-pkce-code-verifier-rejected",
        "A code is refused with another verifier",
        &["sign in", "exchange the code with another verifier", "400 invalid_grant"],
        |s, v| act(s, v, |p| Box::pin(verifier(p, Some(random_text(32))))),
    )
    .runs(runs::in_fapi2),
    Module::new(
        "fapi2-security-profile-final-par-plain-pkce-rejected",
        "The method plain is refused",
        &["push a request whose challenge is the verifier", "refused at once or when followed"],
        |s, v| act(s, v, |p| Box::pin(plain(p))),
    )
    .runs(runs::in_fapi2),
];

async fn without(play: &Play<'_>) -> Result<(), Halt> {
    let request = play.request().without_pkce();
    play.refused(&request, &play.form(&request)?, &["invalid_request"]).await
}

async fn plain(play: &Play<'_>) -> Result<(), Halt> {
    let request = play.request().with("code_challenge", &random_text(32)).with("code_challenge_method", "plain");
    play.refused(&request, &play.form(&request)?, &["invalid_request"]).await
}

async fn verifier(play: &Play<'_>, other: Option<String>) -> Result<(), Halt> {
    let (request, code) = play.sign_in_for_code().await?;
    let form = play.exchange_form(&request, &code)?.without("code_verifier");
    let form = match other {
        Some(verifier) => form.with("code_verifier", &verifier),
        None => form,
    };
    let reply = play.redeem(&form).await?;
    play.denied(&reply, &["invalid_grant"]);
    Ok(())
}
