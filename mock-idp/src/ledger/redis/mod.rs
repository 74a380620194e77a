//! The store in Redis or Valkey, which several processes share. The keys of an org have one hash tag, so that they are on one node of
//! a cluster; whatever has to be atomic is a script.

mod connection;
mod known;
mod operation;
mod poll;
mod replace;
#[cfg(test)]
pub(super) mod tests;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mock_idp_core::ledger::LedgerError;
use redis::{FromRedisValue, Pipeline, Script, ScriptInvocation};
use tokio::task::AbortHandle;
use tokio::time::{MissedTickBehavior, interval};

pub(crate) use connection::{RedisError, RedisServer};

use self::known::Known;
pub(crate) use self::operation::limit_request;
use self::operation::{LIMIT, limit_together, limited};
use self::poll::Polled;
use super::byte_store::{ByteChange, ByteRecord, ByteStore, ByteWrite, Expected, KnownState, Stored};
use super::entries::{KEPT_EXPIRED, TableUsage};
use super::list::FOLLOWED_TABLES;
use super::memory::{NAMES, SerialisedTable};
use super::org_row::{ORG_ROWS, OrgRow};
use crate::metrics::Histogram;

/// For so long, a process need not ask what others have changed.
const MOST_AGE: Duration = Duration::from_millis(80);
/// How long a process may have the org to itself, if it does not say that it is done.
const LOCK_MILLIS: u64 = 2_000;
/// The name of the revisions of the rows of the org that have changed.
const CHANGED_ROWS: &str = "org_rows:changed";
/// If more rows have changed, all are read.
const MOST_CHANGED_ROWS: usize = 1_000;
/// How long the server may take to release the org, which the request waits for at its end.
const UNLOCK_LIMIT: Duration = Duration::from_millis(150);
/// The time between two attempts to get the org.
const LOCK_INTERVAL: Duration = Duration::from_millis(5);

/// The records of one org in Redis.
#[derive(Debug)]
pub(crate) struct RedisStore {
    polled: Polled,
    /// What all keys begin with.
    prefix: String,
    poll: AbortHandle,
}

/// Rows of the org, in the order of their keys; none where there is no row.
type FoundRows = Vec<Option<Vec<u8>>>;

struct Scripts {
    commit: Script,
    org_changes: Script,
    replace: Script,
    clear: Script,
    unlock: Script,
}

static SCRIPTS: std::sync::LazyLock<Scripts> = std::sync::LazyLock::new(|| Scripts {
    commit: Script::new(include_str!("commit.lua")),
    org_changes: Script::new(include_str!("org_changes.lua")),
    replace: Script::new(include_str!("replace.lua")),
    clear: Script::new(include_str!("clear.lua")),
    unlock: Script::new(include_str!("unlock.lua")),
});

impl RedisStore {
    /// The records of an org. What other processes change is asked for from now on.
    ///
    /// # Errors
    /// The server does not answer.
    pub(crate) async fn open(server: RedisServer, org: &str) -> Result<Self, LedgerError> {
        let prefix = format!("{{mock-idp/{org}}}");
        let polled = Polled { server, numbers: format!("{prefix}:numbers"), known: Arc::new(Known::default()) };
        polled.ask().await?;
        let poll = tokio::spawn(polled.clone().poll()).abort_handle();
        Ok(Self { polled, prefix, poll })
    }

    fn key(&self, name: &str) -> String {
        format!("{}:{name}", self.prefix)
    }

    fn numbers(&self) -> &str {
        &self.polled.numbers
    }

    /// Runs an operation. It fails at once while the server does not answer.
    async fn run<T>(&self, operation: impl Future<Output = redis::RedisResult<T>>) -> Result<T, LedgerError> {
        if let Some(error) = self.polled.known.error() {
            return Err(LedgerError::Unavailable(error));
        }
        let result = limited(operation).await;
        if let Err(failed) = &result
            && failed.refuses_writes
            && self.polled.known.refuse_writes(Some(failed.message.clone()))
        {
            tracing::error!(target: "mock_idp", "the store of the ledger refuses writes: {}", failed.message);
        }
        Ok(result?)
    }

