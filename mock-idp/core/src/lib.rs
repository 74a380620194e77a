//! The rules of a mock Okta org.
//!
//! Pure: no server, no clock, no global randomness, no file, no environment. Time, randomness and the decision trace
//! arrive as one argument, [`moment::Moment`]. Layers, lowest first (a module imports only from layers below its own):
//! `java_regex text system_log` · `trace` · `moment` · `protocol expression behavior` · `model` · `org` and `ledger` records · `policy claims` ·
//! `tokens sign_in lint` · `endpoint management` · `preview` · `transfer`.

pub mod behavior;
pub mod claims;
pub mod endpoint;
pub mod expression;
pub mod java_regex;
pub mod ledger;
pub mod lint;
pub mod management;
pub mod model;
pub mod moment;
pub mod org;
pub mod policy;
pub mod preview;
pub mod protocol;
pub mod sign_in;
pub mod system_log;
pub mod text;
pub mod tokens;
pub mod trace;
pub mod transfer;
