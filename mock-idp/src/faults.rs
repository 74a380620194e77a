//! Faults that tests turn on by name: one defect of a token, or one of the transport.
//!
//! While none is on, a query costs one atomic read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mock_idp_core::tokens::TokenKind;
use mock_idp_core::tokens::fault::TokenFault;
use parking_lot::Mutex;

/// Default delay of `http.slow`.
const SLOW: Duration = Duration::from_secs(3);

/// Faults of the transport.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum TransportFault {
    /// 500 with an Okta error envelope.
    Status500,
    /// 503 with an Okta error envelope.
    Status503,
    /// 429 with an Okta error envelope, rate-limit headers and `Retry-After`.
    Status429,
    /// The correct answer, delayed.
    Slow(Duration),
    /// The connection is reset instead of an answer.
    Reset,
    /// The first half of the correct answer.
    BadJson,
    /// The correct answer as `text/plain`.
    WrongContentType,
}

impl TransportFault {
    const ALL: [(&'static str, Self); 7] = [
        ("http.status-500", Self::Status500),
        ("http.status-503", Self::Status503),
        ("http.status-429", Self::Status429),
        ("http.slow", Self::Slow(SLOW)),
        ("http.reset", Self::Reset),
        ("http.bad-json", Self::BadJson),
        ("http.wrong-content-type", Self::WrongContentType),
    ];

    /// Its name.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Status500 => "http.status-500",
            Self::Status503 => "http.status-503",
            Self::Status429 => "http.status-429",
            Self::Slow(_) => "http.slow",
            Self::Reset => "http.reset",
            Self::BadJson => "http.bad-json",
            Self::WrongContentType => "http.wrong-content-type",
        }
    }
}

/// All faults.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum FaultKind {
    Token(TokenFault),
    Transport(TransportFault),
}

impl FaultKind {
    /// The fault of that name.
    #[must_use]
    pub(crate) fn named(name: &str) -> Option<Self> {
        let transport = TransportFault::ALL.iter().find(|(known, _)| *known == name);
        TokenFault::named(name).map(Self::Token).or_else(|| transport.map(|(_, fault)| Self::Transport(*fault)))
    }

    /// Its name.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Token(fault) => fault.name(),
            Self::Transport(fault) => fault.name(),
        }
    }

    /// The names of all faults.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        TokenFault::ALL.iter().map(|(name, _)| *name).chain(TransportFault::ALL.iter().map(|(name, _)| *name))
    }
}

/// A fault that is on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Fault {
    pub kind: FaultKind,
    /// How many times it still applies. `None`: until it is cleared.
    pub times: Option<u32>,
    /// Only tokens for this client (token faults).
    pub client_id: Option<String>,
    /// Only paths with this prefix (transport faults).
    pub path: Option<String>,
}

impl Fault {
    fn applies_to_client(&self, client_id: &str) -> bool {
        self.client_id.as_deref().is_none_or(|only| only == client_id)
    }

    fn applies_to_path(&self, path: &str) -> bool {
        self.path.as_deref().is_none_or(|only| path.starts_with(only))
    }

    /// Counts one use.
    fn count_use(&mut self) {
        self.times = self.times.map(|times| times.saturating_sub(1));
    }

    fn is_used_up(&self) -> bool {
        self.times == Some(0)
    }
}

/// The active faults of an org, in the order in which they were added.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    any: AtomicBool,
    list: Mutex<Vec<Fault>>,
}

impl Faults {
    /// Turns a fault on.
    pub(crate) fn add(&self, fault: Fault) {
        let mut list = self.list.lock();
        list.push(fault);
        self.remove_used_up(&mut list);
    }

    /// The active faults.
    #[must_use]
    pub(crate) fn list(&self) -> Vec<Fault> {
        self.list.lock().clone()
    }

    /// Turns all faults off.
    pub(crate) fn clear(&self) {
        let mut list = self.list.lock();
        list.clear();
        self.remove_used_up(&mut list);
    }

    /// The faults that apply to the tokens of these kinds that are now issued to this client.
    pub(crate) fn take_token_faults(&self, client_id: &str, kinds: impl Iterator<Item = TokenKind>) -> Vec<TokenFault> {
        if !self.any.load(Ordering::Acquire) {
            return Vec::new();
        }
        let kinds: Vec<TokenKind> = kinds.collect();
        let mut list = self.list.lock();
        let mut taken = Vec::new();
        for fault in list.iter_mut() {
            if let FaultKind::Token(token_fault) = fault.kind
                && kinds.contains(&token_fault.token)
                && fault.applies_to_client(client_id)
            {
                fault.count_use();
                taken.push(token_fault);
            }
        }
        self.remove_used_up(&mut list);
        taken
    }

    /// The first transport fault that applies to a request for this path.
    pub(crate) fn take_transport(&self, path: &str) -> Option<TransportFault> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let mut list = self.list.lock();
        let taken = list.iter_mut().find_map(|fault| match fault.kind {
            FaultKind::Transport(transport) if fault.applies_to_path(path) => {
                fault.count_use();
                Some(transport)
            }
            _ => None,
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
mod tests {
    use super::*;

    fn fault(name: &str) -> Fault {
        Fault { kind: FaultKind::named(name).unwrap(), times: None, client_id: None, path: None }
    }

    #[test]
    fn every_name_finds_the_fault_of_that_name() {
        assert_eq!(FaultKind::names().count(), 53);
        for name in FaultKind::names() {
            assert_eq!(FaultKind::named(name).map(FaultKind::name), Some(name));
        }
        assert_eq!(FaultKind::named("http.status-200"), None);
    }

    #[test]
    fn a_fault_with_a_count_applies_that_many_times() {
        let faults = Faults::default();
        faults.add(Fault { times: Some(2), path: Some("/oauth2/".into()), ..fault("http.status-500") });
        assert_eq!(faults.take_transport("/api/v1/users"), None);
        assert_eq!(faults.take_transport("/oauth2/v1/keys"), Some(TransportFault::Status500));
        assert_eq!(faults.list()[0].times, Some(1));
        assert_eq!(faults.take_transport("/oauth2/v1/keys"), Some(TransportFault::Status500));
        assert_eq!(faults.take_transport("/oauth2/v1/keys"), None);
        assert!(faults.list().is_empty());
    }

    #[test]
    fn token_faults_apply_only_to_their_client_and_not_to_the_transport() {
        let faults = Faults::default();
        faults.add(Fault { client_id: Some("a".into()), ..fault("id_token.alg-none") });
        faults.add(fault("access_token.expired"));
        faults.add(fault("http.reset"));
        let taken = |client, kinds: &[TokenKind]| faults.take_token_faults(client, kinds.iter().copied());
        let both = [TokenKind::AccessToken, TokenKind::IdToken];
        let names = |client| taken(client, &both).into_iter().map(TokenFault::name).collect::<Vec<_>>();
        assert_eq!(names("a"), ["id_token.alg-none", "access_token.expired"]);
        assert_eq!(names("b"), ["access_token.expired"]);
        assert_eq!(taken("a", &[TokenKind::LogoutToken]), []);
        faults.clear();
        assert_eq!(names("a"), [""; 0]);
        assert_eq!(faults.take_transport("/"), None);
    }
}
