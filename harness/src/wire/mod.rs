//! The wire as this harness reads it: its own structures, its own token checks, no issuer's code.

pub mod authorization;
pub mod error;
pub mod form;
pub mod http;
pub mod introspection;
pub mod journey;
pub mod jwe;
pub mod jwt;
pub mod keys;
pub mod metadata;
pub mod page;
pub mod token;

pub use http::{Body, Call, Http, Reply, WireError};
