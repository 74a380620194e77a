//! Sign-ins in progress.

use serde::{Deserialize, Serialize};

use super::authorization_request::AuthorizationRequest;
use super::session::CurrentUser;
use crate::protocol::Scopes;

/// A sign-in in progress, stored under its state handle.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Transaction {
    pub purpose: Purpose,
    pub stage: Stage,
    /// The browser that began it: no other can continue it.
    pub browser: String,
    /// "Keep me signed in".
    pub remember: bool,
}

/// What a sign-in is for.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum Purpose {
    /// A client has sent the browser to the authorization endpoint.
    Authorize(Box<AuthorizationRequest>),
    /// The user has entered the code of a device.
    Activate(Activation),
}

impl Purpose {
    /// Id of the authorization server.
    #[must_use]
    pub fn server(&self) -> &str {
        match self {
            Self::Authorize(request) => &request.server,
            Self::Activate(activation) => &activation.server,
        }
    }

    #[must_use]
    pub fn client_id(&self) -> &str {
        match self {
            Self::Authorize(request) => &request.client_id,
            Self::Activate(activation) => &activation.client_id,
        }
    }
}

/// A device for which a user is signing in. RFC 8628.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Activation {
    pub server: String,
    pub client_id: String,
    pub scopes: Scopes,
    pub device_code: String,
    pub user_code: String,
}

/// The next input that a sign-in needs.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum Stage {
    /// An identifier.
    Identify,
    /// A password. The identifier may be unknown.
    Challenge { identifier: String },
    /// Consent. The user is signed in, by this transaction or before.
    Consent { user: CurrentUser },
}
