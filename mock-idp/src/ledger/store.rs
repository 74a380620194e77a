//! Where the records of a ledger are.

use super::memory::Memory;

/// Where the records are.
#[derive(Debug)]
pub(super) enum Store {
    Memory(Box<Memory>),
    /// On a server that several processes share.
    #[cfg(any(test, feature = "redis"))]
    Bytes(std::sync::Arc<dyn super::byte_store::ByteStore>),
}

impl Default for Store {
    fn default() -> Self {
        Self::Memory(Box::default())
    }
}
