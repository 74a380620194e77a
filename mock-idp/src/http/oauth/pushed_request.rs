//! The endpoint that authorization requests are pushed to.

use http::StatusCode;

use super::nonce;
use crate::engine::PushedRequestEndpoint;
use crate::http::extract::ClientForm;
use crate::http::respond::json;
use crate::routing::Decided;

pub(super) async fn post(form: ClientForm) -> Decided {
    let decided = PushedRequestEndpoint::new(&form.call).respond(form.presented(), &form.dpop).await;
    let mut decided = json::decided(decided);
    // RFC 9126 2.2; Okta: 200.
    if decided.result.status() == StatusCode::OK && form.call.server.behavior.returns_201_for_pushed_requests() {
        *decided.result.status_mut() = StatusCode::CREATED;
    }
    nonce::add(&form.call, &form.dpop, &mut decided.result).await;
    decided
}
