//! Security probes beyond the conformance suites: races, predictable codes, mix-up, headers of pages (RFC 9700).

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::context::ScenarioContext;
use super::definition::{RequiredDriver, Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use crate::check::extension;
use crate::flow;
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, SPA, WEB};
use crate::wire::error::summary;
use crate::wire::{Reply, Request};

/// The number of concurrent requests.
const CROWD: usize = 24;

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario(
            "security.race.code",
            "Of many simultaneous requests with the same code exactly one gets tokens",
            |context| Box::pin(code_race(context)),
        )
        .cites(&["RFC 6749 4.1.2"]),
        scenario(
            "security.race.refresh",
            "Of many simultaneous requests with the same rotating refresh token exactly one gets tokens",
            |context| Box::pin(refresh_race(context)),
        )
        .cites(&["RFC 9700 4.14.2"])
        .needs(&[Need::Market, Need::Client(SPA)]),
        scenario("security.chance", "Codes are not predictable", |context| Box::pin(chance(context)))
            .cites(&["RFC 6749 10.10"]),
        scenario("security.downgrade", "A request whose code_challenge was removed leads to no tokens", |context| {
            Box::pin(downgrade(context))
        })
        .cites(&["RFC 9700 4.8.2"]),
        scenario(
            "security.mix-up",
            "The authorization response has iss if the discovery document says so",
            |context| Box::pin(mix_up(context)),
        )
        .cites(&["RFC 9207 2.3"])
        .needs(&[Need::MetadataTrue("authorization_response_iss_parameter_supported")]),
        scenario("security.no-cors", "The authorization endpoint allows no cross-origin reads", |context| {
            Box::pin(no_cors(context))
        })
        .cites(&["RFC 9700 2.6"])
        .driver(RequiredDriver::None),
        scenario("security.token-in-query", "Userinfo rejects a token in the query", |context| {
            Box::pin(token_in_query(context))
        })
        .cites(&["RFC 9700 4.3.2"])
        .needs(&[Need::Endpoint(Custom, Endpoint::Userinfo)]),
        scenario("security.twice", "A token request with a duplicate parameter is rejected", |context| {
            Box::pin(twice(context))
        })
        .cites(&["RFC 6749 3.2"]),
        scenario(
            "security.sign-in-page",
            "The sign-in page has a strict referrer policy and content security policy",
            |context| Box::pin(page(context)),
        )
        .cites(&["RFC 9700 4.16"])
        .driver(RequiredDriver::None)
        .needs(&[Need::Okta]),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function).tags(&["security"]).needs(&[
        Need::Secret(WEB),
        Need::Account(BUYER),
        Need::Server(Custom),
    ])
}

/// Sends the same form many times concurrently. Returns how many succeeded.
async fn crowd(context: &ScenarioContext, form: &flow::FormRequest) -> Result<usize, Stopped> {
    let replies: Vec<Result<Reply, Stopped>> = join_all((0..CROWD).map(|_| context.post(form))).await;
    let mut winners = 0;
    for reply in replies {
        winners += usize::from(reply?.status == 200);
    }
    Ok(winners)
}

async fn code_race(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request();
    let code = actors.authorization().code(&request).await?;
    context.step("exchange the code many times concurrently");
    let winners = crowd(context, &actors.tokens().exchange_form(&request, &code)?).await?;
    extension::ONE_WINNER.holds(&context.recorder, winners == 1, format!("1 of {CROWD}"), winners);
    Ok(())
}

async fn refresh_race(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, SPA, BUYER)?;
    let tokens = actors.tokens().sign_in_with_refresh_token().await?;
    context.step("refresh many times concurrently");
    let endpoint = actors.endpoint(Endpoint::Token)?;
    let winners = crowd(context, &flow::refresh(endpoint, actors.client, tokens.refresh_token()?)).await?;
    extension::ONE_WINNER.holds(&context.recorder, winners == 1, format!("1 of {CROWD}"), winners);
    Ok(())
}

