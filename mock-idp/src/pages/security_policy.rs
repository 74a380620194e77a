//! The Content-Security-Policy of each page.
//!
//! Browsers check `form-action`, `frame-src` and `img-src` also for every redirect that follows (CSP 3, 4.1.2 and 6.4.2). What an app
//! does after its callback, and where its logout page and logo redirect to, is not known here. So a form that ends at an app has no
//! `form-action`, and frames and logos are limited by scheme only.

use url::{Host, Url};

use super::chrome::web_link;
use crate::pages::view::{AboutClient, PageView};

/// The header's value for the pages of the console. Their forms and scripts use this server only.
pub(crate) const CONSOLE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
    img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/// The header's value for a page.
pub(crate) fn content_security_policy(view: &PageView) -> String {
    // A message goes to a window of the redirect URI's origin: it may embed the page, and the one script may run.
    let (script, ancestors) = match view {
        PageView::PostMessage(view) => (format!("'nonce-{}'", view.frame.request_id), embedder(&view.target_origin)),
        // Any app may embed it: the answer depends on the origin of the page that asks.
        PageView::CheckSession(_) => ("'self'".to_owned(), "http: https:".to_owned()),
        _ => ("'self'".to_owned(), "'none'".to_owned()),
    };
    let logo = match view {
        PageView::SignIn(view) => logo_source(&view.about),
        PageView::Consent(view) => logo_source(&view.about),
        _ => "",
    };
    let form_action = match view {
        PageView::SignIn(_)
        | PageView::Recovery(_)
        | PageView::Proofs(_)
        | PageView::KeepMeSignedIn(_)
        | PageView::Consent(_)
        | PageView::FormPost(_)
        | PageView::Activation(_) => "",
        PageView::Backchannel(_) | PageView::SignOut(_) => "; form-action 'self'",
        PageView::Home(_)
        | PageView::Error(_)
        | PageView::SignedOut(_)
        | PageView::MagicLink(_)
        | PageView::PostMessage(_)
        | PageView::CheckSession(_) => "; form-action 'none'",
    };
    let frames = match view {
        PageView::SignedOut(view) if !view.frames.is_empty() => "; frame-src http: https:",
        _ => "",
    };
    let connections = match view {
        PageView::Proofs(view) if view.step.waits_for_phone() => "; connect-src 'self'",
        _ => "",
    };
    format!(
        "default-src 'none'; style-src 'self'; script-src {script}; img-src 'self' data:{logo}; base-uri 'none'; \
         frame-ancestors {ancestors}{form_action}{frames}{connections}"
    )
}

fn logo_source(about: &AboutClient) -> &'static str {
    if web_link(about.logo_uri.as_ref()).is_some() { " http: https:" } else { "" }
}

/// The source that stands for an origin. CSP 3 2.3.1: a host source has no form for an IPv6 literal (Chromium ignores one), and
/// other schemes and names are not in its grammar either; then it is the scheme alone.
fn embedder(origin: &str) -> String {
    let Ok(uri) = Url::parse(origin) else { return "'none'".to_owned() };
    let scheme = uri.scheme();
    let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
    match uri.host() {
        Some(Host::Domain(host)) if matches!(scheme, "http" | "https") && is_plain(host) => {
            format!("{scheme}://{host}{port}")
        }
        Some(Host::Ipv4(address)) => format!("{scheme}://{address}{port}"),
        _ => format!("{scheme}:"),
    }
}

/// CSP 3 2.3.1 `host-char`. Excludes characters that end the directive (`;`, `,`).
fn is_plain(host: &str) -> bool {
    host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}
