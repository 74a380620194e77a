//! The dynamic plan: dynamically registered clients with keys of their own (OIDC Registration 1.0, OIDC Core 15.2).
//!
//! Modules that other plans have too are with those: discovery, the plain sign-in, refresh tokens, request objects.

pub(super) mod keys;
pub(super) mod pages;
mod publisher;
pub(super) mod redirects;
