//! Tests OAuth 2.0 and OpenID Connect issuers: runs flows and checks the responses.
//!
//! The harness has its own structures for the protocol and shares only documents with the mock issuer, so that a mistake
//! in one is found by the other. An [`issuer_target`] describes the issuer, a [`driver`] signs a user in, a [`check`] is
//! one small assertion with its citation. A [`scenario`] combines them, [`run`] selects and runs scenarios, and
//! [`report`] writes the [`record`] of a run.

pub mod check;
pub mod claims;
pub mod cli;
pub mod doctor;
pub mod driver;
pub mod embedded;
pub mod exit;
pub mod flow;
pub mod init;
pub mod issuer_target;
pub mod nearest;
pub mod record;
pub mod report;
pub mod run;
pub mod scenario;
pub mod subject;
pub mod tape;
pub mod wire;
