//! HTTP, documents and tokens, with structures of the harness's own: no code is shared with the issuer.

pub mod authorization;
mod connection_failure;
pub mod consent;
pub mod error;
pub mod form;
mod http;
pub mod introspection;
pub mod journey;
pub mod jwe;
pub mod jwt;
pub mod keys;
pub mod metadata;
pub mod page;
mod proxies;
mod recording;
mod reply;
mod request;
mod request_failure;
pub mod token;
pub mod totp;

pub use connection_failure::Obstacle;
pub use http::Http;
pub use proxies::Proxies;
pub use reply::Reply;
pub use request::{Body, Request};
pub use request_failure::WireError;
