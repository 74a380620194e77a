//! The token endpoint.

use axum::response::Response;
use mock_idp_core::endpoint::token::TokenRequest;
use serde_json::Value;

use super::{discovery, nonce};
use crate::http::extract::{ClientForm, Origin};
use crate::http::respond::oauth_error;

pub(super) async fn post(Origin(origin): Origin, form: ClientForm) -> Response {
    let ClientForm { call, authorization, dpop, query, body } = form;
    let request = TokenRequest { authorization, origin, dpop: dpop.clone(), query, body };
    let answer = call.token(request).await;
    let mut response = match answer.result {
        Ok(body) => discovery::json(Value::Object(body).to_string().into()),
        Err(refusal) => oauth_error::render(&refusal),
    };
    nonce::tell(&call, &dpop, &mut response);
    response.extensions_mut().insert(answer.explanation);
    response
}
