//! The app over real sockets: against a small hostile issuer of the tests' own, and against the embedded mock.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod api;
mod browser;
mod console;
mod embedded;
mod fake_issuer;
mod floors;
mod pages;
mod sign_in;
