//! Replaces all records of an org at once: they are staged under other keys, which then become the current ones.

use mock_idp_core::ledger::LedgerError;
use redis::Pipeline;

use super::{CHANGED_ROWS, RedisStore, SCRIPTS};
use crate::ledger::memory::SerialisedTable;
use crate::ledger::org_row::{ORG_ROWS, OrgRow};

/// The largest number of records that are staged in one step.
const CHUNK: usize = 200;
/// How long staged records stay if this process ends before they are used.
const STAGED_SECONDS: i64 = 600;

impl RedisStore {
    /// Replaces all records and the rows of the org; the next revision of the org.
    pub(super) async fn replace(&self, tables: Vec<SerialisedTable>, rows: Vec<OrgRow>) -> Result<u64, LedgerError> {
        // A version of its own: what was read before does not match any more. It also names what is staged.
        let mut next = Pipeline::new();
        next.hincr(self.numbers(), "version", 1);
        let (version,): (u64,) = self.run_pipeline(&next).await?;
        let staged = |name: &str| self.key(&format!("staged-{version}:{name}"));

        let mut script = SCRIPTS.replace.prepare_invoke();
        script.key(self.numbers()).key(self.key(ORG_ROWS)).key(staged(ORG_ROWS)).arg("");
        script.key(self.key(CHANGED_ROWS)).key(staged(CHANGED_ROWS)).arg("");
        for chunk in rows.chunks(CHUNK) {
            let mut pipeline = Pipeline::new();
            for OrgRow { key, bytes } in chunk {
                if let Some(bytes) = bytes {
                    pipeline.hset(staged(ORG_ROWS), key, &bytes[..]).ignore();
                }
            }
            pipeline.expire(staged(ORG_ROWS), STAGED_SECONDS).ignore();
            self.run_pipeline::<()>(&pipeline).await?;
        }
        for table in tables {
            let (name, expiries) = (table.name, format!("{}:expiries", table.name));
            let bytes = self.stage(&table, version, &staged(name), &staged(&expiries)).await?;
            script.key(self.key(name)).key(staged(name)).arg(bytes);
            script.key(self.key(&expiries)).key(staged(&expiries)).arg("");
        }
        let revision: u64 = self.run_script(&script).await?;
        let _ = self.polled.ask().await;
        Ok(revision)
    }

    /// Stages the records of a table; their size.
    async fn stage(
        &self,
        table: &SerialisedTable,
        version: u64,
        records: &str,
        expiries: &str,
    ) -> Result<usize, LedgerError> {
        let mut size = 0;
        for chunk in table.records.chunks(CHUNK) {
            let mut pipeline = Pipeline::new();
            for record in chunk {
                let bytes = [format!("{version}:{}:", record.expires).as_bytes(), &record.bytes].concat();
                size += bytes.len();
                pipeline.hset(records, &record.key, bytes).ignore();
                pipeline.zadd(expiries, &record.key, record.expires).ignore();
            }
            pipeline.expire(records, STAGED_SECONDS).ignore().expire(expiries, STAGED_SECONDS).ignore();
            self.run_pipeline::<()>(&pipeline).await?;
        }
        Ok(size)
    }
}
