//! Terminal output: one live line or a line for each scenario, and a summary.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::Files;
use crate::record::run::{RunRecord, ScenarioRecord, State, Totals};
use crate::record::{Entry, Finding, Invocation, Verdict, shell_quoted};

/// The most lines of one failure.
const FAILURE_LINES: usize = 12;

/// The most reasons of skipped scenarios in the summary.
const MAX_REASONS: usize = 5;

/// Shows the progress of a run.
#[derive(Debug)]
pub struct Terminal {
    live: bool,
    colour: bool,
    width: usize,
    totals: Totals,
    invocation: Invocation,
}

impl Terminal {
    /// With `live` one line is updated; otherwise each scenario has a line of its own.
    #[must_use]
    pub fn new(live: bool, colour: bool, width: usize, invocation: Invocation) -> Self {
        Self { live, colour, width, totals: Totals::default(), invocation }
    }

    /// Shows a finished scenario.
    ///
    /// # Errors
    /// When the terminal can't be written.
    pub fn finished(
        &mut self,
        output: &mut dyn Write,
        scenario: &ScenarioRecord,
        done: usize,
        total: usize,
    ) -> io::Result<()> {
        match scenario.state {
            State::Pass => self.totals.pass += 1,
            State::Review => self.totals.review += 1,
            State::Warn => self.totals.warn += 1,
            State::Skip => self.totals.skip += 1,
            State::ExpectedFail => self.totals.expected_fail += 1,
            State::UnexpectedPass => self.totals.unexpected_pass += 1,
            State::Fail => self.totals.fail += 1,
            State::Error => self.totals.error += 1,
        }
        let line = self.line(scenario);
        if !self.live {
            writeln!(output, "{line}")?;
            if scenario.state.is_bad() {
                write!(output, "{}", failure(scenario, &self.invocation))?;
            }
            return Ok(());
        }
        write!(output, "\r\x1b[2K")?;
        if scenario.state.is_bad() {
            writeln!(output, "{line}")?;
            write!(output, "{}", failure(scenario, &self.invocation))?;
        }
        let Totals { pass, warn, fail, error, .. } = self.totals;
        let text = format!("{done}/{total}  {pass} pass  {warn} warn  {} fail  {}", fail + error, scenario.id);
        write!(output, "{}", text.chars().take(self.width.saturating_sub(1)).collect::<String>())?;
        if done == total {
            write!(output, "\r\x1b[2K")?;
        }
        output.flush()
    }

    fn line(&self, scenario: &ScenarioRecord) -> String {
        let state = format!("{} {:<15}", scenario.state.symbol(), scenario.state.word());
        let state = self.painted(scenario.state, &state);
        let reason = scenario.reason.as_ref().map(|reason| format!("  ({reason})")).unwrap_or_default();
        let driver = if scenario.driver == "browser" { "  [browser]" } else { "" };
        format!("{state} {}{driver}{reason}", scenario.label())
    }

