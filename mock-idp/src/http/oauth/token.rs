//! The token endpoint.

use mock_idp_core::endpoint::token::TokenRequest;

use super::nonce;
use crate::engine::TokenEndpoint;
use crate::http::extract::{ClientForm, Origin};
use crate::http::respond::json;
use crate::routing::Decided;

pub(super) async fn post(Origin(origin): Origin, form: ClientForm) -> Decided {
    let ClientForm { call, authorization, dpop, query, body } = form;
    let request = TokenRequest { authorization, origin, dpop: dpop.clone(), query, body };
    let mut decided = json::decided(TokenEndpoint::new(&call).respond(request).await);
    nonce::add(&call, &dpop, &mut decided.result).await;
    decided
}
