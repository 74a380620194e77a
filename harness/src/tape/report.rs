//! The reports of a replay: terminal, JUnit XML, JSON.

use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde::Serialize;

use super::replay::{LineResult, TapeResult};

/// The files of a report.
const JUNIT: &str = "replay.xml";
const JSON: &str = "replay.json";

/// How many differences of a line are shown on the terminal.
const SHOWN: usize = 5;

/// The results of all tapes.
#[derive(Clone, Debug, Serialize)]
pub struct ReplayReport {
    pub target: String,
    pub tapes: Vec<TapeResult>,
    /// Known differences that did not occur.
    pub no_longer: Vec<String>,
    /// Tapes that were not replayed to the end, and why.
    pub broken: Vec<(String, String)>,
}

impl ReplayReport {
    /// Whether there is no difference without a reason, and no reason without a difference.
    #[must_use]
    pub fn is_as_expected(&self) -> bool {
        self.no_longer.is_empty() && self.broken.is_empty() && self.tapes.iter().all(TapeResult::is_clean)
    }

    /// Writes the files.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join(JSON), serde_json::to_string_pretty(self)? + "\n")?;
        std::fs::write(folder.join(JUNIT), self.junit().map_err(io::Error::other)?)
    }

    fn junit(&self) -> Result<String, quick_junit::SerializeError> {
        let mut report = Report::new(format!("harness replay {}", self.target));
        for tape in &self.tapes {
            let mut suite = TestSuite::new(&tape.tape);
            suite.add_test_cases(tape.lines.iter().map(test_case));
            report.add_test_suite(suite);
        }
        let failures = self.no_longer.iter().map(|label| (label, "known difference", "it does not occur any more"));
        let broken = self.broken.iter().map(|(tape, reason)| (tape, "tape", reason.as_str()));
        let mut suite = TestSuite::new("replay");
        for (name, kind, message) in failures.chain(broken) {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(kind).set_message(message);
            suite.add_test_case(TestCase::new(name, status));
        }
        if !suite.test_cases.is_empty() {
            report.add_test_suite(suite);
        }
        report.to_string()
    }
}

fn test_case(line: &LineResult) -> TestCase {
    let lines = |mut text: String, one: String| {
        let _ = writeln!(text, "{one}");
        text
    };
    let status = if !line.differences.is_empty() {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        let text = line.differences.iter().map(ToString::to_string).fold(String::new(), lines);
        status.set_type("difference").set_message(line.differences[0].to_string()).set_description(text);
        status
    } else if !line.expected.is_empty() {
        let mut status = TestCaseStatus::skipped();
        let text = line.expected.iter().map(|(difference, reason)| format!("{difference}: {reason}"));
        status.set_type("known difference").set_message(text.fold(String::new(), lines));
        status
    } else {
        TestCaseStatus::success()
    };
    let mut case = TestCase::new(format!("{} {}", line.line, line.operation), status);
    case.set_time(Duration::ZERO);
    case
}

/// What a replay prints at its end.
#[must_use]
pub fn summary(report: &ReplayReport) -> String {
    let mut text = String::new();
    for tape in report.tapes.iter().filter(|tape| !tape.is_clean()) {
        let _ = writeln!(text, "✗ {}", tape.tape);
        for line in tape.lines.iter().filter(|line| !line.differences.is_empty()) {
            let _ = writeln!(text, "    line {}: {}", line.line, line.operation);
            for difference in line.differences.iter().take(SHOWN) {
                let _ = writeln!(text, "      {difference}");
            }
            if let Some(more) = line.differences.len().checked_sub(SHOWN).filter(|more| *more > 0) {
                let _ = writeln!(text, "      and {more} more");
            }
        }
    }
    for (tape, reason) in &report.broken {
        let _ = writeln!(text, "✗ {tape}: {reason}");
    }
    for label in &report.no_longer {
        let _ = writeln!(text, "✗ known difference that does not occur any more: {label}");
    }
    let lines = report.tapes.iter().flat_map(|tape| &tape.lines);
    let matching = lines.clone().filter(|line| line.differences.is_empty()).count();
    let known = lines.clone().filter(|line| !line.expected.is_empty()).count();
    let clean = report.tapes.iter().filter(|tape| tape.is_clean()).count();
    let _ =
        write!(text, "{clean} of {} tapes clean, {matching} of {} answers match", report.tapes.len(), lines.count());
    if known > 0 {
        let _ = write!(text, " ({known} with known differences)");
    }
    text.push('\n');
    text
}
