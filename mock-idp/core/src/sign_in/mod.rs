//! Signing a user in: the steps, what each accepts, and what the pages show.

pub mod view;
