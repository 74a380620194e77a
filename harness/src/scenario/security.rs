//! Probes that no conformance suite makes: races, chance, mix-up, and what a page must not allow (RFC 9700).

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::stage::{Halt, Stage};
use super::{Front, Need, Scenario, Told};
use crate::check::extension;
use crate::flow;
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, SPA, WEB};
use crate::wire::error::summary;
use crate::wire::{Call, Reply};

/// How many come at once.
const CROWD: usize = 24;

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        told("security.race.code", "Of many who redeem a code at once one gets tokens", |s| Box::pin(code_race(s)))
            .cites(&["RFC 6749 4.1.2"])
            .steps(&["sign in", "exchange the code many times at once", "one answer has tokens"]),
        told("security.race.refresh", "Of many who use a rotating refresh token at once one gets tokens", |s| {
            Box::pin(refresh_race(s))
        })
        .cites(&["RFC 9700 4.14.2"])
        .steps(&["sign in with offline_access", "refresh many times at once", "one answer has tokens at most"])
        .needs(&[Need::Market, Need::Client(SPA)]),
        told("security.chance", "Codes have nothing in common", |s| Box::pin(chance(s)))
            .cites(&["RFC 6749 10.10"])
            .steps(&["sign in", "get eight codes", "no two begin alike"]),
        told("security.downgrade", "A request whose challenge was taken away gives an attacker nothing", |s| {
            Box::pin(downgrade(s))
        })
        .cites(&["RFC 9700 4.8.2"])
        .steps(&[
            "take the challenge out of a request",
            "sign in",
            "exchange the code with the verifier",
            "it is refused",
        ]),
        told("security.mix-up", "The response names its issuer where discovery promises it", |s| Box::pin(mix_up(s)))
            .cites(&["RFC 9207 2.3"])
            .steps(&["sign in", "iss is there, and right"])
            .needs(&[Need::Stated("authorization_response_iss_parameter_supported")]),
        told("security.no-cors", "No script of another origin can read the authorization endpoint", |s| {
            Box::pin(no_cors(s))
        })
        .cites(&["RFC 9700 2.6"])
        .steps(&["ask with an Origin", "no origin is allowed"])
        .front(Front::None),
        told("security.token-in-query", "A token in the query opens nothing", |s| Box::pin(token_in_query(s)))
            .cites(&["RFC 9700 4.3.2"])
            .steps(&["sign in", "GET userinfo with the token in the query", "it is refused"])
            .needs(&[Need::Endpoint(Custom, Endpoint::Userinfo)]),
        told("security.twice", "A parameter that comes twice is refused at the token endpoint", |s| Box::pin(twice(s)))
            .cites(&["RFC 6749 3.2"])
            .steps(&["sign in", "exchange the code with two redirect URIs", "400"]),
        told("security.sign-in-page", "The sign-in page tells no other site anything, and loads little", |s| {
            Box::pin(page(s))
        })
        .cites(&["RFC 9700 4.16"])
        .steps(&["open the sign-in page", "Referrer-Policy and Content-Security-Policy"])
        .front(Front::None)
        .needs(&[Need::Okta]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story).tags(&["security"]).needs(&[
        Need::Secret(WEB),
        Need::Account(BUYER),
        Need::Server(Custom),
    ])
}

/// Sends the same form many times at once; how many succeeded.
async fn crowd(stage: &Stage, form: &flow::FormRequest) -> Result<usize, Halt> {
    let replies: Vec<Result<Reply, Halt>> = join_all((0..CROWD).map(|_| stage.post(form))).await;
    let mut winners = 0;
    for reply in replies {
        winners += usize::from(reply?.status == 200);
    }
    Ok(winners)
}

async fn code_race(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast);
    let code = stage.code(&cast, &request).await?;
    stage.step("exchange the code many times at once");
    let winners = crowd(stage, &stage.exchange_form(&cast, &request, &code)?).await?;
    extension::ONE_WINNER.holds(&stage.recorder, winners == 1, format!("1 of {CROWD}"), winners);
    Ok(())
}

