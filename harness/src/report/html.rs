//! The HTML report: one page without scripts and external files.

use std::collections::BTreeMap;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::record::run::{RunRecord, ScenarioRecord, State};
use crate::record::{Entry, Exchange, Finding, Severity, Verdict};

const STYLE: &str = include_str!("../../templates/report.css");

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    run: &'a RunRecord,
    style: &'static str,
    style_hash: String,
    areas: Vec<Area<'a>>,
    bad: Vec<&'a ScenarioRecord>,
    slowest: Vec<&'a ScenarioRecord>,
    counts: Vec<(State, usize)>,
    /// Every check once: the rows of passed checks contain only the id.
    checks: Vec<&'a Finding>,
}

/// The scenarios of one area and their states.
struct Area<'a> {
    name: &'a str,
    scenarios: Vec<ScenarioView<'a>>,
    counts: Vec<(State, usize)>,
}

/// A scenario with its entries. Consecutive findings share a table.
struct ScenarioView<'a> {
    record: &'a ScenarioRecord,
    sections: Vec<Section<'a>>,
}

/// A section of a scenario.
enum Section<'a> {
    Step(&'a str),
    Note(&'a str),
    /// An exchange and its formatted response body.
    Exchange(&'a Exchange, String),
    Findings(Vec<&'a Finding>),
    /// The passed checks and how often each passed.
    Passed(BTreeMap<&'a str, usize>),
}

/// The longest shown body of a passed scenario. run.json has the whole body.
const LONGEST_BODY: usize = 500;

/// The longest shown page.
const LONGEST_PAGE: usize = 100;

fn sections(record: &ScenarioRecord) -> Vec<Section<'_>> {
    let mut sections = Vec::new();
    // Hundreds of passed modules would make the page too large. run.json has all entries.
    let brief = record.plan.is_some() && !record.state.is_bad();
    if brief {
        let mut passed = BTreeMap::new();
        for finding in record.findings().filter(|finding| finding.verdict == Verdict::Pass) {
            *passed.entry(finding.check.as_str()).or_default() += 1;
        }
        sections.push(Section::Passed(passed));
    }
    let passed_briefly = brief && record.state == State::Pass;
    for entry in &record.entries {
        match (entry, sections.last_mut()) {
            (Entry::Finding(finding), _) if brief && finding.verdict == Verdict::Pass => {}
            (Entry::Exchange(_) | Entry::Step { .. }, _) if passed_briefly => {}
            (Entry::Finding(finding), Some(Section::Findings(findings))) => findings.push(finding),
            (Entry::Finding(finding), _) => sections.push(Section::Findings(vec![finding])),
            (Entry::Step { text }, _) => sections.push(Section::Step(text)),
            (Entry::Note { text }, _) => sections.push(Section::Note(text)),
            (Entry::Exchange(exchange), _) => {
                let longest = match () {
                    () if record.state.is_bad() => usize::MAX,
                    () if exchange.response_body.starts_with("<!") => LONGEST_PAGE,
                    () => LONGEST_BODY,
                };
                sections.push(Section::Exchange(exchange, shown(&exchange.response_body, longest)));
            }
        }
    }
    sections
}

pub(super) fn render(run: &RunRecord) -> Result<String, askama::Error> {
    let mut areas: Vec<Area<'_>> = Vec::new();
    for scenario in &run.scenarios {
        match areas.iter_mut().find(|area| area.name == scenario.area) {
            Some(area) => area.scenarios.push(ScenarioView { record: scenario, sections: sections(scenario) }),
            None => {
                let first = ScenarioView { record: scenario, sections: sections(scenario) };
                areas.push(Area { name: &scenario.area, scenarios: vec![first], counts: Vec::new() });
            }
        }
    }
    for area in &mut areas {
        area.counts = State::ALL
            .into_iter()
            .map(|state| (state, area.scenarios.iter().filter(|scenario| scenario.record.state == state).count()))
            .collect();
    }
    let mut slowest: Vec<&ScenarioRecord> = run.scenarios.iter().collect();
    slowest.sort_by(|one, other| other.millis.total_cmp(&one.millis));
    slowest.truncate(10);
    let findings = run.scenarios.iter().flat_map(ScenarioRecord::findings);
    let checks: BTreeMap<&str, &Finding> = findings.map(|finding| (finding.check.as_str(), finding)).collect();
    let page = Page {
        run,
        checks: checks.into_values().collect(),
        style: STYLE,
        style_hash: STANDARD.encode(Sha256::digest(STYLE.as_bytes())),
        areas,
        bad: run.scenarios.iter().filter(|scenario| scenario.state.is_bad()).collect(),
        slowest,
        counts: State::ALL.into_iter().map(|state| (state, run.totals.get(state))).collect(),
    };
    page.render()
}

fn seconds(millis: &f64) -> String {
    format!("{:.2} s", millis / 1000.0)
}

fn milliseconds(millis: &f64) -> String {
    format!("{millis:.1} ms")
}

/// A formatted body, shortened to about `longest` characters.
fn shown(body: &str, longest: usize) -> String {
    let pretty = serde_json::from_str::<serde_json::Value>(body)
        .ok()
        .and_then(|value| serde_json::to_string_pretty(&value).ok())
        .unwrap_or_else(|| body.to_owned());
    match pretty.char_indices().nth(longest) {
        Some((end, _)) => format!("{}\n… the rest is in run.json", &pretty[..end]),
        None => pretty,
    }
}

/// The anchor of a scenario: its id and driver.
fn anchor(scenario: &ScenarioRecord) -> String {
    format!("{}-{}", scenario.id, scenario.driver)
}

/// The CSS class of a finding.
fn class(finding: &Finding) -> &'static str {
    match (finding.verdict, finding.severity) {
        (Verdict::Fail, Severity::Should | Severity::May) => "warn",
        (Verdict::Skip, _) => "skip-state",
        (verdict, _) => verdict.word(),
    }
}

/// A time without fractions of a second.
fn moment(started: &str) -> String {
    let seconds = started.split('.').next().unwrap_or(started);
    format!("{} UTC", seconds.trim_end_matches('Z').replace('T', " "))
}
