//! One page with everything in it: no script, no network, a style that its own policy allows by hash.

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
    /// What the checks say, each once: rows of checks that passed only name them.
    checks: Vec<&'a Finding>,
}

/// Scenarios of one area, with how they came out.
struct Area<'a> {
    name: &'a str,
    scenarios: Vec<Told<'a>>,
    counts: Vec<(State, usize)>,
}

/// A scenario with its entries as they are best read: judgements that follow one another share a table.
struct Told<'a> {
    record: &'a ScenarioRecord,
    parts: Vec<Part<'a>>,
}

enum Part<'a> {
    Step(&'a str),
    Note(&'a str),
    /// An exchange, with its answer as it is best read.
    Exchange(&'a Exchange, String),
    Findings(Vec<&'a Finding>),
    /// Checks that passed, and how often.
    Passed(BTreeMap<&'a str, usize>),
}

/// The longest answer that is shown of a scenario that came out well; run.json has it all.
const LONGEST_ANSWER: usize = 500;

/// The same of a page, whose markup says little.
const LONGEST_PAGE: usize = 100;

fn parts(record: &ScenarioRecord) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    // Hundreds of modules that came out well would make a page that nobody can open; run.json has it all.
    let brief = record.plan.is_some() && !record.state.is_bad();
    if brief {
        let mut passed = BTreeMap::new();
        for finding in record.findings().filter(|finding| finding.verdict == Verdict::Pass) {
            *passed.entry(finding.check.as_str()).or_default() += 1;
        }
        parts.push(Part::Passed(passed));
    }
    let well = brief && record.state == State::Pass;
    for entry in &record.entries {
        match (entry, parts.last_mut()) {
            (Entry::Finding(finding), _) if brief && finding.verdict == Verdict::Pass => {}
            (Entry::Exchange(_) | Entry::Step { .. }, _) if well => {}
            (Entry::Finding(finding), Some(Part::Findings(findings))) => findings.push(finding),
            (Entry::Finding(finding), _) => parts.push(Part::Findings(vec![finding])),
            (Entry::Step { text }, _) => parts.push(Part::Step(text)),
            (Entry::Note { text }, _) => parts.push(Part::Note(text)),
            (Entry::Exchange(exchange), _) => {
                let longest = match () {
                    () if record.state.is_bad() => usize::MAX,
                    () if exchange.response_body.starts_with("<!") => LONGEST_PAGE,
                    () => LONGEST_ANSWER,
                };
                parts.push(Part::Exchange(exchange, shown(&exchange.response_body, longest)));
            }
        }
    }
    parts
}

pub(super) fn render(run: &RunRecord) -> Result<String, askama::Error> {
    let mut areas: Vec<Area<'_>> = Vec::new();
    for scenario in &run.scenarios {
        match areas.iter_mut().find(|area| area.name == scenario.area) {
            Some(area) => area.scenarios.push(Told { record: scenario, parts: parts(scenario) }),
            None => {
                let first = Told { record: scenario, parts: parts(scenario) };
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

/// A body as it is best read, not much longer than so many characters.
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

/// An anchor for a scenario: its id and driver.
fn anchor(scenario: &ScenarioRecord) -> String {
    format!("{}-{}", scenario.id, scenario.driver)
}

/// The class by which the style colours a judgement.
fn class(finding: &Finding) -> &'static str {
    match (finding.verdict, finding.severity) {
        (Verdict::Fail, Severity::Should | Severity::May) => "warn",
        (Verdict::Skip, _) => "skip-state",
        (verdict, _) => verdict.word(),
    }
}

/// A moment as people read it: to the second.
fn moment(started: &str) -> String {
    let seconds = started.split('.').next().unwrap_or(started);
    format!("{} UTC", seconds.trim_end_matches('Z').replace('T', " "))
}
