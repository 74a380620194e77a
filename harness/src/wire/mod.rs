//! HTTP, documents and tokens, with structures of the harness's own: no code is shared with the issuer.

pub mod authorization;
pub mod consent;
pub mod error;
mod failure;
pub mod form;
mod http;
pub mod introspection;
pub mod journey;
pub mod jwe;
pub mod jwt;
pub mod keys;
pub mod metadata;
mod obstacle;
pub mod page;
mod proxies;
mod recording;
mod reply;
mod request;
pub mod token;
pub mod totp;

pub use failure::WireError;
pub use http::Http;
pub use obstacle::Obstacle;
pub use proxies::Proxies;
pub use reply::Reply;
pub use request::{Body, Request};
