//! One page with everything in it: no script, no network, a style that its own policy allows by hash.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::record::run::{RunRecord, ScenarioRecord, State};
use crate::record::{Entry, Severity};

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
}

/// Scenarios of one area, with how they came out.
struct Area<'a> {
    name: &'a str,
    scenarios: Vec<&'a ScenarioRecord>,
    counts: Vec<(State, usize)>,
}

pub(super) fn render(run: &RunRecord) -> Result<String, askama::Error> {
    let mut areas: Vec<Area<'_>> = Vec::new();
    for scenario in &run.scenarios {
        match areas.iter_mut().find(|area| area.name == scenario.area) {
            Some(area) => area.scenarios.push(scenario),
            None => areas.push(Area { name: &scenario.area, scenarios: vec![scenario], counts: Vec::new() }),
        }
    }
    for area in &mut areas {
        area.counts = State::ALL
            .into_iter()
            .map(|state| (state, area.scenarios.iter().filter(|scenario| scenario.state == state).count()))
            .collect();
    }
    let mut slowest: Vec<&ScenarioRecord> = run.scenarios.iter().collect();
    slowest.sort_by(|one, other| other.millis.total_cmp(&one.millis));
    slowest.truncate(10);
    let page = Page {
        run,
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

/// A body as it is best read.
fn pretty(body: &str) -> String {
    serde_json::from_str::<serde_json::Value>(body)
        .ok()
        .and_then(|value| serde_json::to_string_pretty(&value).ok())
        .unwrap_or_else(|| body.to_owned())
}

/// An anchor for a scenario: its id and driver.
fn anchor(scenario: &ScenarioRecord) -> String {
    format!("{}-{}", scenario.id, scenario.driver)
}
