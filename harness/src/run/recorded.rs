//! Runs one scenario against the built-in mock, to show what it does.

use std::path::PathBuf;

use super::error::RunError;
use super::filter::Filter;
use super::options::{Drivers, Options};
use super::runner::Runner;
use crate::issuer_target::Behavior;
use crate::issuer_target::fixtures::Fixtures;
use crate::record::run::{ScenarioRecord, State};

/// The record of that scenario. A scenario that Okta's behavior skips is run with OpenID conformance instead.
///
/// # Errors
/// When the scenario needs a browser, or the mock does not start.
pub async fn recorded(id: &str, fixtures: &Fixtures) -> Result<Option<ScenarioRecord>, RunError> {
    let mut record = None;
    for behavior in [Behavior::Okta, Behavior::OpenId] {
        record = run(id, fixtures, behavior).await?;
        if record.as_ref().is_some_and(|record| record.state != State::Skip) {
            break;
        }
    }
    Ok(record)
}

async fn run(id: &str, fixtures: &Fixtures, behavior: Behavior) -> Result<Option<ScenarioRecord>, RunError> {
    let reports = temporary_folder();
    let options = Options {
        target: "mock".to_owned(),
        fixtures: fixtures.clone(),
        server: None,
        continuing: false,
        filter: Filter::new(&[id.to_owned()], &[], &[])?,
        behavior: Some(behavior),
        drivers: Drivers::Http,
        require_browser: false,
        ca: None,
        jobs: 1,
        reports: reports.clone(),
    };
    let run = Runner::open(options).await?.run(|_| {}).await;
    // Pending snapshots are not needed here.
    let _ = std::fs::remove_dir_all(reports);
    Ok(run.scenarios.into_iter().find(|scenario| scenario.id == id))
}

fn temporary_folder() -> PathBuf {
    std::env::temp_dir().join(format!("harness-show-{}", std::process::id()))
}
