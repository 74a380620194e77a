//! `harness list`.

use std::io::{self, Write as _};

use super::args::ListArgs;
use super::environment::width;
use super::error::CommandError;
use crate::exit::Exit;
use crate::issuer_target::fixtures::Fixtures;
use crate::run::{Filter, RunError};
use crate::scenario::{Plan, Scenario, catalogue, checks};

/// The width of the column of ids. A longer id has a line of its own.
const ID_WIDTH: usize = 30;

/// The narrowest list.
const NARROWEST: usize = 60;

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
    let width = width().max(NARROWEST);
    for scenario in &scenarios {
        write_row(&mut output, &scenario.id, &scenario.title, width)?;
    }
    writeln!(output, "{} scenarios", scenarios.len())?;
    Ok(Exit::Expected)
}

fn selected(args: &ListArgs, fixtures: &Fixtures) -> Result<Vec<Scenario>, CommandError> {
    let filter = Filter::new(&args.ids, &[], &args.tag).map_err(RunError::from)?.of_plans(&args.plan);
    let mut scenarios = catalogue(fixtures).map_err(RunError::from)?;
    filter.check(&scenarios).map_err(RunError::from)?;
    scenarios.retain(|scenario| filter.selects(scenario));
    if scenarios.is_empty() { Err(RunError::NothingSelected("").into()) } else { Ok(scenarios) }
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
    let width = width().max(NARROWEST);
    for check in checks() {
        let text = format!("{}: {} ({})", check.severity.word(), check.says, check.cites.join("; "));
        write_row(output, check.id, &text, width)?;
    }
    writeln!(output, "{} checks", checks().count())?;
    Ok(Exit::Expected)
}

/// Writes an id and its text in two columns that fit the terminal.
fn write_row(output: &mut dyn io::Write, id: &str, text: &str, width: usize) -> io::Result<()> {
    let mut lines = wrapped(text, width - ID_WIDTH - 1).into_iter();
    let mut ids = pieces(id, width).into_iter().peekable();
    while let Some(piece) = ids.next() {
        if ids.peek().is_none() && piece.len() <= ID_WIDTH {
            writeln!(output, "{piece:<ID_WIDTH$} {}", lines.next().unwrap_or_default())?;
        } else {
            writeln!(output, "{piece}")?;
        }
    }
    lines.try_for_each(|line| writeln!(output, "{:ID_WIDTH$} {line}", ""))
}

/// An id in pieces that fit the terminal, broken behind a full stop or a hyphen.
fn pieces(id: &str, width: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for word in id.split_inclusive(['.', '-']) {
        if pieces.last().is_some_and(|piece| piece.len() + word.len() > width) {
            pieces.push("  ".to_owned());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push_str(word);
        }
    }
    pieces
}

/// A text in lines of at most `width` characters, broken between words, and long words behind a hyphen.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace().flat_map(|word| pieces(word, width)) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
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
