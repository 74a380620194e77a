//! What external identity providers have answered to the codes of their users. A provider is asked once for a code: what follows from
//! its answer can be decided again, because another request was faster or because the store was unavailable.

use std::collections::HashMap;
use std::sync::Arc;

use mock_idp_core::ledger::ProviderVisit;
use mock_idp_core::sign_in::provider::{ProviderAnswerError, ProviderUser};
use parking_lot::Mutex;
use tokio::sync::OnceCell;

/// The largest number of answers that are kept.
const CAPACITY: usize = 1_000;

/// The answer to one code. Requests that bring it at the same time wait for one of them to ask.
pub(super) type ProviderAnswer = Arc<OnceCell<Result<ProviderUser, ProviderAnswerError>>>;

/// The answers in the last seconds of this process, by `state` and `code`.
#[derive(Debug, Default)]
pub(super) struct ProviderAnswers(Mutex<HashMap<(String, String), Kept>>);

#[derive(Debug)]
struct Kept {
    answer: ProviderAnswer,
    expires: i64,
}

impl ProviderAnswers {
    /// The answer to a code that came with this `state`, which may not be there yet.
    pub(super) fn of(&self, state: &str, code: &str, now: i64) -> ProviderAnswer {
        let mut kept = self.0.lock();
        let key = (state.to_owned(), code.to_owned());
        if !kept.contains_key(&key) {
            kept.retain(|_, kept| now < kept.expires);
            if kept.len() >= CAPACITY
                && let Some(first) = kept.iter().min_by_key(|(_, kept)| kept.expires).map(|(key, _)| key.clone())
            {
                kept.remove(&first);
            }
        }
        let new = || Kept { answer: ProviderAnswer::default(), expires: now + ProviderVisit::LIFETIME };
        Arc::clone(&kept.entry(key).or_insert_with(new).answer)
    }

    /// Forgets all.
    pub(super) fn clear(&self) {
        self.0.lock().clear();
    }
}
