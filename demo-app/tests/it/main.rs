//! The app over real sockets: against a small hostile issuer of the tests' own, and against the embedded mock.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests say what they expect by unwrapping it")]

mod api;
mod browser;
mod console;
mod embedded;
mod fake_issuer;
mod floors;
mod pages;
mod sign_in;
mod start;
