//! Registered redirect URIs: several, with a query, with a fragment; and sectors of pairwise subjects.

use serde_json::{Value, json};

use super::publisher::publisher;
use crate::check::registration::INVALID_METADATA;
use crate::check::{authorization, registration};
use crate::scenario::certification::module::Module;
use crate::scenario::certification::module_run::{ModuleRun, metadata};
use crate::scenario::certification::plan::Variant;
use crate::scenario::certification::runs;
use crate::scenario::context::ScenarioContext;
use crate::scenario::definition::RequiredDriver;
use crate::scenario::needs::Need;
use crate::scenario::stopped::Stopped;
use crate::wire::page::PageKind;

/// OIDC Registration 3.3.
const INVALID_REDIRECT_URI: &str = "invalid_redirect_uri";

const PAIRWISE: Need = Need::MetadataLists("subject_types_supported", "pairwise");

pub(in crate::scenario::certification) const MODULES: &[Module] = &[
    Module::new(
        "oidcc-ensure-redirect-uri-in-authorization-request",
        "A request without a redirect URI is rejected if the client has registered two",
        |context, variant| Box::pin(unnamed(context, variant)),
    )
    .runs(runs::in_dynamic),
    Module::new(
        "oidcc-redirect-uri-query-OK",
        "The response keeps the query of a registered redirect URI",
        |context, variant| Box::pin(query_kept(context, variant)),
    )
    .runs(runs::in_dynamic),
    Module::new(
        "oidcc-redirect-uri-query-mismatch",
        "A redirect URI with another query leads to an error page",
        |context, variant| Box::pin(other_query(context, variant, Some("bar=foo"))),
    )
    .runs(runs::in_dynamic),
    Module::new(
        "oidcc-redirect-uri-query-added",
        "A redirect URI with an added query leads to an error page",
        |context, variant| Box::pin(other_query(context, variant, None)),
    )
    .runs(runs::in_dynamic),
    Module::new(
        "oidcc-redirect-uri-regfrag",
        "A redirect URI with a fragment cannot be registered",
        |context, variant| Box::pin(fragment(context, variant)),
    )
    .runs(runs::in_dynamic)
    .driver(RequiredDriver::None)
    .needs(&[Need::ApiToken]),
    Module::new(
        "oidcc-registration-sector-uri",
        "A registration is accepted if the document at sector_identifier_uri lists the redirect URI",
        |context, variant| Box::pin(sector(context, variant, true)),
    )
    .runs(runs::in_dynamic)
    .driver(RequiredDriver::None)
    .needs(&[Need::ApiToken, PAIRWISE]),
    Module::new(
        "oidcc-registration-sector-bad",
        "A registration is rejected if the document at sector_identifier_uri does not list the redirect URI",
        |context, variant| Box::pin(sector(context, variant, false)),
    )
    .runs(runs::in_dynamic)
    .driver(RequiredDriver::None)
    .needs(&[Need::ApiToken, PAIRWISE]),
];

async fn unnamed(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let uri = &context.target.redirect_uri;
    let members = json!({ "redirect_uris": [uri, format!("{uri}/second")] });
    let run = ModuleRun::registering(context, variant, members).await?;
    let journey = run.actors.authorization().send(&run.request().without("redirect_uri")).await?;
    authorization::shows(&context.recorder, &journey, PageKind::Error);
    Ok(())
}

async fn query_kept(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let uri = format!("{}?bar=foo", context.target.redirect_uri);
    let run = ModuleRun::registering(context, variant, json!({ "redirect_uris": [uri] })).await?;
    run.sign_in(run.request().with("redirect_uri", &uri)).await?;
    Ok(())
}

async fn other_query(context: &ScenarioContext, variant: Variant, registered: Option<&str>) -> Result<(), Stopped> {
    let mut uri = context.target.redirect_uri.clone();
    uri.set_query(registered);
    let run = ModuleRun::registering(context, variant, json!({ "redirect_uris": [uri] })).await?;
    let asked = format!("{}?foo=bar", context.target.redirect_uri);
    let journey = run.actors.authorization().send(&run.request().with("redirect_uri", &asked)).await?;
    authorization::shows(&context.recorder, &journey, PageKind::Error);
    Ok(())
}

async fn fragment(context: &ScenarioContext, variant: Variant) -> Result<(), Stopped> {
    let uri = format!("{}#fragment", context.target.redirect_uri);
    let reply = context.registration().create(&metadata(context, variant, json!({ "redirect_uris": [uri] }))?).await?;
    registration::refused(&context.recorder, &reply, &[INVALID_REDIRECT_URI, INVALID_METADATA]);
    Ok(())
}

async fn sector(context: &ScenarioContext, variant: Variant, names_it: bool) -> Result<(), Stopped> {
    let publisher = publisher().await?;
    let uri = if names_it { context.target.redirect_uri.as_str() } else { "https://elsewhere.example/callback" };
    publisher.serve("/redirect_uris.json", "application/json", json!([uri]).to_string());
    let sector = publisher.base().ok_or(Stopped::CheckFailed)?.join("redirect_uris.json")?;
    let members: Value = json!({ "subject_type": "pairwise", "sector_identifier_uri": sector });
    if names_it {
        ModuleRun::registering(context, variant, members).await?;
    } else {
        let reply = context.registration().create(&metadata(context, variant, members)?).await?;
        registration::refused(&context.recorder, &reply, &[INVALID_METADATA]);
    }
    Ok(())
}
