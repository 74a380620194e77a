//! Signing keys: a ring for each authorization server, loaded when first needed, never made before the port is open.

mod held;
mod source;
mod verified;

use std::collections::HashMap;
use std::sync::Arc;

use mock_idp_core::org::CompiledServer;
use parking_lot::{Mutex, RwLock};

pub(crate) use held::Held;
pub(crate) use source::KeyError;
pub(crate) use source::KeyPool;
use source::{Next, Source};

/// The keys of one org's servers.
#[derive(Debug)]
pub(crate) struct KeyRing {
    slots: Mutex<HashMap<String, Arc<Slot>>>,
    /// When the first keys count as made: seconds since the epoch.
    born: i64,
}

#[derive(Debug)]
struct Slot {
    active: Source,
    /// The org server's second pair.
    access: Option<Source>,
    next: Next,
    /// What the server began with: a reset brings it back.
    first: RwLock<Option<Arc<Held>>>,
    current: RwLock<Option<Arc<Held>>>,
    /// Held while keys are made, so that nobody makes them twice.
    making: tokio::sync::Mutex<()>,
}

impl Slot {
    fn new(active: Source, access: Option<Source>, next: Next) -> Arc<Self> {
        let (first, current) = (RwLock::default(), RwLock::default());
        Arc::new(Self { active, access, next, first, current, making: tokio::sync::Mutex::default() })
    }

    fn current(&self) -> Option<Arc<Held>> {
        self.current.read().clone()
    }

    async fn load(&self, born: i64) -> Result<Arc<Held>, KeyError> {
        if let Some(held) = self.current() {
            return Ok(held);
        }
        let held = Arc::new(Held::first(self.active, self.access, self.next.clone(), born).await?);
        *self.first.write() = Some(Arc::clone(&held));
        Ok(held)
    }
}

impl KeyRing {
    /// Allots keys to the servers, the org server's first.
    #[must_use]
    pub(crate) fn new(servers: &[Arc<CompiledServer>], pool: &mut KeyPool, born: i64) -> Self {
        let slots = servers.iter().map(|server| {
            let active = pool.key();
            let access = server.is_org().then(|| pool.key());
            (server.id.clone(), Slot::new(active, access, pool.next_key()))
        });
        Self { slots: Mutex::new(slots.collect()), born }
    }

    fn slot(&self, server: &CompiledServer) -> Arc<Slot> {
        let mut slots = self.slots.lock();
        // A server that was added after the start.
        let added = || Slot::new(Source::Generated, None, Next::Unmade);
        Arc::clone(slots.entry(server.id.clone()).or_insert_with(added))
    }

    /// The keys of a server; rotated first when that is due.
    ///
    /// # Errors
    /// Key generation failed.
    pub(crate) async fn of(&self, server: &CompiledServer, now: i64) -> Result<Arc<Held>, KeyError> {
        let slot = self.slot(server);
        if let Some(held) = slot.current()
            && held.periods_due(server, now) == 0
        {
            return Ok(held);
        }
        let _making = slot.making.lock().await;
        let mut held = slot.load(self.born).await?;
        let periods = held.periods_due(server, now);
        let due = held.last_rotated() + periods * Held::PERIOD;
        // After two rotations nothing of the first key is left, so that more would change nothing.
        for _ in 0..periods.min(2) {
            held = Arc::new(held.rotated(due).await?);
        }
        *slot.current.write() = Some(Arc::clone(&held));
        Ok(held)
    }

    /// The keys of a server that has used any: one that has not has signed nothing.
    pub(crate) fn used(&self, server: &CompiledServer) -> Option<Arc<Held>> {
        self.slot(server).current()
    }

    /// Rotates the keys of a server now.
    ///
    /// # Errors
    /// Key generation failed.
    pub(crate) async fn rotate(&self, server: &CompiledServer, now: i64) -> Result<Arc<Held>, KeyError> {
        let slot = self.slot(server);
        let _making = slot.making.lock().await;
        let held = slot.load(self.born).await?;
        let held = Arc::new(held.rotated(now).await?);
        *slot.current.write() = Some(Arc::clone(&held));
        Ok(held)
    }

    /// Brings back the keys that the servers began with.
    pub(crate) fn reset(&self) {
        for slot in self.slots.lock().values() {
            let first = slot.first.read().clone();
            *slot.current.write() = first;
        }
    }
}
