//! The record of a whole run: the JSON report is exactly this.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::entry::{Entry, Finding, Severity, Verdict};
use super::invocation::Invocation;

/// The version of the JSON report. It changes with every incompatible change.
pub const SCHEMA: &str = "harness-run/2";

/// The result of a scenario.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Pass,
    /// A manual review is needed.
    Review,
    /// A check that says *should* or *may* was not met.
    Warn,
    /// A precondition of the whole scenario was missing.
    Skip,
    /// Failed as a known divergence says.
    ExpectedFail,
    /// A known divergence no longer occurs.
    UnexpectedPass,
    Fail,
    /// The harness could not run the scenario.
    Error,
}

impl State {
    /// All states in the order of reports.
    pub const ALL: [Self; 8] = [
        Self::Pass,
        Self::Review,
        Self::Warn,
        Self::Skip,
        Self::ExpectedFail,
        Self::UnexpectedPass,
        Self::Fail,
        Self::Error,
    ];

    /// The name in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Review => "review",
            Self::Warn => "warn",
            Self::Skip => "skip",
            Self::ExpectedFail => "expected-fail",
            Self::UnexpectedPass => "unexpected-pass",
            Self::Fail => "fail",
            Self::Error => "error",
        }
    }

    /// A symbol beside the name, for readers who do not see colours.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Pass => "✓",
            Self::Review => "○",
            Self::Warn => "!",
            Self::Skip => "–",
            Self::ExpectedFail => "≈",
            Self::UnexpectedPass => "?",
            Self::Fail => "✗",
            Self::Error => "⚠",
        }
    }

    /// Whether the run fails with this state.
    #[must_use]
    pub const fn is_bad(self) -> bool {
        matches!(self, Self::UnexpectedPass | Self::Fail | Self::Error)
    }
}

/// The record of one scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScenarioRecord {
    pub id: String,
    pub title: String,
    /// The area: the first word of the id.
    pub area: String,
    pub tags: Vec<String>,
    /// The certification plan and the module of the conformance suite, if the scenario is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    pub citations: Vec<String>,
    pub driver: String,
    /// The custom server of the target file, if the target has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    pub state: State,
    /// Why it was skipped, or the error of the harness.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub millis: f64,
    pub entries: Vec<Entry>,
}

impl ScenarioRecord {
    /// The id with the name of the server, if the target has several.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.server {
            Some(server) => format!("{} [{server}]", self.id),
            None => self.id.clone(),
        }
    }

    /// The findings, in order.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Finding(finding) => Some(finding),
            _ => None,
        })
    }

    /// The findings that failed as a known divergence says, in order.
    pub fn known_failures(&self) -> impl Iterator<Item = &Finding> {
        self.findings().filter(|finding| finding.verdict == Verdict::ExpectedFail)
    }

    /// The failed findings, in order.
    pub fn failures(&self) -> impl Iterator<Item = &Finding> {
        self.findings().filter(|finding| matches!(finding.verdict, Verdict::Fail | Verdict::UnexpectedPass))
    }

    /// Whether all failures are pending snapshots.
    #[must_use]
    pub fn only_pending(&self) -> bool {
        self.state == State::Fail
            && self.failures().filter(|finding| finding.severity == Severity::Must).all(|finding| finding.snapshot)
    }

    /// The state that follows from the findings.
    #[must_use]
    pub fn judge(entries: &[Entry]) -> State {
        let verdicts = entries.iter().filter_map(|entry| match entry {
            Entry::Finding(finding) => Some(match (finding.verdict, finding.severity) {
                (Verdict::Fail, Severity::Must) => State::Fail,
                (Verdict::Fail, Severity::Should | Severity::May) => State::Warn,
                (Verdict::UnexpectedPass, _) => State::UnexpectedPass,
                (Verdict::ExpectedFail, _) => State::ExpectedFail,
                (Verdict::Review, _) => State::Review,
                (Verdict::Pass | Verdict::Skip, _) => State::Pass,
            }),
            _ => None,
        });
        verdicts.max().unwrap_or(State::Pass)
    }
}

/// The target of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetRecord {
    pub name: String,
    pub kind: String,
    pub issuer: String,
    /// Name and version of the issuer's software, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
    /// The shortened SHA-256 hash of the discovery document.
    pub fingerprint: String,
    /// The behavior where Okta differs from OpenID conformance.
    pub behavior: String,
}

/// The number of scenarios in each state.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Totals {
    pub scenarios: usize,
    pub pass: usize,
    pub review: usize,
    pub warn: usize,
    pub skip: usize,
    pub expected_fail: usize,
    pub unexpected_pass: usize,
    pub fail: usize,
    pub error: usize,
    /// The findings of all scenarios.
    pub checks: usize,
    /// The pending snapshots.
    pub pending: usize,
}

