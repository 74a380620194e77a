//! The programs, and what is between them.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::task::AbortHandle;

use crate::program::program;

/// A program that is killed and started again at the same address.
pub(super) struct Process {
    child: Mutex<Child>,
    start: Box<dyn Fn() -> Child + Send + Sync>,
    pub(super) port: u16,
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
            let mut child = self.child.lock();
            if child.try_wait().unwrap().is_some() {
                // A mock ends if the store is not there when it starts.
                *child = (self.start)();
            }
            drop(child);
            std::thread::yield_now();
        }
    }

    pub(super) fn signal(&self, name: &str) {
        let id = self.child.lock().id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// Kills it, and starts it again.
    pub(super) fn restart(&self) {
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

/// A server, which has written what it has acknowledged if it is durable.
pub(super) fn redis(dir: PathBuf, is_durable: bool) -> Option<Process> {
    if Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().is_err() {
        assert_ne!(std::env::var("REDIS_TESTS").as_deref(), Ok("required"), "redis-server is not installed");
        return None;
    }
    let port = free_port();
    let start = move || {
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", ""]);
        command.args(["--appendonly", if is_durable { "yes" } else { "no" }, "--appendfsync", "always"]);
        command.current_dir(&dir).stdout(Stdio::null()).spawn().unwrap()
    };
    Some(Process::new(port, start))
}

/// A mock, and the proxy through which it reaches the store.
pub(super) struct Mock {
    pub(super) process: Process,
    pub(super) proxy: Proxy,
}

pub(super) async fn mock(dir: &Path, redis: u16) -> Mock {
    let proxy = Proxy::start(redis).await;
    let (dir, port, store) = (dir.to_owned(), free_port(), format!("redis://127.0.0.1:{}", proxy.port));
    let start = move || {
        let mut command = program(&dir);
        command.args(["--port", &port.to_string(), "--log", "off", "--issuer-url", "http://idp.test"]);
        command.args(["--ledger", &store]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let process = tokio::task::spawn_blocking(move || Process::new(port, start)).await.unwrap();
    Mock { process, proxy }
}

/// Passes connections on to the store until they are cut.
pub(super) struct Proxy {
    port: u16,
    connections: Arc<Mutex<Vec<AbortHandle>>>,
}

impl Proxy {
    async fn start(store: u16) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(Mutex::new(Vec::new()));
        let known = Arc::clone(&connections);
        tokio::spawn(async move {
            loop {
                let (mut mock, _) = listener.accept().await.unwrap();
                let passing = tokio::spawn(async move {
                    if let Ok(mut store) = tokio::net::TcpStream::connect(("127.0.0.1", store)).await {
                        // An error means that one side has closed the connection.
                        let _ = tokio::io::copy_bidirectional(&mut mock, &mut store).await;
                    }
                });
                known.lock().push(passing.abort_handle());
            }
        });
        Self { port, connections }
    }

    /// Cuts all connections: what is on its way is lost.
    pub(super) fn cut(&self) {
        self.connections.lock().drain(..).for_each(|connection| connection.abort());
    }
}
