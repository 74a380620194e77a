//! Who calls the management API.

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use http::{Method, header};
use mock_idp_core::management::AccessError;

use crate::engine::{Context, Shown};
use crate::http::extract::AtServer;
use crate::http::respond::{text, texts};

/// A request to the management API, its caller not yet judged.
#[derive(Debug)]
pub(super) struct Caller {
    call: Context,
    authorization: Option<String>,
    dpop: Vec<String>,
    method: Method,
    path: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let AtServer(call) = AtServer::from_request_parts(parts, state).await?;
        Ok(Self {
            call,
            authorization: text(&parts.headers, header::AUTHORIZATION),
            dpop: texts(&parts.headers, "dpop"),
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
        })
    }
}

impl Caller {
    /// The call, if the caller may do what takes one of these scopes.
    pub(super) async fn admitted(&self, scopes: &[&'static str]) -> Result<&Context, AccessError> {
        let shown = Shown {
            authorization: self.authorization.as_deref(),
            dpop: &self.dpop,
            method: self.method.as_str(),
            path: &self.path,
        };
        self.call.manages(shown, scopes).await?;
        Ok(&self.call)
    }

    pub(super) fn call(&self) -> &Context {
        &self.call
    }

    /// What was asked for, below the org's address.
    pub(super) fn path(&self) -> &str {
        &self.path
    }
}
