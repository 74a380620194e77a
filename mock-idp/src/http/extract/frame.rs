//! The frame of a page that answers a request.

use http::request::Parts;

use crate::pages::view::Frame;
use crate::request_id::RequestId;
use crate::routing::{At, Decided, FromHead};

/// The frame of a page.
#[derive(Debug)]
pub(crate) struct PageFrame(pub(crate) Frame);

impl FromHead for PageFrame {
    fn from_head(head: &Parts) -> Result<Self, Decided> {
        let At(address) = At::from_head(head)?;
        let request_id = head.extensions.get::<RequestId>();
        Ok(Self(Frame {
            org_name: address.org.org().identity().name.clone(),
            path_prefix: address.path_prefix.to_string(),
            request_id: request_id.map(RequestId::to_string).unwrap_or_default(),
            warnings: address.warnings(),
        }))
    }
}
