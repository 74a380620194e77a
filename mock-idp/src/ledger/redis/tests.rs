//! A server for tests. Without the program `redis-server` they are skipped, unless `REDIS_TESTS=required`.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{RedisServer, RedisStore};
use crate::ledger::Ledger;

/// The server of this test program; it ends with it.
static SERVER: LazyLock<Option<TestServer>> = LazyLock::new(TestServer::start);

struct TestServer {
    port: u16,
    /// Ends the server when its input is closed.
    _shell: Child,
}

impl TestServer {
    fn start() -> Option<Self> {
        if Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().is_err() {
            assert_ne!(std::env::var("REDIS_TESTS").as_deref(), Ok("required"), "redis-server is not installed");
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let script = format!(
            "redis-server --bind 127.0.0.1 --port {port} --save '' --appendonly no --dir /tmp >/dev/null & cat >/dev/null; kill $!"
        );
        let shell = Command::new("sh").args(["-c", &script]).stdin(Stdio::piped()).spawn().unwrap();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::yield_now();
        }
        Some(Self { port, _shell: shell })
    }
}

/// An empty ledger in Redis.
pub(crate) async fn ledger() -> Option<Ledger> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let server = SERVER.as_ref()?;
    let connection = RedisServer::connect(&format!("redis://127.0.0.1:{}", server.port)).await.unwrap();
    let org = format!("org-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    Some(Ledger::shared(RedisStore::open(connection, &org).await.unwrap()))
}
