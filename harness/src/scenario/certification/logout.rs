//! The RP-initiated logout plan (OIDC RP-Initiated Logout 1.0).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::module::{Module, ModuleFn};
use super::module_run::ModuleRun;
use super::plan::Variant;
use super::session::NEEDS_A_PERSON;
use super::{config, runs};
use crate::check::{configuration, logout};
use crate::driver::User;
use crate::flow::{self, random_text};
use crate::issuer_target::Endpoint;
use crate::scenario::context::ScenarioContext;
use crate::scenario::definition::RequiredDriver;
use crate::scenario::stopped::Stopped;
use crate::wire::journey::Journey;
use crate::wire::page::PageKind;

pub(super) const MODULES: &[Module] = &[
    module(
        "oidcc-rp-initiated-logout-discovery-endpoint-verification",
        "The discovery document has an end_session_endpoint with https",
        |context, variant| Box::pin(discovery(context, variant)),
    )
    .driver(RequiredDriver::None),
    module(
        "oidcc-rp-initiated-logout",
        "Signing out redirects back with the state, and the session has ended",
        |context, variant| Box::pin(leads_back(context, variant, true)),
    ),
    module(
        "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
        "Signing out never redirects to an unregistered URI",
        |context, variant| Box::pin(stays(context, variant, Hint::Own, "/elsewhere")),
    ),
    module(
        "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
        "A post_logout_redirect_uri with another query is rejected",
        |context, variant| Box::pin(stays(context, variant, Hint::Own, "?foo=bar")),
    ),
    module(
        "oidcc-rp-initiated-logout-modified-id-token-hint",
        "An id_token_hint without its signature is rejected",
        |context, variant| Box::pin(stays(context, variant, Hint::Unsigned, "")),
    ),
    module(
        "oidcc-rp-initiated-logout-bad-id-token-hint",
        "An id_token_hint with a forged signature is rejected",
        |context, variant| Box::pin(stays(context, variant, Hint::Forged, "")),
    ),
    module(
        "oidcc-rp-initiated-logout-no-id-token-hint",
        "Signing out without an id_token_hint asks the user before the browser is redirected",
        |context, variant| Box::pin(stays(context, variant, Hint::None, "")),
    ),
    module("oidcc-rp-initiated-logout-no-params", "Signing out without parameters succeeds", |context, variant| {
        Box::pin(page(context, variant, &[]))
    }),
    module(
        "oidcc-rp-initiated-logout-no-post-logout-redirect-uri",
        "Signing out without a redirect URI ends on a page",
        |context, variant| Box::pin(page(context, variant, &[Sent::Hint])),
    ),
    module(
        "oidcc-rp-initiated-logout-only-state",
        "Signing out with only a state ends on a page",
        |context, variant| Box::pin(page(context, variant, &[Sent::State])),
    ),
    module(
        "oidcc-rp-initiated-logout-no-state",
        "Signing out without a state redirects back without one",
        |context, variant| Box::pin(leads_back(context, variant, false)),
    ),
];

const fn module(name: &'static str, title: &'static str, function: ModuleFn) -> Module {
    Module::new(name, title, function).runs(runs::in_logout)
}

/// A parameter of the request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Sent {
    Hint,
    State,
}

async fn discovery(context: &ScenarioContext, _: Variant) -> Result<(), Stopped> {
    let (_, address, document) = config::document(context).await?;
    // Without an end_session_endpoint the module is skipped. This judges it with all other endpoints.
    configuration::addresses(&context.recorder, &address, &document);
    Ok(())
}

/// Signs in. Returns the ID token of the session.
async fn sign_in<'a>(context: &'a ScenarioContext, variant: Variant) -> Result<(ModuleRun<'a>, String), Stopped> {
    let run = ModuleRun::begin(context, variant).await?;
    let result = run.sign_in(run.request_with_long_state()).await?;
    let hint = result.hint()?.to_owned();
    Ok((run, hint))
}

pub(super) async fn sign_out(run: &ModuleRun<'_>, params: &[(&str, &str)], user: User<'_>) -> Result<Journey, Stopped> {
    run.step("sign out");
    let url = flow::sign_out(run.actors.endpoint(Endpoint::EndSession)?, params);
    run.context.browse(&url, &run.context.target.signed_out_uri, user).await
}

