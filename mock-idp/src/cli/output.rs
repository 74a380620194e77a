//! Output on stdout, stderr and into files.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use super::failure::Failure;

/// Prints to stdout. A closed stdout is not an error.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::machine(error)),
        _ => Ok(()),
    }
}

/// Prints to stderr. Errors are ignored.
pub(super) fn print_error(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Writes a file under another name and renames it, so that no reader sees a part of it.
pub(super) fn write_file(path: &Path, text: &str) -> io::Result<()> {
    let mut unfinished = path.to_path_buf().into_os_string();
    unfinished.push(".new");
    fs::write(&unfinished, text)?;
    fs::rename(&unfinished, path)
}
