//! The RP-initiated logout plan (OIDC RP-Initiated Logout 1.0).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::play::Play;
use super::session::NEEDS_A_PERSON;
use super::{Front, Module, Variant, config, runs};
use crate::check::{configuration, logout};
use crate::driver::Visitor;
use crate::flow::{self, random_text};
use crate::issuer_target::Endpoint;
use crate::scenario::stage::{Halt, Stage};
use crate::wire::journey::Journey;
use crate::wire::page::PageKind;

pub(super) const MODULES: &[Module] = &[
    module(
        "oidcc-rp-initiated-logout-discovery-endpoint-verification",
        "Discovery names where to sign out, by https",
        &["fetch the discovery document", "end_session_endpoint and every other endpoint are https"],
        |s, v| Box::pin(discovery(s, v)),
    )
    .front(Front::None),
    module(
        "oidcc-rp-initiated-logout",
        "Signing out leads back with the state, and the session is over",
        &["sign in", "sign out with hint, address and state", "back with the state; prompt=none is refused"],
        |s, v| Box::pin(leads_back(s, v, true)),
    ),
    module(
        "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
        "Signing out never leads to an address that is not registered",
        &["sign in", "sign out with an unregistered address", "a page stays"],
        |s, v| Box::pin(stays(s, v, Hint::Own, "/elsewhere")),
    ),
    module(
        "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
        "The address is compared byte for byte",
        &["sign in", "sign out with a query added to the address", "a page stays"],
        |s, v| Box::pin(stays(s, v, Hint::Own, "?foo=bar")),
    ),
    module(
        "oidcc-rp-initiated-logout-modified-id-token-hint",
        "A hint whose signature was taken off is not trusted",
        &["sign in", "sign out with the hint as an unsigned token", "a page stays"],
        |s, v| Box::pin(stays(s, v, Hint::Unsigned, "")),
    ),
    module(
        "oidcc-rp-initiated-logout-bad-id-token-hint",
        "A hint that somebody else signed is not trusted",
        &["sign in", "sign out with a hint whose signature is another's", "a page stays"],
        |s, v| Box::pin(stays(s, v, Hint::Forged, "")),
    ),
    module(
        "oidcc-rp-initiated-logout-no-id-token-hint",
        "Without a hint nobody is led straight back",
        &["sign in", "sign out with an address and no hint", "a page stays"],
        |s, v| Box::pin(stays(s, v, Hint::None, "")),
    ),
    module(
        "oidcc-rp-initiated-logout-no-params",
        "Signing out needs no parameters",
        &["sign in", "sign out with nothing", "a page says that it is done, or asks"],
        |s, v| Box::pin(page(s, v, &[])),
    ),
    module(
        "oidcc-rp-initiated-logout-no-post-logout-redirect-uri",
        "Without an address signing out ends on a page",
        &["sign in", "sign out with the hint only", "a page says that it is done"],
        |s, v| Box::pin(page(s, v, &[Sent::Hint])),
    ),
    module(
        "oidcc-rp-initiated-logout-only-state",
        "A state alone is no obstacle to signing out",
        &["sign in", "sign out with a state only", "a page says that it is done, or asks"],
        |s, v| Box::pin(page(s, v, &[Sent::State])),
    ),
    module(
        "oidcc-rp-initiated-logout-no-state",
        "Without a state signing out leads back without one",
        &["sign in", "sign out with hint and address", "back without a state; prompt=none is refused"],
        |s, v| Box::pin(leads_back(s, v, false)),
    ),
];

const fn module(name: &'static str, title: &'static str, steps: &'static [&'static str], told: super::Told) -> Module {
    Module::new(name, title, steps, told).runs(runs::in_logout)
}

/// A parameter of the request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Sent {
    Hint,
    State,
}

async fn discovery(stage: &Stage, _: Variant) -> Result<(), Halt> {
    let (_, address, document) = config::document(stage).await?;
    // Without an end_session_endpoint the module is skipped; this judges it among all endpoints.
    configuration::addresses(&stage.recorder, &address, &document);
    Ok(())
}

/// Signs in; answers the ID token that names the session.
async fn sign_in<'a>(stage: &'a Stage, variant: Variant) -> Result<(Play<'a>, String), Halt> {
    let play = Play::begin(stage, variant).await?;
    let gained = play.sign_in(play.request_with_long_state()).await?;
    let hint = gained.hint()?.to_owned();
    Ok((play, hint))
}