impl Totals {
    /// Counts the states.
    #[must_use]
    pub fn of<'a>(scenarios: impl IntoIterator<Item = &'a ScenarioRecord>) -> Self {
        let scenarios: Vec<&ScenarioRecord> = scenarios.into_iter().collect();
        let count = |state| scenarios.iter().filter(|scenario| scenario.state == state).count();
        Self {
            scenarios: scenarios.len(),
            pass: count(State::Pass),
            review: count(State::Review),
            warn: count(State::Warn),
            skip: count(State::Skip),
            expected_fail: count(State::ExpectedFail),
            unexpected_pass: count(State::UnexpectedPass),
            fail: count(State::Fail),
            error: count(State::Error),
            checks: scenarios.iter().map(|scenario| scenario.findings().count()).sum(),
            pending: scenarios
                .iter()
                .flat_map(|scenario| scenario.failures())
                .filter(|finding| finding.snapshot && finding.verdict == Verdict::Fail)
                .count(),
        }
    }

    /// The number of scenarios that ran.
    #[must_use]
    pub const fn ran(&self) -> usize {
        self.scenarios - self.skip
    }

    /// The number of scenarios with an unexpected result.
    #[must_use]
    pub const fn bad(&self) -> usize {
        self.fail + self.error + self.unexpected_pass
    }

    /// The count of one state.
    #[must_use]
    pub const fn get(&self, state: State) -> usize {
        match state {
            State::Pass => self.pass,
            State::Review => self.review,
            State::Warn => self.warn,
            State::Skip => self.skip,
            State::ExpectedFail => self.expected_fail,
            State::UnexpectedPass => self.unexpected_pass,
            State::Fail => self.fail,
            State::Error => self.error,
        }
    }
}

/// The totals of a certification plan.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct PlanRecord {
    pub plan: String,
    pub totals: Totals,
}

impl PlanRecord {
    /// The totals of each plan, in order.
    #[must_use]
    pub fn all(scenarios: &[ScenarioRecord]) -> Vec<Self> {
        let mut plans: Vec<&str> = Vec::new();
        for plan in scenarios.iter().filter_map(|scenario| scenario.plan.as_deref()) {
            if !plans.contains(&plan) {
                plans.push(plan);
            }
        }
        let of = |plan: &str| {
            let of_plan = scenarios.iter().filter(|scenario| scenario.plan.as_deref() == Some(plan));
            Self { plan: plan.to_owned(), totals: Totals::of(of_plan) }
        };
        plans.into_iter().map(of).collect()
    }

    /// The columns of the table in reports: title and count.
    #[must_use]
    pub const fn columns(&self) -> [(&'static str, usize); 6] {
        let Totals { pass, review, warn, skip, expected_fail, unexpected_pass, fail, error, .. } = self.totals;
        [
            ("passed", pass),
            ("warned", warn),
            ("failed", fail + error + unexpected_pass),
            ("known", expected_fail),
            ("skipped", skip),
            ("review", review),
        ]
    }
}

/// A whole run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    pub schema: String,
    /// When it started, RFC 3339.
    pub started: String,
    pub millis: f64,
    pub harness: String,
    pub target: TargetRecord,
    pub drivers: Vec<String>,
    pub totals: Totals,
    /// The certification plans of the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<PlanRecord>,
    pub verdict: String,
    /// The command line.
    pub invocation: Invocation,
    /// Where the target files, tables and snapshots come from.
    pub fixtures: String,
    /// What a reader has to know about the target: what the run found there, and what was left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Environment variables of the target file that are not set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unset_variables: Vec<String>,
    /// Whether a signal ended the run. Scenarios that did not run are skipped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    /// Accepted snapshots that no scenario compares any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orphans: Vec<String>,
    pub scenarios: Vec<ScenarioRecord>,
}

impl RunRecord {
    /// The reasons of skipped scenarios with their numbers, the most frequent first.
    #[must_use]
    pub fn skip_reasons(&self) -> Vec<(&str, usize)> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for scenario in self.scenarios.iter().filter(|scenario| scenario.state == State::Skip) {
            *counts.entry(scenario.reason.as_deref().unwrap_or_default()).or_default() += 1;
        }
        let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| Reverse(*count));
        counts
    }

    /// The command that repeats a scenario of this run.
    #[must_use]
    pub fn rerun(&self, scenario: &ScenarioRecord) -> String {
        self.invocation.scenario(&scenario.id, &scenario.driver, scenario.server.as_deref())
    }

    /// Adds the scenarios of another run with the same target.
    pub fn append(&mut self, other: Self) {
        self.millis += other.millis;
        self.scenarios.extend(other.scenarios);
        self.totals = Totals::of(&self.scenarios);
        self.plans = PlanRecord::all(&self.scenarios);
        self.interrupted |= other.interrupted;
        for (known, others) in [
            (&mut self.drivers, other.drivers),
            (&mut self.notes, other.notes),
            (&mut self.unset_variables, other.unset_variables),
        ] {
            let new: Vec<String> = others.into_iter().filter(|text| !known.contains(text)).collect();
            known.extend(new);
        }
    }

    /// Finds a scenario by id.
    #[must_use]
    pub fn scenario(&self, id: &str) -> Option<&ScenarioRecord> {
        self.scenarios.iter().find(|scenario| scenario.id == id)
    }
}
