//! The hosted pages in a real browser: a few scenarios that run if a browser is installed. With `--driver browser`
//! all others use it too.

use super::definition::{RequiredDriver, Scenario, ScenarioFn};
use super::needs::Need;
use super::{code, consent, logout, redirect, response, second_factors, users};
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, LOCKED, PARTNER, QUESTION_FACTOR, WEB};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario("browser.code", "A user signs in with a browser", |context| {
            Box::pin(code::signs_in(context, WEB, Custom))
        }),
        scenario("browser.fragment", "The redirect URI receives a response in the fragment", |context| {
            Box::pin(response::mode(context, "fragment"))
        }),
        scenario("browser.form-post", "The browser posts a form_post response without a click", |context| {
            Box::pin(response::mode(context, "form_post"))
        })
        .cites(&["OAuth 2.0 Form Post Response Mode 2"]),
        scenario("browser.consent", "A user is asked for consent and agrees", |context| {
            Box::pin(consent::allow(context))
        })
        .cites(&["OIDC Core 3.1.2.4"])
        .needs(&[Need::Market, Need::ExclusiveIssuer, Need::Secret(PARTNER)]),
        scenario("browser.refused", "A locked-out user gets an error on the sign-in page", |context| {
            Box::pin(users::refused(context, LOCKED))
        })
        .needs(&[Need::Market, Need::Account(LOCKED)]),
        scenario("browser.second-factor", "A user signs in with a second factor", |context| {
            Box::pin(second_factors::signs_in(context, QUESTION_FACTOR, &["pwd", "kba", "mfa"]))
        })
        .needs(&[Need::Market, Need::Account(QUESTION_FACTOR)]),
        scenario("browser.unregistered", "An unregistered redirect URI leads to an error page", |context| {
            Box::pin(redirect::altered(context, |uri| format!("{uri}/elsewhere")))
        })
        .cites(&["RFC 9700 4.1.3"]),
        scenario("browser.logout", "Signing out ends the session of the browser", |context| {
            Box::pin(logout::redirect(context))
        })
        .cites(&["OIDC RP-Initiated Logout 2"])
        .needs(&[Need::Endpoint(Custom, Endpoint::EndSession)]),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function)
        .cites(&["OIDC Core 3.1.2"])
        .tags(&["browser"])
        .driver(RequiredDriver::Browser)
        .needs(&[Need::Client(WEB), Need::Account(BUYER), Need::Server(Custom)])
}
