//! Rows of the org in a store.

use super::entries::NEVER;
use super::log::LoggedChange;

/// A row of the org that differs from the one it was started with, as a store keeps it; none if it does not any more.
#[derive(Clone, Debug)]
pub(crate) struct OrgRow {
    pub(crate) key: String,
    pub(crate) bytes: Option<Vec<u8>>,
}

/// The name of the rows of the org in a store. They are in no table of the memory: the org's snapshot has them.
pub(crate) const ORG_ROWS: &str = "org_rows";

impl OrgRow {
    pub(super) fn into_change(self) -> LoggedChange {
        let Self { key, bytes } = self;
        match bytes {
            Some(bytes) => LoggedChange::Put { table: ORG_ROWS, key, expires: NEVER, bytes },
            None => LoggedChange::Delete { table: ORG_ROWS, key },
        }
    }
}
