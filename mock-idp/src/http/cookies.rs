//! Cookies. Each org has its own names, since all ports of a host share their cookies.

use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use mock_idp_core::ledger::KeepPrompts;

use crate::engine::Browser;
use crate::routing::{At, Decided, FromHead};

/// Seconds for which a browser is known again: as long as it matters when its users were asked to stay signed in.
const BROWSER_AGE: i64 = KeepPrompts::LIFETIME;

/// The browser that sends a request, and the names of its cookies.
#[derive(Debug)]
pub(crate) struct BrowserCookies {
    pub(crate) browser: Browser,
    pub(crate) names: CookieNames,
}

/// Names and attributes of this org's cookies on this scheme.
#[derive(Clone, Debug)]
pub(crate) struct CookieNames {
    org: String,
    secure: bool,
}

impl FromHead for BrowserCookies {
    fn from_head(head: &Parts) -> Result<Self, Decided> {
        let At(address) = At::from_head(head)?;
        let names = CookieNames { org: address.org.name.clone(), secure: address.secure };
        let browser = Browser {
            session: value(&head.headers, &names.name("sid")),
            state: value(&head.headers, &names.state()),
            id: value(&head.headers, &names.name("browser")),
            request: head.extensions.get().cloned(),
        };
        Ok(Self { browser, names })
    }
}

impl CookieNames {
    fn name(&self, what: &str) -> String {
        // WebKit drops `__Host-` and `Secure` cookies on plain http, also on localhost: attributes follow the scheme.
        let prefix = if self.secure { "__Host-" } else { "" };
        format!("{prefix}mockidp_{}_{what}", self.org)
    }

    /// The cookie that scripts of our own pages read. Session Management 3.2.
    pub(crate) fn state(&self) -> String {
        self.name("state")
    }

    /// On https `SameSite=None`, as Okta's: apps on another scheme or site embed hidden frames. On http that is not allowed.
    fn attributes(&self) -> &'static str {
        if self.secure { "Path=/; HttpOnly; Secure; SameSite=None" } else { "Path=/; HttpOnly; SameSite=Lax" }
    }

    fn attributes_for_scripts(&self) -> &'static str {
        if self.secure { "Path=/; Secure; SameSite=None" } else { "Path=/; SameSite=Lax" }
    }
}

fn value(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.to_owned())
}

/// Sets the cookies that have a value. `session_age`: the seconds for which those of the session are kept; `None`: until the browser is
/// closed.
pub(crate) fn set_cookies(response: &mut Response, names: &CookieNames, cookies: &Browser, session_age: Option<i64>) {
    let age = session_age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    if let Some(session) = &cookies.session {
        append(response, &format!("{}={session}; {}{age}", names.name("sid"), names.attributes()));
    }
    if let Some(state) = &cookies.state {
        append(response, &format!("{}={state}; {}{age}", names.state(), names.attributes_for_scripts()));
    }
    if let Some(id) = &cookies.id {
        append(response, &format!("{}={id}; {}; Max-Age={BROWSER_AGE}", names.name("browser"), names.attributes()));
    }
}

/// Removes the cookies of the session that the browser has.
pub(crate) fn clear_session(response: &mut Response, names: &CookieNames, browser: &Browser) {
    if browser.session.is_some() {
        append(response, &format!("{}=; {}; Max-Age=0", names.name("sid"), names.attributes()));
    }
    if browser.state.is_some() {
        append(response, &format!("{}=; {}; Max-Age=0", names.state(), names.attributes_for_scripts()));
    }
}

fn append(response: &mut Response, cookie: &str) {
    // Values are ours: base64url and org names, always a valid header.
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
