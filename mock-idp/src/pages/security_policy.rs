//! The Content-Security-Policy of each page.
//!
//! Chromium and WebKit check `form-action` also for every redirect after the POST of a form: the origin of the app has to be
//! in the list, and the origins that the app redirects to.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::pages::view::{AboutClient, PageView};
use url::{Host, Url};

use super::chrome::web_link;

/// The header's value for the pages of the console, which post to this server only.
pub(crate) const CONSOLE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; \
    frame-ancestors 'none'; form-action 'self'";

/// The header's value for a page. `redirect_origin` is the checked redirect URI of the request, or its origin.
pub(crate) fn content_security_policy(view: &PageView, redirect_origin: Option<&str>) -> String {
    let form_action = match view {
        PageView::SignIn(view) => targets(Some(redirect_origin.unwrap_or(&view.request.redirect_uri))),
        PageView::Consent(view) => targets(Some(redirect_origin.unwrap_or(&view.request.redirect_uri))),
        PageView::FormPost(view) => targets(Some(redirect_origin.unwrap_or(&view.action))),
        PageView::Error(_)
        | PageView::SignedOut(_)
        | PageView::PostMessage(_)
        | PageView::Activation(_)
        | PageView::Backchannel(_) => targets(redirect_origin),
    };
    // A message goes to a window of the redirect URI's origin: it may embed the page, and the one script may run.
    let (script, ancestors) = match view {
        PageView::PostMessage(view) => (format!("'nonce-{}'", view.frame.request_id), embedder(&view.target_origin)),
        _ => ("'self'".to_owned(), "'none'".to_owned()),
    };
    let logo = match view {
        PageView::SignIn(view) => images(&view.about),
        PageView::Consent(view) => images(&view.about),
        _ => String::new(),
    };
    let frame_src = match view {
        PageView::SignedOut(view) => frames(&view.frames),
        _ => String::new(),
    };
    format!(
        "default-src 'none'; style-src 'self'; script-src {script}; img-src 'self' data:{logo}; base-uri 'none'; \
         frame-ancestors {ancestors}; form-action {form_action}{frame_src}"
    )
}

fn embedder(origin: &str) -> String {
    let sources = Url::parse(origin).map(|uri| sources(&uri)).unwrap_or_default();
    sources.first().cloned().unwrap_or_else(|| "'none'".to_owned())
}

fn targets(redirect: Option<&str>) -> String {
    let sources = redirect.and_then(|uri| Url::parse(uri).ok()).map(|uri| sources(&uri)).unwrap_or_default();
    std::iter::once("'self'".to_owned()).chain(sources).collect::<Vec<_>>().join(" ")
}

/// The address of a client's logo.
fn images(about: &AboutClient) -> String {
    let logo = web_link(about.logo_uri.as_ref()).and_then(|uri| Url::parse(uri).ok());
    logo.iter().flat_map(sources).map(|source| format!(" {source}")).collect()
}

/// Front-channel logout: the addresses of the clients, and their redirects on the same machine.
fn frames(addresses: &[String]) -> String {
    let mut allowed: Vec<String> =
        addresses.iter().filter_map(|uri| Url::parse(uri).ok()).flat_map(|uri| sources(&uri)).collect();
    allowed.sort_unstable();
    allowed.dedup();
    if allowed.is_empty() { String::new() } else { format!("; frame-src {}", allowed.join(" ")) }
}

/// The callback of an app under development often redirects on, from the port of its server to the port of its front end.
const LOOPBACK: [&str; 4] = ["http://localhost:*", "https://localhost:*", "http://127.0.0.1:*", "https://127.0.0.1:*"];

fn sources(uri: &Url) -> Vec<String> {
    let scheme = uri.scheme();
    let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
    let loopback = || LOOPBACK.map(str::to_owned);
    match uri.host() {
        Some(Host::Domain(host)) if !matches!(scheme, "http" | "https") || !is_plain(host) => {
            // A native app's own scheme, or a name that is not in the grammar of a host source.
            vec![format!("{scheme}:")]
        }
        Some(Host::Domain(host)) => {
            let mut sources = vec![format!("{scheme}://{host}{port}")];
            if host == "localhost" || host.ends_with(".localhost") {
                sources.extend(loopback());
            }
            sources
        }
        Some(Host::Ipv4(address)) => {
            let mut sources = vec![format!("{scheme}://{address}{port}")];
            if address.octets()[0] == Ipv4Addr::LOCALHOST.octets()[0] {
                sources.extend(loopback());
            }
            sources
        }
        // CSP 2.4.1: a host source has no form for an IPv6 literal (Chromium ignores one), so the scheme is used.
        Some(Host::Ipv6(address)) => {
            let mut sources = vec![format!("{scheme}:")];
            if address == Ipv6Addr::LOCALHOST {
                sources.extend(loopback());
            }
            sources
        }
        None => vec![format!("{scheme}:")],
    }
}

/// CSP 2.3.1 `host-char`. Excludes characters that end the directive (`;`, `,`).
fn is_plain(host: &str) -> bool {
    host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}
