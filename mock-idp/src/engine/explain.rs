//! Previews: what a token request would come to, asked of the same rules and signed by nobody.

use std::sync::Arc;

use mock_idp_core::org::Urls;
use mock_idp_core::preview::{self, Preview, Question, Remedy};

use super::OrgInstance;

impl OrgInstance {
    /// What a question comes to now; and, when it is refused, what it would take.
    pub async fn preview(self: &Arc<Self>, urls: Urls, question: Question) -> (Preview, Vec<Remedy>) {
        let org = self.org();
        let now = self.clock.now();
        let held = match org.server_by_id(&question.server) {
            Some(server) => self.keys(server).await.ok(),
            None => None,
        };
        // A refusal is put to hundreds of changed copies of the org, which is no work for a thread that serves.
        let asked = tokio::task::spawn_blocking(move || {
            let mut preview = preview::preview(&org, &urls, &question, now, &mut rand::rng());
            if let Some(held) = held {
                preview.name_keys(&held.keys);
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
