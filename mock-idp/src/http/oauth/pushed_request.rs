//! The endpoint that authorization requests are pushed to.

use axum::response::Response;
use http::StatusCode;

use super::{discovery, nonce};
use crate::http::extract::ClientForm;
use crate::http::respond::oauth_error;

pub(super) async fn post(form: ClientForm) -> Response {
    let answer = form.call.push(form.authorization.as_deref(), &form.query, &form.body, &form.dpop).await;
    let mut response = match answer.result {
        Ok(body) => {
            let mut response = discovery::json(body.to_string().into());
            // RFC 9126 2.2; Okta: 200.
            if form.call.server.behavior.creates_pushed_requests() {
                *response.status_mut() = StatusCode::CREATED;
            }
            response
        }
        Err(refusal) => oauth_error::render(&refusal),
    };
    nonce::tell(&form.call, &form.dpop, &mut response);
    response.extensions_mut().insert(answer.explanation);
    response
}
