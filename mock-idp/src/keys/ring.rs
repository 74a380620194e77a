//! The keys of all servers of an org.

use std::collections::HashMap;
use std::sync::Arc;

use mock_idp_core::ledger::{KeyMaterial, KeyRecord};
use mock_idp_core::org::CompiledServer;
use mock_idp_core::tokens::SignatureAlgorithm;
use parking_lot::{Mutex, RwLock};

use super::loaded::periods_due;
use super::source::{Source, pem};
use super::{KeyError, KeyPool, LoadedKeys, NewKeys};
use crate::ledger::{LedgerAt, LedgerError, NEVER, Version, Versioned};

/// The purpose of a key that is derived from a seed.
const ACTIVE: &str = "active";

/// How keys are rotated. The default is what Okta does.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rotation {
    /// The key that has signed until now is not published any more.
    pub remove_previous: bool,
    /// The key that signs from now on has not been published before, and NEXT is dropped.
    pub unannounced: bool,
}

/// The keys of one org's servers.
#[derive(Debug)]
pub(crate) struct KeyRing {
    slots: Mutex<HashMap<String, Arc<Slot>>>,
    new_keys: NewKeys,
    /// The time of the first "rotation": seconds since 1970.
    created: i64,
}

/// The keys of one server.
#[derive(Debug)]
struct Slot {
    algorithm: SignatureAlgorithm,
    active: Source,
    /// The org server's second pair.
    access: Option<Source>,
    next: Option<KeyMaterial>,
    /// The keys that the server begins with: a reset restores them.
    first: RwLock<Option<Arc<LoadedKeys>>>,
    current: RwLock<Option<CurrentKeys>>,
    /// Locked while keys are generated, so that it happens once.
    generating: tokio::sync::Mutex<()>,
}

#[derive(Clone, Debug)]
struct CurrentKeys {
    keys: Arc<LoadedKeys>,
    /// The [`LedgerAt::settings_revision`] at which they were loaded.
    revision: Option<u64>,
}

impl KeyRing {
    /// Assigns keys of the pool to the servers, the org server's first.
    #[must_use]
    pub(crate) fn new(servers: &[Arc<CompiledServer>], pool: &mut KeyPool, new_keys: NewKeys, created: i64) -> Self {
        let slots = servers.iter().map(|server| {
            let active = pool.key(new_keys.source(&[&server.id, ACTIVE]));
            let access = server.is_org().then(|| pool.key(new_keys.source(&[&server.id, "access"])));
            (server.id.clone(), Slot::new(SignatureAlgorithm::of(server.behavior), active, access, pool.next_key()))
        });
        Self { slots: Mutex::new(slots.collect()), new_keys, created }
    }

    /// A key that no server has.
    ///
    /// # Errors
    /// Key generation failed.
    pub(crate) async fn new_key(&self, purpose: &str) -> Result<KeyMaterial, KeyError> {
        self.new_keys.source(&[purpose]).material().await
    }

    fn slot(&self, server: &CompiledServer) -> Arc<Slot> {
        let mut slots = self.slots.lock();
        // A server that was added after the start.
        let added = || {
            let active = self.new_keys.source(&[&server.id, ACTIVE]);
            Slot::new(SignatureAlgorithm::of(server.behavior), active, None, None)
        };
        Arc::clone(slots.entry(server.id.clone()).or_insert_with(added))
    }

    /// The keys of a server; rotated first when that is due.
    ///
    /// # Errors
    /// Key generation failed, or the ledger.
    pub(crate) async fn of(
        &self,
        server: &CompiledServer,
        ledger: LedgerAt<'_>,
        now: i64,
    ) -> Result<Arc<LoadedKeys>, KeyError> {
        let slot = self.slot(server);
        // Taken before the record is read: a change in the meantime is loaded by the next request.
        let revision = ledger.settings_revision();
        if let Some(current) = slot.current()
            && periods_due(&current.keys.record, server, now) == 0
            && current.is_stored(server, ledger, revision).await?
        {
            return Ok(current.keys);
        }
        let _generating = slot.generating.lock().await;
        loop {
            let Versioned { value: record, version } = self.record(&slot, server, ledger).await?;
            let periods = periods_due(&record, server, now);
            if periods == 0 {
                return slot.load(record, revision);
            }
            let due = record.last_rotated + periods * LoadedKeys::PERIOD;
            let mut rotated = record;
            // After two rotations none of the first keys is left: further ones would change nothing.
            for _ in 0..periods.min(2) {
                rotated = rotate(&rotated, Rotation::default(), self.new_keys, due).await?;
            }
            replace(server, ledger, version, rotated).await?;
        }
    }

