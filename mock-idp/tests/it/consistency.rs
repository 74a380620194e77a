//! Three mocks with one ledger in Redis, while mocks and the store are killed and stopped and the clock is moved. Clients record what
//! they are told; afterwards and meanwhile it is checked that each value has one winner, and that nothing acknowledged is lost.
//!
//! `CONSISTENCY_SECONDS` sets how long it runs.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::client::plain;
use crate::crash::{API_TOKEN, TV, assertion, form, use_assertion};
use crate::program::program;

const SECONDS: u64 = 6;
const MOCKS: usize = 3;
const CLIENTS: usize = 6;

/// A program that is killed and started again at the same address.
struct Process {
    child: Mutex<Child>,
    start: Box<dyn Fn() -> Child + Send + Sync>,
    port: u16,
}

impl Process {
    fn new(port: u16, start: impl Fn() -> Child + Send + Sync + 'static) -> Self {
        let process = Self { child: Mutex::new(start()), start: Box::new(start), port };
        process.wait();
        process
    }

    /// Waits until it accepts connections.
    fn wait(&self) {
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(60), "the program on port {} does not start", self.port);
            std::thread::yield_now();
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.lock().id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    fn restart(&self) {
        let mut child = self.child.lock();
        child.kill().unwrap();
        child.wait().unwrap();
        *child = (self.start)();
        drop(child);
        self.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let child = self.child.get_mut();
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server that has written what it has acknowledged.
fn redis(dir: PathBuf) -> Option<Process> {
    if Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().is_err() {
        assert_ne!(std::env::var("REDIS_TESTS").as_deref(), Ok("required"), "redis-server is not installed");
        return None;
    }
    let port = free_port();
    let start = move || {
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", ""]);
        command.args(["--appendonly", "yes", "--appendfsync", "always"]);
        command.current_dir(&dir).stdout(Stdio::null()).spawn().unwrap()
    };
    Some(Process::new(port, start))
}

fn mock(dir: &Path, redis: u16) -> Process {
    let (dir, port) = (dir.to_owned(), free_port());
    let start = move || {
        let mut command = program(&dir);
        command.args(["--port", &port.to_string(), "--log", "off", "--issuer-url", "http://idp.test"]);
        command.args(["--ledger", &format!("redis://127.0.0.1:{redis}")]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    Process::new(port, start)
}

/// A fact that clients have been told.
#[derive(Clone, Debug)]
enum Fact {
    User(String),
    DeviceCode(String),
    UsedAssertion(String),
}

/// What clients do, and what they have been told.
struct History {
    bases: Vec<String>,
    facts: Mutex<Vec<Fact>>,
    ended: AtomicBool,
}

impl History {
    fn base(&self, number: usize) -> &str {
        &self.bases[number % self.bases.len()]
    }

    async fn run(self: Arc<Self>, client: usize) {
        for number in 0.. {
            if self.ended.load(Ordering::Acquire) {
                return;
            }
            let id = format!("c{client}-{number}");
            match number % 3 {
                0 => self.add_user(&id, client + number).await,
                1 => self.add_device(client + number).await,
                _ => self.race(&id).await,
            }
            let known = {
                let facts = self.facts.lock();
                facts.get((number * 7_919 + client) % facts.len().max(1)).cloned()
            };
            if let Some(fact) = known {
                self.check(&fact, client + number).await;
            }
        }
    }

    async fn add_user(&self, id: &str, at: usize) {
        let login = format!("{id}@x.test");
        let profile = json!({"firstName": "A", "lastName": "B", "email": login, "login": login});
        let request = plain().post(format!("{}/api/v1/users", self.base(at))).header("authorization", API_TOKEN);
        let Ok(answer) = request.json(&json!({ "profile": profile })).send().await else { return };
        if answer.status() == 200
            && let Ok(user) = answer.json::<Value>().await
        {
            self.facts.lock().push(Fact::User(user["id"].as_str().unwrap().to_owned()));
        }
    }

    async fn add_device(&self, at: usize) {
        let url = format!("{}/oauth2/default/v1/device/authorize", self.base(at));
        if let Some((200, device)) = form(url, None, &[("client_id", TV), ("scope", "openid")]).await {
            self.facts.lock().push(Fact::DeviceCode(device["device_code"].as_str().unwrap().to_owned()));
        }
    }

    /// Uses one assertion at all mocks at the same time: at most one may accept it.
    async fn race(&self, id: &str) {
        let assertion = assertion(id);
        let mut requests = JoinSet::new();
        for base in &self.bases {
            let (base, assertion) = (base.clone(), assertion.clone());
            requests.spawn(async move { use_assertion(&base, &assertion).await.map(|(status, _)| status) });
        }
        let answers = requests.join_all().await;
        let accepted = answers.iter().filter(|answer| **answer == Some(200)).count();
        assert!(accepted <= 1, "{accepted} mocks have accepted one assertion: {answers:?}");
        if accepted == 1 {
            self.facts.lock().push(Fact::UsedAssertion(assertion));
        }
    }

    /// An answer must agree with what was acknowledged; 503 and no answer say nothing.
    async fn check(&self, fact: &Fact, at: usize) {
        let base = self.base(at);
        match fact {
            Fact::User(id) => {
                let request = plain().get(format!("{base}/api/v1/users/{id}")).header("authorization", API_TOKEN);
                let status = request.send().await.map_or(503, |answer| answer.status().as_u16());
                // Changes of the org reach other mocks within a tenth of a second.
                assert!(matches!(status, 200 | 404 | 503), "{status}");
            }
            Fact::DeviceCode(code) => {
                let grant = "urn:ietf:params:oauth:grant-type:device_code";
                let fields = [("grant_type", grant), ("client_id", TV), ("device_code", code.as_str())];
                if let Some((status, body)) = form(format!("{base}/oauth2/default/v1/token"), None, &fields).await {
                    let known =
                        ["authorization_pending", "slow_down"].contains(&body["error"].as_str().unwrap_or_default());
                    assert!(known || status == 503, "a device code is lost: {status} {body}");
                }
            }
            Fact::UsedAssertion(assertion) => {
                if let Some((status, body)) = use_assertion(base, assertion).await {
                    assert!(matches!(status, 401 | 503), "an assertion is accepted twice: {body}");
                }
            }
        }
    }
}

/// Does harm until the time is over.
async fn disturb(mocks: Arc<Vec<Process>>, redis: Arc<Process>, seconds: u64) {
    let pause =
        async |millis| _ = tokio::time::timeout(Duration::from_millis(millis), std::future::pending::<()>()).await;
    let began = Instant::now();
    for number in 0.. {
        if began.elapsed() >= Duration::from_secs(seconds) {
            return;
        }
        pause(300).await;
        let (mocks, redis) = (Arc::clone(&mocks), Arc::clone(&redis));
        match number % 5 {
            0 => tokio::task::spawn_blocking(move || mocks[number % MOCKS].restart()).await.unwrap(),
            1 => {
                redis.signal("STOP");
                pause(400).await;
                redis.signal("CONT");
            }
            2 => {
                mocks[number % MOCKS].signal("STOP");
                pause(500).await;
                mocks[number % MOCKS].signal("CONT");
            }
            3 => tokio::task::spawn_blocking(move || redis.restart()).await.unwrap(),
            _ => {
                let clock = format!("http://localhost:{}/_mock/clock", mocks[number % MOCKS].port);
                let _ = plain().post(clock).json(&json!({"advance": 1})).send().await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_several_mocks_acknowledge_stays_true_while_mocks_and_store_fail() {
    let dir = tempfile::tempdir().unwrap();
    let seconds = std::env::var("CONSISTENCY_SECONDS").map_or(SECONDS, |seconds| seconds.parse().unwrap());
    let Some(redis) = redis(dir.path().to_owned()) else { return };
    let mocks: Vec<_> = (0..MOCKS).map(|_| mock(dir.path(), redis.port)).collect();
    let bases = mocks.iter().map(|mock| format!("http://localhost:{}", mock.port)).collect();
    let history = Arc::new(History { bases, facts: Mutex::default(), ended: AtomicBool::new(false) });
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        clients.spawn(Arc::clone(&history).run(client));
    }
    let (mocks, redis) = (Arc::new(mocks), Arc::new(redis));
    disturb(Arc::clone(&mocks), Arc::clone(&redis), seconds).await;
    history.ended.store(true, Ordering::Release);
    clients.join_all().await;

    // Everything works again, and every mock agrees with everything that was acknowledged.
    for base in &history.bases {
        let began = Instant::now();
        while plain().get(format!("{base}/readyz")).send().await.map_or(503, |answer| answer.status().as_u16()) != 200 {
            assert!(began.elapsed() < Duration::from_secs(20), "{base} is not ready again");
        }
    }
    let facts = std::mem::take(&mut *history.facts.lock());
    let count = |wanted: fn(&Fact) -> bool| facts.iter().filter(|fact| wanted(fact)).count();
    let users = count(|fact| matches!(fact, Fact::User(_)));
    let used = count(|fact| matches!(fact, Fact::UsedAssertion(_)));
    assert!(users > 0 && used > 0, "{} facts", facts.len());
    for (number, fact) in facts.iter().enumerate() {
        if let Fact::User(id) = fact {
            let url = format!("{}/api/v1/users/{id}", history.base(number));
            let status = plain().get(url).header("authorization", API_TOKEN).send().await.unwrap().status();
            assert_eq!(status, 200, "the user {id} is lost");
        }
        history.check(fact, number).await;
    }
}
