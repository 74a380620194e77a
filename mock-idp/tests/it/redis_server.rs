//! Redis servers for tests. Without the program `redis-server` these tests are skipped, unless `REDIS_TESTS=required`.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A server; killed when dropped.
pub(crate) struct Redis {
    child: Child,
    pub(crate) port: u16,
    pub(crate) url: String,
    dir: tempfile::TempDir,
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Redis {
    pub(crate) fn start() -> Option<Self> {
        let port = free_port();
        Self::with(port, format!("redis://127.0.0.1:{port}"), &["--port", &port.to_string()])
    }

    /// A server that has written what it has acknowledged.
    pub(crate) fn durable() -> Option<Self> {
        let port = free_port();
        let arguments = ["--port", &port.to_string(), "--appendonly", "yes", "--appendfsync", "always"];
        Self::with(port, format!("redis://127.0.0.1:{port}"), &arguments)
    }

    /// A server with a user who has this name and password.
    pub(crate) fn with_user(name: &str, password: &str) -> Option<Self> {
        let port = free_port();
        let password = format!(">{password}");
        let user = ["--port", &port.to_string(), "--user", name, "on", &password, "~*", "&*", "+@all"];
        Self::with(port, format!("redis://127.0.0.1:{port}"), &user)
    }

    /// A node of a cluster, which has no slots yet.
    pub(crate) fn node() -> Option<Self> {
        let (port, bus) = (free_port(), free_port());
        let arguments = ["--port", &port.to_string(), "--cluster-enabled", "yes", "--cluster-port", &bus.to_string()];
        Self::with(port, format!("redis://127.0.0.1:{port}"), &arguments)
    }

    /// A server with this certificate and key, for TLS only.
    pub(crate) fn with_tls(certificate: &Path, key: &Path) -> Option<Self> {
        let port = free_port();
        let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
        let arguments = ["--port", "0", "--tls-port", &port.to_string(), "--tls-auth-clients", "no"];
        let files = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate];
        Self::with(port, format!("rediss://localhost:{port}"), &[&arguments[..], &files].concat())
    }

    fn with(port: u16, url: String, arguments: &[&str]) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "-::1", "--save", "", "--appendonly", "no"]).args(arguments);
        let Ok(mut child) = command.current_dir(dir.path()).stdout(Stdio::null()).spawn() else {
            assert_ne!(std::env::var("REDIS_TESTS").as_deref(), Ok("required"), "redis-server is not installed");
            return None;
        };
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(child.try_wait().unwrap().is_none(), "redis-server has ended");
            std::thread::yield_now();
        }
        Some(Self { child, port, url, dir })
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Sends a command; what it returns.
    pub(crate) fn command(&self, words: &str) -> String {
        let mut command = Command::new("redis-cli");
        command.args(["-p", &self.port.to_string()]).args(words.split(' ')).current_dir(self.dir.path());
        let ended = command.output().unwrap();
        assert!(ended.status.success(), "{words}: {ended:?}");
        String::from_utf8(ended.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
