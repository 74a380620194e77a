//! Parameters from query and form, with nothing lost: repeated names stay repeated.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::Response;
use bytes::Bytes;
use http::request::Parts;
use http::{StatusCode, header};
use mock_idp_core::protocol::Parameters;

use super::AtServer;
use crate::engine::Context;
use crate::http::layers::limits;
use crate::http::respond::api_error::ApiError;
use crate::http::respond::{text, texts};

/// The query string's parameters.
#[derive(Debug)]
pub(crate) struct Query(pub(crate) Parameters);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Parameters::parse(parts.uri.query().unwrap_or_default().as_bytes())))
    }
}

/// The parameters of a form body. An empty body is an empty form, whatever its media type.
#[derive(Debug)]
pub(crate) struct Body(pub(crate) Parameters);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let form = media_type.is_some_and(|media_type| {
            let essence = media_type.split(';').next().unwrap_or_default().trim();
            essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                return limits::too_long();
            }
            ApiError::new(StatusCode::BAD_REQUEST, "E0000003", "The request body was not well-formed.")
                .because(rejection.to_string())
        })?;
        if !form && !bytes.is_empty() {
            let summary = "Bad request. Accept and/or Content-Type headers likely do not match supported values.";
            return Err(ApiError::new(StatusCode::BAD_REQUEST, "E0000021", summary).because("the body is not a form"));
        }
        Ok(Self(Parameters::parse(&bytes)))
    }
}

/// A form posted to an authorization server by a client: everything that may carry its credentials.
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

impl<S: Send + Sync> FromRequest<S> for ClientForm {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let AtServer(call) = AtServer::from_request_parts(&mut parts, state).await?;
        let Ok(Query(query)) = Query::from_request_parts(&mut parts, state).await;
        let authorization = text(&parts.headers, header::AUTHORIZATION);
        let dpop = texts(&parts.headers, "dpop");
        let Body(body) = Body::from_request(Request::from_parts(parts, body), state).await?;
        Ok(Self { call, authorization, dpop, query, body })
    }
}
