//! What the mocks have acknowledged to clients, and whether they still answer accordingly.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::pause;
use super::scenarios::{SCENARIOS, SPA, SingleUseKind, authn};
use crate::ciba::{KIOSK, SECRET as KIOSK_SECRET};
use crate::client::plain;
use crate::crash::{API_TOKEN, TV, form, use_assertion};
use crate::flow::CALLBACK;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(super) const PASSWORD: &str = "Xk7#mallard";

/// After so long, every mock knows a change of the org or the clock.
pub(super) const KNOWN_EVERYWHERE: Duration = Duration::from_millis(100);

/// A fact that an answer has acknowledged.
#[derive(Clone, Debug)]
pub(super) enum Fact {
    User(String),
    /// A user who is locked out by wrong passwords.
    Locked(String),
    /// A device code that no user has decided about.
    Pending(PendingDevice),
    /// A value that cannot be used any more.
    Used(SingleUseKind, String),
}

#[derive(Clone, Debug)]
pub(super) struct PendingDevice {
    code: String,
    /// Its lifetime by the org's clock, in seconds.
    lifetime: u64,
    /// By how many seconds the clock had been moved at least and at most when it was issued.
    moved: (u64, u64),
}

/// In a run of an hour, more users would make every change of the org slow.
const MOST_USERS: usize = 2_000;

/// A request at about the end of a lifetime, in seconds, can be answered either way.
const TOLERANCE: u64 = 30;

/// The acknowledged facts, and where clients send their requests.
pub(super) struct History {
    pub(super) bases: Vec<String>,
    facts: Mutex<Vec<(Fact, Instant)>>,
    ended: AtomicBool,
    users: AtomicUsize,
    pub(super) clock_moves: AtomicU64,
    pub(super) acknowledged_clock_moves: AtomicU64,
}

impl History {
    pub(super) fn new(bases: Vec<String>) -> Self {
        Self {
            bases,
            facts: Mutex::default(),
            ended: AtomicBool::new(false),
            users: AtomicUsize::new(0),
            clock_moves: AtomicU64::new(0),
            acknowledged_clock_moves: AtomicU64::new(0),
        }
    }

