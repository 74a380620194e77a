//! The file: its format, and what is read from and written to it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::RwLock;
use redb::{
    Database, DatabaseError, Durability, ReadableDatabase as _, ReadableTable as _, StorageError, TableDefinition,
    TableError, WriteTransaction,
};
use xxhash_rust::xxh3::Xxh3Default;

use super::dir::{StateDir, copy_of, create_private};
use super::error::DiskError;
use super::salvage::{Salvage, has_fitting_head};
use crate::ledger::log::{LoggedChange, LoggedRecord};

/// By org, table and key, separated by zero bytes: the expiry in eight bytes, and the record in JSON.
const RECORDS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("records");
/// What the file is: its format.
const ABOUT: TableDefinition<'_, &str, u32> = TableDefinition::new("about");
const FORMAT_KEY: &str = "format";
/// What is written to find out whether there is room again, and removed.
const PROBE: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("probe");
/// More than what usual requests need: a mock that is ready can store their changes.
const PROBE_BYTES: usize = 64 * 1024;

/// Changes a file from one format to the next.
pub(super) type Migration = fn(&WriteTransaction) -> Result<(), redb::Error>;

/// The migrations, the one from format 1 first.
const MIGRATIONS: &[Migration] = &[];

/// The current format.
const FORMAT: u32 = MIGRATIONS.len() as u32 + 1;

/// A file up to this size is not made smaller.
const SMALL_BYTES: u64 = 4 * 1024 * 1024;

/// What the file keeps in memory.
const CACHE_BYTES: usize = 16 * 1024 * 1024;

/// The file, and how it is opened again after an error.
pub(crate) struct DiskFile {
    path: PathBuf,
    open: Box<Open>,
    /// `None` after an error.
    database: RwLock<Option<Arc<Database>>>,
}

type Open = dyn Fn() -> Result<Database, DatabaseError> + Send + Sync;

impl std::fmt::Debug for DiskFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DiskFile").field("path", &self.path).finish_non_exhaustive()
    }
}

impl DiskFile {
    /// The file of a directory.
    pub(super) fn in_dir(dir: &StateDir) -> Result<Self, DiskError> {
        let path = dir.file();
        let unusable = |error: io::Error| DiskError::Io { path: path.clone(), error: error.to_string() };
        create_private(&path).map_err(unusable)?;
        let copy = copy_of(&path);
        let checked = copy.with_extension("new");
        std::fs::copy(&path, &checked).map_err(unusable)?;
        // Some damage is a panic of redb.
        let whole = std::panic::catch_unwind(|| check(&checked, &path));
        let unreadable = || Err(StorageError::Corrupted("it cannot be read".to_owned()).into());
        if let Err(error) = whole.unwrap_or_else(|_| unreadable()) {
            std::fs::remove_file(&checked).map_err(unusable)?;
            return Err(damaged(path, &error));
        }
        std::fs::rename(&checked, &copy).map_err(unusable)?;
        let opened = path.clone();
        Self::open(path, move || Database::builder().set_cache_size(CACHE_BYTES).create(&opened), MIGRATIONS)
    }

    /// Closes the file. Another process can use it then.
    pub(super) fn close(&self) {
        drop(self.database.write().take());
    }

    /// Writes what has been read of a damaged file to a new one.
    pub(super) fn write_salvaged(path: &Path, found: &Salvage) -> Result<(), redb::Error> {
        if path.exists() {
            std::fs::remove_file(path)?;
        }
        create_private(path)?;
        let database = Database::create(path)?;
        let transaction = database.begin_write()?;
        transaction.open_table(ABOUT)?.insert(FORMAT_KEY, found.format.unwrap_or(FORMAT))?;
        {
            let mut records = transaction.open_table(RECORDS)?;
            for (key, value) in &found.records {
                records.insert(&key[..], &value[..])?;
            }
        }
        Ok(transaction.commit()?)
    }

    pub(super) fn open(
        path: PathBuf,
        open: impl Fn() -> Result<Database, DatabaseError> + Send + Sync + 'static,
        migrations: &[Migration],
    ) -> Result<Self, DiskError> {
        let damaged = |error: DatabaseError| damaged(path.clone(), &error);
        let database = match open() {
            Ok(database) => database,
            Err(DatabaseError::DatabaseAlreadyOpen) => return Err(DiskError::InUse { path }),
            Err(DatabaseError::Storage(StorageError::Io(error))) if error.kind() != io::ErrorKind::InvalidData => {
                return Err(DiskError::Io { path, error: error.to_string() });
            }
            Err(error) => return Err(damaged(error)),
        };
        let mut file = Self { path, open: Box::new(open), database: RwLock::new(Some(Arc::new(database))) };
        file.prepare(migrations)?;
        file.compact();
        Ok(file)
    }

