//! The OAuth and OpenID Connect endpoints: parse one request, make one typed call, render.

mod authorization;
mod backchannel;
mod check_session;
mod device;
mod direct_authentication;
mod discovery;
mod interaction;
mod introspection;
mod keys;
mod logout;
mod nonce;
mod organization;
mod pushed_request;
mod revocation;
mod routes;
mod token;
mod userinfo;
mod webfinger;

pub(super) use routes::{METADATA_ROUTES, ROUTES, is_key_set};
