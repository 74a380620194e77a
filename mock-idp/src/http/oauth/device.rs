//! The device authorization endpoint.

use crate::engine::DeviceAuthorizationEndpoint;
use crate::http::extract::ClientForm;
use crate::http::respond::json;
use crate::routing::Decided;

pub(super) async fn post(form: ClientForm) -> Decided {
    json::decided(DeviceAuthorizationEndpoint::new(&form.call).respond(form.presented()).await)
}
