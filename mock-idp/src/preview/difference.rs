//! The effect of a change of the org: every token request that two orgs answer differently.

use std::slice;
use std::sync::Arc;

use mock_idp_core::org::{Org, Urls};
use mock_idp_core::preview::{
    Alteration, Cases, Circumstances, DecidedResult, NoCase, Selection, Snapshot, compare, result,
};
use serde::Serialize;

use super::run::preview;

/// What two orgs answer differently.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Difference {
    /// How many requests were compared.
    pub cases: usize,
    pub alterations: Vec<Alteration>,
    /// Why the client gets no answer, by request, if both orgs answer none of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without_answer: Vec<String>,
}

/// Compares the selected requests of two orgs at the time `now`, in seconds since 1970.
///
/// # Errors
/// There is nothing to compare.
pub async fn difference(
    before: &Arc<Org>,
    after: &Arc<Org>,
    urls: &Urls,
    selection: &Selection,
    now: i64,
) -> Result<Difference, NoCase> {
    let cases = Cases::new([before, after], slice::from_ref(selection))?;
    let circumstances = Circumstances { base: &urls.issuer_base, now };
    let mut difference = Difference { cases: cases.len(), ..Difference::default() };
    let mut answered = false;
    for (case, [was, is]) in cases.iter() {
        let (was, is) = (preview(before, urls, &was, now).await, preview(after, urls, &is, now).await);
        if !answered {
            let snapshots = [&was, &is].map(|preview| Snapshot::new(case.clone(), &preview.outcome, circumstances));
            match snapshots {
                [Err(_), Err(none)] => difference.without_answer.push(none.reason),
                _ => answered = true,
            }
        }
        if was.outcome == is.outcome {
            continue;
        }
        let (before, after) = (result(&was.outcome, circumstances), result(&is.outcome, circumstances));
        let before = DecidedResult { result: &before, notes: &was.notes };
        let after = DecidedResult { result: &after, notes: &is.notes };
        let changes = compare(before, after);
        if !changes.is_empty() {
            difference.alterations.push(Alteration { case, changes });
        }
    }
    if answered {
        difference.without_answer.clear();
    }
    Ok(difference)
}
