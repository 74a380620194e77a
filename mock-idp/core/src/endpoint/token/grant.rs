//! What a grant adds to the token endpoint: a row with two functions, and what these are given.

use super::lookup::{LoadedRecord, Lookup};
use super::redemption::{Redeemed, RedemptionError};
use super::request::TokenRequest;
use crate::model::App;
use crate::moment::Moment;
use crate::org::{CompiledServer, Org, Urls};
use crate::protocol::{ErrorId, GrantType, OAuthError};

/// One row of the table of grants.
#[derive(Debug)]
pub(super) struct Grant {
    pub(super) grant_type: GrantType,
    /// Whether Okta's errors list it as supported.
    pub(super) supported: bool,
    /// Reads the parameters of the grant, and names the record that has to be loaded.
    pub(super) lookup: for<'r> fn(&GrantRequest<'r>) -> Result<Lookup<'r>, OAuthError>,
    /// Decides what the client gets. The record is changed as well: a code is used up even if the request fails.
    pub(super) redeem: fn(&GrantRequest<'_>, LoadedRecord<'_>, &mut Moment<'_>) -> Result<Redeemed, RedemptionError>,
}

/// A token request whose client is authenticated and may use the grant.
#[derive(Clone, Copy, Debug)]
pub struct GrantRequest<'a> {
    pub org: &'a Org,
    pub server: &'a CompiledServer,
    pub urls: &'a Urls,
    pub client: &'a App,
    pub(super) parameters: &'a TokenRequest,
    pub(super) grant: &'static Grant,
    pub(super) grants: &'static [Grant],
    /// Thumbprint of the key that the client has proved possession of. RFC 9449.
    pub(super) proved_key: Option<&'a str>,
}

impl<'a> GrantRequest<'a> {
    #[must_use]
    pub fn grant_type(&self) -> GrantType {
        self.grant.grant_type
    }

    /// The user whose password or code the request has.
    #[must_use]
    pub fn username(&self) -> Option<&'a str> {
        match self.grant_type() {
            GrantType::Password => self.get("username"),
            GrantType::Otp => self.get("login_hint"),
            _ => None,
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.parameters.get(name)
    }

    pub(super) fn required(&self, name: &str) -> Result<&'a str, OAuthError> {
        self.parameters.required(name)
    }

    /// The thumbprint of the key that access tokens are bound to.
    pub(super) fn thumbprint(&self) -> Option<String> {
        self.proved_key.map(str::to_owned)
    }

    /// The error for a grant type that this server does not support.
    pub(super) fn unsupported(&self, reason: &str) -> OAuthError {
        unsupported(self.grants, reason)
    }
}

/// The error for a grant type that is not supported. Okta: it lists those that are.
pub(super) fn unsupported(grants: &[Grant], reason: impl Into<String>) -> OAuthError {
    OAuthError::with(ErrorId::UnsupportedGrantType, supported(grants), reason)
}

/// The names of the supported grant types, as Okta's errors list them.
pub(super) fn supported(grants: &[Grant]) -> String {
    let names: Vec<&str> = grants.iter().filter(|grant| grant.supported).map(|grant| grant.grant_type.name()).collect();
    names.join(", ")
}
