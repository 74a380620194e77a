//! The introspection endpoint.

use crate::engine::IntrospectionEndpoint;
use crate::http::extract::ClientForm;
use crate::http::respond::json;
use crate::routing::Decided;

pub(super) async fn post(form: ClientForm) -> Decided {
    json::decided(IntrospectionEndpoint::new(&form.call).respond(form.presented()).await)
}
