//! `--watch`: org files that change.
//!
//! Files are looked at, because change notifications do not arrive everywhere: not through the bind mounts of some container
//! runtimes, not over network file systems, and not for files that are replaced behind a symbolic link.

use std::fs::{self, Metadata};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use tokio::time::{Interval, MissedTickBehavior, interval};

/// How often files are looked at. A file that is the same twice after a change is complete.
const PERIOD: Duration = Duration::from_millis(25);

/// How many times a file has to be missing before it counts: editors replace files.
const MISSING: u32 = 10;

/// The files of the orgs.
#[derive(Debug)]
pub(super) struct Watch {
    files: Vec<WatchedFile>,
    ticks: Interval,
}

#[derive(Debug)]
struct WatchedFile {
    path: PathBuf,
    /// As it was reported last.
    known: Option<Stamp>,
    /// As it was seen last, and how often in succession.
    seen: Option<Stamp>,
    times: u32,
}

/// What changes when a file changes.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    /// Another file is there: device, number, and the time of its last change of any kind.
    #[cfg(unix)]
    file: (u64, u64, i64, i64),
}

impl Watch {
    /// Watches these files from now on.
    pub(super) fn new(files: Vec<PathBuf>) -> Self {
        let mut ticks = interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { files: files.into_iter().map(WatchedFile::new).collect(), ticks }
    }

    /// Resolves when a file has changed, and is complete.
    pub(super) async fn changed(&mut self) {
        loop {
            self.ticks.tick().await;
            // Not `any`: all files are looked at.
            if self.files.iter_mut().filter_map(|file| file.look().then_some(())).count() > 0 {
                return;
            }
        }
    }
}

impl WatchedFile {
    fn new(path: PathBuf) -> Self {
        let stamp = Stamp::of(&path);
        Self { path, known: stamp.clone(), seen: stamp, times: 0 }
    }

    /// Whether the file has changed since it was reported last, and is complete.
    fn look(&mut self) -> bool {
        let now = Stamp::of(&self.path);
        if now != self.seen {
            self.seen = now;
            self.times = 0;
            return false;
        }
        self.times = self.times.saturating_add(1);
        let complete = self.seen.is_some() || self.times >= MISSING;
        let changed = complete && self.seen != self.known;
        if changed {
            self.known.clone_from(&self.seen);
        }
        changed
    }
}

impl Stamp {
    fn of(path: &PathBuf) -> Option<Self> {
        fs::metadata(path).ok().map(|metadata| Self::new(&metadata))
    }

    fn new(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt as _;
        Self {
            modified: metadata.modified().ok(),
            length: metadata.len(),
            #[cfg(unix)]
            file: (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_counts_once_the_file_is_the_same_twice() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("org.yaml");
        fs::write(&path, "a").unwrap();
        let mut file = WatchedFile::new(path.clone());
        assert_eq!([file.look(), file.look()], [false, false]);
        fs::write(&path, "ab").unwrap();
        assert_eq!([file.look(), file.look(), file.look()], [false, true, false]);
    }

    #[test]
    fn a_replaced_file_counts_and_one_that_is_missing_for_a_moment_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let (path, other) = (dir.path().join("org.yaml"), dir.path().join("new.yaml"));
        fs::write(&path, "a").unwrap();
        let mut file = WatchedFile::new(path.clone());
        fs::write(&other, "b").unwrap();
        fs::remove_file(&path).unwrap();
        assert!((0..5).all(|_| !file.look()));
        fs::rename(&other, &path).unwrap();
        assert_eq!([file.look(), file.look()], [false, true]);
        fs::remove_file(&path).unwrap();
        assert_eq!((0..20).filter(|_| file.look()).count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_points_elsewhere_counts() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("one"), "a").unwrap();
        fs::write(at("two"), "b").unwrap();
        std::os::unix::fs::symlink(at("one"), at("org.yaml")).unwrap();
        let mut file = WatchedFile::new(at("org.yaml"));
        std::os::unix::fs::symlink(at("two"), at("next")).unwrap();
        fs::rename(at("next"), at("org.yaml")).unwrap();
        assert_eq!([file.look(), file.look()], [false, true]);
    }
}
