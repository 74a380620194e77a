//! Signing out (OIDC RP-Initiated Logout 1.0).

use url::Url;

use super::actors::Actors;
use super::context::ScenarioContext;
use super::definition::{Scenario, ScenarioFn};
use super::needs::Need;
use super::stopped::Stopped;
use super::token_flow::Tokens;
use crate::check::{authorization, logout};
use crate::driver::User;
use crate::flow::{self, random_text};
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, WEB};
use crate::wire::journey::Journey;

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario(
            "logout.redirect",
            "Signing out redirects back with the state, and the session has ended",
            |context| Box::pin(redirect(context)),
        )
        .cites(&["OIDF oidcc-rp-initiated-logout"]),
        scenario("logout.no-state", "Signing out without a state redirects back without one", |context| {
            Box::pin(no_state(context))
        })
        .cites(&["OIDF oidcc-rp-initiated-logout-no-state"]),
        scenario("logout.unregistered", "Signing out never redirects to an unregistered URI", |context| {
            Box::pin(unregistered(context))
        })
        .cites(&["OIDF oidcc-rp-initiated-logout-bad-post-logout-redirect-uri"]),
        scenario("logout.query-added", "A post_logout_redirect_uri with another query is rejected", |context| {
            Box::pin(query_added(context))
        })
        .cites(&["OIDF oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri"]),
        scenario("logout.forged-hint", "An id_token_hint with a forged signature is rejected", |context| {
            Box::pin(forged(context))
        })
        .cites(&["OIDF oidcc-rp-initiated-logout-bad-id-token-hint"]),
        scenario("logout.keeps-tokens", "Tokens stay active after signing out", |context| {
            Box::pin(keeps_tokens(context))
        })
        .cites(&["Okta: /logout"])
        .needs(&[Need::Okta, Need::Endpoint(Custom, Endpoint::Introspection)]),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function).cites(&["OIDC RP-Initiated Logout 2"]).tags(&["logout", "session"]).needs(&[
        Need::Client(WEB),
        Need::Account(BUYER),
        Need::Endpoint(Custom, Endpoint::EndSession),
    ])
}

async fn sign_in(context: &ScenarioContext) -> Result<(Actors<'_>, Tokens), Stopped> {
    let actors = context.actors(Custom, WEB, BUYER)?;
    context.step("sign in");
    let tokens = actors.tokens().sign_in(actors.authorization().request()).await?;
    Ok((actors, tokens))
}

/// Sends the browser to the end_session_endpoint.
async fn sign_out(
    context: &ScenarioContext,
    actors: &Actors<'_>,
    hint: &str,
    uri: &str,
    state: Option<&str>,
) -> Result<Journey, Stopped> {
    context.step("sign out");
    let mut params = vec![("id_token_hint", hint), ("post_logout_redirect_uri", uri)];
    params.extend(state.map(|state| ("state", state)));
    let url = flow::sign_out(actors.endpoint(Endpoint::EndSession)?, &params);
    // If the page asks whether to sign out, the answer is yes.
    context.browse(&url, &context.target.signed_out_uri, User::consenting(actors.account)).await
}

/// Judges with prompt=none whether the session is alive.
pub(super) async fn session(context: &ScenarioContext, actors: &Actors<'_>, alive: bool) -> Result<(), Stopped> {
    context.step("send a request with prompt=none");
    let request = actors.authorization().request().with("prompt", "none");
    let journey = actors.authorization().send(&request).await?;
    if alive {
        let code = journey.callback().and_then(|callback| callback.get("code"));
        logout::SESSION_ALIVE.present(&context.recorder, "a code without a prompt", code);
    } else {
        let error = journey.callback().and_then(|callback| callback.get("error"));
        logout::SESSION_OVER.equals(&context.recorder, "login_required", error);
    }
    Ok(())
}

pub(super) async fn redirect(context: &ScenarioContext) -> Result<(), Stopped> {
    let (actors, tokens) = sign_in(context).await?;
    let state = random_text(12);
    let uri = context.target.signed_out_uri.to_string();
    let journey = sign_out(context, &actors, tokens.hint()?, &uri, Some(&state)).await?;
    logout::led_back(&context.recorder, &journey, Some(&state));
    session(context, &actors, false).await
}

async fn no_state(context: &ScenarioContext) -> Result<(), Stopped> {
    let (actors, tokens) = sign_in(context).await?;
    let uri = context.target.signed_out_uri.to_string();
    let journey = sign_out(context, &actors, tokens.hint()?, &uri, None).await?;
    logout::led_back(&context.recorder, &journey, None);
    session(context, &actors, false).await
}

async fn refused(context: &ScenarioContext, change: impl Fn(&Url) -> String) -> Result<(), Stopped> {
    let (actors, tokens) = sign_in(context).await?;
    let uri = change(&context.target.signed_out_uri);
    let journey = sign_out(context, &actors, tokens.hint()?, &uri, Some("s")).await?;
    let text = "The 'post_logout_redirect_uri' parameter must be a Logout redirect URI in the client app settings";
    let says: &[&str] = if context.target.speaks_okta() { &[text] } else { &[] };
    authorization::stays(&context.recorder, &journey, 400, says);
    Ok(())
}

async fn unregistered(context: &ScenarioContext) -> Result<(), Stopped> {
    refused(context, |_| "https://evil.example/signed-out".to_owned()).await
}

async fn query_added(context: &ScenarioContext) -> Result<(), Stopped> {
    refused(context, |uri| format!("{uri}?foo=bar")).await
}

async fn forged(context: &ScenarioContext) -> Result<(), Stopped> {
    let (actors, tokens) = sign_in(context).await?;
    let raw = tokens.hint()?;
    let (message, _) = raw.rsplit_once('.').ok_or(Stopped::CheckFailed)?;
    let forged = format!("{message}.{}", random_text(256));
    let uri = context.target.signed_out_uri.to_string();
    let journey = sign_out(context, &actors, &forged, &uri, Some("s")).await?;
    let stays = journey.callback().is_none_or(|callback| callback.get("error").is_some());
    logout::NOT_LED_BACK.holds(&context.recorder, stays, "no success at the address", journey.summary());
    session(context, &actors, true).await
}

async fn keeps_tokens(context: &ScenarioContext) -> Result<(), Stopped> {
    let (actors, tokens) = sign_in(context).await?;
    let uri = context.target.signed_out_uri.to_string();
    sign_out(context, &actors, tokens.hint()?, &uri, None).await?;
    let reply = actors.tokens().introspect(actors.client, &tokens.reply.access_token, None).await?;
    let alive = reply.body.contains("\"active\":true");
    logout::TOKENS_LIVE.holds(&context.recorder, alive, "active", if alive { "active" } else { "inactive" });
    Ok(())
}
