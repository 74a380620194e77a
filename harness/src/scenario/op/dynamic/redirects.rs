//! Redirect URIs as a client registers them: several, with a query, with a fragment; and sectors of pairwise subjects.

use serde_json::{Value, json};

use super::{Front, Module, Need, Variant, module, publisher};
use crate::check::{authorization, registration};
use crate::issuer_target::ServerKind::Custom;
use crate::scenario::op::play::{Play, metadata};
use crate::scenario::registration::apply;
use crate::scenario::stage::{Halt, Stage};
use crate::wire::page::PageKind;

/// OIDC Registration 3.3.
const INVALID_REDIRECT_URI: &str = "invalid_redirect_uri";
const INVALID_METADATA: &str = "invalid_client_metadata";

pub(in crate::scenario::op) const MODULES: &[Module] = &[
    module(
        "oidcc-ensure-redirect-uri-in-authorization-request",
        "With two redirect URIs a request has to name one",
        &["register a client with two redirect URIs", "ask without one", "an error page stays"],
        |s, v| Box::pin(unnamed(s, v)),
    ),
    module(
        "oidcc-redirect-uri-query-OK",
        "A redirect URI keeps the query that it is registered with",
        &["register a redirect URI with a query", "sign in with it", "the query comes back beside the response"],
        |s, v| Box::pin(query_kept(s, v)),
    ),
    module(
        "oidcc-redirect-uri-query-mismatch",
        "A redirect URI with another query is another one",
        &["register a redirect URI with a query", "ask with another query", "an error page stays"],
        |s, v| Box::pin(other_query(s, v, Some("bar=foo"))),
    ),
    module(
        "oidcc-redirect-uri-query-added",
        "A redirect URI with a query added is another one",
        &["register a redirect URI without a query", "ask with one", "an error page stays"],
        |s, v| Box::pin(other_query(s, v, None)),
    ),
    module(
        "oidcc-redirect-uri-regfrag",
        "A redirect URI with a fragment can't be registered",
        &["register a redirect URI with a fragment", "400 invalid_redirect_uri or invalid_client_metadata"],
        |s, v| Box::pin(fragment(s, v)),
    )
    .front(Front::None)
    .needs(&[Need::ApiToken]),
    module(
        "oidcc-registration-sector-uri",
        "A sector whose document names the redirect URI can be registered",
        &["register for pairwise subjects with a sector", "the client is registered"],
        |s, v| Box::pin(sector(s, v, true)),
    )
    .front(Front::None)
    .needs(&[Need::ApiToken]),
    module(
        "oidcc-registration-sector-bad",
        "A sector whose document lacks the redirect URI can't be registered",
        &["register for pairwise subjects with a sector of somebody else's", "400 invalid_client_metadata"],
        |s, v| Box::pin(sector(s, v, false)),
    )
    .front(Front::None)
    .needs(&[Need::ApiToken]),
];

async fn unnamed(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let uri = &stage.target.redirect_uri;
    let members = json!({ "redirect_uris": [uri, format!("{uri}/second")] });
    let play = Play::registering(stage, variant, members).await?;
    let journey = stage.authorize(&play.cast, &play.request().without("redirect_uri")).await?;
    authorization::shows(&stage.recorder, &journey, PageKind::Error);
    Ok(())
}

async fn query_kept(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let uri = format!("{}?bar=foo", stage.target.redirect_uri);
    let play = Play::registering(stage, variant, json!({ "redirect_uris": [uri] })).await?;
    play.sign_in(play.request().with("redirect_uri", &uri)).await?;
    Ok(())
}

async fn other_query(stage: &Stage, variant: Variant, registered: Option<&str>) -> Result<(), Halt> {
    let mut uri = stage.target.redirect_uri.clone();
    uri.set_query(registered);
    let play = Play::registering(stage, variant, json!({ "redirect_uris": [uri] })).await?;
    let asked = format!("{}?foo=bar", stage.target.redirect_uri);
    let journey = stage.authorize(&play.cast, &play.request().with("redirect_uri", &asked)).await?;
    authorization::shows(&stage.recorder, &journey, PageKind::Error);
    Ok(())
}

async fn fragment(stage: &Stage, variant: Variant) -> Result<(), Halt> {
    let uri = format!("{}#fragment", stage.target.redirect_uri);
    let reply = apply(stage, &metadata(stage, variant, json!({ "redirect_uris": [uri] }))?).await?;
    registration::refused(&stage.recorder, &reply, &[INVALID_REDIRECT_URI, INVALID_METADATA]);
    Ok(())
}

async fn sector(stage: &Stage, variant: Variant, names_it: bool) -> Result<(), Halt> {
    if stage.server(Custom)?.metadata.lists("subject_types_supported", "pairwise") != Some(true) {
        return Err(Halt::Skip("discovery does not offer pairwise subjects".to_owned()));
    }
    let publisher = publisher().await?;
    let uri = if names_it { stage.target.redirect_uri.as_str() } else { "https://elsewhere.example/callback" };
    publisher.serve("/redirect_uris.json", "application/json", json!([uri]).to_string());
    let sector = publisher.base().ok_or(Halt::Failed)?.join("redirect_uris.json")?;
    let members: Value = json!({ "subject_type": "pairwise", "sector_identifier_uri": sector });
    if names_it {
        Play::registering(stage, variant, members).await?;
    } else {
        let reply = apply(stage, &metadata(stage, variant, members)?).await?;
        registration::refused(&stage.recorder, &reply, &[INVALID_METADATA]);
    }
    Ok(())
}
