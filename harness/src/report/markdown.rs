//! The Markdown summary, for the page of a CI job.

use std::fmt::Write as _;

use crate::record::run::{RunRecord, State};

/// The most failures that are listed, because CI limits the size of a summary.
const MAX: usize = 50;

pub(super) fn render(run: &RunRecord) -> String {
    let mut text = format!("# Harness: {}\n\n", escaped(&run.verdict));
    let _ = writeln!(
        text,
        "{} scenarios, {} checks, {:.1} s, target {} `{}`, fingerprint `{}`\n",
        run.totals.scenarios,
        run.totals.checks,
        run.millis / 1000.0,
        run.target.name,
        run.target.issuer,
        run.target.fingerprint
    );
    for note in &run.notes {
        let _ = writeln!(text, "* {}", escaped(note));
    }
    if !run.notes.is_empty() {
        text.push('\n');
    }
    let states: Vec<State> = State::ALL.into_iter().filter(|state| run.totals.get(*state) > 0).collect();
    let cells =
        |cell: &dyn Fn(State) -> String| states.iter().map(|state| cell(*state)).collect::<Vec<_>>().join(" | ");
    let _ = writeln!(text, "| {} |", cells(&|state| state.word().to_owned()));
    let _ = writeln!(text, "| {} |", cells(&|_| "---:".to_owned()));
    let _ = writeln!(text, "| {} |", cells(&|state| run.totals.get(state).to_string()));
    if let Some(first) = run.plans.first() {
        let titles: Vec<&str> = first.columns().map(|(title, _)| title).to_vec();
        let _ = writeln!(text, "\n## By certification plan, behavior {}\n", run.target.behavior);
        let _ = writeln!(text, "| plan | {} |\n| --- |{}", titles.join(" | "), " ---: |".repeat(titles.len()));
        for plan in &run.plans {
            let counts = plan.columns().map(|(_, count)| count.to_string());
            let _ = writeln!(text, "| {} | {} |", plan.plan, counts.join(" | "));
        }
    }
    if !run.orphans.is_empty() {
        text.push_str("\n## Snapshots that no scenario compares\n\n");
        run.orphans.iter().for_each(|name| text.push_str(&format!("* `snapshots/{name}.json`\n")));
    }
    if run.totals.skip > 0 {
        text.push_str("\n## Skipped\n\n");
        for (reason, count) in run.skip_reasons() {
            let _ = writeln!(text, "* {count}: {}", escaped(reason));
        }
    }
    let bad: Vec<_> = run.scenarios.iter().filter(|scenario| scenario.state.is_bad()).collect();
    if bad.is_empty() {
        return text;
    }
    text.push_str("\n## Unexpected results\n\n");
    for scenario in bad.iter().take(MAX) {
        let _ = writeln!(text, "* **{}** `{}` {}", scenario.state.word(), scenario.label(), escaped(&scenario.title));
        if let Some(reason) = &scenario.reason {
            let _ = writeln!(text, "  * {}", escaped(reason));
        }
        let _ = writeln!(text, "  * run again: `{}`", run.rerun(scenario));
        for finding in scenario.failures() {
            let actual = finding.actual.lines().next().unwrap_or_default();
            let _ = writeln!(
                text,
                "  * `{}` {}: expected {}, actual {} ({})",
                finding.check,
                escaped(&finding.says),
                escaped(&finding.expected),
                escaped(actual),
                finding.citations.join("; ")
            );
        }
    }
    if bad.len() > MAX {
        let _ = writeln!(text, "\nand {} more in the report.", bad.len() - MAX);
    }
    text
}

/// Escapes text of an issuer, which must not be read as markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#') {
            escaped.push('\\');
        }
        escaped.push(if c == '\n' { ' ' } else { c });
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn markup_is_escaped() {
        assert_eq!(escaped("<b>|[x](y)\n#"), r"\<b\>\|\[x\](y) \#");
    }
}
