//! The org that a request is for, and the host name that it uses.
//!
//! Only the server's own names are answered: a page of another site that points its name at this machine (DNS rebinding) is
//! refused, and no foreign name gets into an issuer, a link or a cookie.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::Ipv6Addr;
use std::sync::{Arc, Weak};

use arc_swap::ArcSwap;
use axum::response::{IntoResponse as _, Response};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::address::Address;
use crate::engine::{OrgInstance, Orgs};
use crate::http::layers::okta_headers::RateWindows;
use crate::http::layers::response_cache::ResponseCache;
use crate::settings::Settings;

/// The prefix of paths that name their org.
const ORG_PATH: &str = "/_org/";
/// RFC 8414 3.1: the metadata of an issuer with a path, which comes behind the well-known part.
const WELL_KNOWN_ORG_PATH: &str = "/.well-known/oauth-authorization-server/_org/";

/// Resolves addresses for one server.
#[derive(Debug)]
pub(crate) struct Resolver {
    orgs: Arc<Orgs>,
    settings: Arc<Settings>,
    edges: Edges,
}

/// An address, with the edge state of its org.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) address: Arc<Address>,
    pub(crate) edge: Arc<Edge>,
}

/// What the front stores for each org. Entries of removed orgs are dropped when another org is added.
type Edges = ArcSwap<HashMap<String, (Weak<OrgInstance>, Arc<Edge>)>>;

/// What the front stores for an org.
#[derive(Debug, Default)]
pub(crate) struct Edge {
    pub(crate) windows: RateWindows,
    pub(crate) cache: ResponseCache,
}

/// The last address of a connection: nearly all requests of a connection have the same one.
#[derive(Debug, Default)]
pub(crate) struct LastAddress {
    last: Mutex<Option<Remembered>>,
    /// Cancelled when the org of the last address is removed.
    ending: watch::Sender<Option<CancellationToken>>,
}

#[derive(Debug)]
struct Remembered {
    host: HeaderValue,
    /// The revision of the sandboxes.
    revision: u64,
    resolved: Arc<Resolved>,
}

impl LastAddress {
    fn find(&self, host: &HeaderValue, revision: u64) -> Option<Arc<Resolved>> {
        let last = self.last.lock();
        let found = last.as_ref().filter(|last| last.host == *host && last.revision == revision)?;
        Some(Arc::clone(&found.resolved))
    }

    fn remember(&self, host: HeaderValue, revision: u64, resolved: &Arc<Resolved>) {
        let ending = resolved.address.org.ending().cloned();
        self.ending.send_if_modified(|known| {
            let changes = known.is_some() || ending.is_some();
            *known = ending;
            changes
        });
        *self.last.lock() = Some(Remembered { host, revision, resolved: Arc::clone(resolved) });
    }

    /// Resolves when the org of the last address is removed.
    pub(crate) async fn org_removed(&self) {
        let mut ending = self.ending.subscribe();
        loop {
            let Some(end) = ending.borrow_and_update().clone() else {
                // The sender lives as long as `self`.
                let _ = ending.changed().await;
                continue;
            };
            tokio::select! {
                () = end.cancelled() => return,
                _ = ending.changed() => {}
            }
        }
    }
}

/// Why a request is for no org.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Misaddressed {
    status: StatusCode,
    text: String,
}

impl Misaddressed {
    fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, text: text.into() }
    }

    /// The answer, in plain text for the person who has to change a setting.
    pub(crate) fn into_response(self) -> Response {
        (self.status, [(header::CACHE_CONTROL, "no-store")], self.text).into_response()
    }

    /// The request was for an org that was removed while it was being answered.
    pub(crate) fn removed(org: &OrgInstance) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("The org {:?} has been removed.\n", org.name))
    }

    pub(crate) fn reason(&self) -> &str {
        &self.text
    }
}

impl Resolver {
    pub(crate) fn new(orgs: Arc<Orgs>, settings: Arc<Settings>) -> Self {
        Self { orgs, settings, edges: Edges::default() }
    }

    /// Resolves the request's address, and takes `/_org/{name}` off its path.
    pub(crate) fn resolve(
        &self,
        uri: &mut Uri,
        headers: &HeaderMap,
        secure: bool,
        last: &LastAddress,
    ) -> Result<Arc<Resolved>, Misaddressed> {
        let host = requested_host(uri, headers)?;
        if uri.path().starts_with(WELL_KNOWN_ORG_PATH) {
            *uri = with_org_first(uri);
        }
        if uri.path().starts_with(ORG_PATH) {
            let (name, rest) = split_org_path(uri);
            let org = self.named(&name)?;
            *uri = rest;
            return self.build(&host, &org, &format!("{ORG_PATH}{name}"), secure);
        }
        // Read first, so that a change in the meantime is not missed.
        let revision = self.orgs.sandboxes().revision();
        if let Some(resolved) = last.find(&host, revision) {
            return Ok(resolved);
        }
        let org = match parse_host(&host)? {
            (Name::UnderLocalhost { label, name }, _) if !self.is_given(name) || self.orgs.org(label).is_some() => {
                self.named(label)?
            }
            _ => Arc::clone(self.orgs.default_org()),
        };
        let resolved = self.build(&host, &org, "", secure)?;
        last.remember(host, revision, &resolved);
        Ok(resolved)
    }

