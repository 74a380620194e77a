//! The store on disk: what is there after a restart, a full disk, and damage.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mock_idp_core::ledger::{PushedRequest, UserCode};
use parking_lot::Mutex;
use redb::{Database, ReadableDatabase as _, StorageBackend, TableDefinition};
use serde_json::Value;

use super::file::DiskFile;
use super::salvage::Salvage;
use super::{DiskError, DiskStore, StateDir};
use crate::ledger::log::LoggedChange;
use crate::ledger::{Ledger, OrgRow};

fn open(dir: &Path) -> Result<DiskStore, DiskError> {
    DiskStore::open(StateDir::lock(dir)?, true)
}

fn code(device_code: &str) -> UserCode {
    UserCode { device_code: device_code.to_owned() }
}

async fn saved(ledger: &Ledger) -> Value {
    serde_json::to_value(ledger.save(0).await.unwrap()).unwrap()
}

/// The ledger of the org after a restart, and the rows of the org.
async fn reopened(store: &DiskStore) -> (Ledger, Vec<String>) {
    let ledger = Ledger::on_disk(store, "org");
    let (_, rows) = ledger.load_stored(|_| 0).await.unwrap();
    let text = |row: OrgRow| format!("{} {}", row.key, String::from_utf8(row.bytes.unwrap()).unwrap());
    (ledger, rows.into_iter().map(text).collect())
}

fn row(key: &str, bytes: Option<&[u8]>) -> OrgRow {
    OrgRow { key: key.to_owned(), bytes: bytes.map(<[u8]>::to_vec) }
}

#[tokio::test]
async fn every_kind_of_change_is_there_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    let (ledger, other) = (Ledger::on_disk(&store, "org"), Ledger::on_disk(&store, "org2"));
    other.at(0).user_codes().put("key", code("of another org"), 100).await.unwrap();
    let at = ledger.at(0);
    for key in ["kept", "updated", "taken", "deleted", "replaced"] {
        at.user_codes().put(key, code("first"), 100).await.unwrap();
    }
    assert!(at.user_codes().put_if_absent("absent", code("new"), 100).await.unwrap());
    assert!(!at.user_codes().put_if_absent("absent", code("newer"), 100).await.unwrap());
    at.user_codes().update("updated", |code| code.device_code.push('!')).await.unwrap();
    at.user_codes().take("taken").await.unwrap();
    let version = at.user_codes().get_versioned("replaced").await.unwrap().unwrap().version;
    let mut batch = at.batch();
    batch.delete(at.user_codes(), "deleted");
    batch.replace_until(at.user_codes(), "replaced", version, code("second"), 200);
    batch.put(at.nonce_secrets(), "secret", [7; 32], i64::MAX);
    batch.commit().await.unwrap();
    ledger.store_org(vec![row("users/1", Some(b"{}")), row("users/2", Some(b"null"))], 0).await.unwrap();
    ledger.store_org(vec![row("users/2", None)], 0).await.unwrap();
    let before = saved(&ledger).await;
    drop(store);

    let store = open(dir.path()).unwrap();
    let (ledger, rows) = reopened(&store).await;
    assert_eq!(saved(&ledger).await, before);
    assert_eq!(rows, ["users/1 {}"]);
    assert_eq!(store.orgs().unwrap(), ["org", "org2"]);
    ledger.clear().await.unwrap();
    let cleared = saved(&ledger).await;
    assert_ne!(cleared, before);
    assert!(reopened(&store).await.1.is_empty());
    assert_eq!(saved(&reopened(&store).await.0).await, cleared);
    let other = Ledger::on_disk(&store, "org2");
    other.load_stored(|_| 0).await.unwrap();
    assert!(other.at(0).user_codes().get("key").await.unwrap().is_some());
}

#[tokio::test]
async fn records_that_made_room_are_not_on_the_disk_any_more() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    let ledger = Ledger::on_disk(&store, "org");
    let large = || {
        let state = "s".repeat(1024 * 1024);
        let parameters = [("state", state.as_str())].into_iter().collect();
        PushedRequest { server: "server".to_owned(), client_id: "client".to_owned(), parameters }
    };
    for number in 0..40 {
        ledger.at(0).pushed_requests().put(&number.to_string(), large(), 1_000 + number).await.unwrap();
    }
    let on_disk = store.file.read("org").unwrap();
    assert_eq!(on_disk.len(), 31, "as many as the table holds");
    assert_eq!(saved(&reopened(&store).await.0).await, saved(&ledger).await);
}

