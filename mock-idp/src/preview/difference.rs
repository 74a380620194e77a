//! The effect of a change of the org: every token request that two orgs answer differently.

use std::sync::Arc;

use mock_idp_core::org::{Org, Urls};
use mock_idp_core::preview::{Case, Cases, Changed, NoCase, Selection, compare};
use serde::Serialize;

use super::run::preview;

/// What two orgs answer differently.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Difference {
    /// How many requests were compared.
    pub cases: usize,
    pub alterations: Vec<Alteration>,
}

/// One request that the two orgs answer differently.
#[derive(Clone, Debug, Serialize)]
pub struct Alteration {
    pub case: Case,
    pub changes: Vec<Changed>,
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
    let cases = Cases::new(before, after, selection)?;
    let mut difference = Difference { cases: cases.len(), alterations: Vec::new() };
    for (case, [was, is]) in cases.iter() {
        let was = preview(before, urls, &was, now).await.outcome;
        let is = preview(after, urls, &is, now).await.outcome;
        let changes = compare(&was, &is);
        if !changes.is_empty() {
            difference.alterations.push(Alteration { case, changes });
        }
    }
    Ok(difference)
}
