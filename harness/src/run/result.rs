//! The result of a run: exit code and summary sentence.

use crate::exit::Exit;
use crate::record::run::{RunRecord, Totals};

/// The exit code of a run.
#[must_use]
pub fn exit(run: &RunRecord) -> Exit {
    let bad = run.scenarios.iter().filter(|scenario| scenario.state.is_bad());
    let mut exit = Exit::Expected;
    for scenario in bad {
        if !scenario.only_pending() {
            return Exit::Failures;
        }
        exit = Exit::SnapshotsPending;
    }
    exit
}

/// The sentence that summarizes a run.
#[must_use]
pub fn verdict(totals: &Totals) -> String {
    let plural =
        |count: usize, one: &str, many: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {many}") };
    let bad = totals.fail + totals.error;
    if totals.unexpected_pass > 0 && bad == 0 {
        let entries =
            plural(totals.unexpected_pass, "known divergence no longer occurs", "known divergences no longer occur");
        return format!("{entries}: remove it from divergences.toml.");
    }
    if bad > 0 && totals.pending > 0 && totals.fail <= totals.pending && totals.error == 0 {
        let snapshots = plural(totals.pending, "claim snapshot is pending", "claim snapshots are pending");
        return format!("{snapshots}: harness review");
    }
    if bad > 0 {
        return format!("{} failed.", plural(bad, "scenario", "scenarios"));
    }
    let ran = totals.scenarios - totals.skip;
    let warned = match totals.warn {
        0 => String::new(),
        warn => format!(" {} with a warning.", plural(warn, "scenario", "scenarios")),
    };
    if ran == 0 {
        return "No selected scenario can run on this target.".to_owned();
    }
    format!("All {ran} scenarios that ran gave the expected result.{warned}")
}
