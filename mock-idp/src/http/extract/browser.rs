//! Cookies. Each org has its own names, since all ports of a host share one jar.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use mock_idp_core::ledger::Session;

use crate::address::Address;
use crate::engine::Browser;
use crate::http::respond::api_error::ApiError;
use crate::http::respond::text;

/// The browser that asks, and how to write its cookies.
#[derive(Debug)]
pub(crate) struct FromBrowser {
    pub(crate) browser: Browser,
    pub(crate) jar: Jar,
}

/// Names and attributes of this org's cookies on this scheme.
#[derive(Clone, Debug)]
pub(crate) struct Jar {
    org: String,
    secure: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for FromBrowser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let address =
            parts.extensions.get::<Arc<Address>>().ok_or_else(|| ApiError::internal().because("no address"))?;
        let jar = Jar { org: address.org.name.clone(), secure: address.secure };
        let browser = Browser {
            session: value(&parts.headers, &jar.name("sid")),
            id: value(&parts.headers, &jar.name("browser")),
        };
        Ok(Self { browser, jar })
    }
}

/// The origin of the page that a request comes from, if a browser says so.
#[derive(Clone, Debug)]
pub(crate) struct Origin(pub(crate) Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(text(&parts.headers, header::ORIGIN)))
    }
}

impl Jar {
    fn name(&self, what: &str) -> String {
        // WebKit drops `__Host-` and `Secure` cookies on plain http, also on localhost: attributes follow the scheme.
        let prefix = if self.secure { "__Host-" } else { "" };
        format!("{prefix}mockidp_{}_{what}", self.org)
    }

    /// On https `SameSite=None`, as Okta's: apps on another scheme or site embed hidden frames. On http that is not allowed.
    fn attributes(&self) -> &'static str {
        if self.secure { "Path=/; HttpOnly; Secure; SameSite=None" } else { "Path=/; HttpOnly; SameSite=Lax" }
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

/// Sets what is to be set.
pub(crate) fn set_cookies(response: &mut Response, jar: &Jar, cookies: &Browser, remember: bool) {
    let age = if remember { format!("; Max-Age={}", Session::LONGEST) } else { String::new() };
    if let Some(session) = &cookies.session {
        append(response, &format!("{}={session}; {}{age}", jar.name("sid"), jar.attributes()));
    }
    if let Some(id) = &cookies.id {
        append(response, &format!("{}={id}; {}", jar.name("browser"), jar.attributes()));
    }
}

/// Takes the session cookie back.
pub(crate) fn clear_session(response: &mut Response, jar: &Jar) {
    append(response, &format!("{}=; {}; Max-Age=0", jar.name("sid"), jar.attributes()));
}

fn append(response: &mut Response, cookie: &str) {
    // Values are ours: base64url and org names, always a legal header.
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
