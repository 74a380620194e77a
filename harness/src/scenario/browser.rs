//! The hosted pages in a real browser: a few journeys that run wherever one is installed. With `--driver browser`
//! everything else goes through it as well.

use super::{Front, Need, Scenario, Told, code, consent, logout, redirect, response, users};
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, LOCKED, PARTNER, WEB};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        told("browser.code", "A person signs in with a browser", |s| Box::pin(code::signs_in(s, WEB, Custom))).steps(
            &[
                "open the authorization endpoint",
                "type name and password",
                "land at the redirect URI",
                "exchange the code",
            ],
        ),
        told("browser.fragment", "The response in the fragment reaches the page that the browser lands on", |s| {
            Box::pin(response::mode(s, "fragment"))
        })
        .steps(&["ask with response_mode=fragment", "sign in", "read the fragment of the page"]),
        told("browser.form-post", "The browser posts the response by itself", |s| {
            Box::pin(response::mode(s, "form_post"))
        })
        .cites(&["OAuth 2.0 Form Post Response Mode 2"])
        .steps(&["ask with response_mode=form_post", "sign in", "the form arrives at the redirect URI"]),
        told("browser.consent", "A person is asked for consent and agrees", |s| Box::pin(consent::allow(s)))
            .cites(&["OIDC Core 3.1.2.4"])
            .steps(&["sign in", "press Allow", "the scope is granted"])
            .needs(&[Need::Market, Need::Alone, Need::Secret(PARTNER)]),
        told("browser.refused", "A locked-out person is told so on the page", |s| Box::pin(users::refused(s, LOCKED)))
            .steps(&["type name and password", "the page says no"])
            .needs(&[Need::Market, Need::Account(LOCKED)]),
        told("browser.unregistered", "The browser stays on an error page", |s| {
            Box::pin(redirect::altered(s, |uri| format!("{uri}/elsewhere")))
        })
        .cites(&["RFC 9700 4.1.3"])
        .steps(&["ask with an unregistered redirect URI", "the error page stays"]),
        told("browser.logout", "Signing out ends the browser's session", |s| Box::pin(logout::redirect(s)))
            .cites(&["OIDC RP-Initiated Logout 2"])
            .steps(&["sign in", "sign out", "prompt=none: login_required"])
            .needs(&[Need::Endpoint(Custom, Endpoint::EndSession)]),
    ]
}

fn told(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story).cites(&["OIDC Core 3.1.2"]).tags(&["browser"]).front(Front::Browser).needs(&[
        Need::Client(WEB),
        Need::Account(BUYER),
        Need::Server(Custom),
    ])
}