    /// The address of a request that is answered under any name: that of the default org on this machine.
    pub(crate) fn nameless(&self, secure: bool) -> Result<Arc<Resolved>, Misaddressed> {
        self.build(&HeaderValue::from_static("localhost"), self.orgs.default_org(), "", secure)
    }

    fn named(&self, name: &str) -> Result<Arc<OrgInstance>, Misaddressed> {
        self.orgs.org(name).ok_or_else(|| {
            let mut text = format!("No org is named {name:?} here. Orgs of this mock:");
            for org in self.orgs.loaded() {
                let _ = write!(text, " {}", org.name);
            }
            match self.orgs.sandboxes().list().len() {
                0 => {}
                1 => text.push_str(", and 1 sandbox"),
                more => _ = write!(text, ", and {more} sandboxes"),
            }
            let _ = writeln!(
                text,
                ".\nIf {name}.localhost is another name of this machine, start the mock with --allow-host {name}.localhost \
                 (or MOCK_IDP_ALLOW_HOST={name}.localhost)."
            );
            Misaddressed::new(StatusCode::NOT_FOUND, text)
        })
    }

    fn build(
        &self,
        host: &HeaderValue,
        org: &Arc<OrgInstance>,
        path_prefix: &str,
        secure: bool,
    ) -> Result<Arc<Resolved>, Misaddressed> {
        let (name, authority) = parse_host(host)?;
        if !self.is_ours(&name) {
            return Err(self.foreign(authority));
        }
        let pinned = self.settings.issuer_url.as_ref();
        // A request to the pinned name comes through a proxy that serves that name, TLS included.
        let pinned_here = pinned.filter(|url| url.authority().eq_ignore_ascii_case(authority));
        let secure = secure || pinned_here.is_some_and(|url| url.as_str().starts_with("https:"));
        let root = match pinned_here {
            Some(url) => url.as_str().to_owned(),
            None => format!("{}://{}", if secure { "https" } else { "http" }, authority.to_ascii_lowercase()),
        };
        let base: Arc<str> = format!("{root}{path_prefix}").into();
        let issuer_base = match pinned {
            None => Arc::clone(&base),
            // A pinned issuer does not depend on the address.
            Some(url) if Arc::ptr_eq(org, self.orgs.default_org()) => url.as_str().into(),
            Some(url) => format!("{}{ORG_PATH}{}", url.as_str(), org.name).into(),
        };
        let edge = self.edge(org);
        let (orgs, settings) = (Arc::clone(&self.orgs), Arc::clone(&self.settings));
        let path_prefix = path_prefix.into();
        let address = Address { org: Arc::clone(org), base, issuer_base, path_prefix, secure, orgs, settings };
        Ok(Arc::new(Resolved { address: Arc::new(address), edge }))
    }

    fn edge(&self, org: &Arc<OrgInstance>) -> Arc<Edge> {
        let find = |edges: &HashMap<String, (Weak<OrgInstance>, Arc<Edge>)>| {
            let (owner, edge) = edges.get(&org.name)?;
            // A sandbox of the same name may have been removed before.
            std::ptr::eq(owner.as_ptr(), Arc::as_ptr(org)).then(|| Arc::clone(edge))
        };
        if let Some(edge) = find(&self.edges.load()) {
            return edge;
        }
        let new = Arc::new(Edge::default());
        self.edges.rcu(|edges| {
            let mut next: HashMap<_, _> = (**edges).clone();
            if find(&next).is_none() {
                next.retain(|_, (owner, _)| owner.strong_count() > 0);
                next.insert(org.name.clone(), (Arc::downgrade(org), Arc::clone(&new)));
            }
            next
        });
        find(&self.edges.load()).unwrap_or(new)
    }

    fn is_ours(&self, name: &Name<'_>) -> bool {
        match name {
            Name::Loopback | Name::UnderLocalhost { .. } => true,
            Name::Other(name) => self.is_given(name),
        }
    }

