//! The files of the certificate authority. Only regular files are read, and files of other users are not written to.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

/// Only the owner may read the key.
pub(super) const PRIVATE: u32 = 0o600;
/// Everybody may read the certificate.
pub(super) const PUBLIC: u32 = 0o644;

/// Longest file, in bytes. PEM of a key or a certificate is far shorter.
const MAX_FILE: u64 = 64 * 1024;

/// The text of a regular file; none if nothing is there.
pub(super) fn read(path: &Path) -> io::Result<Option<String>> {
    let mut options = OpenOptions::new();
    options.read(true);
    // The open of a FIFO must not wait for a writer.
    let file = match with_flags(&mut options, false).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    only_regular(&file.metadata()?)?;
    let mut text = String::new();
    file.take(MAX_FILE).read_to_string(&mut text)?;
    Ok(Some(text))
}

/// Writes a file under another name and renames it, so that no reader sees a part of it. A link is replaced, not followed.
pub(super) fn write_whole(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let unfinished = path.with_extension("new");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // Fails if the file has been created in the meantime.
    let mut file = with_mode(OpenOptions::new().write(true).create_new(true), mode).open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    drop(file);
    fs::rename(&unfinished, path)
}

/// A file to lock. It has no content.
pub(super) fn lock_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    let file = with_flags(with_mode(&mut options, PRIVATE), true).open(path)?;
    only_regular(&file.metadata()?)?;
    Ok(file)
}

/// A directory that only this user may enter; those above it are made too.
pub(super) fn create_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// What other users may do with the key that they should not.
pub(super) fn loose_modes(dir: &Path, key: &Path) -> Vec<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).map_or(0, |found| found.permissions().mode() & 0o7777);
        let mut warnings = Vec::new();
        if mode(key) & 0o077 != 0 {
            let shown = mode(key);
            let key = key.display();
            warnings.push(format!(
                "Other users can use the key of the certificate authority (mode {shown:03o}): chmod 600 {key}"
            ));
        }
        // In a sticky directory users cannot replace the files of others.
        if mode(dir) & 0o022 != 0 && mode(dir) & 0o1000 == 0 {
            let shown = mode(dir);
            let dir = dir.display();
            warnings.push(format!(
                "Other users can replace the certificate authority (mode {shown:03o}): chmod go-w {dir}"
            ));
        }
        warnings
    }
    #[cfg(not(unix))]
    {
        let _ = (dir, key);
        Vec::new()
    }
}

fn only_regular(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() { Ok(()) } else { Err(io::Error::other("it is not a regular file")) }
}

fn with_mode(options: &mut OpenOptions, mode: u32) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options
}

/// Without waiting, and without following a link if the file is written.
fn with_flags(options: &mut OpenOptions, no_follow: bool) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = if no_follow { OFlags::NONBLOCK | OFlags::NOFOLLOW } else { OFlags::NONBLOCK };
        std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags.bits().cast_signed());
    }
    #[cfg(not(unix))]
    let _ = no_follow;
    options
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::process::Command;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_planted_file_or_link_beside_the_key_is_not_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let (key, planted, victim) =
            (dir.path().join("ca.key.pem"), dir.path().join("ca.key.new"), dir.path().join("victim"));
        fs::write(&planted, "planted").unwrap();
        fs::set_permissions(&planted, fs::Permissions::from_mode(0o666)).unwrap();
        write_whole(&key, "key", PRIVATE).unwrap();
        assert_eq!((fs::read_to_string(&key).unwrap().as_str(), mode(&key)), ("key", PRIVATE));
        fs::write(&victim, "mine").unwrap();
        symlink(&victim, &planted).unwrap();
        fs::remove_file(&key).unwrap();
        symlink(&victim, &key).unwrap();
        write_whole(&key, "key", PRIVATE).unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "mine");
        assert!(fs::symlink_metadata(&key).unwrap().is_file());
    }

    #[test]
    fn a_path_that_is_not_a_regular_file_is_refused_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let fifo = dir.path().join("ca.pem");
        assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        assert_eq!(read(&fifo).unwrap_err().to_string(), "it is not a regular file");
        assert!(lock_file(&fifo).is_err());
        assert!(read(dir.path()).is_err());
        assert!(read(Path::new("/dev/zero")).is_err());
        let link = dir.path().join("link");
        symlink(dir.path().join("elsewhere"), &link).unwrap();
        assert!(lock_file(&link).is_err());
        assert!(!dir.path().join("elsewhere").exists());
    }

    #[test]
    fn loose_modes_are_named_with_the_command_that_mends_them() {
        let dir = tempfile::tempdir().unwrap();
        let (state, key) = (dir.path().join("state"), dir.path().join("state/ca.key.pem"));
        create_dir(&state).unwrap();
        write_whole(&key, "key", PRIVATE).unwrap();
        assert_eq!((mode(&state), loose_modes(&state, &key)), (0o700, Vec::new()));
        fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
        fs::set_permissions(&state, fs::Permissions::from_mode(0o777)).unwrap();
        let warnings = loose_modes(&state, &key);
        assert!(warnings[0].ends_with(&format!("(mode 640): chmod 600 {}", key.display())), "{warnings:?}");
        assert!(warnings[1].ends_with(&format!("(mode 777): chmod go-w {}", state.display())), "{warnings:?}");
    }
}
