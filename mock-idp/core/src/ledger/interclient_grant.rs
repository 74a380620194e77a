//! Interclient tokens. Okta: Native to Web SSO.

use serde::{Deserialize, Serialize};

use super::session::SignedIn;

/// The sign-in that an interclient token gives access to, stored under the `jti` of the token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InterclientGrant {
    /// The client that has requested the token.
    pub client_id: String,
    /// `jti` of the access token that the request contained: revoking it revokes the interclient token.
    pub access_token: String,
    pub state: InterclientGrantState,
}

/// Whether an interclient token can be redeemed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum InterclientGrantState {
    /// With how the user has signed in to the client that has requested the token.
    Issued(SignedIn),
    Redeemed,
}

impl InterclientGrant {
    /// Redeems it; `None` if it has been redeemed before.
    pub fn redeem(&mut self) -> Option<SignedIn> {
        match std::mem::replace(&mut self.state, InterclientGrantState::Redeemed) {
            InterclientGrantState::Issued(signed_in) => Some(signed_in),
            InterclientGrantState::Redeemed => None,
        }
    }
}
