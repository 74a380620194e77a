//! Access tokens whose signature has been checked: clients ask about the same one again and again.

use std::collections::HashMap;
use std::sync::Arc;

use mock_idp_core::tokens::Verified;
use parking_lot::Mutex;

/// How many are kept. Beyond, all are forgotten: checking again costs a signature verification each.
const MOST: usize = 1_000;

/// The claims of tokens that one key has verified. Times, issuers and revocations are judged at each use.
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
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(token.into(), Arc::clone(&verified));
        Some(verified)
    }
}
