//! The revocation endpoint.

use axum::response::Response;

use crate::http::extract::ClientForm;
use crate::http::respond::oauth_error;

pub(super) async fn post(form: ClientForm) -> Response {
    let answer = form.call.revocation(form.authorization.as_deref(), &form.query, &form.body).await;
    // Okta: 200 with an empty body and no media type.
    let mut response = match answer.result {
        Ok(()) => Response::default(),
        Err(refusal) => oauth_error::render(&refusal),
    };
    response.extensions_mut().insert(answer.explanation);
    response
}
