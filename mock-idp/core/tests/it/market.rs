//! The market org and moments for tests of rules.

use mock_idp_core::moment::{Moment, RequestOrigin};
use mock_idp_core::org::{Document, Org};
use mock_idp_core::trace::{Note, NoteStatus, Trace};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

pub(crate) const MARKET: &str = include_str!("../../../../fixtures/orgs/market.yaml");
/// The time of the tests.
pub(crate) const NOW: i64 = 1_800_000_000;

/// The market, unchanged.
pub(crate) fn market() -> Org {
    changed(|_| {})
}

/// The market after a change by an administrator.
pub(crate) fn changed(change: impl FnOnce(&mut Document)) -> Org {
    let mut document = Document::parse(MARKET).unwrap();
    change(&mut document);
    Org::from_document(document).unwrap()
}

/// Evaluates a rule at a given time. Returns its result and its notes.
pub(crate) fn ask_at<T>(now: i64, rule: impl FnOnce(&mut Moment<'_>) -> T) -> (T, Vec<Note>) {
    let mut rng = StdRng::seed_from_u64(7);
    let mut trace = Trace::default();
    let result = rule(&mut Moment { now, origin: &RequestOrigin::default(), rng: &mut rng, trace: &mut trace });
    (result, trace.notes)
}

/// The notes with one status, as `subject: because`.
pub(crate) fn texts(notes: &[Note], verdict: NoteStatus) -> Vec<String> {
    notes
        .iter()
        .filter(|note| note.verdict == verdict)
        .map(|note| format!("{}: {}", note.subject(), note.because()))
        .collect()
}