    async fn run_script<T: FromRedisValue>(&self, invocation: &ScriptInvocation<'_>) -> Result<T, LedgerError> {
        let mut connection = self.polled.server.connection();
        let began = Instant::now();
        let result = self.run(async { invocation.invoke_async(&mut connection).await }).await;
        self.polled.server.write_times().record(began.elapsed());
        result
    }

    async fn run_pipeline<T: FromRedisValue>(&self, pipeline: &Pipeline) -> Result<T, LedgerError> {
        let mut connection = self.polled.server.connection();
        self.run(async { pipeline.query_async(&mut connection).await }).await
    }

    async fn read<T>(&self, operation: impl Future<Output = Result<T, LedgerError>>) -> Result<T, LedgerError> {
        let began = Instant::now();
        let result = operation.await;
        self.polled.server.read_times().record(began.elapsed());
        result
    }

    async fn read_record(&self, table: &str, key: &str) -> Result<Option<ByteRecord>, LedgerError> {
        let mut connection = self.polled.server.connection();
        let mut command = redis::cmd("HGET");
        command.arg(self.key(table)).arg(key);
        let found = self.run(async { command.query_async(&mut connection).await });
        let bytes: Option<Vec<u8>> = self.read(found).await?;
        bytes.map(|bytes| record(&bytes)).transpose()
    }

