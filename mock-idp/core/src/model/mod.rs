//! The objects of an org, in Okta's own shapes and names.
//!
//! The same types are the org file, the management API's bodies, import and export.

mod api_token;
mod app;
mod app_assignment;
mod app_directory;
mod authorization_server;
mod condition;
mod connection;
mod directory_object;
mod event_entity;
mod factor;
mod group;
mod hook_channel;
mod identity_provider;
mod lockout;
mod oauth_client;
mod one_time_code;
mod password;
mod policy;
mod redirect_uri;
mod role;
mod scope_grant;
pub(crate) mod serde_defaults;
mod session_policy;
mod sign_in_method;
pub(crate) mod unix_time;
mod user;

pub use api_token::*;
pub use app::*;
pub use app_assignment::*;
pub use app_directory::*;
pub use authorization_server::*;
pub use condition::*;
pub use connection::*;
pub use directory_object::*;
pub use factor::{
    Factor, FactorProfile, FactorProvider, FactorStatus, FactorType, MIN_ANSWER, PhoneNumber, PublicKeyCredential,
    SharedSecret,
};
pub use group::*;
pub use hook_channel::{HookChannel, HookClient, HookCredential, TOKEN_HOOK};
pub use identity_provider::{IdentityProvider, identity_provider_link, identity_provider_link_id};
pub use lockout::*;
pub use oauth_client::*;
pub use one_time_code::*;
pub use password::*;
pub use policy::*;
pub use redirect_uri::{RedirectPurpose, check_redirect_uri, matches_any_port, matches_wildcard};
pub use role::*;
pub use scope_grant::*;
pub use session_policy::*;
pub use sign_in_method::*;
pub use user::*;

pub use crate::protocol::Status;

/// The priority of a policy or rule whose document does not say it.
pub(crate) const LAST: u32 = u32::MAX;

fn last() -> u32 {
    LAST
}
