//! The relying party: signs users in with the authorization code flow and PKCE, keeps their tokens in the server-side
//! session, refreshes them and signs users out (OIDC Core 3.1, RFC 7636, RP-Initiated Logout 1.0).

mod callback;
mod csrf_form;
mod error;
mod error_page;
mod id_token;
mod inspect;
mod provider;
mod refresh;
mod sign_in;
mod sign_out;
mod state;
mod token_response;
mod transport;

use axum::Router;
use axum::routing::{get, post};

use crate::config::CALLBACK_PATH;
pub(crate) use state::RelyingParty;

impl RelyingParty {
    pub(crate) fn routes(self) -> Router {
        Router::new()
            .route("/login", get(sign_in::from_link).post(sign_in::from_form))
            .route(CALLBACK_PATH, get(callback::callback))
            .route("/logout", post(sign_out::sign_out))
            .route("/refresh", post(refresh::refresh))
            .route("/userinfo", post(inspect::userinfo))
            .route("/introspect", post(inspect::introspect))
            .with_state(self)
    }
}
