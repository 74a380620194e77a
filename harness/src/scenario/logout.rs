//! Signing out (OIDC RP-Initiated Logout 1.0).

use url::Url;

use super::stage::{Cast, Halt, Stage, Tokens};
use super::{Need, Scenario, Told};
use crate::check::{authorization, logout};
use crate::driver::Visitor;
use crate::flow::{self, random_text};
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, WEB};
use crate::wire::journey::Journey;

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        told("logout.redirect", "Signing out leads back with the state, and the session is over", |s| {
            Box::pin(redirect(s))
        })
        .cites(&["OIDF oidcc-rp-initiated-logout"])
        .steps(&["sign in", "sign out with hint, address and state", "prompt=none: login_required"]),
        told("logout.no-state", "Without a state signing out leads back without one", |s| Box::pin(no_state(s)))
            .cites(&["OIDF oidcc-rp-initiated-logout-no-state"])
            .steps(&["sign in", "sign out with hint and address", "no state comes back"]),
        told("logout.unregistered", "Signing out never leads to an address that is not registered", |s| {
            Box::pin(unregistered(s))
        })
        .cites(&["OIDF oidcc-rp-initiated-logout-bad-post-logout-redirect-uri"])
        .steps(&["sign in", "sign out with an unregistered address", "an error page stays"]),
        told("logout.query-added", "The address is compared byte for byte", |s| Box::pin(query_added(s)))
            .cites(&["OIDF oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri"])
            .steps(&["sign in", "sign out with a query added to the address", "an error page stays"]),
        told("logout.forged-hint", "A forged hint signs nobody out", |s| Box::pin(forged(s)))
            .cites(&["OIDF oidcc-rp-initiated-logout-bad-id-token-hint"])
            .steps(&["sign in", "sign out with a hint whose signature is wrong", "no redirect"]),
        told("logout.keeps-tokens", "Signing out leaves the tokens alive", |s| Box::pin(keeps_tokens(s)))
            .cites(&["Okta: /logout"])
            .steps(&["sign in", "sign out", "the access token is still active"])
            .needs(&[Need::Okta, Need::Endpoint(Custom, Endpoint::Introspection)]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story).cites(&["OIDC RP-Initiated Logout 2"]).tags(&["logout", "session"]).needs(&[
        Need::Client(WEB),
        Need::Account(BUYER),
        Need::Endpoint(Custom, Endpoint::EndSession),
    ])
}

async fn sign_in(stage: &Stage) -> Result<(Cast<'_>, Tokens), Halt> {
    let cast = stage.cast(Custom, WEB, BUYER)?;
    stage.step("sign in");
    let tokens = stage.sign_in(&cast, stage.request(&cast)).await?;
    Ok((cast, tokens))
}

/// Sends the browser to the sign-out address.
async fn sign_out(stage: &Stage, cast: &Cast<'_>, hint: &str, uri: &str, state: Option<&str>) -> Result<Journey, Halt> {
    stage.step("sign out");
    let mut params = vec![("id_token_hint", hint), ("post_logout_redirect_uri", uri)];
    params.extend(state.map(|state| ("state", state)));
    let url = flow::sign_out(stage.endpoint(cast.server, Endpoint::EndSession)?, &params);
    // Whoever is asked whether to sign out says yes.
    stage.browse(&url, &stage.target.signed_out_uri, Visitor::agreeing(cast.account)).await
}

/// Judges by prompt=none whether the session lives.
pub(super) async fn session(stage: &Stage, cast: &Cast<'_>, alive: bool) -> Result<(), Halt> {
    stage.step("ask with prompt=none");
    let request = stage.request(cast).with("prompt", "none");
    let journey = stage.authorize(cast, &request).await?;
    if alive {
        let code = journey.callback().and_then(|callback| callback.get("code"));
        logout::SESSION_ALIVE.present(&stage.recorder, "a code without a prompt", code);
    } else {
        let error = journey.callback().and_then(|callback| callback.get("error"));
        logout::SESSION_OVER.equals(&stage.recorder, "login_required", error);
    }
    Ok(())
}

pub(super) async fn redirect(stage: &Stage) -> Result<(), Halt> {
    let (cast, tokens) = sign_in(stage).await?;
    let state = random_text(12);
    let uri = stage.target.signed_out_uri.to_string();
    let journey = sign_out(stage, &cast, tokens.hint()?, &uri, Some(&state)).await?;
    logout::led_back(&stage.recorder, &journey, Some(&state));
    session(stage, &cast, false).await
}

async fn no_state(stage: &Stage) -> Result<(), Halt> {
    let (cast, tokens) = sign_in(stage).await?;
    let uri = stage.target.signed_out_uri.to_string();
    let journey = sign_out(stage, &cast, tokens.hint()?, &uri, None).await?;
    logout::led_back(&stage.recorder, &journey, None);
    session(stage, &cast, false).await
}

async fn refused(stage: &Stage, change: impl Fn(&Url) -> String) -> Result<(), Halt> {
    let (cast, tokens) = sign_in(stage).await?;
    let uri = change(&stage.target.signed_out_uri);
    let journey = sign_out(stage, &cast, tokens.hint()?, &uri, Some("s")).await?;
    let text = "The 'post_logout_redirect_uri' parameter must be a Logout redirect URI in the client app settings";
    let says: &[&str] = if stage.target.speaks_okta() { &[text] } else { &[] };
    authorization::stays(&stage.recorder, &journey, 400, says);
    Ok(())
}

async fn unregistered(stage: &Stage) -> Result<(), Halt> {
    refused(stage, |_| "https://evil.example/signed-out".to_owned()).await
}

async fn query_added(stage: &Stage) -> Result<(), Halt> {
    refused(stage, |uri| format!("{uri}?foo=bar")).await
}

async fn forged(stage: &Stage) -> Result<(), Halt> {
    let (cast, tokens) = sign_in(stage).await?;
    let raw = tokens.hint()?;
    let (message, _) = raw.rsplit_once('.').ok_or(Halt::Failed)?;
    let forged = format!("{message}.{}", random_text(256));
    let uri = stage.target.signed_out_uri.to_string();
    let journey = sign_out(stage, &cast, &forged, &uri, Some("s")).await?;
    let stays = journey.callback().is_none_or(|callback| callback.get("error").is_some());
    logout::NOT_LED_BACK.holds(&stage.recorder, stays, "no success at the address", journey.summary());
    session(stage, &cast, true).await
}

async fn keeps_tokens(stage: &Stage) -> Result<(), Halt> {
    let (cast, tokens) = sign_in(stage).await?;
    let uri = stage.target.signed_out_uri.to_string();
    sign_out(stage, &cast, tokens.hint()?, &uri, None).await?;
    let reply = stage.introspect(&cast, cast.client, &tokens.reply.access_token, None).await?;
    let alive = reply.body.contains("\"active\":true");
    logout::TOKENS_LIVE.holds(&stage.recorder, alive, "active", if alive { "active" } else { "inactive" });
    Ok(())
}
