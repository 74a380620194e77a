//! `harness show`.

use std::collections::BTreeSet;
use std::io::{self, Write as _};

use super::error::CommandError;
use crate::exit::Exit;
use crate::issuer_target::fixtures::Fixtures;
use crate::nearest::did_you_mean;
use crate::record::Entry;
use crate::record::run::State;
use crate::run::{self, RunError};
use crate::scenario::{catalogue, checks};

/// Shows one scenario.
pub(super) fn show(id: &str, fixtures: &Fixtures) -> Result<Exit, CommandError> {
    let scenarios = catalogue(fixtures).map_err(RunError::from)?;
    let mut output = io::stdout().lock();
    if let Some(check) = checks().find(|check| check.id == id) {
        writeln!(output, "{}\n{}\n\nSeverity  {}\n", check.id, check.says, check.severity.word())?;
        writeln!(output, "Citations\n  {}", check.cites.join("\n  "))?;
        return Ok(Exit::Expected);
    }
    let Some(scenario) = scenarios.iter().find(|scenario| scenario.id == id) else {
        let ids = scenarios.iter().map(|scenario| &*scenario.id).chain(checks().map(|check| check.id));
        let suggestion = did_you_mean(id, ids);
        let message = format!("no scenario and no check has the id {id:?}{suggestion}; harness list shows all");
        return Err(CommandError(Exit::NothingSelected, message));
    };
    writeln!(output, "{}\n{}\n", scenario.id, scenario.title)?;
    show_record(&mut output, id, fixtures)?;
    if let (Some(plan), Some(module)) = (scenario.plan(), scenario.module()) {
        writeln!(output, "\nMirrors\n  {module} of the plan {}", plan.certification())?;
    }
    writeln!(output, "\nCitations\n  {}\n\nNeeds", scenario.citations.join("\n  "))?;
    for names in scenario.table.iter().filter_map(|table| table.applicability.target.as_ref()) {
        writeln!(output, "  the target or org {}", names.list().join(" or "))?;
    }
    for need in &scenario.needs {
        writeln!(output, "  {}", need.description())?;
    }
    writeln!(output, "\nTags  {}\nRun   harness run '{}'", scenario.tags.join(" "), scenario.id)?;
    Ok(Exit::Expected)
}

/// Shows the steps and checks of a run against the built-in mock.
fn show_record(output: &mut dyn io::Write, id: &str, fixtures: &Fixtures) -> Result<(), CommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let record = match runtime.block_on(run::recorded(id, fixtures)) {
        Ok(Some(record)) if record.state != State::Skip => record,
        Ok(record) => {
            let reason = record.and_then(|record| record.reason).unwrap_or_default();
            return Ok(writeln!(output, "Steps\n  not run: {reason}")?);
        }
        Err(error) => return Ok(writeln!(output, "Steps\n  not run: {error}")?),
    };
    let steps = record.entries.iter().filter_map(|entry| match entry {
        Entry::Step { text } => Some(text),
        _ => None,
    });
    writeln!(output, "Steps (recorded with the built-in mock)")?;
    for (index, step) in steps.enumerate() {
        writeln!(output, "  {}. {step}", index + 1)?;
    }
    writeln!(output, "\nChecks")?;
    let mut shown = BTreeSet::new();
    for finding in record.findings().filter(|finding| shown.insert(finding.check.as_str())) {
        writeln!(output, "  {}  {}", finding.check, finding.says)?;
    }
    Ok(())
}
