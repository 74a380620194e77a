//! Response headers and CORS.

use reqwest::Method;
use url::Url;

use super::context::ScenarioContext;
use super::definition::{RequiredDriver, Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use crate::check::{headers, token};
use crate::flow;
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, SERVICE, SPA, WEB};
use crate::wire::{Body, Request};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario("headers.token", "Token responses have no-store, a request id and the rate limit", |context| {
            Box::pin(token_headers(context))
        })
        .driver(RequiredDriver::None)
        .needs(&[Need::Market, Need::Secret(SERVICE)]),
        scenario("headers.token-error", "Error responses have no-store, a request id and the rate limit", |context| {
            Box::pin(error_headers(context))
        })
        .driver(RequiredDriver::None)
        .needs(&[Need::Secret(WEB)]),
        scenario("headers.sign-in-page", "The sign-in page cannot be framed", |context| {
            Box::pin(sign_in_page(context))
        })
        .cites(&["RFC 9700 4.16"])
        .driver(RequiredDriver::None)
        .needs(&[Need::Client(WEB), Need::Account(BUYER)]),
        scenario("headers.redirect", "The redirect with the code is not stored and sends no referrer", |context| {
            Box::pin(redirect(context))
        })
        .cites(&["RFC 9700 4.2.4"])
        .driver(RequiredDriver::Http)
        .needs(&[Need::Client(WEB), Need::Account(BUYER)]),
        scenario("cors.preflight", "A CORS preflight of the token endpoint succeeds", |context| {
            Box::pin(preflight(context))
        })
        .cites(&["Okta: /token, OPTIONS"])
        .driver(RequiredDriver::None),
        scenario(
            "cors.discovery",
            "A script of another origin may read the discovery document and the keys",
            |context| Box::pin(discovery(context)),
        )
        .cites(&["Okta: enable CORS"])
        .driver(RequiredDriver::None),
        scenario("cors.browser-client", "A script of a trusted origin exchanges a code", |context| {
            Box::pin(browser_client(context))
        })
        .cites(&["Okta: /token, browser requests"])
        .needs(&[Need::Client(SPA), Need::Account(BUYER)]),
        scenario("cors.without-pkce", "A script that exchanges a code without PKCE is rejected", |context| {
            Box::pin(without_pkce(context))
        })
        .cites(&["Okta: OAuth 2.0 and OpenID Connect error codes"])
        .needs(&[Need::Secret(WEB), Need::Account(BUYER)]),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function)
        .cites(&["Okta: recorded traffic"])
        .tags(&["headers"])
        .needs(&[Need::Okta, Need::Server(Custom)])
}

fn origin(context: &ScenarioContext) -> String {
    context.target.redirect_uri.origin().ascii_serialization()
}

fn token_endpoint(context: &ScenarioContext) -> Result<&Url, Stopped> {
    context.server_endpoint(Custom, Endpoint::Token)
}

async fn token_headers(context: &ScenarioContext) -> Result<(), Stopped> {
    let form = flow::client_credentials(token_endpoint(context)?, context.client(SERVICE)?, Some("products:read"));
    headers::back_channel(&context.recorder, &context.post(&form).await?);
    Ok(())
}

async fn error_headers(context: &ScenarioContext) -> Result<(), Stopped> {
    let client = context.client(WEB)?;
    let form = flow::refresh(token_endpoint(context)?, client, "none").basic(&client.id, "not-the-secret");
    headers::back_channel(&context.recorder, &context.post(&form).await?);
    Ok(())
}

async fn sign_in_page(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let url = actors.authorization().request().url(actors.endpoint(Endpoint::Authorization)?);
    let reply = context.send(Request::get(url).header("accept", "text/html")?).await?;
    headers::sign_in_page(&context.recorder, &reply);
    headers::request_id(&context.recorder, &reply);
    Ok(())
}

async fn redirect(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request();
    let journey = actors.authorization().send(&request).await?;
    let callback = actors.authorization().callback(&request, &journey)?;
    match &callback.reply {
        Some(reply) => headers::redirect(&context.recorder, reply),
        None => headers::NO_REFERRER.skip(&context.recorder, "a browser does not show the redirect"),
    }
    Ok(())
}

async fn preflight(context: &ScenarioContext) -> Result<(), Stopped> {
    let origin = origin(context);
    let call = Request::new(Method::OPTIONS, token_endpoint(context)?.clone(), Body::None)
        .header("origin", &origin)?
        .header("access-control-request-method", "POST")?;
    headers::preflight(&context.recorder, &context.send(call).await?, &origin);
    Ok(())
}

async fn discovery(context: &ScenarioContext) -> Result<(), Stopped> {
    let (server, origin) = (context.server(Custom)?, origin(context));
    let keys = context.endpoint(server, Endpoint::Keys)?.clone();
    for address in [server.under_issuer("/.well-known/openid-configuration")?, keys] {
        let reply = context.send(Request::get(address).header("origin", &origin)?).await?;
        headers::cross_origin(&context.recorder, &reply, &origin);
    }
    Ok(())
}

async fn browser_client(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, SPA, BUYER)?;
    let request = actors.authorization().request();
    let code = actors.authorization().code(&request).await?;
    let origin = origin(context);
    let reply = context.post(&actors.tokens().exchange_form(&request, &code)?.from_origin(&origin)).await?;
    token::STATUS.holds(&context.recorder, reply.status == 200, "200", crate::wire::error::summary(&reply));
    headers::cross_origin(&context.recorder, &reply, &origin);
    Ok(())
}

async fn without_pkce(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request().without_pkce();
    let code = actors.authorization().code(&request).await?;
    let form = actors.tokens().exchange_form(&request, &code)?.from_origin(&origin(context));
    let text = "Browser requests to the token endpoint must use Proof Key for Code Exchange.";
    super::code::refused_exchange(context, &form, (401, "invalid_client"), text).await
}
