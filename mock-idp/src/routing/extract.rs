//! Arguments that all groups of routes use.

use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, Method};
use mock_idp_core::protocol::Parameters;

use super::{Decided, FromHead, Matched, Table};
use crate::address::Address;

/// The org and the address that a request is for.
#[derive(Clone, Debug)]
pub(crate) struct At(pub(crate) Arc<Address>);

impl FromHead for At {
    #[expect(clippy::expect_used, reason = "the front inserts it into every request")]
    fn from_head(head: &Parts) -> Result<Self, Decided> {
        Ok(Self(Arc::clone(head.extensions.get::<Arc<Address>>().expect("the front resolves the address"))))
    }
}

impl FromHead for Matched {
    #[expect(clippy::expect_used, reason = "the front inserts it into every request")]
    fn from_head(head: &Parts) -> Result<Self, Decided> {
        Ok(head.extensions.get::<Self>().expect("the front matches the route").clone())
    }
}

/// The table that requests are matched with. Only handlers of the control API can extract it.
#[derive(Clone, Debug)]
pub(crate) struct Served(pub(crate) Arc<Table>);

impl FromHead for Served {
    #[expect(clippy::expect_used, reason = "the front inserts it into every request for the control API")]
    fn from_head(head: &Parts) -> Result<Self, Decided> {
        Ok(Self(Arc::clone(head.extensions.get::<Arc<Table>>().expect("the front inserts the table"))))
    }
}

/// The parameters of the path.
#[derive(Clone, Debug)]
pub(crate) struct PathParameters {
    matched: Matched,
    path: String,
}

impl PathParameters {
    /// The value of `{name}`, decoded. Empty if the template has no such parameter.
    pub(crate) fn get(&self, name: &str) -> String {
        self.matched.parameter(&self.path, name).unwrap_or_default().into_owned()
    }

    /// The whole path.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }
}

impl FromHead for PathParameters {
    fn from_head(head: &Parts) -> Result<Self, Decided> {
        Ok(Self { matched: Matched::from_head(head)?, path: head.uri.path().to_owned() })
    }
}

/// The parameters of the query. Repeated names stay repeated.
#[derive(Debug)]
pub(crate) struct Query(pub(crate) Parameters);

impl FromHead for Query {
    fn from_head(head: &Parts) -> Result<Self, Decided> {
        Ok(Self(Parameters::parse(head.uri.query().unwrap_or_default().as_bytes())))
    }
}

impl FromHead for HeaderMap {
    fn from_head(head: &Parts) -> Result<Self, Decided> {
        Ok(head.headers.clone())
    }
}

impl FromHead for Method {
    fn from_head(head: &Parts) -> Result<Self, Decided> {
        Ok(head.method.clone())
    }
}
