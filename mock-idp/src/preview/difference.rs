//! The effect of a change of the org: every token request that two orgs answer differently.

use std::slice;
use std::sync::Arc;

use mock_idp_core::org::{Org, Urls};
use mock_idp_core::preview::{Alteration, Cases, Circumstances, DecidedResult, NoCase, Selection, compare, result};
use serde::Serialize;

use super::run::preview;

/// What two orgs answer differently.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Difference {
    /// How many requests were compared.
    pub cases: usize,
    pub alterations: Vec<Alteration>,
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
    let mut difference = Difference { cases: cases.len(), alterations: Vec::new() };
    for (case, [was, is]) in cases.iter() {
        let (was, is) = (preview(before, urls, &was, now).await, preview(after, urls, &is, now).await);
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
    Ok(difference)
}