async fn refresh_race(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, SPA, BUYER)?;
    let tokens = stage.sign_in_for_refresh(&cast).await?;
    stage.step("refresh many times at once");
    let endpoint = stage.endpoint(cast.server, Endpoint::Token)?;
    let winners = crowd(stage, &flow::refresh(endpoint, cast.client, tokens.refresh_token()?)).await?;
    extension::ONE_WINNER.holds(&stage.recorder, winners == 1, format!("1 of {CROWD}"), winners);
    Ok(())
}

async fn chance(stage: &Stage) -> Result<(), Halt> {
    const MANY: usize = 8;
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let mut beginnings = BTreeSet::new();
    for _ in 0..MANY {
        let code = stage.code(&cast, &stage.request(&cast)).await?;
        beginnings.insert(code.chars().take(8).collect::<String>());
    }
    let different = beginnings.len() == MANY;
    extension::DIFFERENT.holds(&stage.recorder, different, format!("{MANY} beginnings"), beginnings.len());
    Ok(())
}

async fn downgrade(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let honest = stage.request(&cast).with_pkce();
    let stripped = honest.clone().without("code_challenge").without("code_challenge_method");
    let journey = stage.authorize(&cast, &stripped).await?;
    let Some(code) = journey.callback().and_then(|callback| callback.get("code")) else {
        extension::DOWNGRADE.holds(&stage.recorder, true, "no tokens", journey.summary());
        return Ok(());
    };
    stage.step("exchange the code with the verifier");
    let reply = stage.post(&stage.exchange_form(&cast, &honest, code)?).await?;
    extension::DOWNGRADE.holds(&stage.recorder, reply.status == 400, "400", summary(&reply));
    Ok(())
}

async fn mix_up(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast);
    let journey = stage.authorize(&cast, &request).await?;
    let callback = stage.arrived(&cast, &request, &journey)?;
    extension::ISSUER_NAMED.equals(&stage.recorder, &cast.server.issuer, callback.get("iss"));
    let refused = stage.authorize(&cast, &stage.request(&cast).with("prompt", "none").with("max_age", "0")).await?;
    if let Some(callback) = refused.callback() {
        extension::ISSUER_NAMED.equals(&stage.recorder, &cast.server.issuer, callback.get("iss"));
    }
    Ok(())
}

async fn no_cors(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let url = stage.request(&cast).url(stage.endpoint(cast.server, Endpoint::Authorization)?);
    let origin = stage.target.redirect_uri.origin().ascii_serialization();
    let reply = stage.send(Call::get(url).header("accept", "text/html")?.header("origin", &origin)?).await?;
    let allowed = reply.header("access-control-allow-origin");
    extension::NO_CORS.absent(&stage.recorder, "Access-Control-Allow-Origin", allowed);
    Ok(())
}

async fn token_in_query(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let tokens = stage.sign_in(&cast, stage.request(&cast)).await?;
    let mut url = stage.endpoint(cast.server, Endpoint::Userinfo)?.clone();
    url.query_pairs_mut().append_pair("access_token", &tokens.reply.access_token);
    let reply = stage.http.get(&url).await?;
    let refused = matches!(reply.status, 400 | 401);
    extension::QUERY_TOKEN.holds(&stage.recorder, refused, "401 or 400", summary(&reply));
    Ok(())
}

async fn twice(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let request = stage.request(&cast);
    let code = stage.code(&cast, &request).await?;
    let form = stage.exchange_form(&cast, &request, &code)?.with("redirect_uri", "https://evil.example/callback");
    let reply = stage.post(&form).await?;
    extension::TWICE.holds(&stage.recorder, reply.status == 400, 400, summary(&reply));
    Ok(())
}

async fn page(stage: &Stage) -> Result<(), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    let url = stage.request(&cast).url(stage.endpoint(cast.server, Endpoint::Authorization)?);
    let reply = stage.send(Call::get(url).header("accept", "text/html")?).await?;
    let referrer = reply.header("referrer-policy").unwrap_or_default();
    let silent = matches!(
        referrer,
        "no-referrer" | "same-origin" | "origin" | "strict-origin" | "strict-origin-when-cross-origin"
    );
    extension::PAGE_REFERRER.holds(&stage.recorder, silent, "no-referrer, or the origin at most", referrer);
    let policy = reply.header("content-security-policy").unwrap_or_default();
    let closed = policy.contains("default-src") || policy.contains("script-src");
    extension::PAGE_POLICY.holds(&stage.recorder, closed, "default-src or script-src", policy);
    Ok(())
}
