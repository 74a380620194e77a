//! One org of this process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use bytes::Bytes;
use mock_idp_core::behavior::Behavior;
use mock_idp_core::endpoint::keys::PublishedKey;
use mock_idp_core::ledger::{ClockSetting, KeyMaterial, LedgerError};
use mock_idp_core::moment::{Moment, RequestOrigin};
use mock_idp_core::org::{CompiledServer, Draft, Org, Problems, RateLimits};
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::trace::Trace;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::provider_answers::ProviderAnswers;
use super::randomness::{Randomness, Sequence};
use super::scratch::Scratch;
use super::sign_in_queue::SignInQueue;
use super::snapshots::{OrgChange, Snapshots};
use super::unstored_rows::UnstoredRows;
use super::unwritten_log::UnwrittenLog;
use super::user_rates::UserRates;
use super::waiting_events::WaitingEvents;
use crate::clock::{Clock, ClockState};
use crate::faults::Faults;
use crate::journal::Journal;
use crate::keys::{KeyPool, KeyRing, LoadedKeys, NewKeys, Rotation};
use crate::ledger::{Ledger, NEVER};
use crate::metrics::Metrics;
use crate::outbound::{HookCaller, HookTargets, KeySets, Networks};
use crate::seed::Seed;

/// One org: configuration, ledger, keys, clock, faults and journal of its own.
#[derive(Debug)]
pub(crate) struct OrgInstance {
    /// The org's subdomain, which addresses it.
    pub name: String,
    pub clock: Clock,
    pub journal: Journal,
    pub metrics: Metrics,
    pub faults: Faults,
    pub sign_in_queue: SignInQueue,
    /// Where requests that the org sends itself may go.
    pub(crate) networks: Networks,
    pub(crate) hooks: Arc<HookCaller>,
    pub(crate) event_hooks: HookCaller,
    pub(super) provider_answers: ProviderAnswers,
    pub(super) waiting_events: WaitingEvents,
    /// Changes with each message that is sent.
    pub(super) sent: watch::Sender<()>,
    pub(super) unwritten_log: UnwrittenLog,
    pub(super) ledger: Ledger,
    pub(super) keys: KeyRing,
    pub(super) key_sets: KeySets,
    /// The secret for the nonces of DPoP proofs, unless the ledger has another one.
    pub(super) nonce_secret: [u8; 32],
    pub(super) randomness: Randomness,
    /// What is different if this is a scratch instance.
    pub(super) scratch: Option<Scratch>,
    /// Cancelled when the org is removed. `None` if it cannot be.
    end: Option<CancellationToken>,
    pub(super) snapshots: Snapshots,
    pub(super) unstored: UnstoredRows,
    document_warnings: ArcSwap<Vec<String>>,
    pub(super) user_rates: UserRates,
    revision: AtomicU64,
    resets: AtomicU64,
    /// Held while the clock is set, so that the last change of the ledger is also the last one here.
    setting_clock: tokio::sync::Mutex<()>,
    /// The [`Ledger::settings_revision`] that the clock is set to.
    followed_revision: AtomicU64,
}

impl OrgInstance {
    /// 2026-01-01T00:00:00Z.
    const START_WITH_SEED: i64 = 1_767_225_600;

    /// An instance of an org, with keys from the pool. With a seed, given or in the document, everything that is random elsewhere is
    /// the same in each run, and the clock is stopped at [`Self::START_WITH_SEED`].
    #[must_use]
    pub(crate) fn new(org: Org, pool: &mut KeyPool, seed: Option<u64>) -> Self {
        Self::in_ledger(org, pool, seed, Ledger::default())
    }

    /// The same, with the records of a store. They have to be loaded with [`Self::restore`].
    #[must_use]
    pub(crate) fn in_ledger(org: Org, pool: &mut KeyPool, seed: Option<u64>, ledger: Ledger) -> Self {
        let seed = seed.or(org.settings().seed).map(|number| Seed::of_org(number, &org.identity().subdomain));
        let clock = match seed {
            None => Clock::default(),
            Some(_) => Clock::from(ClockSetting::frozen(Self::START_WITH_SEED)),
        };
        let new_keys = seed.map_or(NewKeys::Generated, NewKeys::Derived);
        let keys = KeyRing::new(org.servers(), pool, new_keys, clock.now());
        Self::with(Arc::new(org), clock, keys, ledger, Randomness::new(seed))
    }