#[tokio::test]
async fn without_sync_all_changes_are_there_after_an_orderly_end() {
    let dir = tempfile::tempdir().unwrap();
    let store = DiskStore::open(StateDir::lock(dir.path()).unwrap(), false).unwrap();
    let ledger = Ledger::on_disk(&store, "org");
    for number in 0..1_000 {
        ledger.at(0).user_codes().put(&number.to_string(), code("a"), 100).await.unwrap();
    }
    let before = saved(&ledger).await;
    drop(store);
    let store = open(dir.path()).unwrap();
    assert_eq!(saved(&reopened(&store).await.0).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_requests_share_a_write_to_the_disk() {
    let disk = Arc::new(TestDisk::default());
    let store = disk.store();
    let ledger = Arc::new(Ledger::on_disk(&store, "org"));
    let before = disk.syncs.load(Ordering::Acquire);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..2_000 {
        let ledger = Arc::clone(&ledger);
        tasks.spawn(async move { ledger.at(0).user_codes().put(&number.to_string(), code("a"), 100).await.unwrap() });
    }
    tasks.join_all().await;
    let syncs = disk.syncs.load(Ordering::Acquire) - before;
    assert!(syncs < 1_000, "{syncs} writes for 2,000 changes");
    drop(store);
    assert_eq!(saved(&reopened(&disk.store()).await.0).await, saved(&ledger).await);
}

#[test]
fn two_processes_cannot_use_one_state() {
    let dir = tempfile::tempdir().unwrap();
    let _store = open(dir.path()).unwrap();
    let error = open(dir.path()).unwrap_err().to_string();
    assert!(error.starts_with("another mock-idp uses the state in "), "{error}");
    assert!(matches!(StateDir::lock_existing(dir.path()), Err(DiskError::InUse { .. })));
}

#[test]
fn a_state_that_is_being_repaired_is_not_used_even_while_its_file_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()).unwrap());
    let repaired = StateDir::lock_existing(dir.path()).unwrap();
    assert!(repaired.set_aside().unwrap().is_some());
    assert!(matches!(open(dir.path()), Err(DiskError::InUse { .. })));
    assert!(!dir.path().join(StateDir::FILE).exists());
    drop(repaired);
    open(dir.path()).unwrap();
}

#[test]
fn a_later_format_is_refused_and_an_earlier_one_is_changed() {
    const NAMES: TableDefinition<'_, &str, u32> = TableDefinition::new("names");
    let disk = Arc::new(TestDisk::default());
    let open = |migrations| {
        let disk = Arc::clone(&disk);
        DiskFile::open(PathBuf::from("state"), move || disk.database(), migrations)
    };
    open(&[]).unwrap();
    let migrations: &[super::file::Migration] = &[
        |transaction| Ok(_ = transaction.open_table(NAMES)?.insert("two", 2)?),
        |transaction| Ok(_ = transaction.open_table(NAMES)?.insert("three", 3)?),
    ];
    open(&migrations[..1]).unwrap();
    open(migrations).unwrap();
    let database = disk.database().unwrap();
    let names = database.begin_read().unwrap().open_table(NAMES).unwrap();
    let value = |name| names.get(name).unwrap().map(|value| value.value());
    assert_eq!((value("two"), value("three")), (Some(2), Some(3)), "each migration has run");
    drop((names, database));
    match open(&[]) {
        Err(DiskError::Later { format: 3, known: 1, .. }) => {}
        other => panic!("{other:?}"),
    }
}

/// Whether a value has all members of another one, with equal values.
fn has(value: &Value, expected: &Value) -> bool {
    match (value, expected) {
        (Value::Object(value), Value::Object(expected)) => {
            expected.iter().all(|(name, expected)| value.get(name).is_some_and(|value| has(value, expected)))
        }
        (Value::Array(value), Value::Array(expected)) => {
            value.len() == expected.len() && value.iter().zip(expected).all(|(value, expected)| has(value, expected))
        }
        _ => value == expected,
    }
}

