//! The commands that explain: `token` and `diff` apply the rules, `explain` reads the journal of a running mock.

pub(super) mod args;
mod journal;
mod text;

use std::fmt::Write as _;
use std::sync::Arc;

use mock_idp::preview::{self, BadParameter, PreviewOutcome, Question, Remedies, Report, SearchLimits, Selection};

pub(super) use journal::explain;

use self::args::{DiffArgs, DiffFormat, TokenArgs};
use super::changes::{ReportedChanges, markdown, text as changes_text};
use super::failure::Failure;
use super::output::CommandOutput;
use super::preview_inputs::{now, org, urls, wait, without_answer};

/// The outcome of a token request.
pub(super) fn token(args: &TokenArgs) -> Result<CommandOutput, Failure> {
    let org = Arc::new(org(args.org.as_deref())?);
    let question = Question::read(&org, args.question.pairs()).map_err(bad_parameter)?;
    let urls = urls(args.url.as_ref().map(|url| url.as_str()));
    let now = now();
    let report = wait(async {
        let preview = preview::preview(&org, &urls, &question, now).await;
        let limits = SearchLimits::default();
        let remedies = match preview.is_refused() {
            true => preview::remedies(&org, &urls, &question, &preview, now, &limits).await,
            false => Remedies::default(),
        };
        Report::new(&org, &question, preview, remedies)
    })?;
    let positive = !matches!(report.outcome, PreviewOutcome::Refused(_));
    let text = if args.json { pretty(&report)? } else { text::report(&report, args.why) };
    Ok(CommandOutput { text, positive })
}

/// The tokens that differ between two org documents.
pub(super) fn diff(args: &DiffArgs) -> Result<CommandOutput, Failure> {
    let (before, after) = (Arc::new(org(Some(&args.before))?), Arc::new(org(Some(&args.after))?));
    let selection = Selection::read(&[&before, &after], args.selection()).map_err(bad_parameter)?;
    let difference = wait(preview::difference(&before, &after, &urls(None), &selection, now()))?;
    let difference = difference.map_err(Failure::invalid)?;
    let positive = difference.alterations.is_empty();
    if positive && !difference.without_answer.is_empty() {
        return Err(without_answer(difference.without_answer.iter().map(String::as_str)));
    }
    let (cases, alterations) = (difference.cases, &*difference.alterations);
    let changes = ReportedChanges { cases, alterations, added: &[], removed: &[] };
    let text = match args.format() {
        DiffFormat::Text => changes_text(&changes),
        DiffFormat::Markdown => markdown(&changes),
        DiffFormat::Json => pretty(&difference)?,
    };
    Ok(CommandOutput { text, positive })
}

fn bad_parameter(bad: BadParameter) -> Failure {
    let mut text = bad.error;
    if !bad.allowed.is_empty() {
        let _ = write!(text, "\nexpected one of: {}", bad.allowed.join(", "));
    }
    Failure::invalid(text)
}

fn pretty(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(Failure::machine)
}
