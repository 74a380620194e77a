//! The modules of the FAPI 2 Security Profile (Final) and of FAPI 2 Message Signing (Final), for providers.
//!
//! Of the suite's variants these are private_key_jwt, DPoP, openid_connect, plain_fapi, plain responses; in Message
//! Signing signed requests. Keys are ES256. Each scenario registers two clients. The
//! protected resource is userinfo. The suite's rules for TLS versions and ciphers are
//! left to a TLS scanner.

mod assertion;
mod claim_changes;
mod discovery;
mod dpop;
mod module_run;
mod object;
mod pkce;
mod probes;
mod pushed;
mod redemption;
mod registered_client;
mod request;
use super::module::Module;

pub(super) const MODULES: [&[Module]; 9] = [
    discovery::MODULES,
    request::MODULES,
    dpop::MODULES,
    object::MODULES,
    pushed::MODULES,
    assertion::MODULES,
    probes::MODULES,
    redemption::MODULES,
    pkce::MODULES,
];
