//! The server from outside: over its port, and as a program.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod assertions;
mod behavior;
mod client;
mod control;
mod edge;
mod floors;
mod flow;
mod jose;
mod keys;
mod lifecycle;
mod market;
mod password;
mod program;
mod pushed;
mod refusals;
mod request_objects;
mod wire;
