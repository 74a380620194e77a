//! The smallest changes that would grant what was refused. A change counts only if the same request, made again to a changed copy
//! of the org, is no longer refused.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mock_idp_core::org::{Draft, Org, Urls};
use mock_idp_core::preview::{Candidates, Change, Preview, Question, Remedies, Remedy, candidates};
use tokio_util::sync::CancellationToken;

use super::run::preview_calling;
use crate::outbound::HookCaller;

/// When a search for changes ends, whatever it has found.
#[derive(Clone, Debug)]
pub struct SearchLimits {
    /// The largest number of changed orgs.
    pub attempts: usize,
    pub time: Duration,
    pub cancelled: CancellationToken,
}

impl Default for SearchLimits {
    fn default() -> Self {
        Self { attempts: 400, time: Duration::from_secs(2), cancelled: CancellationToken::new() }
    }
}

/// The smallest changes that would grant a refused question: single ones if there are any, else pairs.
pub async fn remedies(
    org: &Arc<Org>,
    urls: &Urls,
    question: &Question,
    refused: &Preview,
    now: i64,
    limits: &SearchLimits,
) -> Remedies {
    let hooks = Arc::new(HookCaller::off());
    let mut search = Search { hooks, urls, now, limits, started: Instant::now(), attempts: 0, cut_short: None };
    let mut found = Vec::new();
    let mut unfinished = Vec::new();
    for change in search.candidates(org, question, refused) {
        let Some(tried) = search.attempt(org, question, &change).await else { continue };
        if tried.preview.is_refused() {
            unfinished.push((change, tried));
        } else {
            found.push(vec![change]);
        }
    }
    if found.is_empty() {
        found = search.pairs(&unfinished).await;
    }
    let words = |changes: &[Change]| changes.iter().map(|change| change.words(org)).collect::<Vec<_>>().join(", and ");
    let found = found.into_iter().map(|changes| Remedy { words: words(&changes), changes }).collect();
    Remedies { found, cut_short: search.cut_short }
}

struct Search<'a> {
    hooks: Arc<HookCaller>,
    urls: &'a Urls,
    now: i64,
    limits: &'a SearchLimits,
    started: Instant,
    attempts: usize,
    /// Why not everything is tried.
    cut_short: Option<&'static str>,
}

/// An org after a change, and the answer to the question there.
struct Tried {
    org: Arc<Org>,
    question: Question,
    preview: Preview,
}

impl Search<'_> {
    /// Two changes that grant the question together, the first being one that alone does not.
    async fn pairs(&mut self, unfinished: &[(Change, Tried)]) -> Vec<Vec<Change>> {
        let mut found = Vec::new();
        let mut seen: HashSet<[Change; 2]> = HashSet::new();
        for (first, tried) in unfinished {
            if self.is_over() {
                break;
            }
            for second in self.candidates(&tried.org, &tried.question, &tried.preview) {
                let pair = [first.clone(), second];
                let [first, second] = &pair;
                if first == second || seen.contains(&[second.clone(), first.clone()]) {
                    continue;
                }
                let Some(both) = self.attempt(&tried.org, &tried.question, second).await else { continue };
                if !both.preview.is_refused() {
                    found.push(pair.to_vec());
                }
                seen.insert(pair);
            }
        }
        found
    }

    fn candidates(
        &mut self,
        org: &Org,
        question: &Question,
        refused: &Preview,
    ) -> impl Iterator<Item = Change> + use<> {
        let Candidates { changes, more } = candidates(org, question, refused);
        if more {
            self.cut_short.get_or_insert("some scopes were left out");
        }
        changes.into_iter()
    }

    /// `None` if the change cannot be made, or the search is over.
    async fn attempt(&mut self, org: &Org, question: &Question, change: &Change) -> Option<Tried> {
        if self.is_over() {
            return None;
        }
        self.attempts += 1;
        let (mut draft, mut question) = (Draft::new(org, self.now), question.clone());
        change.apply(&mut draft, &mut question)?;
        let org = Arc::new(draft.finish().ok()?);
        // Hooks are not called for every attempt.
        let preview = preview_calling(&self.hooks, &org, self.urls, &question, self.now).await;
        Some(Tried { org, question, preview })
    }

    fn is_over(&mut self) -> bool {
        let reason = if self.limits.cancelled.is_cancelled() {
            "the search was cancelled"
        } else if self.attempts >= self.limits.attempts {
            "the search ended after the largest number of attempts"
        } else if self.started.elapsed() >= self.limits.time {
            "the search took too long"
        } else {
            return false;
        };
        self.cut_short = Some(reason);
        true
    }
}