#[tokio::test]
async fn a_file_of_format_1_is_read_without_loss() {
    // The tables of the file and what is in them, independent of the code that writes them now.
    const RECORDS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("records");
    const ABOUT: TableDefinition<'_, &str, u32> = TableDefinition::new("about");
    let state: Value = serde_json::from_str(include_str!("../../../../fixtures/states/format-1.json")).unwrap();
    let saved_at = state["saved_at"].as_i64().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let database = Database::create(dir.path().join("state.redb")).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.open_table(ABOUT).unwrap().insert("format", 1).unwrap();
    {
        let mut records = transaction.open_table(RECORDS).unwrap();
        for (table, of_table) in state["ledger"].as_object().unwrap() {
            for record in of_table.as_array().unwrap() {
                let key = format!("org\0{table}\0{}", record["key"].as_str().unwrap());
                let expires = record["expires"].as_i64().unwrap_or(i64::MAX).to_le_bytes();
                let value = [&expires[..], record["value"].to_string().as_bytes()].concat();
                records.insert(key.as_bytes(), &value[..]).unwrap();
            }
        }
        let forever = i64::MAX.to_le_bytes();
        records.insert(&b"org\0org_rows\0users/1"[..], &[&forever[..], b"null"].concat()[..]).unwrap();
    }
    transaction.commit().unwrap();
    drop(database);

    let store = open(dir.path()).unwrap();
    let ledger = Ledger::on_disk(&store, "org");
    let (_, rows) = ledger.load_stored(|_| saved_at).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), ["users/1"]);
    let read = serde_json::to_value(ledger.save(saved_at).await.unwrap()).unwrap();
    for (table, expected) in state["ledger"].as_object().unwrap() {
        assert!(!expected.as_array().unwrap().is_empty(), "{table}");
        assert!(has(&read[table], expected), "{table}: {} instead of {expected}", read[table]);
    }
}

#[tokio::test]
async fn a_full_disk_refuses_changes_until_there_is_room() {
    let disk = Arc::new(TestDisk::default());
    let store = disk.store();
    let ledger = Ledger::on_disk(&store, "org");
    ledger.at(0).user_codes().put("stored", code("a"), 100).await.unwrap();
    disk.full.store(true, Ordering::Release);
    let error = ledger.at(0).user_codes().put("refused", code("b"), 100).await.unwrap_err();
    assert!(error.to_string().contains("the state cannot be written"), "{error}");
    assert!(ledger.is_outdated(0));
    assert!(ledger.at(0).user_codes().get("refused").await.is_err(), "it was never acknowledged");
    assert!(ledger.at(0).user_codes().put("refused", code("b"), 100).await.is_err());
    disk.full.store(false, Ordering::Release);
    while ledger.load_stored(|_| 0).await.is_err() {
        tokio::task::yield_now().await;
    }
    let codes = ledger.at(0).user_codes();
    assert_eq!(codes.get("stored").await.unwrap().unwrap().device_code, "a");
    assert!(codes.get("refused").await.unwrap().is_none());
    codes.put("again", code("c"), 100).await.unwrap();
    drop(store);
    let (ledger, _) = reopened(&disk.store()).await;
    assert!(ledger.at(0).user_codes().get("again").await.unwrap().is_some());
}