    /// Whether the name is one of those in the settings.
    fn is_given(&self, name: &str) -> bool {
        let pinned = self.settings.issuer_url.as_ref().map(|url| url.host());
        let allowed = self.settings.allowed_hosts.iter().map(String::as_str);
        allowed.chain(pinned).any(|ours| ours.eq_ignore_ascii_case(name))
    }

    fn foreign(&self, authority: &str) -> Misaddressed {
        let name = split_port(authority).map_or(authority, |(name, _)| name);
        Misaddressed::new(
            StatusCode::MISDIRECTED_REQUEST,
            format!(
                "This mock is not called {name:?}. It answers to localhost, 127.0.0.1, [::1], its orgs' names under \
                 .localhost, and names that are given to it: start it with --allow-host {name} (or \
                 MOCK_IDP_ALLOW_HOST={name}).\n"
            ),
        )
    }
}

/// The kinds of host names.
#[derive(Debug, Eq, PartialEq)]
enum Name<'a> {
    Loopback,
    /// `{label}.localhost`: an org's, or one that is given.
    UnderLocalhost {
        label: &'a str,
        name: &'a str,
    },
    Other(&'a str),
}

/// The requested host. RFC 9112 3.2.2: the authority of an absolute request target overrides the Host header.
fn requested_host(uri: &Uri, headers: &HeaderMap) -> Result<HeaderValue, Misaddressed> {
    if let Some(authority) = uri.authority() {
        return HeaderValue::from_str(authority.as_str())
            .map_err(|_| Misaddressed::new(StatusCode::BAD_REQUEST, "The request target names no host.\n"));
    }
    let mut hosts = headers.get_all(header::HOST).iter();
    // RFC 9112 3.2: a request without Host, or with more than one, is a bad request.
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => Ok(host.clone()),
        (None, _) => Err(Misaddressed::new(StatusCode::BAD_REQUEST, "The request has no Host header.\n")),
        (Some(_), Some(_)) => {
            Err(Misaddressed::new(StatusCode::BAD_REQUEST, "The request has more than one Host header.\n"))
        }
    }
}

fn parse_host(host: &HeaderValue) -> Result<(Name<'_>, &str), Misaddressed> {
    let bad = || Misaddressed::new(StatusCode::BAD_REQUEST, "The Host header is not a host and port.\n");
    let authority = host.to_str().map_err(|_| bad())?;
    let (name, _port) = split_port(authority).ok_or_else(bad)?;
    let name = match strip_localhost(name) {
        _ if matches!(name, "127.0.0.1" | "[::1]") || name.eq_ignore_ascii_case("localhost") => Name::Loopback,
        Some(label) => Name::UnderLocalhost { label, name },
        None => Name::Other(name),
    };
    Ok((name, authority))
}

/// `{label}` of `{label}.localhost`.
fn strip_localhost(name: &str) -> Option<&str> {
    let at = name.len().checked_sub(".localhost".len())?;
    let (label, rest) = name.split_at_checked(at)?;
    (rest.eq_ignore_ascii_case(".localhost") && !label.is_empty()).then_some(label)
}

/// Host and port of an authority, if it has no other parts.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let (name, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let end = rest.find(']')?;
            rest[..end].parse::<Ipv6Addr>().ok()?;
            let (name, port) = authority.split_at(end + 2);
            (name, if port.is_empty() { None } else { Some(port.strip_prefix(':')?) })
        }
        None => match authority.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (authority, None),
        },
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if name.is_empty() || !(name.starts_with('[') || name.bytes().all(plain)) {
        return None;
    }
    match port {
        None => Some((name, None)),
        Some(port) => Some((name, Some(port.parse().ok()?))),
    }
}

/// The same address with the org's name before the well-known part.
fn with_org_first(uri: &Uri) -> Uri {
    let path = uri.path().strip_prefix(WELL_KNOWN_ORG_PATH).unwrap_or_default();
    let (name, issuer) = path.split_at(path.find('/').unwrap_or(path.len()));
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let moved = format!("{ORG_PATH}{name}/.well-known/oauth-authorization-server{issuer}{query}");
    moved.parse().unwrap_or_else(|_| uri.clone())
}

/// The org's name and the rest of `/_org/{name}/…`.
fn split_org_path(uri: &Uri) -> (String, Uri) {
    let path = uri.path().strip_prefix(ORG_PATH).unwrap_or_default();
    let (name, rest) = path.split_at(path.find('/').unwrap_or(path.len()));
    let mut target = if rest.is_empty() { "/".to_owned() } else { rest.to_owned() };
    if let Some(query) = uri.query() {
        let _ = write!(target, "?{query}");
    }
    let target = PathAndQuery::try_from(target).unwrap_or(PathAndQuery::from_static("/"));
    (name.to_owned(), Uri::from(target))
}

#[cfg(test)]
mod tests;
