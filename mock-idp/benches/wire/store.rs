//! A state on disk and a ledger in Redis, as ratios to the store in memory.

use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use tokio::runtime::Runtime;

use crate::process::{Program, free_port};
use crate::wrk::Load;
use crate::{flow, row};

/// A Redis server; killed when dropped.
struct Redis {
    child: Child,
    url: String,
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Redis {
    /// `None` if `redis-server` is not installed.
    fn start() -> Option<Self> {
        let port = free_port();
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--appendonly", "no"]);
        let child = command.stdout(Stdio::null()).spawn().ok()?;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::yield_now();
        }
        Some(Self { child, url: format!("redis://127.0.0.1:{port}") })
    }
}

/// Tokens and flows with each store; the column of the ceiling has the mock in memory.
pub(crate) fn rows(runtime: &Runtime, token_form: &str) {
    let memory = Program::mock();
    let dir = std::env::temp_dir().join(format!("mock-idp-bench-state-{}", std::process::id()));
    compare(runtime, token_form, "disk", &Program::mock_with(&["--state", &dir.to_string_lossy()]), &memory);
    let _ = std::fs::remove_dir_all(dir);
    match Redis::start() {
        Some(redis) => compare(runtime, token_form, "Redis", &Program::mock_with(&["--ledger", &redis.url]), &memory),
        None => println!("| Redis: redis-server is not installed | | | |"),
    }
}

fn compare(runtime: &Runtime, token_form: &str, store: &str, stored: &Program, memory: &Program) {
    let token = Load::post("/oauth2/default/v1/token", token_form);
    row(
        &format!("token, client credentials: {store} against memory"),
        || token.per_second(stored.port),
        || token.per_second(memory.port),
    );
    row(
        &format!("code + PKCE flow: {store} against memory"),
        || runtime.block_on(flow::per_second(stored.port)),
        || runtime.block_on(flow::per_second(memory.port)),
    );
}
