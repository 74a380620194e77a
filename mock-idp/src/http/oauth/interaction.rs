//! The endpoint that begins sign-ins by the IDX API: refused, as in an org without that flow.

use crate::engine::InteractionEndpoint;
use crate::http::extract::ClientForm;
use crate::http::respond::oauth_error;
use crate::routing::Decided;

pub(super) async fn post(form: ClientForm) -> Decided {
    let decided = InteractionEndpoint::new(&form.call).respond(form.presented()).await;
    decided.map(|Err(error)| oauth_error::render(&error))
}
