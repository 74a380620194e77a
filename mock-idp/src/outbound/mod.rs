//! Requests that the server sends itself: for key sets and request objects of clients, logout notices, and hooks.

mod client;
mod hook_targets;
mod hooks;
mod key_sets;
mod networks;

pub(crate) use client::{OutboundError, fetch, post_form};
pub(crate) use hook_targets::{HookTarget, HookTargetError, HookTargets};
pub(crate) use hooks::{HookCaller, HookReply, HookRequest};
pub(crate) use key_sets::KeySets;
pub(crate) use networks::Networks;
