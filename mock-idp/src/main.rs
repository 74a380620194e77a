//! The program: reads the command line, starts a mock, tells that it is ready, stops it on a signal.

mod authority;
mod banner;
mod behavior;
mod config;
mod env;
mod explain;

use std::fmt;
use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser as _;
use mock_idp::{BUILT_IN_ORG, StartError, ca};
use mock_idp_core::org::Document;

use crate::config::{CaCommand, Command, Config, EnvArgs, ServeArgs};
use crate::env::{Environment, Place};
use crate::explain::Said;

/// The answer is the other one: the token is refused, the orgs differ.
const OTHERWISE: u8 = 1;
/// Wrong argument or org document.
const WRONG: u8 = 2;
/// The port is taken.
const PORT_TAKEN: u8 = 4;
/// Something of this machine is missing: an address, a directory, a runtime.
const MACHINE: u8 = 5;

fn main() -> ExitCode {
    let done = match Config::parse().command() {
        Command::Token(args) => return say(explain::token(&args)),
        Command::Diff(args) => return say(explain::diff(&args)),
        Command::Explain(args) => return say(explain::explain(&args)),
        Command::Serve(args) if args.check => check(&args),
        Command::Serve(args) => serve(&args),
        Command::Env(args) => print_env(&args),
        Command::Behavior(args) => print(&behavior::render(args.json)),
        Command::Ca(command) => print_ca(&command),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failed(&failure),
    }
}

/// Prints an answer; the exit code says which it is.
fn say(said: Result<Said, Failure>) -> ExitCode {
    match said.and_then(|said| print(&said.text).map(|()| said.good)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(OTHERWISE),
        Err(failure) => failed(&failure),
    }
}

fn failed(failure: &Failure) -> ExitCode {
    tell(&format!("mock-idp: {}\n", failure.text));
    ExitCode::from(failure.code)
}

/// Why the program ends without having done what was asked.
#[derive(Debug)]
struct Failure {
    code: u8,
    text: String,
}

impl Failure {
    fn machine(what: impl fmt::Display) -> Self {
        Self { code: MACHINE, text: what.to_string() }
    }

    fn wrong(what: impl fmt::Display) -> Self {
        Self { code: WRONG, text: what.to_string() }
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let code = match error {
            StartError::PortTaken { .. } => PORT_TAKEN,
            StartError::OrgFile { .. }
            | StartError::OrgDocument { .. }
            | StartError::SameName { .. }
            | StartError::Setting(_) => WRONG,
            _ => MACHINE,
        };
        Self { code, text: error.to_string() }
    }
}

fn check(args: &ServeArgs) -> Result<(), Failure> {
    let names = args.builder()?.check()?;
    print(&format!("ok: {}\n", names.join(", ")))
}

fn serve(args: &ServeArgs) -> Result<(), Failure> {
    let builder = args.builder()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::machine)?;
    runtime.block_on(async {
        let signal = stop_signal()?;
        let mock = builder.start().await?;
        let styled = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        tell(&banner::banner(&mock, styled));
        let ready = banner::ready_line(&mock) + "\n";
        if let Some(path) = &args.ready_file {
            write_whole(path, &ready).map_err(|error| Failure::machine(format!("{}: {error}", path.display())))?;
        }
        print(&ready)?;
        signal.await;
        mock.stop().await;
        if let Some(path) = &args.ready_file {
            let _ = fs::remove_file(path);
        }
        Ok(())
    })
}

/// Ends when the program is told to: Ctrl-C, or SIGTERM where there is one. Listens from the moment it is called.
fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::machine)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(Failure::machine)?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

fn print_env(args: &EnvArgs) -> Result<(), Failure> {
    let yaml = match &args.org {
        None => BUILT_IN_ORG.to_owned(),
        Some(path) => fs::read_to_string(path).map_err(|source| StartError::OrgFile { path: path.clone(), source })?,
    };
    let document = Document::parse(&yaml).map_err(|problems| {
        let origin = args.org.as_deref().unwrap_or(Path::new("the built-in org")).display().to_string();
        StartError::OrgDocument { origin, problems: problems.to_string() }
    })?;
    let scheme = if args.https { "https" } else { "http" };
    let base = match &args.url {
        Some(url) => url.as_str().to_owned(),
        None => format!("{scheme}://localhost:{}", args.port),
    };
    let ca = args.state.dir().and_then(|dir| match ca::ensure(&dir) {
        Ok(path) => Some(path),
        Err(error) => {
            tell(&format!("mock-idp: {error}; OKTA_CA_CERT is left out\n"));
            None
        }
    });
    print(&env::render(&Environment::new(&document, &Place { base: &base, ca }), args.form))
}

fn print_ca(command: &CaCommand) -> Result<(), Failure> {
    let dir = command.state().dir();
    let dir = dir.ok_or_else(|| Failure::machine("there is no home directory; give --state-dir DIR"))?;
    let path = ca::ensure(&dir)?;
    match command {
        CaCommand::Path(_) => print(&format!("{}\n", path.display())),
        CaCommand::Print(_) => print(&fs::read_to_string(&path).map_err(Failure::machine)?),
        CaCommand::Hint(_) => print(&authority::hint(&path)),
    }
}

/// Beside its place first: whoever waits for the file never reads half a line.
fn write_whole(path: &PathBuf, text: &str) -> io::Result<()> {
    let mut unfinished = path.clone().into_os_string();
    unfinished.push(".new");
    fs::write(&unfinished, text)?;
    fs::rename(&unfinished, path)
}

/// To stdout. Whoever closed it has read enough.
fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::machine(error)),
        _ => Ok(()),
    }
}

/// To stderr, for a person, if there is one.
fn tell(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
