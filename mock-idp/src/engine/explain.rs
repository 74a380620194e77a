//! Previews: the result that a token request would have, decided by the same rules and not signed.

use std::sync::Arc;

use mock_idp_core::org::Urls;
use mock_idp_core::preview::{self, Preview, Question, Remedy};

use super::OrgInstance;

impl OrgInstance {
    /// The result of a request; and, if it is an error, the changes that would make it succeed.
    pub async fn preview(self: &Arc<Self>, urls: Urls, question: Question) -> (Preview, Vec<Remedy>) {
        let org = self.org();
        let now = self.clock.now();
        let keys = match org.server_by_id(&question.server) {
            Some(server) => self.keys(server, now).await.ok(),
            None => None,
        };
        // The changes are found by trying hundreds of changed copies of the org: too long for a thread that serves requests.
        let asked = tokio::task::spawn_blocking(move || {
            let mut preview = preview::preview(&org, &urls, &question, now, &mut rand::rng());
            if let Some(keys) = keys {
                preview.name_keys(&keys.keys);
            }
            let remedies = match preview.is_refused() {
                true => preview::remedies(&org, &urls, &question, &preview, now),
                false => Vec::new(),
            };
            (preview, remedies)
        });
        asked.await.unwrap_or_else(|failure| std::panic::resume_unwind(failure.into_panic()))
    }
}
