//! The modules of the FAPI 2 Security Profile (Final) and of FAPI 2 Message Signing (Final), for providers.
//!
//! Of the suite's variants these are private_key_jwt, DPoP, openid_connect, plain_fapi, plain responses; in Message
//! Signing signed requests. Keys are ES256. Each story registers two clients of its own. The
//! protected resource is userinfo. What the suite asks of TLS versions and ciphers belongs to whatever ends TLS, and is
//! left to a scanner.

mod assertion;
mod discovery;
mod dpop;
mod object;
mod party;
mod pkce;
mod play;
mod probes;
mod pushed;
mod redemption;
mod request;
mod spoil;

use super::Module;

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
