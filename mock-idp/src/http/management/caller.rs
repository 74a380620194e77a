//! Who calls the management API.

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::header;
use http::request::Parts;
use mock_idp_core::management::Denied;

use crate::engine::Call;
use crate::http::extract::AtServer;
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
