//! The rows that a change touched.

use std::collections::BTreeSet;

/// The slots of the rows that a change put, and of the rows that refer to what it removed or renamed.
#[derive(Debug, Default)]
pub(super) struct Touched {
    pub(super) settings: bool,
    /// A group was put or removed.
    pub(super) any_group: bool,
    pub(super) groups: BTreeSet<u32>,
    pub(super) users: BTreeSet<u32>,
    pub(super) apps: BTreeSet<u32>,
    pub(super) assignments: BTreeSet<u32>,
    pub(super) servers: BTreeSet<u32>,
    pub(super) scopes: BTreeSet<u32>,
    pub(super) claims: BTreeSet<u32>,
    pub(super) policies: BTreeSet<u32>,
    pub(super) rules: BTreeSet<u32>,
    pub(super) session_policies: BTreeSet<u32>,
    pub(super) trusted_origins: BTreeSet<u32>,
    pub(super) directory: BTreeSet<u32>,
    /// Ids of the servers that are prepared anew.
    pub(super) compiled: BTreeSet<Box<str>>,
}
