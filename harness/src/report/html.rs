//! The HTML report: one page without external files.
//!
//! Without a script the page shows the counts, the list of scenarios and everything about those with an unexpected
//! result. The details of all others are compressed in the page; its script unpacks them.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use super::diagram::{Diagram, diagram};
use crate::record::run::{RunRecord, ScenarioRecord, State};
use crate::record::{Entry, Exchange, Finding, Severity, Verdict};

const STYLE: &str = include_str!("../../templates/report.css");
const SCRIPT: &str = include_str!("../../templates/report.js");

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage<'a> {
    run: &'a RunRecord,
    style: &'static str,
    style_hash: String,
    script: &'static str,
    script_hash: String,
    areas: Vec<Area<'a>>,
    failing: Vec<Row<'a>>,
    slowest: Vec<&'a ScenarioRecord>,
    /// The states that occur.
    counts: Vec<(State, usize)>,
    skips: Vec<(&'a str, usize)>,
    /// Every check once: the rows of passed checks contain only the id.
    checks: Vec<&'a Finding>,
}

/// The scenarios of one area and their states.
struct Area<'a> {
    name: &'a str,
    rows: Vec<Row<'a>>,
    counts: Vec<(State, usize)>,
    /// The details of the scenarios with an expected result.
    data: Option<String>,
}

/// A scenario in a list.
struct Row<'a> {
    record: &'a ScenarioRecord,
    anchor: String,
    /// Its details, if they are not in the data of the area.
    body: String,
}

#[derive(Template)]
#[template(path = "scenario.html")]
struct Details<'a> {
    scenario: &'a ScenarioRecord,
    rerun: String,
    diagram: Option<Diagram>,
    sections: Vec<Section<'a>>,
}

/// A section of a scenario. Consecutive findings share a table.
enum Section<'a> {
    Step(&'a str),
    Note(&'a str),
    /// An exchange and its formatted response body.
    Exchange(&'a Exchange, String),
    Findings(Vec<&'a Finding>),
    /// The passed checks and how often each passed.
    Passed(&'a BTreeMap<String, usize>),
}

/// Renders the page. `stored` is the run as it is in run.json; `run` has every finding.
pub(super) fn render(run: &RunRecord, stored: &RunRecord) -> io::Result<String> {
    let counts: Vec<(State, usize)> = State::ALL
        .into_iter()
        .map(|state| (state, run.totals.get(state)))
        .filter(|(state, count)| *count > 0 || *state == State::Pass)
        .collect();
    let mut slowest: Vec<&ScenarioRecord> = run.scenarios.iter().collect();
    slowest.sort_by(|one, other| other.millis.total_cmp(&one.millis));
    slowest.truncate(10);
    let findings = run.scenarios.iter().flat_map(ScenarioRecord::findings);
    let checks: BTreeMap<&str, &Finding> = findings.map(|finding| (finding.check.as_str(), finding)).collect();
    let failing = stored.scenarios.iter().filter(|scenario| scenario.state.is_bad());
    let page = ReportPage {
        run,
        checks: checks.into_values().collect(),
        style: STYLE,
        style_hash: STANDARD.encode(Sha256::digest(STYLE.as_bytes())),
        script: SCRIPT,
        script_hash: STANDARD.encode(Sha256::digest(SCRIPT.as_bytes())),
        areas: areas(stored, &counts)?,
        failing: failing.map(|record| row(record, details(stored, record)?)).collect::<io::Result<_>>()?,
        slowest,
        skips: run.skip_reasons(),
        counts,
    };
    page.render().map_err(io::Error::other)
}

fn areas<'a>(run: &'a RunRecord, states: &[(State, usize)]) -> io::Result<Vec<Area<'a>>> {
    let mut names: Vec<&str> = Vec::new();
    for scenario in &run.scenarios {
        if !names.contains(&scenario.area.as_str()) {
            names.push(&scenario.area);
        }
    }
    names.into_iter().map(|name| area(run, name, states)).collect()
}

fn area<'a>(run: &'a RunRecord, name: &'a str, states: &[(State, usize)]) -> io::Result<Area<'a>> {
    let records: Vec<&ScenarioRecord> = run.scenarios.iter().filter(|scenario| scenario.area == name).collect();
    let count = |state: State| records.iter().filter(|record| record.state == state).count();
    let counts = states.iter().map(|(state, _)| (*state, count(*state))).collect();
    let expected = records.iter().filter(|record| !record.state.is_bad());
    let bodies: BTreeMap<String, String> =
        expected.map(|record| Ok((anchor(record), details(run, record)?))).collect::<io::Result<_>>()?;
    let data = if bodies.is_empty() { None } else { Some(packed(&serde_json::to_vec(&bodies)?)?) };
    let rows = records.iter().map(|record| row(record, String::new())).collect::<io::Result<_>>()?;
    Ok(Area { name, rows, counts, data })
}

fn row(record: &ScenarioRecord, body: String) -> io::Result<Row<'_>> {
    Ok(Row { record, anchor: anchor(record), body })
}

fn details(run: &RunRecord, record: &ScenarioRecord) -> io::Result<String> {
    let details =
        Details { scenario: record, rerun: run.rerun(record), diagram: diagram(record), sections: sections(record) };
    details.render().map_err(io::Error::other)
}

fn sections(record: &ScenarioRecord) -> Vec<Section<'_>> {
    let mut sections = Vec::new();
    for entry in &record.entries {
        match (entry, sections.last_mut()) {
            (Entry::Finding(finding), Some(Section::Findings(findings))) => findings.push(finding),
            (Entry::Finding(finding), _) => sections.push(Section::Findings(vec![finding])),
            (Entry::Step { text }, _) => sections.push(Section::Step(text)),
            (Entry::Note { text }, _) => sections.push(Section::Note(text)),
            (Entry::Passed { checks }, _) => sections.push(Section::Passed(checks)),
            (Entry::Exchange(exchange), _) => {
                sections.push(Section::Exchange(exchange, formatted(&exchange.response_body)));
            }
        }
    }
    sections
}

/// Compressed with gzip, as base64.
fn packed(text: &[u8]) -> io::Result<String> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(text)?;
    Ok(STANDARD.encode(encoder.finish()?))
}

fn is_good(run: &RunRecord) -> bool {
    run.totals.bad() == 0 && run.totals.ran() > 0 && !run.interrupted && run.orphans.is_empty()
}

fn seconds(millis: &f64) -> String {
    format!("{:.2} s", millis / 1000.0)
}

fn milliseconds(millis: &f64) -> String {
    format!("{millis:.1} ms")
}

fn formatted(body: &str) -> String {
    let json = serde_json::from_str::<serde_json::Value>(body).ok();
    json.and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| body.to_owned())
}

/// The anchor of a scenario: its id, server and driver.
fn anchor(scenario: &ScenarioRecord) -> String {
    let server = scenario.server.as_deref().map(|server| format!("-{server}")).unwrap_or_default();
    format!("{}{server}-{}", scenario.id, scenario.driver)
}

/// The CSS class of a finding.
fn class(finding: &Finding) -> &'static str {
    match (finding.verdict, finding.severity) {
        (Verdict::Fail, Severity::Should | Severity::May) => "warn",
        (verdict, _) => verdict.word(),
    }
}

/// A time without fractions of a second.
fn moment(started: &str) -> String {
    let seconds = started.split('.').next().unwrap_or(started);
    format!("{} UTC", seconds.trim_end_matches('Z').replace('T', " "))
}
