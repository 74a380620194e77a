//! The authorization server that a request is for.

use std::sync::Arc;

use http::request::Parts;
use mock_idp_core::management::ApiError;

use super::error::render_error;
use crate::engine::Context;
use crate::routing::{At, Decided, FromHead, Matched};

/// A request at the org server, or at the custom server that its path names.
#[derive(Debug)]
pub(crate) struct AtServer(pub(crate) Context);

impl FromHead for AtServer {
    fn from_head(head: &Parts) -> Result<Self, Decided> {
        let At(address) = At::from_head(head)?;
        let matched = Matched::from_head(head)?;
        let org = address.org.org();
        let server = match matched.parameter(head.uri.path(), "server") {
            None => Arc::clone(org.org_server()),
            Some(name) => match org.server(&name).filter(|server| server.active) {
                Some(server) => Arc::clone(server),
                None => {
                    let error = ApiError::not_found(&name, "AuthorizationServer");
                    return Err(render_error(&error, head));
                }
            },
        };
        let context = Context::new(Arc::clone(&address.org), org, server, address.urls());
        Ok(Self(context.of_request(head.extensions.get().cloned())))
    }
}
