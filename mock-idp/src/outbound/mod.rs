//! Requests that the server sends itself: for key sets and request objects of clients, and logout notices.

mod client;
mod key_sets;
mod networks;

pub(crate) use client::{OutboundError, fetch, post_form};
pub(crate) use key_sets::KeySets;
pub(crate) use networks::Networks;
