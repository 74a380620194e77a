//! The error page. It is shown where there is no trusted address to redirect to.

use crate::pages::view::{ErrorView, RedirectUriMismatch};
use askama::Template;
use http::StatusCode;

use super::chrome::Chrome;
use super::uri_difference::{Piece, differing_parts, mark};

#[derive(Debug, Template)]
#[template(path = "error.html")]
pub(super) struct ErrorPage<'a> {
    chrome: Chrome<'a>,
    view: &'a ErrorView,
    status_text: &'static str,
    comparison: Option<Comparison<'a>>,
}

impl<'a> ErrorPage<'a> {
    pub(super) fn new(view: &'a ErrorView) -> Self {
        let status_text =
            StatusCode::from_u16(view.status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Error");
        Self {
            chrome: Chrome::new(&view.frame, status_text).with_problem(true),
            view,
            status_text,
            comparison: view.redirect_uris.as_ref().map(Comparison::new),
        }
    }
}

const NEAREST_SHOWN: usize = 5;

/// The received redirect URI and the registered ones.
#[derive(Debug)]
struct Comparison<'a> {
    client_label: &'a str,
    /// Against the nearest one registered; `None` if the request carried no redirect URI.
    received: Option<Vec<Piece<'a>>>,
    /// The registered ones that are nearest to it.
    nearest: Vec<Candidate<'a>>,
    others: Vec<Candidate<'a>>,
    /// How to register it: what to add to the client's `redirect_uris`, as a YAML string, and a shell command. `None` if it could
    /// never be registered.
    remedy: Option<(String, &'a str)>,
}

#[derive(Debug)]
struct Candidate<'a> {
    uri: Vec<Piece<'a>>,
    /// A description of the differences.
    differs: String,
}

impl<'a> Comparison<'a> {
    fn new(mismatch: &'a RedirectUriMismatch) -> Self {
        let received = mismatch.received.as_str();
        let nearest = mismatch.registered.first().map_or(received, String::as_str);
        let differs = |uri: &str| match received.is_empty() {
            true => String::new(),
            false => differing_parts(received, uri).join(", "),
        };
        let marked = |uri: &'a String| Candidate { uri: mark(uri, received), differs: differs(uri) };
        // Without marks, which take longer than everything else of the page.
        let plain =
            |uri: &'a String| Candidate { uri: vec![Piece { text: uri, different: false }], differs: differs(uri) };
        let (shown, folded) = mismatch.registered.split_at(mismatch.registered.len().min(NEAREST_SHOWN));
        Self {
            client_label: &mismatch.client_label,
            received: (!received.is_empty()).then(|| mark(received, nearest)),
            nearest: shown.iter().map(marked).collect(),
            others: folded.iter().map(plain).collect(),
            // A JSON string is a YAML string.
            remedy: mismatch
                .command
                .as_deref()
                .zip(serde_json::to_string(received).ok())
                .map(|(command, yaml)| (yaml, command)),
        }
    }
}
