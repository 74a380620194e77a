//! Redirect URIs and unknown clients: errors that must not be redirected.

use super::context::ScenarioContext;
use super::definition::{Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use crate::check::authorization;
use crate::flow::AuthorizationRequest;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, WEB};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario("redirect.unregistered", "A redirect URI with another path leads to an error page", |context| {
            Box::pin(altered(context, |uri| format!("{uri}/elsewhere")))
        }),
        scenario("redirect.other-host", "A redirect URI with another host leads to an error page", |context| {
            Box::pin(altered(context, |_| "https://evil.example/callback".to_owned()))
        }),
        scenario(
            "redirect.query-added",
            "A redirect URI with an unregistered query leads to an error page",
            |context| Box::pin(altered(context, |uri| format!("{uri}?foo=bar"))),
        ),
        scenario("redirect.case", "A redirect URI in another case leads to an error page", |context| {
            Box::pin(altered(context, |uri| uri.replace("/callback", "/Callback")))
        })
        .needs(&[Need::Okta]),
        scenario("redirect.missing", "A request without a redirect URI leads to an error page", |context| {
            Box::pin(missing(context))
        })
        .needs(&[Need::Okta]),
        scenario("redirect.unknown-client", "An unknown client leads to an error page", |context| {
            Box::pin(unknown_client(context))
        })
        .cites(&["Okta: error codes, invalid_client"]),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function)
        .cites(&["RFC 6749 3.1.2.3", "RFC 9700 4.1.3", "OIDF oidcc-ensure-registered-redirect-uri"])
        .tags(&["redirect"])
        .needs(&[Need::Client(WEB), Need::Account(BUYER), Need::Server(Custom)])
}

async fn stays(context: &ScenarioContext, request: &AuthorizationRequest, says: &[&str]) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let journey = actors.authorization().send(request).await?;
    let says = if context.target.speaks_okta() { says } else { &[] };
    authorization::stays(&context.recorder, &journey, 400, says);
    Ok(())
}

pub(super) async fn altered(context: &ScenarioContext, change: fn(&str) -> String) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let other = change(context.target.redirect_uri.as_str());
    context.step(format!("send the redirect URI {other}"));
    let text = "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings";
    stays(context, &actors.authorization().request().with("redirect_uri", &other), &[text]).await
}

async fn missing(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    stays(context, &actors.authorization().request().without("redirect_uri"), &["redirect_uri"]).await
}

async fn unknown_client(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().with("client_id", "0oanotthere000000005");
    stays(context, &request, &["invalid_client", "Invalid value for 'client_id' parameter."]).await
}
