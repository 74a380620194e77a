//! Changed, new and removed token requests: for a terminal, for a comment on a pull request, and for CI.

mod junit;
mod markdown;
mod text;

use mock_idp::preview::{AddedCase, Alteration, RemovedCase};

pub(super) use junit::junit;
pub(super) use markdown::markdown;
pub(super) use text::text;

/// What is another than before.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReportedChanges<'a> {
    /// The number of compared requests.
    pub(super) cases: usize,
    pub(super) alterations: &'a [Alteration],
    pub(super) added: &'a [AddedCase],
    pub(super) removed: &'a [RemovedCase],
}

impl ReportedChanges<'_> {
    fn is_empty(&self) -> bool {
        self.alterations.is_empty() && self.added.is_empty() && self.removed.is_empty()
    }

    /// The first line of a report.
    fn summary(&self) -> String {
        let Self { cases, alterations, added, removed } = self;
        if self.is_empty() {
            return format!("no difference in {cases} token requests");
        }
        let mut summary = format!("{} of {cases} token requests come out differently", alterations.len());
        for (count, what) in [(added.len(), "new"), (removed.len(), "removed")] {
            if count > 0 {
                summary.push_str(&format!(", {count} {what}"));
            }
        }
        summary
    }
}

/// `1 request`, `2 requests`.
fn requests(count: usize) -> String {
    if count == 1 { "1 request".to_owned() } else { format!("{count} requests") }
}

#[cfg(test)]
mod tests;
