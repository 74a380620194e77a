//! `harness record`.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use super::args::RecordArgs;
use super::error::CommandError;
use super::run::interrupted;
use crate::exit::Exit;
use crate::issuer_target::read_file;
use crate::run::RunError;
use crate::tape::{Recording, RecordingError, TapeLine, read_har};

/// Writes a tape: from a HAR file, or of the requests that pass a proxy until the program is stopped.
pub(super) fn record(args: &RecordArgs) -> Result<Exit, CommandError> {
    if let Some(har) = &args.har {
        let text = read_file(har).map_err(RunError::from)?;
        let lines = read_har(&text, args.target.as_ref());
        let lines = lines.map_err(|error| CommandError(Exit::Usage, format!("{}: {error}", har.display())))?;
        write(&args.tape, &lines)?;
        writeln!(io::stdout(), "Wrote {} with {} requests.", args.tape.display(), lines.len())?;
        return Ok(Exit::Expected);
    }
    let Some(target) = &args.target else {
        return Err(CommandError(Exit::Usage, "--target or --har is needed".to_owned()));
    };
    let ca = args.ca.as_deref().map(read_file).transpose().map_err(RunError::from)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let started = Recording::start(target, &args.tape, args.listen, ca.as_deref()).await;
        let recording = started.map_err(|error| {
            let exit = match error {
                RecordingError::File { .. } => Exit::Usage,
                RecordingError::Address { .. } | RecordingError::Client(_) => Exit::Unreachable,
            };
            CommandError(exit, error.to_string())
        })?;
        writeln!(io::stdout(), "READY url={} target={target}", recording.base())?;
        io::stdout().flush()?;
        interrupted().await;
        writeln!(io::stdout(), "Wrote {} with {} requests.", args.tape.display(), recording.lines())?;
        Ok(Exit::Expected)
    })
}

fn write(tape: &Path, lines: &[TapeLine]) -> Result<(), CommandError> {
    let failed = |error: io::Error| CommandError(Exit::Usage, format!("{}: {error}", tape.display()));
    let mut file = OpenOptions::new().write(true).create_new(true).open(tape).map_err(failed)?;
    for line in lines {
        let text = serde_json::to_string(line).map_err(|error| failed(error.into()))? + "\n";
        file.write_all(text.as_bytes()).map_err(failed)?;
    }
    Ok(())
}
