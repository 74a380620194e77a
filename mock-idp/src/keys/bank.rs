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

/// The most keys that requests generate at a time.
const GENERATING: usize = 4;

/// The keys of this process that no server has been given. All mocks of a process share them: a key belongs to no org before.
static BANK: KeyBank = KeyBank {
    keys: Mutex::new(Keys { ready: Vec::new(), wanted: 0 }),
    filling: AtomicBool::new(false),
    generating: Semaphore::const_new(GENERATING),
};

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
    if count == 0 {
        return;
    }
    let mut keys = BANK.keys.lock();
    keys.wanted = keys.wanted.saturating_add(count).min(CAPACITY);
    drop(keys);
    BANK.fill();
}

/// A new key; at once if one is ready.
pub(super) async fn take() -> Result<KeyMaterial, KeyError> {
    if let Some(key) = BANK.ready() {
        BANK.fill();
        return Ok(key);
    }
    let _place = BANK.generating.acquire().await;
    if let Some(key) = BANK.ready() {
        return Ok(key);
    }
    let key = tokio::task::spawn_blocking(generate).await??;
    expect_use(1);
    Ok(key)
}

impl KeyBank {
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