    fn painted(&self, state: State, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let code = match state {
            State::Pass => "32",
            State::Review | State::Warn | State::ExpectedFail => "33",
            State::Skip => "2",
            State::UnexpectedPass | State::Fail | State::Error => "31",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

/// The failures of a scenario in a few lines.
fn failure(scenario: &ScenarioRecord, invocation: &Invocation) -> String {
    let mut text = String::new();
    for finding in scenario.failures() {
        described(&mut text, scenario, finding);
    }
    if text.is_empty()
        && let Some(reason) = &scenario.reason
    {
        let _ = writeln!(text, "    {reason}");
    }
    let lines = text.lines().count();
    if lines > FAILURE_LINES {
        let kept: Vec<&str> = text.lines().take(FAILURE_LINES - 1).collect();
        text = format!("{}\n    … and {} more lines in the report\n", kept.join("\n"), lines - kept.len());
    }
    let _ = writeln!(
        text,
        "    run again: {}",
        invocation.scenario(&scenario.id, &scenario.driver, scenario.server.as_deref())
    );
    text
}

fn described(text: &mut String, scenario: &ScenarioRecord, finding: &Finding) {
    let _ = writeln!(text, "    {} [{}] {}", finding.check, finding.severity.word(), finding.says);
    if finding.verdict == Verdict::UnexpectedPass {
        let _ =
            writeln!(text, "      a known divergence no longer occurs: {}", finding.reason.as_deref().unwrap_or(""));
    } else {
        let _ = writeln!(text, "      expected  {}", finding.expected);
        let _ = writeln!(text, "      actual    {}", finding.actual.replace('\n', "\n      "));
    }
    let _ = writeln!(text, "      see       {}", finding.citations.join("; "));
    if let Some(id) = request_before(scenario, finding) {
        let _ = writeln!(text, "      request   {id}");
    }
}

/// The id of the last request before a finding.
fn request_before<'a>(scenario: &'a ScenarioRecord, finding: &Finding) -> Option<&'a str> {
    let at = scenario.entries.iter().position(|entry| matches!(entry, Entry::Finding(found) if found == finding))?;
    scenario.entries[..at].iter().rev().find_map(|entry| match entry {
        Entry::Exchange(exchange) => Some(exchange.request_id()),
        _ => None,
    })?
}

/// The summary of a run.
#[must_use]
pub fn summary(run: &RunRecord, files: &Files) -> String {
    let mut text = String::new();
    let bad: Vec<&ScenarioRecord> = run.scenarios.iter().filter(|scenario| scenario.state.is_bad()).collect();
    if !bad.is_empty() {
        let _ = writeln!(text, "\nUnexpected results:");
        for scenario in &bad {
            let first = scenario.failures().next().map(|finding| finding.check.as_str());
            let why = first.or(scenario.reason.as_deref()).unwrap_or_default();
            let _ = writeln!(text, "  {} {}  {why}", scenario.state.symbol(), scenario.label());
        }
        let _ = writeln!(text, "Run these again: harness run --failed{}", reports(run));
    }
    if !run.orphans.is_empty() {
        let _ = writeln!(text, "\nSnapshots that no scenario compares:");
        run.orphans.iter().for_each(|name| text.push_str(&format!("  snapshots/{name}.json\n")));
    }
    text.push_str(&skips(run));
    let counts: Vec<String> = State::ALL
        .into_iter()
        .filter(|state| run.totals.get(*state) > 0 || *state == State::Pass)
        .map(|state| format!("{} {}", run.totals.get(state), state.word()))
        .collect();
    text.push_str(&plans(run));
    let software = run.target.software.as_deref().unwrap_or(&run.target.issuer);
    let _ = writeln!(
        text,
        "\n{} scenarios  {}  {:.1} s   target {} ({software})",
        run.totals.scenarios,
        counts.join("  "),
        run.millis / 1000.0,
        run.target.name
    );
    let name = |path: &std::path::Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    let _ = writeln!(
        text,
        "Report  {}   JUnit {}   JSON {}",
        files.html.display(),
        name(&files.junit).unwrap_or_default(),
        name(&files.json).unwrap_or_default()
    );
    let _ = writeln!(text, "{}", run.verdict);
    text
}

/// The option that names the folder of reports, if it is not the default one.
fn reports(run: &RunRecord) -> String {
    run.invocation
        .report_dir
        .as_ref()
        .map(|folder| format!(" --report-dir {}", shell_quoted(folder)))
        .unwrap_or_default()
}

/// The most frequent reasons of skipped scenarios.
fn skips(run: &RunRecord) -> String {
    let reasons = run.skip_reasons();
    let mut text = String::new();
    if !reasons.is_empty() {
        text.push_str("\nSkipped:\n");
    }
    for (reason, count) in reasons.iter().take(MAX_REASONS) {
        let _ = writeln!(text, "  {count:>4}  {reason}");
    }
    let left: usize = reasons.iter().skip(MAX_REASONS).map(|(_, count)| count).sum();
    if left > 0 {
        let _ = writeln!(text, "  {left:>4}  for other reasons, see the report");
    }
    text
}

/// The totals of each certification plan, one per line.
fn plans(run: &RunRecord) -> String {
    let mut text = String::new();
    let width = run.plans.iter().map(|plan| plan.plan.len()).max().unwrap_or_default();
    for plan in &run.plans {
        let _ = write!(text, "  {:<width$}", plan.plan);
        for (title, count) in plan.columns() {
            let _ = write!(text, "  {count:>3} {title}");
        }
        text.push('\n');
    }
    if text.is_empty() { text } else { format!("\nBy certification plan, behavior {}\n{text}", run.target.behavior) }
}
