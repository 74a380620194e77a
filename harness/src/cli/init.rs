//! `harness init`.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use super::args::InitArgs;
use super::error::CommandError;
use crate::exit::Exit;
use crate::init::{Draft, draft};
use crate::issuer_target::fixtures::Fixtures;
use crate::issuer_target::{TargetKind, read_file};
use crate::record::shell_quoted;
use crate::run::RunError;

/// Writes a target file and says what is missing in it.
pub(super) fn init(args: &InitArgs, fixtures: &Fixtures) -> Result<Exit, CommandError> {
    let file = &args.file;
    if file.exists() {
        let reason = format!("{} exists and is not overwritten: name another file", file.display());
        return Err(CommandError(Exit::Usage, reason));
    }
    let ca = args.ca.as_deref().map(read_file).transpose().map_err(RunError::from)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let draft = runtime.block_on(draft(&args.target, ca.as_deref(), fixtures))?;
    let written = OpenOptions::new().write(true).create_new(true).open(file);
    written
        .and_then(|mut file| file.write_all(draft.text.as_bytes()))
        .map_err(|error| CommandError(Exit::Configuration, format!("{}: {error}", file.display())))?;
    report(&draft, args)?;
    Ok(Exit::Expected)
}

fn report(draft: &Draft, args: &InitArgs) -> io::Result<()> {
    let mut output = io::stdout().lock();
    let kind = match draft.kind {
        TargetKind::Mock => "a running mock",
        TargetKind::Okta => "an Okta org",
        TargetKind::Generic => "an OpenID provider",
    };
    writeln!(output, "Wrote {} for {}, {kind}.", args.file.display(), args.target)?;
    writeln!(output, "{} scenarios run with it as it is. These values are missing:\n", draft.runs)?;
    for gap in &draft.gaps {
        writeln!(output, "  [{}] {}", gap.table, gap.purpose)?;
        writeln!(
            output,
            "    export {}",
            gap.variables.iter().map(|name| format!("{name}=…")).collect::<Vec<_>>().join(" ")
        )?;
        writeln!(output, "    {}", gap.effect())?;
    }
    let ca =
        args.ca.as_ref().map(|ca| format!(" --ca {}", shell_quoted(&ca.display().to_string()))).unwrap_or_default();
    let target = shell_quoted(&as_path(&args.file));
    writeln!(output, "\nRegister at the issuer, for each client that signs users in:")?;
    writeln!(
        output,
        "  redirect URI  http://localhost:7803/callback\n  sign-out URI  http://localhost:7803/signed-out"
    )?;
    writeln!(output, "\nThen:\n  harness doctor --target {target}{ca}\n  harness run --target {target}{ca}")
}

/// The path as `--target` takes it: with a slash, so that it is not taken for a name.
fn as_path(file: &Path) -> String {
    let text = file.display().to_string();
    if text.contains('/') { text } else { format!("./{text}") }
}
