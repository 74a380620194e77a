//! What the sign-in page shows of a client (OIDC Registration 2). The suite asks for screenshots; here the HTML is
//! read.

use serde_json::{Value, json};

use crate::check::{Check, registration};
use crate::driver::User;
use crate::scenario::certification::module::Module;
use crate::scenario::certification::module_run::ModuleRun;
use crate::scenario::certification::plan::Variant;
use crate::scenario::certification::runs;
use crate::scenario::context::ScenarioContext;
use crate::scenario::stopped::Stopped;

pub(in crate::scenario::certification) const MODULES: &[Module] = &[
    Module::new("oidcc-registration-logo-uri", "The sign-in page shows the client's logo", |context, variant| {
        Box::pin(shows(context, variant, "logo_uri", registration::LOGO))
    })
    .runs(runs::in_dynamic),
    Module::new(
        "oidcc-registration-policy-uri",
        "The sign-in page links to the client's policy",
        |context, variant| Box::pin(shows(context, variant, "policy_uri", registration::POLICY)),
    )
    .runs(runs::in_dynamic),
    Module::new(
        "oidcc-registration-tos-uri",
        "The sign-in page links to the client's terms of service",
        |context, variant| Box::pin(shows(context, variant, "tos_uri", registration::TERMS)),
    )
    .runs(runs::in_dynamic),
];

async fn shows(context: &ScenarioContext, variant: Variant, member: &str, check: Check) -> Result<(), Stopped> {
    let uri = format!("https://app.example.test/{member}");
    let mut members: Value = json!({});
    members[member] = json!(uri);
    let run = ModuleRun::registering(context, variant, members).await?;
    run.step("open the sign-in page");
    let journey = run.actors.authorization().send_as(&run.request(), User::anonymous()).await?;
    registration::shown(&context.recorder, &check, &journey, &uri);
    Ok(())
}
