//! JSON bodies.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::response::Response;
use http::header;
use mock_idp_core::management::ApiRefusal;
use serde::de::DeserializeOwned;

use crate::http::layers::limits;
use crate::http::respond::text;

/// A body that is to be JSON, read only after the caller has been let through.
#[derive(Debug)]
pub(crate) struct JsonBody {
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
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, ApiRefusal> {
        if !self.is_json {
            return Err(ApiRefusal::unsupported_media_type("the body is not application/json"));
        }
        serde_json::from_slice(&self.bytes).map_err(|error| ApiRefusal::not_well_formed(error.to_string()))
    }
}