    pub(super) fn base(&self, number: usize) -> &str {
        &self.bases[number % self.bases.len()]
    }

    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }

    pub(super) fn acknowledged(&self, fact: Fact) {
        self.facts.lock().push((fact, Instant::now()));
    }

    /// By how many seconds the clock has been moved, at least and at most.
    fn clock_moved(&self) -> (u64, u64) {
        let least = self.acknowledged_clock_moves.load(Ordering::Acquire);
        (least, self.clock_moves.load(Ordering::Acquire))
    }

    /// A device code that has just been issued.
    pub(super) fn pending(&self, device: &Value) {
        let (code, lifetime) = (device["device_code"].as_str().unwrap(), device["expires_in"].as_u64().unwrap());
        self.acknowledged(Fact::Pending(PendingDevice { code: code.to_owned(), lifetime, moved: self.clock_moved() }));
    }

    /// Whether one more user may be added.
    pub(super) fn may_add_user(&self) -> bool {
        self.users.fetch_add(1, Ordering::AcqRel) < MOST_USERS
    }

    /// Runs a client until the end: one scenario after the other, and checks of facts that any client has recorded.
    pub(super) async fn run(self: Arc<Self>, client: usize) {
        for number in 0.. {
            if self.ended.load(Ordering::Acquire) {
                return;
            }
            // All stop at the first failure.
            let scenario = SCENARIOS[(number + client) % SCENARIOS.len()];
            let (history, id) = (Arc::clone(&self), format!("c{client}-{number}"));
            let ran = tokio::spawn(async move { scenario(&history, id, client + number).await }).await;
            if let Err(failed) = ran {
                self.end();
                std::panic::resume_unwind(failed.into_panic());
            }
            let known = {
                let facts = self.facts.lock();
                facts.get((number * 7_919 + client) % facts.len().max(1)).cloned()
            };
            if let Some((fact, since)) = known {
                self.check(&fact, since, client + number).await;
            }
            if number % 5 == 0 {
                self.check_clock(client + number).await;
            }
        }
    }

    /// Runs the first scenarios of the list, each once.
    pub(super) async fn run_first(self: &Arc<Self>, count: usize) {
        for (number, scenario) in SCENARIOS.iter().take(count).enumerate() {
            assert!(scenario(self, format!("first-{number}"), 0).await.is_some(), "the store answers");
        }
    }

    /// An answer must agree with what was acknowledged; 503 and no answer say nothing.
    async fn check(&self, fact: &Fact, since: Instant, at: usize) {
        let base = self.base(at);
        match fact {
            Fact::User(id) => {
                let must_be_known = since.elapsed() >= KNOWN_EVERYWHERE;
                let request = plain().get(format!("{base}/api/v1/users/{id}")).header("authorization", API_TOKEN);
                let status = request.send().await.map_or(503, |answer| answer.status().as_u16());
                let allowed: &[u16] = if must_be_known { &[200, 503] } else { &[200, 404, 503] };
                assert!(allowed.contains(&status), "the user {id} is lost: {status}");
            }
            Fact::Locked(login) => {
                let answer = authn(base, login, PASSWORD).await;
                assert!(matches!(answer, None | Some(false)), "{login} is not locked any more");
            }
            Fact::Pending(device) => self.check_pending(device, since, base).await,
            Fact::Used(kind, value) => {
                let accepted = self.uses(*kind, base, value).await;
                assert!(!accepted.is_some_and(|accepted| accepted), "{kind:?} {value} is accepted again");
            }
        }
    }

    /// A device code waits until its lifetime has ended by the org's clock, and is refused afterwards.
    async fn check_pending(&self, device: &PendingDevice, since: Instant, base: &str) {
        let grant = "urn:ietf:params:oauth:grant-type:device_code";
        let fields = [("grant_type", grant), ("client_id", TV), ("device_code", device.code.as_str())];
        let (least, moved) = (since.elapsed().as_secs(), self.clock_moved());
        let answer = form(format!("{base}/oauth2/default/v1/token"), None, &fields).await;
        let Some((status, body)) = answer.filter(|(status, _)| *status != 503) else { return };
        let least = least + moved.0.saturating_sub(device.moved.1);
        let most = since.elapsed().as_secs() + self.clock_moved().1 - device.moved.0;
        let error = body["error"].as_str().unwrap_or_default();
        let pending = ["authorization_pending", "slow_down"].contains(&error);
        // A record is removed some time after its end.
        let ended = ["expired_token", "invalid_grant"].contains(&error);
        let right = if most + TOLERANCE < device.lifetime {
            pending
        } else if least > device.lifetime + TOLERANCE {
            ended
        } else {
            pending || ended
        };
        assert!(right, "a device code is {least} to {most} s old: {status} {body}");
    }

    /// The clock has moved as often as was acknowledged, and not more often than was asked for.
    async fn check_clock(&self, at: usize) {
        let least = self.acknowledged_clock_moves.load(Ordering::Acquire);
        pause(KNOWN_EVERYWHERE.as_millis() as u64).await;
        let Ok(answer) = plain().get(format!("{}/_mock/clock", self.base(at))).send().await else { return };
        if answer.status() != 200 {
            assert_eq!(answer.status(), 503);
            return;
        }
        let Ok(clock) = answer.json::<Value>().await else { return };
        let (offset, most) = (clock["offset"].as_u64().unwrap(), self.clock_moves.load(Ordering::Acquire));
        assert!((least..=most).contains(&offset), "the clock is moved by {offset} instead of {least} to {most}");
    }

    /// All facts, with so many requests at a time.
    #[expect(
        clippy::print_stdout,
        reason = "how much has been checked is shown if the test fails, and with --nocapture"
    )]
    pub(super) async fn check_all(self: &Arc<Self>, at_once: usize, needs_all_kinds: bool) {
        let facts = std::mem::take(&mut *self.facts.lock());
        let count = |wanted: &str| facts.iter().filter(|(fact, _)| format!("{fact:?}").starts_with(wanted)).count();
        let kinds = ["User", "Pending", "Used(Assertion", "Used(Code", "Used(RefreshToken", "Used(RequestUri"];
        let more = ["Used(AuthReqId", "Used(DeviceCode", "Locked"];
        let counts: Vec<_> = kinds.iter().chain(&more).map(|kind| (*kind, count(kind))).collect();
        println!("facts: {counts:?}, moves of the clock: {:?}", self.acknowledged_clock_moves);
        let least = if needs_all_kinds { 1 } else { 0 };
        assert!(count("User") > 0 && count("Used(Assertion") > 0, "too few facts: {counts:?}");
        assert!(!facts.is_empty() && counts.iter().all(|(_, count)| *count >= least), "too few facts: {counts:?}");
        let mut checks = JoinSet::new();
        for (number, (fact, since)) in facts.into_iter().enumerate() {
            if checks.len() >= at_once {
                checks.join_next().await.unwrap().unwrap();
            }
            let history = Arc::clone(self);
            checks.spawn(async move {
                if let Fact::User(id) = &fact {
                    let url = format!("{}/api/v1/users/{id}", history.base(number));
                    let ask = || async {
                        plain().get(&url).header("authorization", API_TOKEN).send().await.unwrap().status().as_u16()
                    };
                    let (began, mut status) = (Instant::now(), ask().await);
                    // On a busy machine the store can be too slow for a moment.
                    while status == 503 && began.elapsed() < Duration::from_secs(20) {
                        pause(100).await;
                        status = ask().await;
                    }
                    assert_ne!(status, 503, "the store does not answer");
                    assert_eq!(status, 200, "the user {id} is lost: {status}");
                }
                history.check(&fact, since, number).await;
            });
        }
        checks.join_all().await;
        self.check_clock(0).await;
    }

    /// Uses a value; whether it was accepted. `None`: unknown.
    pub(super) async fn uses(&self, kind: SingleUseKind, base: &str, value: &str) -> Option<bool> {
        Some(self.answer_of(kind, base, value).await?.0)
    }

    /// The same, with what was answered.
    pub(super) async fn answer_of(&self, kind: SingleUseKind, base: &str, value: &str) -> Option<(bool, Value)> {
        let token = format!("{base}/oauth2/default/v1/token");
        let (status, body) = match kind {
            SingleUseKind::Assertion => use_assertion(base, value).await?,
            SingleUseKind::Code => {
                let fields = [
                    ("grant_type", "authorization_code"),
                    ("client_id", SPA),
                    ("code", value),
                    ("redirect_uri", CALLBACK),
                    ("code_verifier", VERIFIER),
                ];
                form(token, None, &fields).await?
            }
            SingleUseKind::RefreshToken => {
                let fields = [("grant_type", "refresh_token"), ("client_id", SPA), ("refresh_token", value)];
                form(token, None, &fields).await?
            }
            SingleUseKind::AuthReqId => {
                let fields = [("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", value)];
                form(token, Some((KIOSK, KIOSK_SECRET)), &fields).await?
            }
            SingleUseKind::DeviceCode => {
                let grant = "urn:ietf:params:oauth:grant-type:device_code";
                form(token, None, &[("grant_type", grant), ("client_id", TV), ("device_code", value)]).await?
            }
            SingleUseKind::RequestUri => {
                let query = [("client_id", crate::flow::WEB), ("request_uri", value)];
                let url = format!("{base}/oauth2/default/v1/authorize");
                let answer = crate::flow::browser().get(url).query(&query).send().await.ok()?;
                (answer.status().as_u16(), json!({}))
            }
        };
        match (kind, status, body["error"].as_str()) {
            (_, 503, _) | (_, _, Some("slow_down")) => None,
            (_, _, Some("authorization_pending")) => {
                panic!("an acknowledged decision about {kind:?} {value} is not known")
            }
            (SingleUseKind::RequestUri, 302, _) | (_, 200, _) => Some((true, body)),
            (_, 400 | 401, _) | (_, 403, Some("access_denied")) => Some((false, body)),
            other => panic!("{other:?}: {body}"),
        }
    }
}
