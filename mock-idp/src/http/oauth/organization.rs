//! The kind of org. Okta: `/.well-known/okta-organization`; its command-line tools read it first.

use mock_idp_core::endpoint::organization;

use crate::http::extract::AtServer;
use crate::http::respond::json;
use crate::journal::Explained;
use crate::routing::Decided;

pub(super) async fn get(AtServer(call): AtServer) -> Decided {
    Explained::undecided(json::text(organization::document(&call.org, &call.urls).to_string().into()))
}
