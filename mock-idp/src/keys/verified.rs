//! Access tokens whose signature has been checked: the same token is usually presented many times.

use std::collections::HashMap;
use std::sync::Arc;

use mock_idp_core::tokens::Verified;
use parking_lot::Mutex;

/// How many are remembered. When there are more, all are dropped, and each costs one more signature verification.
const MAX: usize = 1_000;

/// The claims of tokens that one set of keys has verified. Times, issuers and revocations are checked at each use.
#[derive(Debug, Default)]
pub(crate) struct VerifiedTokens(Mutex<HashMap<Box<str>, Arc<Verified>>>);

impl VerifiedTokens {
    /// The claims of a token: remembered, or found by `verify`.
    pub(crate) fn or_verify(&self, token: &str, verify: impl FnOnce() -> Option<Verified>) -> Option<Arc<Verified>> {
        if let Some(known) = self.0.lock().get(token) {
            return Some(Arc::clone(known));
        }
        let verified = Arc::new(verify()?);
        let mut known = self.0.lock();
        if known.len() >= MAX {
            known.clear();
        }
        known.insert(token.into(), Arc::clone(&verified));
        Some(verified)
    }
}
