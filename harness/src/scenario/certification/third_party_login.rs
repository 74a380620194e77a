//! The plan about sign-ins that others start (OIDC Core 4): a client registers the page where they do.

use serde_json::{Value, json};

use super::module::Module;
use super::module_run::documents;
use super::plan::Variant;
use super::runs;
use crate::check::registration;
use crate::issuer_target::ServerKind::Custom;
use crate::scenario::context::ScenarioContext;
use crate::scenario::definition::RequiredDriver;
use crate::scenario::needs::Need;
use crate::scenario::stopped::Stopped;

/// The page of the client.
const PAGE: &str = "https://app.example.test/start";

pub(super) const MODULES: &[Module] = &[
    Module::new(
        "oidcc-3rd_party-init-login",
        "The registration and its later reading return the initiate_login_uri",
        |context, variant| Box::pin(registered(context, variant)),
    )
    .runs(runs::in_third_party_login)
    .driver(RequiredDriver::None)
    .needs(&[Need::ApiToken]),
    Module::new(
        "oidcc-3rd_party-init-login-nohttps",
        "An initiate_login_uri without https cannot be registered",
        |context, variant| Box::pin(without_https(context, variant)),
    )
    .runs(runs::in_third_party_login)
    .driver(RequiredDriver::None)
    .needs(&[Need::ApiToken]),
];

async fn registered(context: &ScenarioContext, _: Variant) -> Result<(), Stopped> {
    documents(context, context.server(Custom)?).await?;
    let client = context.registered_client(&json!({ "initiate_login_uri": PAGE })).await?;
    let read = context.registration().read(client).await?;
    registration::read(&context.recorder, &read);
    let body: Value = serde_json::from_str(&read.body).unwrap_or_default();
    registration::INITIATE_LOGIN_READ.equals(&context.recorder, PAGE, body["initiate_login_uri"].as_str());
    Ok(())
}

async fn without_https(context: &ScenarioContext, _: Variant) -> Result<(), Stopped> {
    documents(context, context.server(Custom)?).await?;
    let uri = PAGE.replace("https://", "http://");
    let reply = context.registration().create(&json!({ "initiate_login_uri": uri })).await?;
    registration::refused(&context.recorder, &reply, &[registration::INVALID_METADATA]);
    registration::names_metadata(&context.recorder, &reply);
    Ok(())
}
