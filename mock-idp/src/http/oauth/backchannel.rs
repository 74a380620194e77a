//! The backchannel authentication endpoint. Browsers do not call it.

use crate::engine::BackchannelEndpoint;
use crate::http::extract::ClientForm;
use crate::http::respond::json;
use crate::routing::Decided;

pub(super) async fn post(form: ClientForm) -> Decided {
    json::decided(BackchannelEndpoint::new(&form.call).respond(form.presented()).await)
}
