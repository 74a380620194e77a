//! RSA keys that are generated ahead of their use: generating one takes a request a tenth of a second and more.

use std::sync::atomic::{AtomicBool, Ordering};

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use mock_idp_core::ledger::KeyMaterial;
use parking_lot::Mutex;
use rsa::pkcs8::{LineEnding, SecretDocument};
use tokio::sync::Semaphore;

use super::KeyError;

/// The most keys that are ready.
const CAPACITY: usize = 64;

/// How many keys are ready from the first sandbox on, so that those that are added next do not wait.
const RESERVE: usize = 16;

/// The most keys that requests generate at a time.
const GENERATING: usize = 4;

/// The keys of this process that no server has been given. All mocks of a process share them: a key belongs to no org before.
static BANK: KeyBank = KeyBank::new();

#[derive(Debug)]
struct KeyBank {
    keys: Mutex<Keys>,
    /// Whether a thread is filling it.
    filling: AtomicBool,
    generating: Semaphore,
}

#[derive(Debug)]
struct Keys {
    ready: Vec<KeyMaterial>,
    /// How many have to be ready: it grows with the use, so that a mock whose servers need no key generates none.
    wanted: usize,
}

/// Expects that so many more keys than before will be needed soon: one thread generates them.
pub(crate) fn expect_use(count: usize) {
    if count > 0 {
        BANK.want(count, 0);
        BANK.fill();
    }
}

/// Expects the use of a key by a sandbox, and that more sandboxes will follow.
pub(crate) fn expect_sandbox() {
    BANK.want(1, RESERVE);
    BANK.fill();
}

/// A new key; at once if one is ready.
pub(super) async fn take() -> Result<KeyMaterial, KeyError> {
    BANK.take().await
}

impl KeyBank {
    const fn new() -> Self {
        Self {
            keys: Mutex::new(Keys { ready: Vec::new(), wanted: 0 }),
            filling: AtomicBool::new(false),
            generating: Semaphore::const_new(GENERATING),
        }
    }

    /// Wants so many more keys, and at least so many in all.
    fn want(&self, more: usize, at_least: usize) {
        let mut keys = self.keys.lock();
        keys.wanted = keys.wanted.saturating_add(more).max(at_least).min(CAPACITY);
    }

    async fn take(&'static self) -> Result<KeyMaterial, KeyError> {
        if let Some(key) = self.ready() {
            self.fill();
            return Ok(key);
        }
        let _place = self.generating.acquire().await;
        if let Some(key) = self.ready() {
            return Ok(key);
        }
        let key = tokio::task::spawn_blocking(generate).await??;
        self.want(1, 0);
        self.fill();
        Ok(key)
    }

    fn ready(&self) -> Option<KeyMaterial> {
        self.keys.lock().ready.pop()
    }

    fn is_full(&self) -> bool {
        let keys = self.keys.lock();
        keys.ready.len() >= keys.wanted
    }

    /// Lets a thread generate keys until as many as wanted are ready.
    fn fill(&'static self) {
        if self.filling.swap(true, Ordering::AcqRel) {
            return;
        }
        // A thread, because the end of a runtime waits for its blocking tasks.
        let thread = std::thread::Builder::new().name("mock-idp-keys".to_owned());
        if thread.spawn(|| self.generate_wanted()).is_err() {
            self.filling.store(false, Ordering::Release);
        }
    }

    fn generate_wanted(&self) {
        loop {
            while !self.is_full() {
                match generate() {
                    Ok(key) => self.keys.lock().ready.push(key),
                    // Requests generate their keys themselves, and report the error.
                    Err(_) => break,
                }
            }
            self.filling.store(false, Ordering::Release);
            // A key that was taken since then would have found this thread still filling.
            if self.is_full() || self.filling.swap(true, Ordering::AcqRel) {
                return;
            }
        }
    }
}

fn generate() -> Result<KeyMaterial, KeyError> {
    let unusable = |error: &dyn std::fmt::Display| KeyError::Unusable(format!("generating an RSA key failed: {error}"));
    let key = KeyPair::generate(KeySize::Rsa2048).map_err(|error| unusable(&error))?;
    let der: Pkcs8V1Der<'_> = key.as_der().map_err(|error| unusable(&error))?;
    let document = SecretDocument::try_from(der.as_ref()).map_err(|error| unusable(&error))?;
    let pem = document.to_pem("PRIVATE KEY", LineEnding::LF).map_err(|error| unusable(&error))?;
    Ok(KeyMaterial::Pem(pem.to_string()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use futures_util::FutureExt as _;

    use super::*;

    /// A bank of the test alone, which no thread fills.
    fn bank() -> &'static KeyBank {
        let bank: &'static KeyBank = Box::leak(Box::new(KeyBank::new()));
        bank.filling.store(true, Ordering::Release);
        bank
    }

    fn pem(material: KeyMaterial) -> String {
        match material {
            KeyMaterial::Pem(pem) => pem,
            KeyMaterial::Fixture(position) => panic!("fixture {position}"),
        }
    }

    #[test]
    fn the_sandboxes_after_the_first_find_keys_that_are_ready() {
        let bank = bank();
        bank.want(1, RESERVE);
        bank.generate_wanted();
        bank.filling.store(true, Ordering::Release);
        let mut keys = HashSet::new();
        for sandbox in 1..=RESERVE {
            let taken = bank.take().now_or_never().unwrap_or_else(|| panic!("sandbox {sandbox} waits for its key"));
            assert!(keys.insert(pem(taken.unwrap())), "sandbox {sandbox} has the key of another");
        }
        assert!(bank.ready().is_none());
    }

    #[test]
    fn the_number_of_ready_keys_grows_with_the_sandboxes_up_to_a_bound() {
        let bank = bank();
        let wanted = || bank.keys.lock().wanted;
        bank.want(1, 0);
        assert_eq!(wanted(), 1, "one key for one server");
        for sandbox in 1..=4 {
            bank.want(1, RESERVE);
            assert_eq!(wanted(), RESERVE + sandbox - 1, "sandbox {sandbox}");
        }
        bank.want(1_000, RESERVE);
        assert_eq!(wanted(), CAPACITY);
    }
}
