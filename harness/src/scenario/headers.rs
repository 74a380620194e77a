//! Headers, and scripts on other origins.

use reqwest::Method;
use url::Url;

use super::stage::{Halt, Stage};
use super::{Front, Need, Scenario, Told};
use crate::check::{headers, token};
use crate::flow;
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, SERVICE, SPA, WEB};
use crate::wire::{Body, Call};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        told("headers.token", "Token answers are not stored, name the request and tell the rate limit", |s| {
            Box::pin(token_headers(s))
        })
        .steps(&["ask for a token", "judge the headers"])
        .front(Front::None)
        .needs(&[Need::Market, Need::Secret(SERVICE)]),
        told("headers.token-error", "Refusals carry the same headers", |s| Box::pin(error_headers(s)))
            .steps(&["ask with a wrong secret", "judge the headers"])
            .front(Front::None)
            .needs(&[Need::Secret(WEB)]),
        told("headers.sign-in-page", "The sign-in page can't be framed", |s| Box::pin(sign_in_page(s)))
            .cites(&["RFC 9700 4.16"])
            .steps(&["open the sign-in page", "judge the headers"])
            .front(Front::None)
            .needs(&[Need::Client(WEB), Need::Account(BUYER)]),
        told("headers.redirect", "The redirect with the code leaks nothing", |s| Box::pin(redirect(s)))
            .cites(&["RFC 9700 4.2.4"])
            .steps(&["sign in", "judge the headers of the redirect"])
            .front(Front::Http)
            .needs(&[Need::Client(WEB), Need::Account(BUYER)]),
        told("cors.preflight", "A script may ask whether it may post to the token endpoint", |s| {
            Box::pin(preflight(s))
        })
        .cites(&["Okta: /token, OPTIONS"])
        .steps(&["send a preflight", "204, the origin by name, POST"])
        .front(Front::None),
        told("cors.discovery", "A script may read the discovery document and the keys", |s| Box::pin(discovery(s)))
            .cites(&["Okta: enable CORS"])
            .steps(&["fetch both with an Origin", "the origin is allowed by name"])
            .front(Front::None),
        told("cors.browser-client", "A browser client exchanges its code from a script", |s| {
            Box::pin(browser_client(s))
        })
        .cites(&["Okta: /token, browser requests"])
        .steps(&["sign in", "exchange the code with an Origin", "tokens, and the origin by name"])
        .needs(&[Need::Client(SPA), Need::Account(BUYER)]),
        told("cors.without-pkce", "A script without PKCE gets no tokens", |s| Box::pin(without_pkce(s)))
            .cites(&["Okta: OAuth 2.0 and OpenID Connect error codes"])
            .steps(&["sign in without PKCE", "exchange the code with an Origin", "401 invalid_client"])
            .needs(&[Need::Secret(WEB), Need::Account(BUYER)]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story)
        .cites(&["Okta: recorded traffic"])
        .tags(&["headers"])
        .needs(&[Need::Okta, Need::Server(Custom)])
}

fn origin(stage: &Stage) -> String {
    stage.target.redirect_uri.origin().ascii_serialization()
}

fn token_endpoint(stage: &Stage) -> Result<&Url, Halt> {
    stage.endpoint(stage.server(Custom)?, Endpoint::Token)
}

async fn token_headers(stage: &Stage) -> Result<(), Halt> {
    let form = flow::client_credentials(token_endpoint(stage)?, stage.client(SERVICE)?, Some("products:read"));
    headers::back_channel(&stage.recorder, &stage.post(&form).await?);
    Ok(())
}

async fn error_headers(stage: &Stage) -> Result<(), Halt> {
    let client = stage.client(WEB)?;
    let form = flow::refresh(token_endpoint(stage)?, client, "none").basic(&client.id, "not-the-secret");
    headers::back_channel(&stage.recorder, &stage.post(&form).await?);
    Ok(())
}

async fn sign_in_page(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let url = stage.request(&cast).url(stage.endpoint(cast.server, Endpoint::Authorization)?);
    let reply = stage.send(Call::get(url).header("accept", "text/html")?).await?;
    headers::sign_in_page(&stage.recorder, &reply);
    headers::request_id(&stage.recorder, &reply);
    Ok(())
}

async fn redirect(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast);
    let journey = stage.authorize(&cast, &request).await?;
    let callback = stage.arrived(&cast, &request, &journey)?;
    match &callback.reply {
        Some(reply) => headers::redirect(&stage.recorder, reply),
        None => headers::NO_REFERRER.skip(&stage.recorder, "a browser doesn't show the redirect"),
    }
    Ok(())
}

async fn preflight(stage: &Stage) -> Result<(), Halt> {
    let origin = origin(stage);
    let call = Call::new(Method::OPTIONS, token_endpoint(stage)?.clone(), Body::None)
        .header("origin", &origin)?
        .header("access-control-request-method", "POST")?;
    headers::preflight(&stage.recorder, &stage.send(call).await?, &origin);
    Ok(())
}

async fn discovery(stage: &Stage) -> Result<(), Halt> {
    let (server, origin) = (stage.server(Custom)?, origin(stage));
    let keys = stage.endpoint(server, Endpoint::Keys)?.clone();
    for address in [server.under_issuer("/.well-known/openid-configuration")?, keys] {
        let reply = stage.send(Call::get(address).header("origin", &origin)?).await?;
        headers::cross_origin(&stage.recorder, &reply, &origin);
    }
    Ok(())
}

async fn browser_client(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, SPA, BUYER)?;
    let request = stage.request(&cast);
    let code = stage.code(&cast, &request).await?;
    let origin = origin(stage);
    let reply = stage.post(&stage.exchange_form(&cast, &request, &code)?.from_origin(&origin)).await?;
    token::STATUS.holds(&stage.recorder, reply.status == 200, "200", crate::wire::error::summary(&reply));
    headers::cross_origin(&stage.recorder, &reply, &origin);
    Ok(())
}

async fn without_pkce(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast).without_pkce();
    let code = stage.code(&cast, &request).await?;
    let form = stage.exchange_form(&cast, &request, &code)?.from_origin(&origin(stage));
    let text = "Browser requests to the token endpoint must use Proof Key for Code Exchange.";
    super::code::refused_exchange(stage, &form, (401, "invalid_client"), text).await
}
