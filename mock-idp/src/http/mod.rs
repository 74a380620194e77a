//! The wire: routes of Okta's own paths, and the front that every request passes.

mod extract;
pub mod front;
pub mod layers;
mod management;
mod oauth;
pub mod respond;
mod sign_in;

use std::sync::Arc;

use axum::Router;

use crate::engine::Orgs;
use crate::http::front::Front;
use crate::settings::Settings;

/// Okta's own paths.
pub fn routes() -> Router {
    oauth::routes().merge(sign_in::routes()).merge(management::routes())
}

/// The whole server as one service: [`routes`] behind the front, `control` beside them and outside the faults.
pub(crate) fn service(orgs: Arc<Orgs>, settings: Arc<Settings>, control: Router) -> Front {
    let okta = routes().fallback(front::not_found).method_not_allowed_fallback(front::method_not_allowed);
    Front::new(orgs, settings, okta, control.merge(sign_in::assets()))
}
