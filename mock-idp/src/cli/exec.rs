//! `mock-idp exec`: a mock for the time of one command.

use std::ffi::OsString;
use std::io;
use std::process::{ExitCode, ExitStatus};

use mock_idp::{Environment, MockIdp, OrgAddress};
use tokio::process::{Child, Command};
use tokio::runtime::Runtime;

use super::config::ExecArgs;
use super::failure::Failure;

/// Exit codes of shells for a command that cannot be run, and for one that does not exist.
const NOT_EXECUTABLE: u8 = 126;
const NOT_FOUND: u8 = 127;

/// Runs `mock-idp exec`; the exit code of the command.
pub(super) fn run(args: &ExecArgs) -> Result<ExitCode, Failure> {
    let runtime = Runtime::new().map_err(Failure::machine)?;
    let result = runtime.block_on(run_beside_mock(args));
    runtime.shutdown_background();
    result
}

async fn run_beside_mock(args: &ExecArgs) -> Result<ExitCode, Failure> {
    let mock = args.builder()?.start().await?;
    let mut forwarding = Forwarding::new().map_err(Failure::machine)?;
    let result = match spawn(&args.command, &mock) {
        Ok(mut child) => forwarding.until_ended(&mut child).await.map_err(Failure::machine).map(exit_code),
        Err(failure) => Err(failure),
    };
    mock.stop().await;
    result
}

fn spawn(command: &[OsString], mock: &MockIdp) -> Result<Child, Failure> {
    let (program, arguments) =
        command.split_first().ok_or_else(|| Failure::invalid("there is no command after --".to_owned()))?;
    let address = OrgAddress { base: mock.url(), ca: mock.ca_path().map(Into::into) };
    let environment = Environment::new(&mock.document(), &address);
    let spawned = Command::new(program).args(arguments).envs(environment.iter()).spawn();
    spawned.map_err(|error| {
        let code = if error.kind() == io::ErrorKind::NotFound { NOT_FOUND } else { NOT_EXECUTABLE };
        Failure { code, text: format!("{}: {error}", program.display()) }
    })
}

/// The exit code as shells have it: that of the command, or 128 and the number of the signal that ended it.
fn exit_code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status).map(|signal| 128 + signal);
    #[cfg(not(unix))]
    let signal = None;
    ExitCode::from(status.code().or(signal).and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// Sends the signals that this process gets to the command, and waits for its end, however long it takes.
#[cfg(unix)]
struct Forwarding {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
    quit: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Forwarding {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            quit: signal(SignalKind::quit())?,
        })
    }

    async fn until_ended(&mut self, child: &mut Child) -> io::Result<ExitStatus> {
        use rustix::process::{Pid, Signal, kill_process};
        // A terminal sends the signals of its keys to the command too.
        let by_keys = io::IsTerminal::is_terminal(&io::stdin());
        loop {
            let signal = tokio::select! {
                status = child.wait() => return status,
                _ = self.interrupt.recv() => (!by_keys).then_some(Signal::INT),
                _ = self.quit.recv() => (!by_keys).then_some(Signal::QUIT),
                _ = self.terminate.recv() => Some(Signal::TERM),
                _ = self.hangup.recv() => Some(Signal::HUP),
            };
            let pid = child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
            if let (Some(signal), Some(pid)) = (signal, pid) {
                // An error means that it has just ended.
                let _ = kill_process(pid, signal);
            }
        }
    }
}

#[cfg(not(unix))]
struct Forwarding;

#[cfg(not(unix))]
impl Forwarding {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    /// Ctrl-C reaches the command by itself.
    async fn until_ended(&mut self, child: &mut Child) -> io::Result<ExitStatus> {
        loop {
            tokio::select! {
                status = child.wait() => return status,
                _ = tokio::signal::ctrl_c() => {}
            }
        }
    }
}