    /// Makes the file smaller if less than a quarter of it is in use.
    fn compact(&mut self) {
        let length = std::fs::metadata(&self.path).map_or(0, |found| found.len());
        let Some(database) = self.database.get_mut().as_mut().and_then(Arc::get_mut) else { return };
        let used = || -> Result<u64, redb::Error> {
            let stats = database.begin_write()?.stats()?;
            Ok(stats.stored_bytes() + stats.metadata_bytes())
        };
        if length <= SMALL_BYTES || used().map_or(true, |used| used > length / 4) {
            return;
        }
        if let Err(error) = database.compact() {
            // The disk may be full; the file is as good as before, but has to be opened again.
            tracing::warn!(target: "mock_idp", "{} could not be made smaller: {error}", self.path.display());
            self.close();
            *self.database.get_mut() = (self.open)().ok().map(Arc::new);
        }
    }

    pub(super) fn io(&self, error: impl std::fmt::Display) -> DiskError {
        DiskError::Io { path: self.path.clone(), error: error.to_string() }
    }

    /// Makes the tables of a new file, and changes an older format to the current one.
    fn prepare(&self, migrations: &[Migration]) -> Result<(), DiskError> {
        let known = u32::try_from(migrations.len()).unwrap_or(u32::MAX).saturating_add(1);
        let prepare = |database: &Database| -> Result<u32, redb::Error> {
            let transaction = database.begin_write()?;
            let format = {
                let mut about = transaction.open_table(ABOUT)?;
                let stored = about.get(FORMAT_KEY)?.map(|format| format.value());
                if stored.is_none() {
                    about.insert(FORMAT_KEY, known)?;
                }
                stored.unwrap_or(known)
            };
            if format <= known {
                transaction.open_table(RECORDS)?;
                for migration in migrations.iter().skip(format.saturating_sub(1) as usize) {
                    migration(&transaction)?;
                }
                transaction.open_table(ABOUT)?.insert(FORMAT_KEY, known)?;
                transaction.commit()?;
            }
            Ok(format)
        };
        let format = self.with(prepare).map_err(|error| self.io(error))?;
        if format > known {
            return Err(DiskError::Later { path: self.path.clone(), format, known });
        }
        Ok(())
    }

    fn with<T>(&self, run: impl FnOnce(&Database) -> Result<T, redb::Error>) -> Result<T, String> {
        let database = self.database.read().clone();
        let database = database.ok_or_else(|| format!("{} is not open", self.path.display()))?;
        run(&database).map_err(|error| error.to_string())
    }

    /// Makes changes, all or none.
    pub(super) fn commit(&self, changes: &[(Arc<str>, LoggedChange)], sync: bool) -> Result<(), String> {
        self.with(|database| {
            let mut transaction = database.begin_write()?;
            transaction.set_durability(if sync { Durability::Immediate } else { Durability::None })?;
            {
                let mut records = transaction.open_table(RECORDS)?;
                for (org, change) in changes {
                    match change {
                        LoggedChange::Put { table, key, expires, bytes } => {
                            let value = [&expires.to_le_bytes()[..], bytes].concat();
                            records.insert(&record_key(org, table, key)[..], &value[..])?;
                        }
                        LoggedChange::Delete { table, key } => _ = records.remove(&record_key(org, table, key)[..])?,
                        LoggedChange::Clear { except } => {
                            let (from, to) = keys_of(org);
                            let kept = except.map(|table| table_prefix(org, table));
                            let keep = |key: &[u8], _: &[u8]| kept.as_ref().is_some_and(|kept| key.starts_with(kept));
                            records.retain_in(&from[..]..&to[..], keep)?;
                        }
                    }
                }
            }
            Ok(transaction.commit()?)
        })
    }

    /// Closes the file and opens it again. Succeeds if it can be written.
    pub(super) fn reopen(&self) -> Result<(), String> {
        // It is locked while it is open.
        self.close();
        let database = (self.open)().map_err(|error| error.to_string())?;
        *self.database.write() = Some(Arc::new(database));
        self.with(|database| {
            let transaction = database.begin_write()?;
            transaction.open_table(PROBE)?.insert("", &[0; PROBE_BYTES][..])?;
            transaction.commit()?;
            let transaction = database.begin_write()?;
            transaction.delete_table(PROBE)?;
            Ok(transaction.commit()?)
        })
    }

    /// The records of an org.
    pub(super) fn read(&self, org: &str) -> Result<Vec<LoggedRecord>, String> {
        self.with(|database| {
            let records = database.begin_read()?.open_table(RECORDS)?;
            let (from, to) = keys_of(org);
            let mut read = Vec::new();
            for entry in records.range(&from[..]..&to[..])? {
                let (key, value) = entry?;
                read.extend(record(key.value(), value.value()).map(|(_, record)| record));
            }
            Ok(read)
        })
    }

