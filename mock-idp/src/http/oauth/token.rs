//! The token endpoint.

use axum::response::Response;
use http::header;
use mock_idp_core::endpoint::token::TokenRequest;
use serde_json::Value;

use super::{cors, discovery};
use crate::http::extract::ClientForm;
use crate::http::respond::{oauth_error, text};

pub(super) async fn post(form: ClientForm) -> Response {
    let authorization = form.authorization();
    let ClientForm { call, headers, query, body } = form;
    let origin = text(&headers, header::ORIGIN);
    let answer = call.token(TokenRequest { authorization, origin, query, body }).await;
    let mut response = match answer.result {
        Ok(body) => discovery::json(Value::Object(body).to_string().into()),
        Err(refusal) => oauth_error::render(&refusal),
    };
    cors::allow_anyone(&headers, &mut response);
    response.extensions_mut().insert(answer.explanation);
    response
}
