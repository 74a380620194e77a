//! Collects the entries of a scenario.

use std::sync::{Arc, Mutex, PoisonError};

use super::entry::{Entry, Exchange, Finding, Verdict};
use super::scrub::Scrubber;

/// Collects the entries of one scenario. Clones share the entries.
#[derive(Clone, Debug)]
pub struct Recorder {
    entries: Arc<Mutex<Vec<Entry>>>,
    scrubber: Scrubber,
}

impl Recorder {
    /// An empty recorder that masks secrets with `scrubber`.
    #[must_use]
    pub fn new(scrubber: Scrubber) -> Self {
        Self { entries: Arc::default(), scrubber }
    }

    /// The scrubber.
    #[must_use]
    pub const fn scrubber(&self) -> &Scrubber {
        &self.scrubber
    }

    /// Records the next step.
    pub fn step(&self, text: impl AsRef<str>) {
        let text = self.scrubber.text(text.as_ref());
        self.push(Entry::Step { text });
    }

    /// Records a remark.
    pub fn note(&self, text: impl AsRef<str>) {
        let text = self.scrubber.text(text.as_ref());
        self.push(Entry::Note { text });
    }

    /// Records an exchange. The caller has masked its secrets (see [`Scrubber`]), because only the caller knows the type
    /// of each part.
    pub fn exchange(&self, exchange: Exchange) {
        self.push(Entry::Exchange(exchange));
    }

    /// Records a finding.
    pub fn finding(&self, mut finding: Finding) {
        finding.expected = self.scrubber.text(&finding.expected);
        finding.actual = self.scrubber.text(&finding.actual);
        finding.reason = finding.reason.map(|reason| self.scrubber.text(&reason));
        self.push(Entry::Finding(finding));
    }

    /// The entries so far.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().clone()
    }

    /// Whether a check has failed.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.lock().iter().any(|entry| matches!(entry, Entry::Finding(Finding { verdict: Verdict::Fail, .. })))
    }

    fn push(&self, entry: Entry) {
        self.lock().push(entry);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
