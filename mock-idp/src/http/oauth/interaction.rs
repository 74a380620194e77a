//! The endpoint that begins sign-ins by the IDX API.

use crate::engine::InteractionEndpoint;
use crate::http::extract::ClientForm;
use crate::http::respond::json;
use crate::routing::Decided;

pub(super) async fn post(form: ClientForm) -> Decided {
    json::decided(InteractionEndpoint::new(&form.call).respond(form.presented()).await)
}
