//! JSON bodies.

use axum::body::Body;
use bytes::Bytes;
use http::Method;
use http::request::Parts;
use mock_idp_core::management::ApiError;
use serde::de::DeserializeOwned;

use super::form::media_type_is;
use crate::http::layers::limits;
use crate::routing::{Decided, FromBody};

/// A body that has to be JSON.
#[derive(Debug)]
pub(crate) struct JsonBody {
    is_json: bool,
    bytes: Bytes,
}

impl FromBody for JsonBody {
    async fn from_body(head: &Parts, body: Body) -> Result<Self, Decided> {
        // RFC 7396 4: a change of some members.
        let is_merge_patch = head.method == Method::PATCH && media_type_is(head, "application/merge-patch+json");
        let is_json = media_type_is(head, "application/json") || is_merge_patch;
        Ok(Self { is_json, bytes: limits::read_for(head, body).await? })
    }
}

impl JsonBody {
    /// The body as the wanted type.
    ///
    /// # Errors
    /// Another media type; text that is not this JSON.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        if !self.is_json {
            return Err(ApiError::unsupported_media_type("the body is not application/json"));
        }
        serde_json::from_slice(&self.bytes).map_err(|error| ApiError::not_well_formed(error.to_string()))
    }

    /// The same for a body that may be left out, which counts as an empty object.
    ///
    /// # Errors
    /// The same as [`Self::read`].
    pub(crate) fn read_optional<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        if self.bytes.is_empty() {
            return serde_json::from_str("{}").map_err(|error| ApiError::not_well_formed(error.to_string()));
        }
        self.read()
    }
}

/// A body of the IDX API: JSON, also under the media type of its answers.
#[derive(Debug)]
pub(crate) struct IonBody(JsonBody);

impl FromBody for IonBody {
    async fn from_body(head: &Parts, body: Body) -> Result<Self, Decided> {
        let is_json =
            ["application/json", "application/ion+json"].into_iter().any(|wanted| media_type_is(head, wanted));
        Ok(Self(JsonBody { is_json, bytes: limits::read(body).await? }))
    }
}

impl IonBody {
    /// The body as the wanted type.
    ///
    /// # Errors
    /// The same as [`JsonBody::read`].
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        self.0.read()
    }
}
