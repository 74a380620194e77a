//! The frame of a page that answers a request.

use http::header::ACCEPT_LANGUAGE;
use http::request::Parts;
use mock_idp_core::protocol::Language;

use crate::pages::view::Frame;
use crate::request_id::RequestId;
use crate::routing::{At, Decided, FromHead};

/// The frame of a page.
#[derive(Debug)]
pub(crate) struct PageFrame(pub(crate) Frame);

impl FromHead for PageFrame {
    fn from_head(head: &Parts) -> Result<Self, Decided> {
        let At(address) = At::from_head(head)?;
        let request_id = head.extensions.get::<RequestId>();
        Ok(Self(Frame {
            org_name: address.org.org().identity().name.clone(),
            path_prefix: address.path_prefix.to_string(),
            request_id: request_id.map(RequestId::to_string).unwrap_or_default(),
            warnings: address.warnings(),
            language: accepted_language(head),
        }))
    }
}

/// The language that the browser prefers, of those that the pages have.
fn accepted_language(head: &Parts) -> Language {
    let lines: Vec<&str> =
        head.headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok()).collect();
    Language::of_accept_language(&lines.join(",")).unwrap_or_default()
}