    /// The keys of a server that has used them; one that has not has signed nothing.
    ///
    /// # Errors
    /// Key generation failed, or the ledger.
    pub(crate) async fn used(
        &self,
        server: &CompiledServer,
        ledger: LedgerAt<'_>,
        now: i64,
    ) -> Result<Option<Arc<LoadedKeys>>, KeyError> {
        // A reset removes the record; the first keys may have signed before.
        let has_signed = self.slot(server).first.read().is_some();
        if has_signed || ledger.server_keys().read(&server.id, |_| ()).await?.is_some() {
            return Ok(Some(self.of(server, ledger, now).await?));
        }
        Ok(None)
    }

    /// Rotates the keys of a server now.
    ///
    /// # Errors
    /// Key generation failed, or the ledger.
    pub(crate) async fn rotate(
        &self,
        server: &CompiledServer,
        rotation: Rotation,
        ledger: LedgerAt<'_>,
        now: i64,
    ) -> Result<(), KeyError> {
        let slot = self.slot(server);
        let _generating = slot.generating.lock().await;
        loop {
            let Versioned { value: record, version } = self.record(&slot, server, ledger).await?;
            slot.load(record.clone(), None)?;
            let rotated = rotate(&record, rotation, self.new_keys, now).await?;
            if replace(server, ledger, version, rotated).await? {
                return Ok(());
            }
        }
    }

    /// The record of a server; the first request for it writes it.
    async fn record(
        &self,
        slot: &Slot,
        server: &CompiledServer,
        ledger: LedgerAt<'_>,
    ) -> Result<Versioned<KeyRecord>, KeyError> {
        loop {
            if let Some(found) = ledger.server_keys().get_versioned(&server.id).await? {
                return Ok(found);
            }
            let first = slot.first(self.created).await?;
            ledger.server_keys().put_if_absent(&server.id, first.record.clone(), NEVER).await?;
        }
    }
}

/// Replaces a record unless another process was faster; whether it was replaced.
async fn replace(
    server: &CompiledServer,
    ledger: LedgerAt<'_>,
    version: Version,
    record: KeyRecord,
) -> Result<bool, KeyError> {
    let mut batch = ledger.batch();
    batch.require_version(ledger.server_keys(), &server.id, version);
    batch.put(ledger.server_keys(), &server.id, record, NEVER);
    match batch.commit().await {
        Ok(()) => Ok(true),
        Err(LedgerError::Conflict { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn rotate(record: &KeyRecord, rotation: Rotation, new_keys: NewKeys, at: i64) -> Result<KeyRecord, KeyError> {
    let active = match &record.next {
        Some(next) if !rotation.unannounced => next.clone(),
        _ => new_keys.source(&[ACTIVE, pem(&record.active)]).material().await?,
    };
    let next = new_keys.source(&["next", pem(&active)]).material().await?;
    let rotated = record.rotated(active, next, at);
    Ok(if rotation.remove_previous { rotated.without_retired() } else { rotated })
}

impl Slot {
    fn new(
        algorithm: SignatureAlgorithm,
        active: Source,
        access: Option<Source>,
        next: Option<KeyMaterial>,
    ) -> Arc<Self> {
        let (first, current) = (RwLock::default(), RwLock::default());
        Arc::new(Self { algorithm, active, access, next, first, current, generating: tokio::sync::Mutex::default() })
    }

    fn current(&self) -> Option<CurrentKeys> {
        self.current.read().clone()
    }

    /// The keys that the server begins with.
    async fn first(&self, created: i64) -> Result<Arc<LoadedKeys>, KeyError> {
        let known = self.first.read().clone();
        if let Some(first) = known {
            return Ok(first);
        }
        let active = self.active.material().await?;
        let access = match self.access {
            Some(source) => Some(source.material().await?),
            None => None,
        };
        let record = KeyRecord { active, access, next: self.next.clone(), retired: None, last_rotated: created };
        let first = Arc::new(LoadedKeys::load(record, self.algorithm, None)?);
        *self.first.write() = Some(Arc::clone(&first));
        Ok(first)
    }

    /// The keys of a record, loaded once.
    fn load(&self, record: KeyRecord, revision: Option<u64>) -> Result<Arc<LoadedKeys>, KeyError> {
        let known = [self.current().map(|current| current.keys), self.first.read().clone()];
        let mut same = known.iter().flatten().filter(|loaded| loaded.record == record);
        let loaded = match same.next() {
            Some(loaded) => Arc::clone(loaded),
            None => Arc::new(LoadedKeys::load(record, self.algorithm, known[0].as_deref().or(known[1].as_deref()))?),
        };
        *self.current.write() = Some(CurrentKeys { keys: Arc::clone(&loaded), revision });
        Ok(loaded)
    }
}

impl CurrentKeys {
    /// Whether the ledger has these keys. A shared store is not asked: it has a revision.
    async fn is_stored(
        &self,
        server: &CompiledServer,
        ledger: LedgerAt<'_>,
        revision: Option<u64>,
    ) -> Result<bool, KeyError> {
        match revision {
            Some(_) => Ok(self.revision == revision),
            None => {
                let same = ledger.server_keys().read(&server.id, |record| *record == self.keys.record);
                Ok(same.await? == Some(true))
            }
        }
    }
}
