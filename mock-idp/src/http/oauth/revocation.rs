//! The revocation endpoint.

use axum::response::Response;

use crate::http::extract::ClientForm;
use crate::http::respond::oauth_error;
use crate::routing::Decided;

pub(super) async fn post(form: ClientForm) -> Decided {
    let decided = form.call.revocation(form.authorization.as_deref(), &form.query, &form.body).await;
    decided.map(|result| match result {
        // Okta: 200 with an empty body and no media type.
        Ok(()) => Response::default(),
        Err(error) => oauth_error::render(&error),
    })
}
