//! The two measured programs, each in its own process.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A running program; killed when dropped.
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
    /// The mock, ready.
    pub(crate) fn mock() -> Self {
        let port = free_port();
        let mut program = Self::mock_at(port);
        program.wait_for("READY");
        program
    }

    /// The mock with more arguments, ready.
    pub(crate) fn mock_with(arguments: &[&str]) -> Self {
        let mut program = Self::mock_with_at(arguments, free_port());
        program.wait_for("READY");
        program
    }

    /// The same, spawned and possibly not ready.
    pub(crate) fn mock_with_at(arguments: &[&str], port: u16) -> Self {
        let mut command = Self::mock_command(port);
        command.args(arguments);
        Self::spawn(command, port)
    }

    /// The mock, spawned and possibly not ready.
    pub(crate) fn mock_at(port: u16) -> Self {
        Self::spawn(Self::mock_command(port), port)
    }

    fn mock_command(port: u16) -> Command {
        let mut command = Command::new(mock_program());
        command.args(["--port", &port.to_string(), "--log", "off", "--classic-sign-in", "--state-dir"]);
        command.arg(std::env::temp_dir().join("mock-idp-bench"));
        command
    }

    /// The ceiling, ready, with bodies of these sizes and a token to verify.
    pub(crate) fn ceiling(sizes: &[usize; 3], token: &str) -> Self {
        let port = free_port();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--ceiling", &port.to_string()]).args(sizes.map(|size| size.to_string())).arg(token);
        let mut program = Self::spawn(command, port);
        program.wait_for("READY");
        program
    }

    /// The ceiling, spawned and possibly not ready.
    pub(crate) fn ceiling_at(port: u16) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--ceiling", &port.to_string(), "2800", "500", "9000", ""]);
        Self::spawn(command, port)
    }

    fn spawn(mut command: Command, port: u16) -> Self {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).stdin(Stdio::null()).spawn().unwrap();
        Self { child, port }
    }

    fn wait_for(&mut self, word: &str) {
        let output = self.child.stdout.take().unwrap();
        let ready = BufReader::new(output).lines().map_while(Result::ok).any(|line| line.starts_with(word));
        assert!(ready, "the program ended before it was ready");
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kilobytes, as the system counts them.
    pub(crate) fn resident_kb(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }
}

/// The mock under measurement: `MOCK_IDP_PROGRAM`, else the one that was built with this benchmark. The latter is not what is
/// published: its dependencies have features that only tests need.
pub(crate) fn mock_program() -> PathBuf {
    std::env::var_os("MOCK_IDP_PROGRAM").map_or_else(|| env!("CARGO_BIN_EXE_mock-idp").into(), PathBuf::from)
}

/// The processor time that a process has used.
pub(crate) fn cpu_seconds(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // Behind the name: the state is the third field, user and system time are the 14th and 15th, in hundredths of a second.
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    fields[11..13].iter().map(|ticks| ticks.parse::<f64>().unwrap() / 100.0).sum()
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
