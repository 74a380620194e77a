//! Certificates in bodies, and the wish for a signing request as such.

use axum::body::Body;
use bytes::Bytes;
use http::header;
use http::request::Parts;
use mock_idp_core::management::ApiError;

use super::form::media_type_is;
use super::head::header_text;
use crate::http::layers::limits;
use crate::routing::{Decided, FromBody, FromHead};

/// Okta: the media types of a certificate.
const CERTIFICATE: [&str; 3] = ["application/x-x509-ca-cert", "application/pkix-cert", "application/x-pem-file"];

/// A body that has to be a certificate: DER, PEM or base64.
#[derive(Debug)]
pub(crate) struct CertificateBody {
    is_certificate: bool,
    bytes: Bytes,
}

impl FromBody for CertificateBody {
    async fn from_body(head: &Parts, body: Body) -> Result<Self, Decided> {
        let is_certificate = CERTIFICATE.into_iter().any(|wanted| media_type_is(head, wanted));
        Ok(Self { is_certificate, bytes: limits::read(body).await? })
    }
}

impl CertificateBody {
    /// # Errors
    /// Another media type.
    pub(crate) fn read(&self) -> Result<&[u8], ApiError> {
        if self.is_certificate {
            Ok(&self.bytes)
        } else {
            Err(ApiError::unsupported_media_type(format!("the body is none of {}", CERTIFICATE.join(", "))))
        }
    }
}

/// Whether the request wants a signing request instead of an object with it.
#[derive(Debug)]
pub(crate) struct WantsPkcs10(pub(crate) bool);

impl FromHead for WantsPkcs10 {
    fn from_head(head: &Parts) -> Result<Self, Decided> {
        let accepted = header_text(&head.headers, header::ACCEPT).unwrap_or_default();
        Ok(Self(accepted.split(',').any(|range| range.trim().starts_with("application/pkcs10"))))
    }
}
