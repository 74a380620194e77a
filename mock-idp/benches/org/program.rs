//! The mock as a process of its own, with an org of a given size.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::document;

/// A running mock; killed when dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) port: u16,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    /// The mock with an org document, or the market, ready.
    pub(crate) fn start(org: Option<&Path>) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = command();
        command.args(["--port", &port.to_string(), "--log", "off", "--state-dir"]);
        command.arg(std::env::temp_dir().join("mock-idp-bench"));
        if let Some(org) = org {
            command.arg("--org").arg(org);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).stdin(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines.map_while(Result::ok).any(|line| line.starts_with("READY"));
        assert!(ready, "the program ended before it was ready");
        Self { child, port }
    }

    /// Kilobytes, as the system counts them.
    pub(crate) fn resident_kb(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }
}

/// A command of the program.
pub(crate) fn command() -> Command {
    Command::new(program())
}

/// The document of an org with so many users.
pub(crate) fn org_file(users: usize) -> PathBuf {
    let path = std::env::temp_dir().join(format!("mock-idp-bench-{users}.yaml"));
    std::fs::write(&path, document::large(users)).unwrap();
    path
}

/// `MOCK_IDP_PROGRAM`, else the program that was built with this benchmark.
fn program() -> PathBuf {
    std::env::var_os("MOCK_IDP_PROGRAM").map_or_else(|| env!("CARGO_BIN_EXE_mock-idp").into(), PathBuf::from)
}
