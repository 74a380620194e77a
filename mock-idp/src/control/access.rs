//! Access to the control API: everybody on this machine while only this machine can connect; otherwise the token is needed.
//!
//! Pages of other sites have no access. A request that changes something must be JSON, which browsers send across origins only
//! after a preflight, and preflights are not answered. Other requests say where they come from.

use std::sync::Arc;

use axum::body::Body;
use axum::response::IntoResponse as _;
use futures_util::future::BoxFuture;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use mock_idp_core::ledger::LedgerError;
use mock_idp_core::protocol::Parameters;
use mock_idp_core::text::nearest;
use subtle::ConstantTimeEq as _;

use crate::control::ControlError;
use crate::control::description::ResponseContent;
use crate::control::index::described;
use crate::journal::Explained;
use crate::routing::{Access, At, Decided, FromHead as _, Matched};
use crate::settings::ControlAccess;

/// Checks the access that the route needs, calls the handler, and waits until changes of the org are stored.
pub(super) fn dispatch(request: Request<Body>) -> BoxFuture<'static, Decided> {
    let (head, body) = request.into_parts();
    Box::pin(async move {
        let matched = match Matched::from_head(&head) {
            Ok(matched) => matched,
            Err(refused) => return refused,
        };
        if matched.route().is_some_and(|route| matches!(route.access, Access::Public | Access::AnyHost)) {
            return matched.handler()(Request::from_parts(head, body)).await;
        }
        let org = match At::from_head(&head) {
            Ok(At(address)) => Arc::clone(&address.org),
            Err(refused) => return refused,
        };
        let unavailable = |error: LedgerError| Explained::undecided(ControlError::from(error).into_response());
        if let Err(refused) = check(&head).and_then(|()| check_query(&head, &matched)) {
            return refused;
        }
        let changes_org = matched.route().and_then(described).is_some_and(|row| row.changes_org);
        let run = org.run_stored(changes_org, || matched.handler()(Request::from_parts(head, body)));
        let mut decided = match run.await {
            Ok(decided) => decided,
            Err(error) => return unavailable(error),
        };
        let no_store = HeaderValue::from_static("no-store");
        decided.result.headers_mut().entry(header::CACHE_CONTROL).or_insert(no_store);
        decided
    })
}

fn check(head: &Parts) -> Result<(), Decided> {
    let refuse = |error: ControlError| Explained::undecided(error.into_response());
    let At(address) = At::from_head(head)?;
    allows(&address.settings.control, &head.headers).map_err(refuse)?;
    if is_from_another_site(&head.headers) {
        return Err(refuse(ControlError::new(
            StatusCode::FORBIDDEN,
            "a page of another site must not use the control API",
            "a request of a program, of a page of this mock, or a link that a person follows",
        )));
    }
    let changes = !matches!(head.method, Method::GET | Method::HEAD);
    if changes && !is_json(&head.headers) {
        return Err(refuse(ControlError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "a request that changes something must be JSON",
            "the header Content-Type: application/json",
        )));
    }
    Ok(())
}

/// A parameter that the operation does not have is an error, except on pages.
fn check_query(head: &Parts, matched: &Matched) -> Result<(), Decided> {
    let Some(row) = matched.route().and_then(described) else { return Ok(()) };
    if !matches!(row.content, ResponseContent::Json(_)) || row.checks_query {
        return Ok(());
    }
    let query = Parameters::parse(head.uri.query().unwrap_or_default().as_bytes());
    match query.iter().find(|(name, _)| !row.has_query_parameter(name)) {
        None => Ok(()),
        Some((name, _)) => {
            let hint = nearest(name, row.query_parameters());
            let hint = hint.map(|known| format!("; did you mean {known:?}?")).unwrap_or_default();
            let error = format!("the query has no parameter {name:?}{hint}");
            let known: Vec<&str> = row.query_parameters().collect();
            Err(Explained::undecided(ControlError::bad_request(error, known).into_response()))
        }
    }
}

fn allows(access: &ControlAccess, headers: &HeaderMap) -> Result<(), ControlError> {
    match access {
        ControlAccess::ThisMachine => Ok(()),
        ControlAccess::Closed => Err(ControlError::new(
            StatusCode::FORBIDDEN,
            "the control API is closed, because other machines can reach this mock",
            "start it with --control-token TOKEN and send it as a bearer token, or without --host",
        )),
        ControlAccess::Token(token) => {
            let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
            match sent.and_then(|value| value.strip_prefix("Bearer ")) {
                Some(sent) if bool::from(sent.as_bytes().ct_eq(token.as_bytes())) => Ok(()),
                _ => Err(ControlError::new(
                    StatusCode::UNAUTHORIZED,
                    "the control token is missing or wrong",
                    "the header Authorization: Bearer with the token given to --control-token",
                )),
            }
        }
    }
}

/// Whether a page of another origin has caused the request; a person may follow its links. Fetch Metadata 2; Fetch 3.2.
fn is_from_another_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match text("sec-fetch-site") {
        Some("same-origin" | "none") => false,
        Some(_) => {
            let followed = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document"), ("sec-fetch-user", "?1")];
            !followed.iter().all(|(name, value)| text(name) == Some(value))
        }
        None => text("origin").is_some_and(|origin| {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_none() || host != text("host")
        }),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}
