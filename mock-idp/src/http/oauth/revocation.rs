//! The revocation endpoint.

use axum::response::Response;

use super::cors::{self, Origin};
use crate::http::extract::ClientForm;
use crate::http::respond::oauth_error;

pub(super) async fn post(origin: Origin, form: ClientForm) -> Response {
    let answer = form.call.revocation(form.authorization.as_deref(), &form.query, &form.body).await;
    // Okta: 200 with an empty body and no media type.
    let mut response = match answer.result {
        Ok(()) => Response::default(),
        Err(refusal) => oauth_error::render(&refusal),
    };
    cors::allow_trusted(&form.call.org, &origin, &mut response);
    response.extensions_mut().insert(answer.explanation);
    response
}
