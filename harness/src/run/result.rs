//! The result of a run: exit code and summary sentence.

use crate::exit::Exit;
use crate::record::run::RunRecord;

/// The reason of a scenario that a signal kept from running.
pub(super) const INTERRUPTED: &str = "the run was interrupted";

/// The exit code of a run.
#[must_use]
pub fn exit(run: &RunRecord) -> Exit {
    if run.interrupted {
        return Exit::Interrupted;
    }
    let mut pending = !run.orphans.is_empty();
    for scenario in run.scenarios.iter().filter(|scenario| scenario.state.is_bad()) {
        if !scenario.only_pending() {
            return Exit::Failures;
        }
        pending = true;
    }
    match (run.totals.ran(), pending) {
        (0, _) if run.unset_variables.is_empty() => Exit::NothingSelected,
        (0, _) => Exit::Configuration,
        (_, true) => Exit::SnapshotsPending,
        (_, false) => Exit::Expected,
    }
}

/// The sentence that summarizes a run.
#[must_use]
pub fn verdict(run: &RunRecord) -> String {
    let totals = &run.totals;
    let bad = totals.fail + totals.error;
    if run.interrupted {
        let done = run.scenarios.iter().filter(|scenario| scenario.reason.as_deref() != Some(INTERRUPTED)).count();
        return format!("Interrupted after {done} of {} scenarios; {} failed.", totals.scenarios, totals.bad());
    }
    if totals.unexpected_pass > 0 && bad == 0 {
        let entries =
            plural(totals.unexpected_pass, "known divergence no longer occurs", "known divergences no longer occur");
        return format!("{entries}: remove it from divergences.toml.");
    }
    if bad > 0 && totals.pending > 0 && totals.fail <= totals.pending && totals.error == 0 {
        let snapshots = plural(totals.pending, "snapshot is pending", "snapshots are pending");
        return format!("{snapshots}: harness review");
    }
    if bad > 0 {
        return format!("{} failed.", plural(bad, "scenario", "scenarios"));
    }
    if totals.ran() == 0 {
        let variables = match run.unset_variables.as_slice() {
            [] => String::new(),
            variables => format!(" Not set: {}.", variables.join(", ")),
        };
        return format!("Nothing was tested: {} skipped.{variables}", every(totals.scenarios));
    }
    if !run.orphans.is_empty() {
        let snapshots = plural(run.orphans.len(), "snapshot belongs", "snapshots belong");
        return format!("{snapshots} to no case of the matrix: harness review");
    }
    let mut text = format!("All {} scenarios that ran gave the expected result.", totals.ran());
    if totals.warn > 0 {
        text.push_str(&format!(" {} with a warning.", plural(totals.warn, "scenario", "scenarios")));
    }
    if totals.skip > 0 {
        text.push_str(&format!(" {} skipped.", plural(totals.skip, "scenario was", "scenarios were")));
    }
    text
}

fn plural(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

fn every(count: usize) -> String {
    if count == 1 { "the selected scenario was".to_owned() } else { format!("all {count} selected scenarios were") }
}
