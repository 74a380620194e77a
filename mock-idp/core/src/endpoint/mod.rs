//! The rules of each endpoint. Siblings never import each other; [`client_authentication`] serves all that need it.

pub mod activation;
pub mod authorization;
pub mod backchannel;
pub mod client_authentication;
pub mod device_authorization;
pub mod direct_authentication;
pub mod discovery;
pub mod idx;
pub mod introspection;
pub mod keys;
pub mod logout;
pub mod organization;
pub mod revocation;
pub mod token;
pub mod userinfo;
pub mod webfinger;