    /// The orgs that have records.
    pub(super) fn orgs(&self) -> Result<Vec<String>, String> {
        self.with(|database| {
            let records = database.begin_read()?.open_table(RECORDS)?;
            let mut orgs: Vec<String> = Vec::new();
            let mut from = Vec::new();
            while let Some(entry) = records.range(&from[..]..)?.next() {
                let Some((org, _)) = entry.as_ref().ok().and_then(|(key, value)| record(key.value(), value.value()))
                else {
                    entry?;
                    break;
                };
                from = keys_of(&org).1;
                orgs.push(org);
            }
            Ok(orgs)
        })
    }
}

/// Checks a copy of a file: what is found damaged is changed by the check.
fn check(copy: &Path, original: &Path) -> Result<(), redb::Error> {
    if !has_fitting_head(copy).map_err(StorageError::Io)? {
        return Err(StorageError::Corrupted("the lengths in its head are wrong".to_owned()).into());
    }
    let mut database = Database::create(copy)?;
    let checked = database.check_integrity();
    // redb says no also if only its notes of free pages were different, which they can be after an orderly end.
    let is_whole = match &checked {
        Ok(is_clean) => *is_clean || digest(&database)? == digest_of_copy(original)?,
        Err(_) => false,
    };
    if is_whole {
        return Ok(());
    }
    // It cannot be closed in this state.
    std::mem::forget(database);
    checked?;
    Err(StorageError::Corrupted("its last changes cannot be read".to_owned()).into())
}

/// A digest of the records of a file, which is not changed.
fn digest_of_copy(original: &Path) -> Result<u128, redb::Error> {
    let copy = original.with_extension("second");
    std::fs::copy(original, &copy).map_err(StorageError::Io)?;
    let digest = Database::create(&copy).map_err(redb::Error::from).and_then(|database| digest(&database));
    std::fs::remove_file(&copy).map_err(StorageError::Io)?;
    digest
}

/// A digest of all records.
fn digest(database: &Database) -> Result<u128, redb::Error> {
    let transaction = database.begin_read()?;
    let mut hash = Xxh3Default::new();
    let records = match transaction.open_table(RECORDS) {
        Ok(records) => records,
        Err(TableError::TableDoesNotExist(_)) => return Ok(hash.digest128()),
        Err(error) => return Err(error.into()),
    };
    for entry in records.iter()? {
        let (key, value) = entry?;
        for part in [key.value(), value.value()] {
            hash.update(&part.len().to_le_bytes());
            hash.update(part);
        }
    }
    Ok(hash.digest128())
}

fn damaged(path: PathBuf, error: &impl std::fmt::Display) -> DiskError {
    DiskError::Damaged { error: error.to_string(), recoverable: recoverable(&path), path }
}

/// What is left of a damaged file.
fn recoverable(path: &Path) -> String {
    let readable = match Salvage::read(path) {
        Some(found) => {
            format!(" {} can be read and used: mock-idp state recover --state DIR --from damaged.", found.summary())
        }
        None => " Nothing of it can be read.".to_owned(),
    };
    let time = std::fs::metadata(copy_of(path)).and_then(|found| found.modified());
    let copy = match time.map(time::OffsetDateTime::from) {
        Ok(time) => format!(
            " The state at the start of {} UTC can be used: mock-idp state recover --state DIR.",
            time.truncate_to_second()
        ),
        Err(_) => " There is no copy of an earlier start.".to_owned(),
    };
    readable + &copy
}

fn table_prefix(org: &str, table: &str) -> Vec<u8> {
    [org.as_bytes(), b"\0", table.as_bytes(), b"\0"].concat()
}

fn record_key(org: &str, table: &str, key: &str) -> Vec<u8> {
    [org.as_bytes(), b"\0", table.as_bytes(), b"\0", key.as_bytes()].concat()
}

/// The first key of an org, and the first behind it.
fn keys_of(org: &str) -> (Vec<u8>, Vec<u8>) {
    ([org.as_bytes(), b"\0"].concat(), [org.as_bytes(), b"\x01"].concat())
}

/// An org and its record.
fn record(key: &[u8], value: &[u8]) -> Option<(String, LoggedRecord)> {
    let mut parts = key.splitn(3, |byte| *byte == 0).map(|part| String::from_utf8_lossy(part).into_owned());
    let (org, table, key) = (parts.next()?, parts.next()?, parts.next()?);
    let (expires, bytes) = value.split_first_chunk()?;
    Some((org, LoggedRecord { table, key, expires: i64::from_le_bytes(*expires), bytes: bytes.to_vec() }))
}
