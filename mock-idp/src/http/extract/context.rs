//! The authorization server that a request is for.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;
use mock_idp_core::endpoint;
use mock_idp_core::org::Urls;
use mock_idp_core::sign_in::view::Frame;

use crate::address::Address;
use crate::engine::Context;
use crate::http::respond::api_error::ApiError;
use crate::request_id::RequestId;

/// A request at the org server, or at the custom server that its path names.
#[derive(Debug)]
pub(crate) struct AtServer(pub(crate) Context);

impl<S: Send + Sync> FromRequestParts<S> for AtServer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let path = RawPathParams::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        let name = path.iter().find(|(name, _)| *name == "server").map(|(_, value)| value);
        let address =
            parts.extensions.get::<Arc<Address>>().ok_or_else(|| ApiError::internal().because("no address"))?;
        let org = address.org.org();
        let server = match name {
            None => Arc::clone(org.org_server()),
            Some(name) => match org.server(name).filter(|server| server.active) {
                Some(server) => Arc::clone(server),
                None => return Err(unknown_server(name).for_reader(parts)),
            },
        };
        Ok(Self(Context { instance: Arc::clone(&address.org), org, server, urls: urls(address) }))
    }
}

fn unknown_server(name: &str) -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "E0000007", endpoint::unknown_server(name))
}

/// The org's addresses as this request sees them.
pub(crate) fn urls(address: &Address) -> Urls {
    Urls { issuer_base: Arc::clone(&address.issuer_base), endpoint_base: Arc::clone(&address.base) }
}

/// The frame of a page that answers this request.
#[derive(Debug)]
pub(crate) struct PageFrame(pub(crate) Frame);

impl PageFrame {
    /// The frame for a request that is known by its head.
    pub(crate) fn of(parts: &Parts) -> Result<Self, Response> {
        let address =
            parts.extensions.get::<Arc<Address>>().ok_or_else(|| ApiError::internal().because("no address"))?;
        let request_id = parts.extensions.get::<RequestId>();
        Ok(Self(Frame {
            org_name: address.org.org().document().org.name.clone(),
            path_prefix: address.path_prefix.to_string(),
            request_id: request_id.map(RequestId::to_string).unwrap_or_default(),
            warnings: address.warnings(),
        }))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PageFrame {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        Self::of(parts)
    }
}
