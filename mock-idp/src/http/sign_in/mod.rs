//! The hosted sign-in, and sign-in by programs.

mod activate;
mod authn;
mod backchannel;
mod home;
mod magic_link;
mod passwordless;
mod provider;
mod recovery;
mod routes;
mod steps;

pub(super) use routes::{AUTHN_ROUTES, ROUTES};
