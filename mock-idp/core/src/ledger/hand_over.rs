//! Users on their way from one app to another. Okta: Native to Web SSO.

use serde::{Deserialize, Serialize};

use super::SignedIn;

/// What an interclient token stands for, by its `jti`. Okta: the session behind it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HandOver {
    /// How the user has signed in to the app that hands them over.
    pub proof: SignedIn,
    /// That app.
    pub client_id: String,
    /// `jti` of the access token by which it has asked: what falls with that falls with the sign-in.
    pub access_token: String,
    pub used: bool,
}