async fn chance(context: &ScenarioContext) -> Result<(), Stopped> {
    const MANY: usize = 8;
    let actors = context.actors(Custom, WEB, BUYER)?;
    let mut beginnings = BTreeSet::new();
    for _ in 0..MANY {
        let code = actors.authorization().code(&actors.authorization().request()).await?;
        beginnings.insert(code.chars().take(8).collect::<String>());
    }
    let different = beginnings.len() == MANY;
    extension::DIFFERENT.holds(&context.recorder, different, format!("{MANY} beginnings"), beginnings.len());
    Ok(())
}

async fn downgrade(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let honest = actors.authorization().request().with_pkce();
    let stripped = honest.clone().without("code_challenge").without("code_challenge_method");
    let journey = actors.authorization().send(&stripped).await?;
    let Some(code) = journey.callback().and_then(|callback| callback.get("code")) else {
        extension::DOWNGRADE.holds(&context.recorder, true, "no tokens", journey.summary());
        return Ok(());
    };
    context.step("exchange the code with the verifier");
    let reply = context.post(&actors.tokens().exchange_form(&honest, code)?).await?;
    extension::DOWNGRADE.holds(&context.recorder, reply.status == 400, "400", summary(&reply));
    Ok(())
}

async fn mix_up(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request();
    let journey = actors.authorization().send(&request).await?;
    let callback = actors.authorization().callback(&request, &journey)?;
    extension::ISSUER_NAMED.equals(&context.recorder, &actors.server.issuer, callback.get("iss"));
    let refused = actors
        .authorization()
        .send(&actors.authorization().request().with("prompt", "none").with("max_age", "0"))
        .await?;
    if let Some(callback) = refused.callback() {
        extension::ISSUER_NAMED.equals(&context.recorder, &actors.server.issuer, callback.get("iss"));
    }
    Ok(())
}

async fn no_cors(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let url = actors.authorization().request().url(actors.endpoint(Endpoint::Authorization)?);
    let origin = context.target.redirect_uri.origin().ascii_serialization();
    let reply = context.send(Request::get(url).header("accept", "text/html")?.header("origin", &origin)?).await?;
    let allowed = reply.header("access-control-allow-origin");
    extension::NO_CORS.absent(&context.recorder, "Access-Control-Allow-Origin", allowed);
    Ok(())
}

async fn token_in_query(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let tokens = actors.tokens().sign_in(actors.authorization().request()).await?;
    let mut url = actors.endpoint(Endpoint::Userinfo)?.clone();
    url.query_pairs_mut().append_pair("access_token", &tokens.reply.access_token);
    let reply = context.http.get(&url).await?;
    let refused = matches!(reply.status, 400 | 401);
    extension::QUERY_TOKEN.holds(&context.recorder, refused, "401 or 400", summary(&reply));
    Ok(())
}

async fn twice(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let request = actors.authorization().request();
    let code = actors.authorization().code(&request).await?;
    let form = actors.tokens().exchange_form(&request, &code)?.with("redirect_uri", "https://evil.example/callback");
    let reply = context.post(&form).await?;
    extension::TWICE.holds(&context.recorder, reply.status == 400, 400, summary(&reply));
    Ok(())
}

async fn page(context: &ScenarioContext) -> Result<(), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    let url = actors.authorization().request().url(actors.endpoint(Endpoint::Authorization)?);
    let reply = context.send(Request::get(url).header("accept", "text/html")?).await?;
    let referrer = reply.header("referrer-policy").unwrap_or_default();
    let silent = matches!(
        referrer,
        "no-referrer" | "same-origin" | "origin" | "strict-origin" | "strict-origin-when-cross-origin"
    );
    extension::PAGE_REFERRER.holds(&context.recorder, silent, "no-referrer, or the origin at most", referrer);
    let policy = reply.header("content-security-policy").unwrap_or_default();
    let closed = policy.contains("default-src") || policy.contains("script-src");
    extension::PAGE_POLICY.holds(&context.recorder, closed, "default-src or script-src", policy);
    Ok(())
}
