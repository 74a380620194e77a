//! Standard scopes and the claims parameter: which claims are returned, and in which token (OIDC Core 5.4, 5.5).

use super::module::Module;
use super::module_run::ModuleRun;
use super::plan::Variant;
use super::runs;
use crate::check::{module, userinfo};
use crate::scenario::context::ScenarioContext;
use crate::scenario::needs::Need;
use crate::scenario::stopped::Stopped;

pub(super) const MODULES: &[Module] = &[
    Module::new("oidcc-scope-profile", "The profile scope returns the claims of a profile", |context, variant| {
        Box::pin(scoped(context, variant, "openid profile"))
    })
    .needs(&[Need::Scope("profile")]),
    Module::new("oidcc-scope-email", "The email scope returns email and email_verified", |context, variant| {
        Box::pin(email(context, variant, false))
    })
    .needs(&[Need::Scope("email")]),
    Module::new("oidcc-scope-address", "The address scope returns address as an object", |context, variant| {
        Box::pin(scoped(context, variant, "openid address"))
    })
    .needs(&[Need::Scope("address")]),
    Module::new(
        "oidcc-scope-phone",
        "The phone scope returns phone_number and phone_number_verified",
        |context, variant| Box::pin(scoped(context, variant, "openid phone")),
    )
    .needs(&[Need::Scope("phone")]),
    Module::new("oidcc-scope-all", "All standard scopes together return all their claims", |context, variant| {
        Box::pin(scoped(context, variant, "openid profile email address phone"))
    })
    .needs(&[Need::Scope("profile"), Need::Scope("email"), Need::Scope("address"), Need::Scope("phone")]),
    Module::new(
        "oidcc-alternate-happy-flow",
        "The order of scopes and parameters does not matter",
        |context, variant| Box::pin(email(context, variant, true)),
    )
    .runs(runs::but_later_hybrid)
    .needs(&[Need::Scope("email")]),
    Module::new(
        "oidcc-claims-essential",
        "name is returned if the claims parameter asks for it as essential",
        |context, variant| Box::pin(essential(context, variant)),
    ),
];

async fn scoped(context: &ScenarioContext, variant: Variant, scope: &str) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?.with_full_profile();
    let result = run.sign_in(run.request().scopes(scope)).await?;
    let wanted: Vec<&str> = scope.split(' ').flat_map(module::claims_of).copied().collect();
    match run.userinfo(&result).await? {
        Some(claims) => module::all_there(&context.recorder, &userinfo::CLAIMS, &claims, &wanted),
        None => module::all_there(&context.recorder, &module::SCOPE_CLAIMS, &result.id_token()?.claims, &wanted),
    }
    Ok(())
}

async fn email(context: &ScenarioContext, variant: Variant, turned: bool) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?.with_full_profile();
    let request = run.request().scopes(if turned { "email openid" } else { "openid email" });
    let result = run.sign_in(if turned { request.turned() } else { request }).await?;
    let wanted = module::claims_of("email");
    let Some(claims) = run.userinfo(&result).await? else {
        module::all_there(&context.recorder, &module::SCOPE_CLAIMS, &result.id_token()?.claims, wanted);
        return Ok(());
    };
    module::all_there(&context.recorder, &userinfo::CLAIMS, &claims, wanted);
    let name = claims.get("name").and_then(|name| name.as_str());
    module::NO_EXTRA_NAME.absent(&context.recorder, "name", name);
    for token in result.id_tokens() {
        module::NO_EMAIL.absent(&context.recorder, "email", token.text("email"));
        module::NO_NAME.absent(&context.recorder, "name", token.text("name"));
    }
    Ok(())
}

async fn essential(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let run = ModuleRun::begin(context, variant).await?.with_full_profile();
    let place = if run.kind().gives_access() { "userinfo" } else { "id_token" };
    let claims = format!("{{\"{place}\":{{\"name\":{{\"essential\":true}}}}}}");
    let result = run.sign_in(run.request().with("claims", &claims)).await?;
    let wanted = &["name"];
    let Some(claims) = run.userinfo(&result).await? else {
        module::all_there(&context.recorder, &module::ESSENTIAL_IN_ID_TOKEN, &result.id_token()?.claims, wanted);
        return Ok(());
    };
    module::all_there(&context.recorder, &module::ESSENTIAL, &claims, wanted);
    for token in result.id_tokens() {
        module::NO_NAME.absent(&context.recorder, "name", token.text("name"));
    }
    Ok(())
}
