//! Redirect URIs and unknown clients: where there is nobody to trust, the browser stays.

use super::stage::{Halt, Stage};
use super::{Need, Scenario, Told};
use crate::check::authorization;
use crate::flow::AuthorizationRequest;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, WEB};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        told("redirect.unregistered", "The browser is never sent to an address that is not registered", |s| {
            Box::pin(altered(s, |uri| format!("{uri}/elsewhere")))
        })
        .steps(&["ask with a redirect URI with one more path segment", "an error page stays"]),
        told("redirect.other-host", "The browser is never sent to a stranger's host", |s| {
            Box::pin(altered(s, |_| "https://evil.example/callback".to_owned()))
        })
        .steps(&["ask with a stranger's address", "an error page stays"]),
        told("redirect.query-added", "A redirect URI with a query that is not registered is refused", |s| {
            Box::pin(altered(s, |uri| format!("{uri}?foo=bar")))
        })
        .steps(&["ask with a query added to the redirect URI", "an error page stays"]),
        told("redirect.case", "Redirect URIs are compared byte for byte", |s| {
            Box::pin(altered(s, |uri| uri.replace("/callback", "/Callback")))
        })
        .steps(&["ask with one letter in another case", "an error page stays"])
        .needs(&[Need::Okta]),
        told("redirect.missing", "A request without a redirect URI is refused on a page", |s| Box::pin(missing(s)))
            .steps(&["ask without a redirect URI", "an error page stays"])
            .needs(&[Need::Okta]),
        told("redirect.unknown-client", "An unknown client is refused on a page", |s| Box::pin(unknown_client(s)))
            .cites(&["Okta: error codes, invalid_client"])
            .steps(&["ask with a client_id that nobody has", "an error page stays"]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story)
        .cites(&["RFC 6749 3.1.2.3", "RFC 9700 4.1.3", "OIDF oidcc-ensure-registered-redirect-uri"])
        .tags(&["redirect"])
        .needs(&[Need::Client(WEB), Need::Account(BUYER), Need::Server(Custom)])
}

async fn stays(stage: &Stage, request: &AuthorizationRequest, says: &[&str]) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let journey = stage.authorize(&cast, request).await?;
    let says = if stage.target.speaks_okta() { says } else { &[] };
    authorization::stays(&stage.recorder, &journey, 400, says);
    Ok(())
}

pub(super) async fn altered(stage: &Stage, change: fn(&str) -> String) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let other = change(stage.target.redirect_uri.as_str());
    stage.step(format!("ask with the redirect URI {other}"));
    let text = "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings";
    stays(stage, &stage.request(&cast).with("redirect_uri", &other), &[text]).await
}

async fn missing(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    stays(stage, &stage.request(&cast).without("redirect_uri"), &["redirect_uri"]).await
}

async fn unknown_client(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).with("client_id", "0oanotthere000000005");
    stays(stage, &request, &["invalid_client", "Invalid value for 'client_id' parameter."]).await
}
