//! Files in bodies.

use std::convert::Infallible;
use std::future::ready;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::header;
use http::request::Parts;
use mock_idp_core::management::ApiError;
use multer::Multipart;

use super::head::header_text;
use crate::http::layers::limits;
use crate::routing::{Decided, FromBody};

/// A body that has to be `multipart/form-data`.
#[derive(Debug)]
pub(crate) struct UploadedFile {
    boundary: Option<String>,
    bytes: Bytes,
}

impl FromBody for UploadedFile {
    async fn from_body(head: &Parts, body: Body) -> Result<Self, Decided> {
        let media_type = header_text(&head.headers, header::CONTENT_TYPE).unwrap_or_default();
        Ok(Self { boundary: multer::parse_boundary(media_type).ok(), bytes: limits::read_file(body).await? })
    }
}

impl UploadedFile {
    /// The part with that name.
    ///
    /// # Errors
    /// Another media type, or a body that is not well formed.
    pub(crate) async fn read(self, name: &str) -> Result<Option<Bytes>, ApiError> {
        let boundary =
            self.boundary.ok_or_else(|| ApiError::unsupported_media_type("the body is not multipart/form-data"))?;
        let malformed = |error: multer::Error| ApiError::not_well_formed(error.to_string());
        let mut parts = Multipart::new(stream::once(ready(Ok::<_, Infallible>(self.bytes))), boundary);
        while let Some(part) = parts.next_field().await.map_err(malformed)? {
            if part.name() == Some(name) {
                return part.bytes().await.map(Some).map_err(malformed);
            }
        }
        Ok(None)
    }
}
