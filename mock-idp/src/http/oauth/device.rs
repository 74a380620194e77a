//! The device authorization endpoint.

use axum::response::Response;
use serde_json::Value;

use super::discovery;
use crate::http::extract::ClientForm;
use crate::http::respond::oauth_error;

pub(super) async fn post(form: ClientForm) -> Response {
    let answer = form.call.device_authorization(form.authorization.as_deref(), &form.query, &form.body).await;
    let mut response = match answer.result {
        Ok(body) => discovery::json(Value::Object(body).to_string().into()),
        Err(refusal) => oauth_error::render(&refusal),
    };
    response.extensions_mut().insert(answer.explanation);
    response
}
