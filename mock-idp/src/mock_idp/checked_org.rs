//! An org document that is valid.

use crate::engine::OrgInstance;

/// A valid org document: its name, and what it probably should say instead.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CheckedOrg {
    /// The subdomain.
    pub name: String,
    /// What has no effect or is most often a mistake, as `file:line:column: …`.
    pub warnings: Vec<String>,
}

impl CheckedOrg {
    pub(super) fn of(org: &OrgInstance) -> Self {
        Self { name: org.name.clone(), warnings: org.document_warnings().to_vec() }
    }
}
