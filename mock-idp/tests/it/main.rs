//! Tests of the server over HTTP and of the program.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod agreement;
mod api_scopes;
mod assertions;
mod authorize_parameters;
mod bearer_refusals;
mod behavior;
mod ciba;
mod client;
mod console;
mod control;
mod cors;
mod device;
mod discovery_truth;
mod dpop;
mod edge;
mod encryption;
mod exchange;
mod explain;
mod explain_program;
mod flow;
mod global_revocation;
mod hostile;
mod id_jag;
mod interclient;
mod jose;
mod keys;
mod lifecycle;
mod market;
mod once;
mod org;
mod password;
mod post_message;
mod program;
mod pushed;
mod races;
mod refusals;
mod registration;
mod request_objects;
mod session_policy;
mod session_token;
mod single_sign_out;
mod unread_bodies;
mod wire;
