//! API errors in the form that a request prefers.

use http::request::Parts;
use mock_idp_core::management::ApiError;

use super::frame::PageFrame;
use crate::http::respond::{accept, api_error, page};
use crate::journal::Explained;
use crate::pages::view::{ErrorView, PageView};
use crate::routing::{Decided, FromHead as _};

/// An error page where the request prefers one, else the envelope.
pub(crate) fn render_error(error: &ApiError, request: &Parts) -> Decided {
    if !accept::prefers_html(&request.headers) {
        return api_error::render(error);
    }
    let PageFrame(frame) = match PageFrame::from_head(request) {
        Ok(frame) => frame,
        Err(refused) => return refused,
    };
    let view = ErrorView {
        frame,
        status: error.status(),
        code: error.code().to_owned(),
        description: error.summary(),
        reason: format!("{} {}", request.method, request.uri.path()),
        redirect_uris: None,
    };
    Explained::refused(page::render(&PageView::Error(view)), error.to_string())
}
