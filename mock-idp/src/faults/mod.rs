//! Faults that tests turn on: defects of tokens, other claims, errors in place of answers, and defects of the transport.
//!
//! While none is on, a query costs one atomic read.

mod fault;
mod kind;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use mock_idp_core::protocol::OAuthError;
use mock_idp_core::tokens::TokenKind;
use mock_idp_core::tokens::fault::TokenFaults;
use parking_lot::Mutex;

pub(crate) use fault::{Chance, Fault, IssuedTo};
pub(crate) use kind::{FaultKind, KeySetFault, TransportFault};

/// The active faults of an org, in the order in which they were added.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    any: AtomicBool,
    added: AtomicU64,
    list: Mutex<Vec<Fault>>,
}

impl Faults {
    /// The most faults that can be on.
    pub(crate) const MAX: usize = 1_000;

    /// Turns a fault on; its id. `None`: too many are on.
    #[must_use]
    pub(crate) fn add(&self, fault: Fault) -> Option<String> {
        let mut list = self.list.lock();
        if list.len() >= Self::MAX {
            return None;
        }
        let id = (self.added.fetch_add(1, Ordering::AcqRel) + 1).to_string();
        list.push(Fault { id: id.clone(), ..fault });
        self.remove_used_up(&mut list);
        Some(id)
    }

    /// The active faults.
    #[must_use]
    pub(crate) fn list(&self) -> Vec<Fault> {
        self.list.lock().clone()
    }

    /// Turns faults off; how many.
    pub(crate) fn remove(&self, which: impl Fn(&Fault) -> bool) -> usize {
        let mut list = self.list.lock();
        let before = list.len();
        list.retain(|fault| !which(fault));
        let removed = before - list.len();
        self.remove_used_up(&mut list);
        removed
    }

    /// Turns all faults off.
    pub(crate) fn clear(&self) {
        self.remove(|_| true);
    }

    /// The faults that apply to the tokens of these kinds that are now issued.
    ///
    /// # Errors
    /// A fault that returns an error in place of the tokens.
    pub(crate) fn take_for_tokens(
        &self,
        to: IssuedTo<'_>,
        kinds: impl Iterator<Item = TokenKind>,
    ) -> Result<TokenFaults, OAuthError> {
        let mut taken = TokenFaults::default();
        if !self.any.load(Ordering::Acquire) {
            return Ok(taken);
        }
        let kinds: Vec<TokenKind> = kinds.collect();
        let mut list = self.list.lock();
        let refusing = (!kinds.is_empty())
            .then(|| {
                list.iter_mut().find_map(|fault| {
                    let error = fault.token_error()?.clone();
                    (fault.concerns(to) && fault.apply()).then_some(error)
                })
            })
            .flatten();
        if let Some(error) = refusing {
            self.remove_used_up(&mut list);
            return Err(error);
        }
        for fault in list.iter_mut().filter(|fault| fault.concerns(to)) {
            match fault.kind.clone() {
                FaultKind::Token(named) if kinds.contains(&named.token) && fault.apply() => taken.named.push(named),
                FaultKind::TokenChange(change)
                    if kinds.iter().any(|kind| change.applies_to(*kind)) && fault.apply() =>
                {
                    taken.changes.push(change);
                }
                _ => {}
            }
        }
        self.remove_used_up(&mut list);
        Ok(taken)
    }

    /// The error that is returned in place of an authorization response.
    pub(crate) fn take_authorization_error(&self, to: IssuedTo<'_>) -> Option<OAuthError> {
        self.take_first(|fault| match &fault.kind {
            FaultKind::AuthorizationError(error) if fault.concerns(to) => Some((**error).clone()),
            _ => None,
        })
    }

    /// The first transport fault that applies to a request for this path. `is_key_set`: whether the answer is a key set.
    pub(crate) fn take_transport(&self, path: &str, is_key_set: bool) -> Option<TransportFault> {
        self.take_first(|fault| match &fault.kind {
            FaultKind::Transport(transport) if fault.concerns_path(path) && transport.can_spoil(is_key_set) => {
                Some(transport.clone())
            }
            _ => None,
        })
    }

    /// What the first fault does that applies.
    fn take_first<T>(&self, effect: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let mut list = self.list.lock();
        let taken = list.iter_mut().find_map(|fault| {
            let effect = effect(fault)?;
            fault.apply().then_some(effect)
        });
        self.remove_used_up(&mut list);
        taken
    }

    fn remove_used_up(&self, list: &mut Vec<Fault>) {
        list.retain(|fault| !fault.is_used_up());
        self.any.store(!list.is_empty(), Ordering::Release);
    }
}

#[cfg(test)]
mod tests;