    pub(super) fn with(org: Arc<Org>, clock: Clock, keys: KeyRing, ledger: Ledger, randomness: Randomness) -> Self {
        Self {
            name: org.identity().subdomain.clone(),
            clock,
            journal: Journal::default(),
            metrics: Metrics::default(),
            faults: Faults::default(),
            sign_in_queue: SignInQueue::default(),
            networks: Networks::default(),
            hooks: Arc::default(),
            event_hooks: HookCaller::default(),
            provider_answers: ProviderAnswers::default(),
            waiting_events: WaitingEvents::default(),
            sent: watch::Sender::default(),
            unwritten_log: UnwrittenLog::default(),
            ledger,
            keys,
            key_sets: KeySets::default(),
            nonce_secret: nonce_secret(&randomness),
            randomness,
            scratch: None,
            end: None,
            snapshots: Snapshots::new(org),
            unstored: UnstoredRows::default(),
            document_warnings: ArcSwap::default(),
            user_rates: UserRates::default(),
            revision: AtomicU64::new(0),
            resets: AtomicU64::new(0),
            setting_clock: tokio::sync::Mutex::default(),
            followed_revision: AtomicU64::new(0),
        }
    }

    /// Sets where hooks may be sent.
    pub(crate) fn set_hook_targets(&mut self, targets: &HookTargets) {
        self.hooks = Arc::new(HookCaller::new(targets.clone()));
        self.event_hooks = HookCaller::new(targets.clone());
    }

    /// The current snapshot; changes do not touch it.
    #[must_use]
    pub(crate) fn org(&self) -> Arc<Org> {
        self.snapshots.current()
    }

    /// The snapshot that a reset restores.
    pub(super) fn seed(&self) -> Arc<Org> {
        self.snapshots.seed()
    }

    /// Makes an org that can be removed; cancelled when it is.
    pub(super) fn can_end(&mut self) -> CancellationToken {
        self.end.insert(CancellationToken::new()).clone()
    }

    /// Cancelled when the org is removed. `None` if it cannot be.
    #[must_use]
    pub(crate) fn ending(&self) -> Option<&CancellationToken> {
        self.end.as_ref()
    }

    /// Ends what runs for the org.
    pub(super) fn end(&self) {
        self.end.iter().for_each(CancellationToken::cancel);
    }

    /// Runs something until the org is removed; `None` if that happens first.
    pub(crate) async fn unless_removed<T>(&self, run: impl Future<Output = T>) -> Option<T> {
        match &self.end {
            None => Some(run.await),
            Some(end) => end.run_until_cancelled(run).await,
        }
    }

    /// The warning for an org that does not answer as Okta does.
    #[must_use]
    pub(crate) fn behavior_warning(&self) -> Option<String> {
        let behavior = self.org().behavior();
        match behavior {
            Behavior::Okta => None,
            Behavior::Openid => {
                Some(format!("Does not answer as Okta where OpenID asks for something else (behavior: {behavior})."))
            }
            Behavior::Fapi2 => Some(format!(
                "Follows the FAPI 2 Security Profile: pushed requests, private_key_jwt and DPoP only (behavior: {behavior})."
            )),
        }
    }

    /// The warning for an org whose document has a seed.
    #[must_use]
    pub(crate) fn seed_warning(&self) -> Option<String> {
        let seed = self.org().settings().seed?;
        Some(format!(
            "Tokens, codes and keys of the org {:?} can be predicted: its document has the seed {seed}.",
            self.name
        ))
    }

    /// The warning for an org whose codes are all the same.
    #[must_use]
    pub(crate) fn one_time_code_warning(&self) -> Option<String> {
        self.org().settings().one_time_code.as_ref()?;
        Some(format!("All codes that the org {:?} sends are the one of its document.", self.name))
    }

    /// Warnings about the document of the org, with its file and their places.
    #[must_use]
    pub(crate) fn document_warnings(&self) -> Arc<Vec<String>> {
        self.document_warnings.load_full()
    }

    /// Sets the warnings about the document of the org.
    pub(crate) fn set_document_warnings(&self, warnings: Vec<String>) {
        self.document_warnings.store(Arc::new(warnings));
    }

