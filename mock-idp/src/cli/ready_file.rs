//! `--ready-file`: the READY line for programs that wait for it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Writes the file under another name and renames it, so that no reader sees a part of it. What is not a regular file, such as a
/// FIFO or a device, is written to instead.
///
/// # Errors
/// The file cannot be made. Nothing is replaced then.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    if is_special(path) {
        return OpenOptions::new().write(true).open(path)?.write_all(text.as_bytes());
    }
    let unfinished = beside(path);
    // A file of a start that was killed. A link is removed, not followed.
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = File::create_new(&unfinished).and_then(|mut file| file.write_all(text.as_bytes()));
    written.and_then(|()| fs::rename(&unfinished, path)).inspect_err(|_| _ = fs::remove_file(&unfinished))
}

/// Removes the file at the end, if it is a regular one.
pub(super) fn remove(path: &Path) {
    if !is_special(path) {
        let _ = fs::remove_file(path);
    }
}

/// Whether something is there that is not a regular file. A link counts as what it leads to.
fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file())
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.to_path_buf().into_os_string();
    name.push(".new");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regular_file_is_replaced_as_a_whole_and_removed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ready");
        fs::write(&path, "old and longer").unwrap();
        write(&path, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert!(!beside(&path).exists());
        remove(&path);
        assert!(!path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_to_and_stays() {
        use std::os::unix::fs::{FileTypeExt as _, symlink};
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ready");
        symlink("/dev/null", &path).unwrap();
        write(&path, "READY").unwrap();
        remove(&path);
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
        assert!(write(dir.path(), "READY").is_err());
        assert!(dir.path().is_dir());
    }

    #[cfg(unix)]
    #[test]
    fn a_planted_link_beside_the_file_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (path, victim) = (dir.path().join("ready"), dir.path().join("victim"));
        fs::write(&victim, "mine").unwrap();
        std::os::unix::fs::symlink(&victim, beside(&path)).unwrap();
        write(&path, "READY").unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "mine");
        assert_eq!(fs::read_to_string(&path).unwrap(), "READY");
    }
}
