//! The app over HTTP, with a fake issuer that can misbehave and with the embedded mock.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failed unwrap fails the test")]

mod api;
mod browser;
mod clock;
mod console;
mod embedded;
mod fake_issuer;
mod pages;
mod sign_in;
mod start;
