//! What the harness sees: a proxy between the mock and the harness changes one thing in a response. For every row of a
//! table a named check must fail; for every harmless change nothing may fail.

mod message;
mod proxy;
mod row;
mod rows;
mod signer;
mod worker;

use row::{Effect, Row};
use worker::run_all;

/// The checks that a row shows to fail.
pub(crate) fn tested() -> Vec<&'static str> {
    let check = |row: Row| match row.effect {
        Effect::Fails { check, .. } => Some(check),
        Effect::Harmless => None,
    };
    rows::all().into_iter().filter_map(check).collect()
}

/// The rows, or those whose name contains the text in `MUTATION`.
fn chosen(rows: Vec<Row>) -> Vec<Row> {
    let wanted = std::env::var("MUTATION").unwrap_or_default();
    rows.into_iter().filter(|row| row.name.contains(&wanted)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_changed_response_fails_its_check_and_a_harmless_change_fails_none() {
    let failures = run_all(chosen(rows::all())).await;
    assert!(failures.is_empty(), "{} rows:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn the_rows_have_names_of_their_own_and_are_many() {
    let rows = rows::all();
    let mut names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    names.sort_unstable();
    let again: Vec<&&str> = names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]).collect();
    assert!(again.is_empty(), "{again:?}");
    let (harmless, harmful): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.effect == Effect::Harmless);
    assert!(harmful.len() >= LEAST_ROWS && harmless.len() >= LEAST_HARMLESS, "{} {}", harmful.len(), harmless.len());
}

const LEAST_ROWS: usize = 400;
const LEAST_HARMLESS: usize = 30;

#[test]
fn every_check_of_a_row_exists_with_its_severity() {
    for row in rows::all() {
        if let Effect::Fails { check, severity } = row.effect {
            let known = harness::check::all().find(|known| known.id == check);
            assert_eq!(known.map(|known| known.severity), Some(severity), "{check} in {}", row.name);
        }
    }
}
