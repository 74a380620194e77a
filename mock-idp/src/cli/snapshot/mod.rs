//! `mock-idp snapshot`: the tokens of an org as files, and the comparison with them.

mod args;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use mock_idp::preview::{FolderError, SelectionError, SnapshotCheck, SnapshotFolder, Snapshots, selections};

pub(super) use args::SnapshotArgs;

use super::changes::{ReportedChanges, junit, markdown, text};
use super::failure::Failure;
use super::output::{CommandOutput, counted};
use super::preview_inputs::{now, org, urls, wait, without_answer};

/// Takes snapshots, compares them with those of the folder, and writes what may be written.
pub(super) fn run(args: &SnapshotArgs) -> Result<CommandOutput, Failure> {
    if args.accept && std::env::var_os("CI").is_some_and(|value| !value.is_empty()) {
        return Err(Failure::invalid(
            "--accept changes nothing where the environment variable CI is set: run it on your machine and commit the files",
        ));
    }
    let org = Arc::new(org(args.org.as_deref())?);
    let folder = SnapshotFolder::read(&args.dir).map_err(folder_failure)?;
    let selections =
        selections(&org, folder.selection(), &args.dir).map_err(|error| selection_failure(&error, &args.dir))?;
    let taken = wait(Snapshots::take(&org, &urls(None), &selections, now()))?.map_err(Failure::invalid)?;
    if taken.taken.is_empty() {
        return Err(without_answer(reasons(&taken)));
    }
    let check = SnapshotCheck::new(&taken, &folder);
    if args.accept {
        folder.accept(&taken).map_err(folder_failure)?;
    } else if !args.check {
        folder.add(&taken).map_err(folder_failure)?;
    }
    let changes = ReportedChanges {
        cases: check.cases,
        alterations: &check.alterations,
        added: &check.added,
        removed: &check.removed,
    };
    if let Some(file) = &args.markdown {
        write(file, &markdown(&changes))?;
    }
    if let Some(file) = &args.junit {
        write(file, &junit(&check, &taken.taken).map_err(Failure::machine)?)?;
    }
    Ok(output(args, &check, &changes, &taken))
}

fn output(
    args: &SnapshotArgs,
    check: &SnapshotCheck,
    changes: &ReportedChanges<'_>,
    taken: &Snapshots,
) -> CommandOutput {
    let dir = args.dir.display();
    let SnapshotCheck { cases, alterations, added, removed } = check;
    let differs = !alterations.is_empty() || !removed.is_empty();
    let (changed, new, gone) = (alterations.len(), added.len(), removed.len());
    let (mut output, positive) = match (args.check, args.accept) {
        (true, _) if check.is_clean() => (format!("{cases} snapshots are as in {dir}\n"), true),
        (true, _) => (text(changes) + "\n`mock-idp snapshot --accept` takes these changes.\n", false),
        (_, true) => (format!("{cases} snapshots in {dir}: {changed} changed, {new} new, {gone} removed\n"), true),
        _ if differs => {
            let known = ReportedChanges { added: &[], ..*changes };
            let hint = format!("\n{new} new snapshots are written; `--accept` takes the other changes.\n");
            (text(&known) + &hint, false)
        }
        _ => (format!("{cases} snapshots in {dir}: {new} new, the others as before\n"), true),
    };
    without(&mut output, taken);
    CommandOutput { text: output, positive }
}

/// The requests that have no snapshot, by reason.
fn without(output: &mut String, taken: &Snapshots) {
    if !taken.without.is_empty() {
        let _ =
            writeln!(output, "{} requests have no snapshot, because the client gets no answer:", taken.without.len());
        output.push_str(&counted(reasons(taken)));
    }
}

fn reasons(taken: &Snapshots) -> impl Iterator<Item = &str> + Clone {
    taken.without.iter().map(|(_, none)| none.reason.as_str())
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(file, text).map_err(|error| Failure::machine(format!("{}: {error}", file.display())))
}

fn folder_failure(error: FolderError) -> Failure {
    match error {
        FolderError::File { .. } => Failure::machine(error),
        _ => Failure::invalid(error),
    }
}

fn selection_failure(error: &SelectionError, dir: &Path) -> Failure {
    match error {
        SelectionError::File(bad) => Failure::invalid(format!("{}: {bad}", dir.display())),
        other => Failure::invalid(other),
    }
}
