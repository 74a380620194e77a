//! Previews of a running org. They are made beside the threads that serve requests, few at a time, and end with their clients.

use std::sync::Arc;

use mock_idp_core::org::{Org, Urls};
use mock_idp_core::preview::{Preview, Question, Remedies};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::remedies::{SearchLimits, remedies};
use super::run::preview_calling;
use crate::engine::OrgInstance;
use crate::outbound::HookCaller;

/// The number of previews that are made at once.
static RUNNING: Semaphore = Semaphore::const_new(2);

/// The answer to a question, and, if it is a refusal, the changes that would grant it; `present` makes a response of them. When the
/// returned future is dropped, the search for changes ends.
pub(crate) async fn explain<T: Send + 'static>(
    instance: &OrgInstance,
    urls: Urls,
    question: Question,
    present: impl FnOnce(&Org, &Question, Preview, Remedies) -> T + Send + 'static,
) -> T {
    let (org, now, hooks) = (instance.org(), instance.clock.now(), Arc::clone(&instance.hooks));
    let keys = match org.server_by_id(&question.server) {
        Some(server) => instance.keys(server, now).await.ok(),
        None => None,
    };
    // The semaphore is never closed.
    let running = RUNNING.acquire().await.ok();
    let limits = SearchLimits::default();
    let _cancelled_when_dropped = limits.cancelled.clone().drop_guard();
    let runtime = Handle::current();
    let explained = tokio::task::spawn_blocking(move || {
        let _running = running;
        let (preview, found) = runtime.block_on(answer(&hooks, &org, &urls, &question, now, &limits));
        let mut preview = preview;
        if let Some(keys) = keys {
            preview.name_keys(&keys.keys);
        }
        present(&org, &question, preview, found)
    });
    explained.await.unwrap_or_else(|failure| std::panic::resume_unwind(failure.into_panic()))
}

async fn answer(
    hooks: &Arc<HookCaller>,
    org: &Arc<Org>,
    urls: &Urls,
    question: &Question,
    now: i64,
    limits: &SearchLimits,
) -> (Preview, Remedies) {
    let preview = preview_calling(hooks, org, urls, question, now).await;
    let found = match preview.is_refused() {
        true => remedies(org, urls, question, &preview, now, limits).await,
        false => Remedies::default(),
    };
    (preview, found)
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::keys::KeyPool;

    #[tokio::test]
    async fn a_search_ends_when_its_client_goes() {
        let org = Org::parse(crate::BUILT_IN_ORG).unwrap();
        let instance = OrgInstance::new(org, &mut KeyPool::default(), None);
        let org = instance.org();
        let unknown: Vec<String> = (0..999).map(|number| format!("unknown:{number}")).collect();
        let parameters = [("client", "0oamarketweb000005d7"), ("user", "buyer"), ("scope", &unknown.join(" "))];
        let question = Question::read(&org, parameters).unwrap();
        // The keys are there, so that the first poll starts the search.
        instance.keys(org.server_by_id(&question.server).unwrap(), instance.clock.now()).await.unwrap();
        let (ends, ended) = tokio::sync::oneshot::channel();
        let present = |_: &Org, _: &Question, _: Preview, found: Remedies| ends.send(found.cut_short).unwrap();
        let mut explained = Box::pin(explain(&instance, Urls::default(), question, present));
        assert_eq!(explained.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending);
        drop(explained);
        assert_eq!(ended.await, Ok(Some("the search was cancelled")));
    }
}
