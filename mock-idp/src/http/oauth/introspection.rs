//! The introspection endpoint.

use crate::http::extract::ClientForm;
use crate::http::respond::json;
use crate::routing::Decided;

pub(super) async fn post(form: ClientForm) -> Decided {
    json::decided(form.call.introspect(form.authorization.as_deref(), &form.query, &form.body).await)
}
