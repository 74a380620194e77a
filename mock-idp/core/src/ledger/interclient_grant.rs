//! Interclient tokens. Okta: Native to Web SSO.

use serde::{Deserialize, Serialize};

use super::session::SignedIn;

/// The sign-in that an interclient token gives access to, stored under the `jti` of the token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InterclientGrant {
    /// How the user has signed in to the client that has requested the token.
    pub proof: SignedIn,
    /// That client.
    pub client_id: String,
    /// `jti` of the access token that the request contained: revoking it revokes the interclient token.
    pub access_token: String,
    pub used: bool,
}