    async fn read_records(&self, keys: &[(&'static str, &str)]) -> Result<Vec<Option<ByteRecord>>, LedgerError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut pipeline = Pipeline::new();
        for (table, key) in keys {
            pipeline.hget(self.key(table), key);
        }
        let found: Vec<Option<Vec<u8>>> = self.read(self.run_pipeline(&pipeline)).await?;
        found.into_iter().map(|bytes| bytes.as_deref().map(record).transpose()).collect()
    }

    /// Makes all writes, and stores the changed rows of the org of a revision, if there are any. Returns the version of what was put.
    async fn commit_writes(
        &self,
        writes: Vec<ByteWrite>,
        org: Option<(Vec<OrgRow>, u64)>,
        now: i64,
    ) -> Result<u64, LedgerError> {
        let mut script = SCRIPTS.commit.prepare_invoke();
        let mut tables: Vec<&'static str> = Vec::new();
        for ByteWrite { table, .. } in &writes {
            if !tables.contains(table) {
                tables.push(table);
            }
        }
        let number = |name: &str| tables.iter().position(|known| *known == name).map_or(0, |position| position + 1);
        let is_followed = tables.iter().any(|table| FOLLOWED_TABLES.contains(table));
        script.key(self.numbers()).key(self.key(ORG_ROWS)).key(self.key(CHANGED_ROWS));
        script.arg(now).arg(now - KEPT_EXPIRED).arg(u8::from(is_followed));
        match &org {
            None => _ = script.arg("").arg(0),
            Some((rows, revision)) => {
                script.arg(revision).arg(rows.len());
                for OrgRow { key, bytes } in rows {
                    script.arg(key).arg(bytes.as_deref().unwrap_or_default());
                }
            }
        }
        for name in &tables {
            script.key(self.key(name)).key(self.key(&format!("{name}:expiries")));
        }
        for ByteWrite { table, key, expected, change } in &writes {
            let expected = match expected {
                Expected::Anything => "*".to_owned(),
                Expected::Version(version) => version.map(|version| version.to_string()).unwrap_or_default(),
            };
            script.arg(number(table)).arg(key).arg(expected);
            match change {
                ByteChange::Keep => script.arg("keep").arg("").arg("").arg("").arg(""),
                ByteChange::Delete => script.arg("delete").arg("").arg("").arg("").arg(""),
                ByteChange::Put { bytes, expires, bound } => {
                    script.arg("put").arg(expires).arg(&bytes[..]).arg(bound.records).arg(bound.bytes)
                }
                ByteChange::Extend { bytes, expires, bound } => {
                    script.arg("extend").arg(expires).arg(&bytes[..]).arg(bound.records).arg(bound.bytes)
                }
            };
        }
        let next_revision = org.map(|(_, revision)| (self.polled.known.question(), revision + 1));
        let version: i64 = self.run_script(&script).await?;
        let version = match u64::try_from(version) {
            Ok(0) => return Err(LedgerError::Conflict { table: ORG_ROWS }),
            Ok(version) => version,
            Err(_) => {
                let table = usize::try_from(-version - 1).ok().and_then(|number| tables.get(number).copied());
                return Err(LedgerError::Conflict { table: table.unwrap_or_default() });
            }
        };
        if let Some((question, revision)) = next_revision {
            self.polled.known.note(&question, |state| state.org_revision = revision);
        }
        if is_followed {
            // This process follows its own change at once. If it cannot ask, it answers nothing until it can.
            let _ = self.polled.ask().await;
        }
        Ok(version)
    }

    async fn list_records(&self, table: &str) -> Result<Vec<(String, ByteRecord)>, LedgerError> {
        let mut connection = self.polled.server.connection();
        let mut command = redis::cmd("HGETALL");
        command.arg(self.key(table));
        let found = self.run(async { command.query_async(&mut connection).await });
        let all: HashMap<String, Vec<u8>> = self.read(found).await?;
        all.into_iter().map(|(key, bytes)| Ok((key, record(&bytes)?))).collect()
    }

    async fn read_usage(&self) -> Result<Vec<(&'static str, TableUsage)>, LedgerError> {
        let mut pipeline = Pipeline::new();
        for table in NAMES {
            let records = self.key(table);
            pipeline.hlen(&records).hget(self.numbers(), format!("bytes:{records}"));
        }
        let found: Vec<Option<usize>> = self.read(self.run_pipeline(&pipeline)).await?;
        let usage = found.chunks(2).map(|numbers| {
            let number = |at: usize| numbers.get(at).copied().flatten().unwrap_or_default();
            TableUsage { records: number(0), bytes: number(1) }
        });
        Ok(NAMES.iter().copied().zip(usage).collect())
    }

    async fn clear_tables(&self, kept: Option<&'static str>) -> Result<(), LedgerError> {
        let mut script = SCRIPTS.clear.prepare_invoke();
        script.key(self.numbers()).key(self.key(ORG_ROWS)).key(self.key(CHANGED_ROWS));
        for table in NAMES.iter().filter(|table| Some(**table) != kept) {
            script.key(self.key(table)).key(self.key(&format!("{table}:expiries")));
        }
        self.run_script::<u64>(&script).await?;
        self.polled.ask().await
    }

    async fn read_org(&self) -> Result<(u64, Vec<OrgRow>), LedgerError> {
        let question = self.polled.known.question();
        let mut both = redis::pipe();
        both.atomic().hget(self.numbers(), "org").hgetall(self.key(ORG_ROWS));
        let (revision, rows): (Option<u64>, HashMap<String, Vec<u8>>) = self.read(self.run_pipeline(&both)).await?;
        self.polled.known.note(&question, |state| state.org_revision = revision.unwrap_or_default());
        let rows = rows.into_iter().map(|(key, bytes)| OrgRow { key, bytes: Some(bytes) });
        Ok((revision.unwrap_or_default(), rows.collect()))
    }

    async fn read_org_changes(&self, since: u64) -> Result<Option<(u64, Vec<OrgRow>)>, LedgerError> {
        let question = self.polled.known.question();
        let mut script = SCRIPTS.org_changes.prepare_invoke();
        script.key(self.numbers()).key(self.key(ORG_ROWS)).key(self.key(CHANGED_ROWS));
        script.arg(since).arg(MOST_CHANGED_ROWS);
        let mut connection = self.polled.server.connection();
        let found = self.run(async { script.invoke_async(&mut connection).await });
        let (revision, keys, rows): (u64, Option<Vec<String>>, FoundRows) = self.read(found).await?;
        let Some(keys) = keys else { return Ok(None) };
        self.polled.known.note(&question, |state| state.org_revision = revision);
        let rows = keys.into_iter().zip(rows).map(|(key, bytes)| OrgRow { key, bytes });
        Ok(Some((revision, rows.collect())))
    }

    async fn lock(&self, owner: &str) -> Result<(), LedgerError> {
        let mut set = redis::cmd("SET");
        set.arg(self.key("lock")).arg(owner).arg("NX").arg("PX").arg(LOCK_MILLIS);
        let mut attempts = interval(LOCK_INTERVAL);
        attempts.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let began = Instant::now();
        while began.elapsed() < LIMIT {
            attempts.tick().await;
            let mut connection = self.polled.server.connection();
            let set: Option<String> = self.run(async { set.query_async(&mut connection).await }).await?;
            if set.is_some() {
                // The revision of the last change, which the poll may not know yet.
                return self.polled.ask().await;
            }
        }
        Err(LedgerError::Unavailable("other servers are changing the org".to_owned()))
    }

    async fn refresh_known(&self) -> Result<(), LedgerError> {
        match self.polled.known.error() {
            Some(error) => Err(LedgerError::Unavailable(error)),
            None if self.polled.known.is_newer_than(MOST_AGE) => Ok(()),
            None => self.polled.ask().await,
        }
    }

    async fn unlock(&self, owner: &str) -> Result<(), LedgerError> {
        let mut script = SCRIPTS.unlock.prepare_invoke();
        script.key(self.key("lock")).arg(owner);
        let _: u64 = self.run_script(&script).await?;
        Ok(())
    }
}

impl Drop for RedisStore {
    fn drop(&mut self) {
        self.poll.abort();
    }
}

impl ByteStore for RedisStore {
    fn read<'s>(&'s self, table: &'static str, key: &'s str) -> Stored<'s, Option<ByteRecord>> {
        Box::pin(self.read_record(table, key))
    }

