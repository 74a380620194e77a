//! The Dynamic plan: clients that register themselves, with keys of their own (OIDC Registration 1.0, OIDC Core 15.2).
//!
//! Modules that other plans have too are with those: discovery, the plain sign-in, refresh tokens, request objects.

pub(super) mod keys;
pub(super) mod pages;
pub(super) mod redirects;

use super::{Front, Module, Need, Variant, runs};
use crate::driver::Listener;
use crate::scenario::stage::Halt;

const fn module(name: &'static str, title: &'static str, steps: &'static [&'static str], told: super::Told) -> Module {
    Module::new(name, title, steps, told).runs(runs::in_dynamic)
}

/// A server for what a client publishes: its keys, its request objects.
async fn publisher() -> Result<Listener, Halt> {
    Listener::start(0).await.map_err(|error| Halt::Broken(error.to_string()))
}
