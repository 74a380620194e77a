//! The endpoints of direct authentication. Browsers do not call them.

use crate::engine::{ChallengeEndpoint, PrimaryAuthenticationEndpoint};
use crate::http::extract::ClientForm;
use crate::http::respond::json;
use crate::routing::Decided;

pub(super) async fn primary(form: ClientForm) -> Decided {
    let endpoint = PrimaryAuthenticationEndpoint::new(&form.call);
    json::decided(endpoint.respond(form.presented(), "primary-authenticate").await)
}

/// The former name.
pub(super) async fn out_of_band(form: ClientForm) -> Decided {
    let endpoint = PrimaryAuthenticationEndpoint::new(&form.call);
    json::decided(endpoint.respond(form.presented(), "oob-authenticate").await)
}

pub(super) async fn challenge(form: ClientForm) -> Decided {
    json::decided(ChallengeEndpoint::new(&form.call).respond(form.presented()).await)
}
