//! `harness list`.

use std::io::{self, Write as _};

use super::args::ListArgs;
use super::error::CommandError;
use crate::exit::Exit;
use crate::issuer_target::fixtures::Fixtures;
use crate::run::{Filter, RunError};
use crate::scenario::{Plan, Scenario, catalogue, checks};

/// Lists scenarios or checks.
pub(super) fn list(args: &ListArgs, fixtures: &Fixtures) -> Result<Exit, CommandError> {
    let mut output = io::stdout().lock();
    if args.checks {
        return list_checks(&mut output, args.json);
    }
    let scenarios = selected(args, fixtures)?;
    if args.json {
        let json: Vec<serde_json::Value> = scenarios.iter().map(described).collect();
        writeln!(output, "{}", serde_json::Value::from(json))?;
        return Ok(Exit::Expected);
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_header(["id", "title", "tags"]);
    for scenario in &scenarios {
        table.add_row([&*scenario.id, &*scenario.title, &scenario.tags.join(" ")]);
    }
    writeln!(output, "{table}\n{} scenarios", scenarios.len())?;
    Ok(Exit::Expected)
}

fn selected(args: &ListArgs, fixtures: &Fixtures) -> Result<Vec<Scenario>, CommandError> {
    let filter = Filter::new(&args.ids, &[], &args.tag).map_err(RunError::from)?.of_plans(&args.plan);
    let mut scenarios = catalogue(fixtures).map_err(RunError::from)?;
    scenarios.retain(|scenario| filter.selects(scenario));
    if scenarios.is_empty() { Err(RunError::NothingSelected.into()) } else { Ok(scenarios) }
}

fn list_checks(output: &mut dyn io::Write, json: bool) -> Result<Exit, CommandError> {
    if json {
        let checks: Vec<serde_json::Value> = checks()
            .map(|check| {
                serde_json::json!({
                    "id": check.id, "says": check.says, "severity": check.severity.word(), "citations": check.cites
                })
            })
            .collect();
        writeln!(output, "{}", serde_json::Value::from(checks))?;
        return Ok(Exit::Expected);
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_header(["id", "severity", "says", "citations"]);
    for check in checks() {
        table.add_row([check.id, check.severity.word(), check.says, &check.cites.join("; ")]);
    }
    writeln!(output, "{table}\n{} checks", checks().count())?;
    Ok(Exit::Expected)
}

fn described(scenario: &Scenario) -> serde_json::Value {
    serde_json::json!({
        "id": scenario.id,
        "title": scenario.title,
        "area": scenario.area(),
        "plan": scenario.plan().map(Plan::word),
        "module": scenario.module(),
        "tags": scenario.tags,
        "citations": scenario.citations,
        "needs": scenario.needs.iter().map(|need| need.description()).collect::<Vec<_>>(),
    })
}
