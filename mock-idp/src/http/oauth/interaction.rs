//! The endpoint that begins sign-ins by the IDX API: refused, as in an org without that flow.

use axum::response::Response;

use crate::http::extract::ClientForm;
use crate::http::respond::oauth_error;

pub(super) async fn post(form: ClientForm) -> Response {
    let answer = form.call.interact(form.authorization.as_deref(), &form.query, &form.body).await;
    let Err(refusal) = answer.result;
    let mut response = oauth_error::render(&refusal);
    response.extensions_mut().insert(answer.explanation);
    response
}
