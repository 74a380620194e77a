//! Tokens: what they say and how they are signed.

pub mod fault;
