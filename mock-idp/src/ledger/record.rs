//! What can be stored.

use std::fmt;

use mock_idp_core::ledger::RecordSize;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What can be stored.
pub(crate) trait StoredRecord:
    Clone + fmt::Debug + Send + Sync + RecordSize + Serialize + DeserializeOwned + 'static
{
}

impl<T: Clone + fmt::Debug + Send + Sync + RecordSize + Serialize + DeserializeOwned + 'static> StoredRecord for T {}
