//! The commands that explain: `token` and `diff` apply the rules, `explain` reads the journal of a running mock.

mod journal;
mod output;
mod text;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use mock_idp::preview::{self, BadParameter, Outcome, Question, Remedies, Report, SearchLimits, Selection};
use mock_idp::{MockIdp, OrgSource};
use mock_idp_core::org::{Org, Urls};

pub(super) use journal::explain;
pub(super) use output::CommandOutput;

use super::config::{DiffArgs, TokenArgs};
use super::failure::Failure;

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
    let positive = !matches!(report.outcome, Outcome::Refused(_));
    let text = if args.json { pretty(&report)? } else { text::report(&report, args.why) };
    Ok(CommandOutput { text, positive })
}

/// The tokens that differ between two org documents.
pub(super) fn diff(args: &DiffArgs) -> Result<CommandOutput, Failure> {
    let (before, after) = (Arc::new(org(Some(&args.before))?), Arc::new(org(Some(&args.after))?));
    let selection = Selection::read([&before, &after], args.selection()).map_err(bad_parameter)?;
    let difference = wait(preview::difference(&before, &after, &urls(None), &selection, now()))?;
    let difference = difference.map_err(Failure::invalid)?;
    let positive = difference.alterations.is_empty();
    let text = if args.json { pretty(&difference)? } else { text::difference(&difference) };
    Ok(CommandOutput { text, positive })
}

fn bad_parameter(bad: BadParameter) -> Failure {
    let mut text = bad.error;
    if !bad.allowed.is_empty() {
        let _ = write!(text, "\nexpected one of: {}", bad.allowed.join(", "));
    }
    Failure::invalid(text)
}

/// Waits for a future, on a runtime of its own.
fn wait<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(Failure::machine)?;
    Ok(runtime.block_on(future))
}

fn pretty(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(Failure::machine)
}

/// The org of a file, or the built-in one.
fn org(path: Option<&Path>) -> Result<Org, Failure> {
    let source = path.map_or_else(|| Ok(OrgSource::built_in()), OrgSource::read)?;
    Ok(source.org()?)
}

/// The addresses of the mock.
fn urls(base: Option<&str>) -> Urls {
    match base {
        Some(base) => Urls::at(base),
        None => Urls::at(format!("http://localhost:{}", MockIdp::DEFAULT_PORT)),
    }
}

/// The machine's time.
fn now() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "a preview without a running mock has no org clock")]
    let now = time::OffsetDateTime::now_utc();
    now.unix_timestamp()
}
