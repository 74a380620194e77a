//! Files that commands write.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use super::failure::Failure;

/// Writes a file, or replaces it as a whole. It has secrets: only this user may read it.
pub(super) fn replace_private(path: &Path, text: &str) -> io::Result<()> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private().open(&unfinished)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        // The error of the write says more than one of this.
        _ = fs::remove_file(&unfinished);
    }
    written?;
    fs::rename(&unfinished, path)
}

/// How a new file is made that only this user may read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Writes a file that does not exist.
pub(super) fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    write(path, text, OpenOptions::new().write(true).create_new(true))
}

/// The same for a file with secrets: only this user may read it.
pub(super) fn write_new_private(path: &Path, text: &str) -> Result<(), Failure> {
    write(path, text, &private())
}

fn write(path: &Path, text: &str, options: &OpenOptions) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::machine(format!("{} cannot be written: {error}", path.display()));
    let mut file = match options.open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(Failure::invalid(format!("{} exists already; it is left as it is", path.display())));
        }
        Err(error) => return Err(failed(error)),
    };
    file.write_all(text.as_bytes()).map_err(failed)
}
