//! The witness: drives OAuth 2.0 and OpenID Connect flows against an issuer and judges what comes back.
//!
//! It reads the wire with its own structures and shares only documents with the mock issuer, so that the
//! two can't be wrong in the same way. Three nouns carry it: a [target](issuer_target) says where the issuer is and what
//! it offers, a [`driver`] signs a person in, a [`check`] is one small assertion with its citation. A
//! [`scenario`] tells a story with them, [`run`] selects and runs the stories, and [`report`] writes down
//! what the [`record`] holds.

pub mod check;
pub mod claims;
pub mod cli;
pub mod driver;
pub mod embedded;
pub mod exit;
pub mod flow;
pub mod issuer_target;
pub mod record;
pub mod report;
pub mod run;
pub mod scenario;
pub mod wire;