#[tokio::test]
async fn damage_is_reported_and_the_state_of_the_last_start_is_recovered() {
    let dir = tempfile::tempdir().unwrap();
    let put = async |from: usize| {
        let store = open(dir.path()).unwrap();
        let ledger = Ledger::on_disk(&store, "org");
        ledger.load_stored(|_| 0).await.unwrap();
        for number in from..from + 500 {
            ledger.at(0).user_codes().put(&format!("{number:04}"), code(&"x".repeat(200)), 100).await.unwrap();
        }
    };
    put(1_000).await;
    put(2_000).await;
    let path = dir.path().join(StateDir::FILE);
    let mut bytes = std::fs::read(&path).unwrap();
    let damaged = bytes.windows(4).position(|window| window == b"2100").unwrap();
    bytes[damaged..damaged + 64].fill(0xFF);
    std::fs::write(&path, &bytes).unwrap();

    let error = open(dir.path()).unwrap_err();
    assert!(matches!(error, DiskError::Damaged { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("can be used: mock-idp state recover") && text.contains("--reset-state"), "{text}");
    let aside = StateDir::lock(dir.path()).unwrap().recover().unwrap();
    assert!(aside.exists());
    let store = open(dir.path()).unwrap();
    let (ledger, _) = reopened(&store).await;
    assert_eq!(saved(&ledger).await["user_codes"].as_array().unwrap().len(), 500);
}

#[tokio::test]
async fn what_can_be_read_of_a_damaged_file_is_used() {
    let dir = tempfile::tempdir().unwrap();
    let (path, name) = (dir.path().join(StateDir::FILE), |number: usize| format!("{number:04}"));
    let store = open(dir.path()).unwrap();
    let ledger = Ledger::on_disk(&store, "org");
    for number in 0..1_000 {
        ledger.at(0).user_codes().put(&name(number), code(&"x".repeat(200)), 100).await.unwrap();
    }
    ledger.store_org(vec![row("users/1", Some(b"{}"))], 0).await.unwrap();
    drop(store);
    assert_eq!(Salvage::read(&path).unwrap().summary(), "1001 of 1001 records (org_rows 1, user_codes 1000)");

    let mut bytes = std::fs::read(&path).unwrap();
    let key = [&b"org\0user_codes\0"[..], name(500).as_bytes()].concat();
    for at in 0..bytes.len() - key.len() {
        if bytes[at..].starts_with(&key) {
            bytes[at] ^= 1;
        }
    }
    std::fs::write(&path, &bytes).unwrap();
    let error = open(dir.path()).unwrap_err().to_string();
    assert!(error.contains(" of 1001 records (org_rows 1, user_codes 9"), "{error}");
    assert!(error.contains("can be read and used: mock-idp state recover --state DIR --from damaged."), "{error}");
    let (aside, read) = StateDir::lock(dir.path()).unwrap().salvage().unwrap();
    assert_eq!(std::fs::read(aside).unwrap(), bytes, "the damaged file is kept");
    assert!(error.contains(&read), "{read} {error}");

    let store = open(dir.path()).unwrap();
    let (ledger, rows) = reopened(&store).await;
    assert_eq!(rows, ["users/1 {}"]);
    let mut lost = Vec::new();
    for number in 0..1_000 {
        match ledger.at(0).user_codes().get(&name(number)).await.unwrap() {
            Some(found) => assert_eq!(found.device_code, "x".repeat(200)),
            None => lost.push(number),
        }
    }
    assert!(lost.contains(&500) && lost.len() < 40, "those beside it on its page: {lost:?}");
    assert!(read.starts_with(&format!("{} of 1001 records", 1_001 - lost.len())), "{read}");
}

#[tokio::test]
async fn nothing_is_read_of_a_file_whose_head_is_damaged() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(StateDir::FILE);
    let store = open(dir.path()).unwrap();
    Ledger::on_disk(&store, "org").at(0).user_codes().put("key", code("a"), 100).await.unwrap();
    drop(store);
    let whole = std::fs::read(&path).unwrap();
    for damaged in [0..16, 16..64, 64..320, 0..4_096] {
        let mut bytes = whole.clone();
        bytes[damaged.clone()].fill(0xFF);
        std::fs::write(&path, &bytes).unwrap();
        let error = open(dir.path()).unwrap_err().to_string();
        assert!(error.contains("Nothing of it can be read."), "{damaged:?} {error}");
        assert!(
            StateDir::lock(dir.path())
                .unwrap()
                .salvage()
                .unwrap_err()
                .to_string()
                .contains("nothing of it can be read")
        );
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(open(dir.path()).is_err());
    StateDir::lock(dir.path()).unwrap().set_aside().unwrap();
    open(dir.path()).unwrap();
}

#[test]
fn a_file_of_another_kind_is_not_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(StateDir::FILE);
    std::fs::write(&path, "something else ".repeat(10_000)).unwrap();
    let error = open(dir.path()).unwrap_err();
    assert!(error.to_string().contains("There is no copy"), "{error}");
    assert!(StateDir::lock(dir.path()).unwrap().recover().is_err());
    let aside = StateDir::lock(dir.path()).unwrap().set_aside().unwrap().unwrap();
    assert!(std::fs::read_to_string(aside).unwrap().starts_with("something else"));
    open(dir.path()).unwrap();
}

#[tokio::test]
async fn a_change_is_read_only_when_it_is_stored() {
    let disk = Arc::new(TestDisk::default());
    let store = disk.store();
    let ledger = Arc::new(Ledger::on_disk(&store, "org"));
    disk.stopped.store(true, Ordering::Release);
    let writer = Arc::clone(&ledger);
    let writing = tokio::spawn(async move { writer.at(0).user_codes().put("key", code("a"), 100).await });
    tokio::task::yield_now().await;
    let reader = Arc::clone(&ledger);
    let reading = tokio::spawn(async move { reader.at(0).user_codes().get("key").await });
    tokio::task::yield_now().await;
    assert!(!writing.is_finished() && !reading.is_finished(), "the write has not reached the disk");
    assert!(ledger.at(0).user_codes().get("other").await.unwrap().is_none(), "other records do not wait");
    disk.stopped.store(false, Ordering::Release);
    writing.await.unwrap().unwrap();
    assert_eq!(reading.await.unwrap().unwrap().unwrap().device_code, "a");
}

/// A disk in memory that can be full, or stop.
#[derive(Debug, Default)]
struct TestDisk {
    bytes: Mutex<Vec<u8>>,
    full: AtomicBool,
    syncs: std::sync::atomic::AtomicUsize,
    /// Whether no write reaches the disk.
    stopped: AtomicBool,
}

impl TestDisk {
    fn database(self: &Arc<Self>) -> Result<Database, redb::DatabaseError> {
        Database::builder().create_with_backend(TestBackend(Arc::clone(self)))
    }

    fn store(self: &Arc<Self>) -> DiskStore {
        let disk = Arc::clone(self);
        let file = DiskFile::open(PathBuf::from("state"), move || disk.database(), &[]).unwrap();
        DiskStore::start(file, None, true).unwrap()
    }

    fn check_room(&self) -> io::Result<()> {
        match self.full.load(Ordering::Acquire) {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => Ok(()),
        }
    }
}

#[derive(Debug)]
struct TestBackend(Arc<TestDisk>);

impl StorageBackend for TestBackend {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.bytes.lock().len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let bytes = self.0.bytes.lock();
        let from = usize::try_from(offset).unwrap();
        out.copy_from_slice(bytes.get(from..from + out.len()).ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.check_room()?;
        self.0.bytes.lock().resize(usize::try_from(len).unwrap(), 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        while self.0.stopped.load(Ordering::Acquire) {
            std::thread::yield_now();
        }
        self.0.syncs.fetch_add(1, Ordering::AcqRel);
        self.0.check_room()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.check_room()?;
        let mut bytes = self.0.bytes.lock();
        let from = usize::try_from(offset).unwrap();
        bytes.get_mut(from..from + data.len()).ok_or(io::ErrorKind::UnexpectedEof)?.copy_from_slice(data);
        Ok(())
    }
}

#[test]
fn a_file_that_is_hardly_used_any_more_is_smaller_after_a_start() {
    let dir = tempfile::tempdir().unwrap();
    let length = || std::fs::metadata(dir.path().join(StateDir::FILE)).unwrap().len();
    let org: Arc<str> = "org".into();
    let put = |number: usize, size| {
        let change = LoggedChange::Put {
            table: "pushed_requests",
            key: number.to_string(),
            expires: 100,
            bytes: vec![b'x'; size],
        };
        (Arc::clone(&org), change)
    };
    let file = DiskFile::in_dir(&StateDir::lock(dir.path()).unwrap()).unwrap();
    file.commit(&(0..2_000).map(|number| put(number, 4_000)).collect::<Vec<_>>(), true).unwrap();
    file.commit(&[(Arc::clone(&org), LoggedChange::Clear { except: None }), put(1, 10)], true).unwrap();
    drop(file);
    let before = length();
    let file = DiskFile::in_dir(&StateDir::lock(dir.path()).unwrap()).unwrap();
    assert!(before > 8_000_000 && length() < before / 4, "from {before} to {}", length());
    assert_eq!(file.read("org").unwrap().len(), 1);
    drop(file);
    drop(DiskFile::in_dir(&StateDir::lock(dir.path()).unwrap()).unwrap());
    assert!(length() < before / 4);
}