    fn read_all<'s>(&'s self, keys: &'s [(&'static str, &'s str)]) -> Stored<'s, Vec<Option<ByteRecord>>> {
        Box::pin(self.read_records(keys))
    }

    fn commit(&self, writes: Vec<ByteWrite>, now: i64) -> Stored<'_, u64> {
        Box::pin(self.commit_writes(writes, None, now))
    }

    fn list(&self, table: &'static str) -> Stored<'_, Vec<(String, ByteRecord)>> {
        Box::pin(limit_together(LIMIT, self.list_records(table)))
    }

    fn replace_all(&self, tables: Vec<SerialisedTable>, rows: Vec<OrgRow>) -> Stored<'_, u64> {
        Box::pin(limit_together(Duration::MAX, self.replace(tables, rows)))
    }

    fn clear_except(&self, table: Option<&'static str>) -> Stored<'_, ()> {
        Box::pin(self.clear_tables(table))
    }

    fn org_rows(&self) -> Stored<'_, (u64, Vec<OrgRow>)> {
        Box::pin(self.read_org())
    }

    fn org_changes(&self, since: u64) -> Stored<'_, Option<(u64, Vec<OrgRow>)>> {
        Box::pin(self.read_org_changes(since))
    }

    fn commit_with_org(&self, writes: Vec<ByteWrite>, rows: Vec<OrgRow>, expected: u64, now: i64) -> Stored<'_, u64> {
        Box::pin(async move {
            self.commit_writes(writes, Some((rows, expected)), now).await?;
            Ok(expected + 1)
        })
    }

    fn lock_org<'s>(&'s self, owner: &'s str) -> Stored<'s, ()> {
        Box::pin(self.lock(owner))
    }

    fn unlock_org<'s>(&'s self, owner: &'s str) -> Stored<'s, ()> {
        Box::pin(limit_together(UNLOCK_LIMIT, self.unlock(owner)))
    }

    fn refresh(&self) -> Stored<'_, ()> {
        Box::pin(self.refresh_known())
    }

    fn known(&self) -> KnownState {
        self.polled.known.state()
    }

    fn usage(&self) -> Stored<'_, Vec<(&'static str, TableUsage)>> {
        Box::pin(self.read_usage())
    }

    fn write_times(&self) -> &Histogram {
        self.polled.server.write_times()
    }

    fn read_times(&self) -> Option<&Histogram> {
        Some(self.polled.server.read_times())
    }
}

/// A record as the scripts write it: version and expiry in digits, each with a colon, and the value.
fn record(bytes: &[u8]) -> Result<ByteRecord, LedgerError> {
    let parse = || {
        let mut parts = bytes.splitn(3, |byte| *byte == b':');
        let number = |part: Option<&[u8]>| std::str::from_utf8(part?).ok().map(str::to_owned);
        let version = number(parts.next())?.parse().ok()?;
        let expires = number(parts.next())?.parse().ok()?;
        Some(ByteRecord { bytes: parts.next()?.to_vec(), expires, version })
    };
    parse().ok_or_else(|| LedgerError::Unavailable("a record was not written by mock-idp".to_owned()))
}