    /// Changes the org until the next reset. Changes are made one after the other.
    ///
    /// # Errors
    /// The change's own, or the changed org is not valid; the org stays as it is.
    pub(crate) fn change<T, E: From<Problems>>(&self, change: impl FnOnce(&mut Draft) -> Result<T, E>) -> Result<T, E> {
        let note = |change: &OrgChange<'_>| self.note_change(change);
        let result = self.snapshots.change(self.clock.now(), change, note)?;
        self.increment_revision();
        Ok(result)
    }

    /// Changes what the org was started with, and the org.
    ///
    /// # Errors
    /// The same as [`Self::change`].
    pub(crate) fn change_seed<E: From<Problems>>(&self, change: impl Fn(&mut Draft) -> Result<(), E>) -> Result<(), E> {
        self.snapshots.change_seed(self.clock.now(), change)?;
        self.increment_revision();
        Ok(())
    }

    /// Replaces the document that the org was started with. What sign-ins and changes have left behind stays.
    ///
    /// # Errors
    /// The changes do not fit the new document; nothing is changed then.
    pub(crate) fn replace_document(&self, org: Org) -> Result<(), Problems> {
        self.snapshots.replace_document(org, |change| self.note_change(change))?;
        self.increment_revision();
        Ok(())
    }

    /// Counts a sign-in of a user by a program. Whether it has to be refused, because the org enforces rate limits.
    pub(super) fn refuses_sign_in(&self, username: &str) -> bool {
        self.scratch.is_none()
            && self.org().rate_limits() == RateLimits::Enforced
            && self.user_rates.exceeds(username, self.clock.now())
    }

