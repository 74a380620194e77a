//! Where the records of a ledger are.

use super::memory::Memory;

/// Where the records are.
#[derive(Debug)]
pub(super) enum Store {
    Memory(Box<Memory>),
    /// What a file or a server would be. Only tests have one.
    #[cfg(test)]
    Bytes(std::sync::Arc<dyn super::byte_store::ByteStore>),
}

impl Default for Store {
    fn default() -> Self {
        Self::Memory(Box::default())
    }
}
