//! The revocation endpoint.

use axum::response::Response;

use crate::engine::RevocationEndpoint;
use crate::http::extract::ClientForm;
use crate::http::respond::oauth_error;
use crate::routing::Decided;

pub(super) async fn post(form: ClientForm) -> Decided {
    let decided = RevocationEndpoint::new(&form.call).respond(form.presented()).await;
    decided.map(|result| match result {
        // Okta: 200 with an empty body and no media type.
        Ok(()) => Response::default(),
        Err(error) => oauth_error::render(&error),
    })
}
