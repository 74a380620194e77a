//! Standard scopes and the claims parameter: which claims come, and in which token (OIDC Core 5.4, 5.5).

use super::play::Play;
use super::{Module, Need, Variant, runs};
use crate::check::{module, userinfo};
use crate::scenario::stage::{Halt, Stage};

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "oidcc-scope-profile",
        "The profile scope gives all fourteen claims of a profile",
        &["ask for openid profile", "userinfo, or the ID token alone, has all of them"],
        |s, v| Box::pin(scoped(s, v, "openid profile")),
    )
    .needs(&[Need::Scope("profile")]),
    Module::new(
        "oidcc-scope-email",
        "The email scope gives the address and whether it is verified",
        &["ask for openid email", "userinfo, or the ID token alone, has both, and no name"],
        |s, v| Box::pin(email(s, v, false)),
    )
    .needs(&[Need::Scope("email")]),
    Module::new(
        "oidcc-scope-address",
        "The address scope gives the address as an object",
        &["ask for openid address", "userinfo, or the ID token alone, has it"],
        |s, v| Box::pin(scoped(s, v, "openid address")),
    )
    .needs(&[Need::Scope("address")]),
    Module::new(
        "oidcc-scope-phone",
        "The phone scope gives the number and whether it is verified",
        &["ask for openid phone", "userinfo, or the ID token alone, has both"],
        |s, v| Box::pin(scoped(s, v, "openid phone")),
    )
    .needs(&[Need::Scope("phone")]),
    Module::new(
        "oidcc-scope-all",
        "All standard scopes together give all their claims",
        &["ask for openid profile email address phone", "userinfo, or the ID token alone, has all claims"],
        |s, v| Box::pin(scoped(s, v, "openid profile email address phone")),
    )
    .needs(&[Need::Scope("profile"), Need::Scope("email"), Need::Scope("address"), Need::Scope("phone")]),
    Module::new(
        "oidcc-alternate-happy-flow",
        "The order of scopes and parameters means nothing",
        &["ask for email openid with the parameters the other way round", "as with openid email"],
        |s, v| Box::pin(email(s, v, true)),
    )
    .runs(runs::but_later_hybrid)
    .needs(&[Need::Scope("email")]),
    Module::new(
        "oidcc-claims-essential",
        "A name that was called essential comes without its scope",
        &["ask with claims for an essential name", "userinfo, or the ID token alone, has it"],
        |s, v| Box::pin(essential(s, v)),
    ),
];

async fn scoped(stage: &Stage, variant: Variant, scope: &str) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?.with_full_profile();
    let gained = play.sign_in(play.request().scopes(scope)).await?;
    let wanted: Vec<&str> = scope.split(' ').flat_map(module::claims_of).copied().collect();
    match play.userinfo(&gained).await? {
        Some(claims) => module::all_there(&stage.recorder, &userinfo::CLAIMS, &claims, &wanted),
        None => module::all_there(&stage.recorder, &module::SCOPE_CLAIMS, &gained.id_token()?.claims, &wanted),
    }
    Ok(())
}

async fn email(stage: &Stage, variant: Variant, turned: bool) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?.with_full_profile();
    let request = play.request().scopes(if turned { "email openid" } else { "openid email" });
    let gained = play.sign_in(if turned { request.turned() } else { request }).await?;
    let wanted = module::claims_of("email");
    let Some(claims) = play.userinfo(&gained).await? else {
        module::all_there(&stage.recorder, &module::SCOPE_CLAIMS, &gained.id_token()?.claims, wanted);
        return Ok(());
    };
    module::all_there(&stage.recorder, &userinfo::CLAIMS, &claims, wanted);
    let name = claims.get("name").and_then(|name| name.as_str());
    module::NO_EXTRA_NAME.absent(&stage.recorder, "name", name);
    for token in gained.id_tokens() {
        module::NO_EMAIL.absent(&stage.recorder, "email", token.text("email"));
        module::NO_NAME.absent(&stage.recorder, "name", token.text("name"));
    }
    Ok(())
}

async fn essential(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let play = Play::begin(stage, variant).await?.with_full_profile();
    let place = if play.kind().gives_access() { "userinfo" } else { "id_token" };
    let claims = format!("{{\"{place}\":{{\"name\":{{\"essential\":true}}}}}}");
    let gained = play.sign_in(play.request().with("claims", &claims)).await?;
    let wanted = &["name"];
    let Some(claims) = play.userinfo(&gained).await? else {
        module::all_there(&stage.recorder, &module::ESSENTIAL_IN_ID_TOKEN, &gained.id_token()?.claims, wanted);
        return Ok(());
    };
    module::all_there(&stage.recorder, &module::ESSENTIAL, &claims, wanted);
    for token in gained.id_tokens() {
        module::NO_NAME.absent(&stage.recorder, "name", token.text("name"));
    }
    Ok(())
}
