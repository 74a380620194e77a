//! What arrives at the management API: a caller, and a JSON body.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::Response;
use http::header;
use http::request::Parts;
use mock_idp_core::management::{ApiRefusal, Denied};
use serde::de::DeserializeOwned;

use crate::engine::Call;
use crate::http::extract::AtServer;
use crate::http::layers::limits;
use crate::http::respond::text;

/// A request to the management API, its caller not yet judged.
#[derive(Debug)]
pub(super) struct Caller {
    call: Call,
    authorization: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let AtServer(call) = AtServer::from_request_parts(parts, state).await?;
        Ok(Self { call, authorization: text(&parts.headers, header::AUTHORIZATION) })
    }
}

impl Caller {
    /// The call, if the caller may do what takes one of these scopes.
    pub(super) async fn admitted(&self, scopes: &[&'static str]) -> Result<&Call, Denied> {
        self.call.manages(self.authorization.as_deref(), scopes).await?;
        Ok(&self.call)
    }

    pub(super) fn call(&self) -> &Call {
        &self.call
    }
}

/// A body that is to be JSON, read only after the caller has been let through.
#[derive(Debug)]
pub(super) struct JsonBody {
    is_json: bool,
    bytes: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let media_type = text(request.headers(), header::CONTENT_TYPE).unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        let is_json = essence.eq_ignore_ascii_case("application/json");
        let bytes = Bytes::from_request(request, state).await.map_err(|_| limits::too_long())?;
        Ok(Self { is_json, bytes })
    }
}

impl JsonBody {
    /// The body as the type that is wanted.
    ///
    /// # Errors
    /// Another media type; text that is not this JSON.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, ApiRefusal> {
        if !self.is_json {
            return Err(ApiRefusal::unsupported_media_type("the body is not application/json"));
        }
        serde_json::from_slice(&self.bytes).map_err(|error| ApiRefusal::not_well_formed(error.to_string()))
    }
}