pub(super) async fn sign_out(play: &Play<'_>, params: &[(&str, &str)], visitor: Visitor<'_>) -> Result<Journey, Halt> {
    play.step("sign out");
    let url = flow::sign_out(play.stage.endpoint(play.cast.server, Endpoint::EndSession)?, params);
    play.stage.browse(&url, &play.stage.target.signed_out_uri, visitor).await
}

/// Judges that prompt=none finds nobody.
pub(super) async fn is_over(play: &Play<'_>) -> Result<(), Halt> {
    play.step("ask with prompt=none");
    let request = play.request_with_long_state().with("prompt", "none");
    let journey = play.stage.authorize(&play.cast, &request).await?;
    let error = journey.callback().and_then(|callback| callback.get("error"));
    let over = error.is_some_and(|error| NEEDS_A_PERSON.contains(&error));
    logout::SESSION_OVER.holds(&play.stage.recorder, over, NEEDS_A_PERSON.join(" or "), journey.summary());
    Ok(())
}

async fn leads_back(stage: &Stage, variant: Variant, with_state: bool) -> Result<(), Halt> {
    let (play, hint) = sign_in(stage, variant).await?;
    let state = random_text(12);
    let uri = stage.target.signed_out_uri.to_string();
    let mut params = vec![("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", &uri)];
    if with_state {
        params.push(("state", &state));
    }
    let journey = sign_out(&play, &params, Visitor::agreeing(play.cast.account)).await?;
    logout::led_back(&stage.recorder, &journey, with_state.then_some(state.as_str()));
    is_over(&play).await
}

/// What is sent as `id_token_hint`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Hint {
    Own,
    None,
    /// The same claims without a signature.
    Unsigned,
    /// The same claims with a signature that nobody made.
    Forged,
}

impl Hint {
    fn of(self, own: String) -> Option<String> {
        let mut parts = own.split('.');
        let (header, claims) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        match self {
            Self::Own => Some(own),
            Self::None => None,
            Self::Unsigned => {
                Some(format!("{}.{claims}.", URL_SAFE_NO_PAD.encode(json!({ "alg": "none" }).to_string())))
            }
            Self::Forged => Some(format!("{header}.{claims}.{}", random_text(256))),
        }
    }
}

/// Signs out in a way after which nobody may be led back.
async fn stays(stage: &Stage, variant: Variant, hint: Hint, suffix: &str) -> Result<(), Halt> {
    let (play, own) = sign_in(stage, variant).await?;
    let hint = hint.of(own);
    let state = random_text(12);
    let uri = format!("{}{suffix}", stage.target.signed_out_uri);
    let mut params = vec![("post_logout_redirect_uri", uri.as_str()), ("state", &state)];
    params.extend(hint.as_deref().map(|hint| ("id_token_hint", hint)));
    // Nobody answers what a page may ask: only a redirect without any question is wrong.
    let journey = sign_out(&play, &params, Visitor::nobody()).await?;
    judge_page(stage, &journey, &[PageKind::Error, PageKind::SignedOut]);
    Ok(())
}

/// Signs out without an address to be led back to.
async fn page(stage: &Stage, variant: Variant, sent: &[Sent]) -> Result<(), Halt> {
    let (play, hint) = sign_in(stage, variant).await?;
    let state = random_text(12);
    let params: Vec<(&str, &str)> = sent
        .iter()
        .map(|sent| match sent {
            Sent::Hint => ("id_token_hint", hint.as_str()),
            Sent::State => ("state", state.as_str()),
        })
        .collect();
    let journey = sign_out(&play, &params, Visitor::nobody()).await?;
    judge_page(stage, &journey, &[PageKind::SignedOut, PageKind::SignIn]);
    Ok(())
}

/// Judges that the browser stays on a page of the issuer, and that it is one of those.
fn judge_page(stage: &Stage, journey: &Journey, wanted: &[PageKind]) {
    let words: Vec<&str> = wanted.iter().map(|kind| kind.word()).collect();
    let expected = words.join(" or ");
    match journey.page() {
        Some(page) if wanted.contains(&page.kind) => {
            logout::STAYS.holds(&stage.recorder, true, expected, page.summary());
        }
        // An error where signing out should simply work is no matter of taste.
        Some(page) if page.kind == PageKind::Error => {
            logout::STAYS.holds(&stage.recorder, false, expected, page.summary());
        }
        Some(page) => logout::STAYS.review(&stage.recorder, expected, page.summary()),
        None => drop(logout::STAYS.holds(&stage.recorder, false, expected, journey.summary())),
    }
}