/// Judges that prompt=none finds no session.
pub(super) async fn is_over(run: &ModuleRun<'_>) -> Result<(), Stopped> {
    run.step("send a request with prompt=none");
    let request = run.request_with_long_state().with("prompt", "none");
    let journey = run.actors.authorization().send(&request).await?;
    let error = journey.callback().and_then(|callback| callback.get("error"));
    let over = error.is_some_and(|error| NEEDS_A_PERSON.contains(&error));
    logout::SESSION_OVER.holds(&run.context.recorder, over, NEEDS_A_PERSON.join(" or "), journey.summary());
    Ok(())
}

async fn leads_back(context: &ScenarioContext, variant: Variant, with_state: bool) -> Result<(), Stopped> {
    let (run, hint) = sign_in(context, variant).await?;
    let state = long_state();
    let uri = context.target.signed_out_uri.to_string();
    let mut params = vec![("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", &uri)];
    if with_state {
        params.push(("state", &state));
    }
    let journey = sign_out(&run, &params, User::consenting(run.actors.account)).await?;
    logout::led_back(&context.recorder, &journey, with_state.then_some(state.as_str()));
    is_over(&run).await
}

/// A state with every printable character (RFC 6749 A.5).
fn long_state() -> String {
    let printable: String = (' '..='~').collect();
    format!("{}{printable}", random_text(33))
}

/// What is sent as `id_token_hint`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Hint {
    Own,
    None,
    /// The same claims without a signature.
    Unsigned,
    /// The same claims with a wrong signature.
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

/// Signs out with parameters that must not redirect.
async fn stays(context: &ScenarioContext, variant: Variant, hint: Hint, suffix: &str) -> Result<(), Stopped> {
    let (run, own) = sign_in(context, variant).await?;
    let hint = hint.of(own);
    let state = random_text(12);
    let uri = format!("{}{suffix}", context.target.signed_out_uri);
    let mut params = vec![("post_logout_redirect_uri", uri.as_str()), ("state", &state)];
    params.extend(hint.as_deref().map(|hint| ("id_token_hint", hint)));
    // A question of the page stays unanswered: only a redirect without a question is wrong.
    let journey = sign_out(&run, &params, User::anonymous()).await?;
    judge_page(context, &journey, &[PageKind::Error, PageKind::SignedOut, PageKind::SignOutQuestion]);
    if hint.is_none() { asks_first(&run).await } else { Ok(()) }
}

/// Signs out without a redirect URI.
async fn page(context: &ScenarioContext, variant: Variant, sent: &[Sent]) -> Result<(), Stopped> {
    let (run, hint) = sign_in(context, variant).await?;
    let state = random_text(12);
    let params: Vec<(&str, &str)> = sent
        .iter()
        .map(|sent| match sent {
            Sent::Hint => ("id_token_hint", hint.as_str()),
            Sent::State => ("state", state.as_str()),
        })
        .collect();
    let journey = sign_out(&run, &params, User::anonymous()).await?;
    if sent.contains(&Sent::Hint) {
        judge_page(context, &journey, &[PageKind::SignedOut, PageKind::SignIn]);
        return Ok(());
    }
    judge_page(context, &journey, &[PageKind::SignedOut, PageKind::SignIn, PageKind::SignOutQuestion]);
    asks_first(&run).await
}

/// Judges that a sign-out without a hint has ended nothing yet: the user has to be asked.
async fn asks_first(run: &ModuleRun<'_>) -> Result<(), Stopped> {
    run.step("send a request with prompt=none");
    let request = run.request_with_long_state().with("prompt", "none");
    let journey = run.actors.authorization().send(&request).await?;
    let alive = journey.callback().is_some_and(|callback| callback.get("code").is_some());
    logout::ASKS.holds(&run.context.recorder, alive, "a code: the session continues", journey.summary());
    Ok(())
}

/// Judges that the browser stays on a page of the issuer of one of those kinds.
fn judge_page(context: &ScenarioContext, journey: &Journey, wanted: &[PageKind]) {
    let words: Vec<&str> = wanted.iter().map(|kind| kind.word()).collect();
    let expected = words.join(" or ");
    match journey.page() {
        Some(page) if wanted.contains(&page.kind) => {
            logout::STAYS.holds(&context.recorder, true, expected, page.summary());
        }
        // An error page is a failure here.
        Some(page) if matches!(page.kind, PageKind::Error | PageKind::Broken) => {
            logout::STAYS.holds(&context.recorder, false, expected, page.summary());
        }
        Some(page) => logout::STAYS.review(&context.recorder, expected, page.summary()),
        None => drop(logout::STAYS.holds(&context.recorder, false, expected, journey.summary())),
    }
}
