//! What kind of org this is. Okta: `/.well-known/okta-organization`; its command-line tools read it first.

use axum::response::Response;
use mock_idp_core::endpoint::organization;

use super::discovery;
use crate::http::extract::AtServer;

pub(super) async fn get(AtServer(call): AtServer) -> Response {
    discovery::json(organization::document(&call.org, &call.urls).to_string().into())
}