    /// Goes back to the state at the start. Access tokens that have been revoked stay revoked.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn reset(&self) -> Result<(), LedgerError> {
        {
            let _unchanged = self.lock_log().await;
            self.ledger.clear().await?;
            self.unwritten_log.clear();
        }
        self.snapshots.reset();
        self.key_sets.clear();
        self.provider_answers.clear();
        self.waiting_events.clear();
        self.increment_revision();
        self.change_clock(Clock::reset).await?;
        // The nonce secret, which stays, has the first value of the sequence.
        self.randomness.begin(&Sequence::first());
        nonce_secret(&self.randomness);
        self.note_sequence(&Sequence::first());
        self.faults.clear();
        self.sign_in_queue.clear();
        self.journal.clear();
        self.user_rates.clear();
        self.resets.fetch_add(1, Ordering::AcqRel);
        Ok(())
    }

    /// The number of the state that the org and its keys are in: another one after each change.
    #[must_use]
    pub(crate) fn revision(&self) -> u64 {
        self.revision.load(Ordering::Acquire)
    }

    /// How often the org has been reset.
    #[must_use]
    pub(crate) fn resets(&self) -> u64 {
        self.resets.load(Ordering::Acquire)
    }

    pub(super) fn increment_revision(&self) {
        self.revision.fetch_add(1, Ordering::AcqRel);
    }

    /// Moves, stops or starts the clock, here and for all processes that share the ledger. The change is made again if another
    /// process has changed the clock in the meantime.
    ///
    /// # Errors
    /// The ledger's store is unavailable; the clock stays as it is.
    pub(crate) async fn change_clock(&self, change: impl Fn(&Clock)) -> Result<ClockState, LedgerError> {
        let _setting = self.setting_clock.lock().await;
        let ledger = self.ledger.at(NEVER - 1);
        loop {
            let stored = ledger.clock_settings().get_versioned(ClockSetting::KEY).await?;
            let changed =
                self.clock.with_setting(stored.as_ref().map_or_else(|| self.clock.setting(), |stored| stored.value));
            change(&changed);
            let setting = changed.setting();
            let mut batch = ledger.batch();
            match stored {
                Some(stored) => batch.replace(ledger.clock_settings(), ClockSetting::KEY, stored.version, setting),
                None => batch.put_new(ledger.clock_settings(), ClockSetting::KEY, setting, NEVER),
            }
            match batch.commit().await {
                Err(LedgerError::Conflict { .. }) => {}
                other => {
                    other?;
                    self.clock.follow(setting);
                    return Ok(self.clock.state());
                }
            }
        }
    }

    /// While this is held, the clock is not changed.
    pub(super) async fn lock_clock(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.setting_clock.lock().await
    }

    /// Whether the clock is set as the ledger says. It always is if no other process shares the ledger.
    #[must_use]
    pub(crate) fn clock_is_current(&self) -> bool {
        self.ledger
            .settings_revision()
            .is_none_or(|revision| revision == self.followed_revision.load(Ordering::Acquire))
    }

    /// Sets the clock as the ledger says, if another process has changed it. The ledger is read only after a change.
    ///
    /// # Errors
    /// The ledger's store is unavailable; the clock stays as it is.
    pub(crate) async fn follow_clock(&self) -> Result<(), LedgerError> {
        self.ledger.refresh().await?;
        if self.clock_is_current() {
            return Ok(());
        }
        let _setting = self.setting_clock.lock().await;
        let Some(revision) = self.ledger.settings_revision() else { return Ok(()) };
        let setting = self.ledger.at(NEVER - 1).clock_settings().get(ClockSetting::KEY).await?;
        self.clock.follow(setting.unwrap_or_else(|| self.clock.start()));
        self.followed_revision.store(revision, Ordering::Release);
        Ok(())
    }

    /// Runs a rule at a time, with randomness and the trace.
    pub(super) fn decide_at<T>(&self, now: i64, trace: &mut Trace, rule: impl FnOnce(&mut Moment<'_>) -> T) -> T {
        self.decide_from(&RequestOrigin::default(), now, trace, rule)
    }

    /// The same for a request that comes from somewhere.
    pub(super) fn decide_from<T>(
        &self,
        origin: &RequestOrigin,
        now: i64,
        trace: &mut Trace,
        rule: impl FnOnce(&mut Moment<'_>) -> T,
    ) -> T {
        self.randomness.with(|rng| rule(&mut Moment { now, origin, rng, trace }))
    }

    /// The keys of a server.
    pub(crate) async fn keys(&self, server: &CompiledServer, now: i64) -> Result<Arc<LoadedKeys>, OAuthError> {
        Ok(self.keys.of(server, self.ledger.at(now), now).await?)
    }

    /// A key that no server has; of an org with a seed, it depends on the purpose.
    ///
    /// # Errors
    /// Key generation failed.
    pub(crate) async fn new_key(&self, purpose: [u8; 8]) -> Result<KeyMaterial, OAuthError> {
        Ok(self.keys.new_key(&format!("{:016x}", u64::from_be_bytes(purpose))).await?)
    }

    /// The key set of a server as it is sent, and the seconds until the next rotation, if one is planned.
    ///
    /// # Errors
    /// Key generation failed, or the ledger's store is unavailable.
    pub(crate) async fn key_set(&self, server: &CompiledServer) -> Result<(Bytes, Option<i64>), OAuthError> {
        let now = self.clock.now();
        let keys = self.keys(server, now).await?;
        let until_rotation = keys.next_rotation(server).map(|at| (at - now).clamp(0, LoadedKeys::PERIOD));
        Ok((keys.key_set(), until_rotation))
    }

    /// The published keys of a server, the one that signs first.
    ///
    /// # Errors
    /// Key generation failed, or the ledger's store is unavailable.
    pub(crate) async fn published_keys(&self, server: &CompiledServer) -> Result<Vec<PublishedKey>, OAuthError> {
        Ok(self.keys(server, self.clock.now()).await?.published().to_vec())
    }

    /// Rotates the keys of a server. Okta: ACTIVE becomes EXPIRED, NEXT becomes ACTIVE, and there is a new NEXT; `rotation` may
    /// differ from that.
    ///
    /// # Errors
    /// Key generation failed, or the ledger's store is unavailable.
    pub(crate) async fn rotate_keys(&self, server: &CompiledServer, rotation: Rotation) -> Result<(), OAuthError> {
        let now = self.clock.now();
        let rotated = self.keys.rotate(server, rotation, self.ledger.at(now), now).await;
        self.increment_revision();
        Ok(rotated?)
    }
}

fn nonce_secret(randomness: &Randomness) -> [u8; 32] {
    let mut secret = [0; 32];
    randomness.with(|rng| rng.fill_bytes(&mut secret));
    secret
}
