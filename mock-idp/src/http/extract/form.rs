//! Form bodies, with nothing lost: repeated names stay repeated.

use axum::body::Body;
use http::header;
use http::request::Parts;
use mock_idp_core::endpoint::client_authentication::CredentialSources;
use mock_idp_core::management::ApiError;
use mock_idp_core::protocol::Parameters;

use super::context::AtServer;
use super::head::{header_text, header_texts};
use crate::engine::Context;
use crate::http::layers::limits;
use crate::http::respond::api_error;
use crate::routing::{Decided, FromBody, FromHead as _, Query};

/// The parameters of a form body. An empty body is an empty form, whatever its media type.
#[derive(Debug)]
pub(crate) struct Form(pub(crate) Parameters);

impl FromBody for Form {
    async fn from_body(head: &Parts, body: Body) -> Result<Self, Decided> {
        let is_form = media_type_is(head, "application/x-www-form-urlencoded");
        let bytes = limits::read(body).await?;
        if !is_form && !bytes.is_empty() {
            return Err(api_error::render(&ApiError::unsupported_media_type("the body is not a form")));
        }
        Ok(Self(Parameters::parse(&bytes)))
    }
}

/// Whether the body has this media type, whatever its parameters.
pub(super) fn media_type_is(head: &Parts, wanted: &str) -> bool {
    let media_type = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    media_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(wanted)
}

/// A form that a client posts to an authorization server: everything that may carry its credentials.
#[derive(Debug)]
pub(crate) struct ClientForm {
    pub(crate) call: Context,
    /// The `Authorization` header.
    pub(crate) authorization: Option<String>,
    /// The `DPoP` headers.
    pub(crate) dpop: Vec<String>,
    pub(crate) query: Parameters,
    pub(crate) body: Parameters,
}

impl ClientForm {
    /// Where the client's credentials may be.
    pub(crate) fn presented(&self) -> CredentialSources<'_> {
        CredentialSources { authorization: self.authorization.as_deref(), query: &self.query, body: &self.body }
    }
}

impl FromBody for ClientForm {
    async fn from_body(head: &Parts, body: Body) -> Result<Self, Decided> {
        let AtServer(call) = AtServer::from_head(head)?;
        let Query(query) = Query::from_head(head)?;
        let authorization = header_text(&head.headers, header::AUTHORIZATION);
        let dpop = header_texts(&head.headers, "dpop");
        let Form(body) = Form::from_body(head, body).await?;
        Ok(Self { call, authorization, dpop, query, body })
    }
}
