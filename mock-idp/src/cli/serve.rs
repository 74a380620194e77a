//! `mock-idp serve`: starts a mock, reports that it is ready, stops it on a signal.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::time::Duration;

use mock_idp::{CheckedOrg, LogFormat, MockIdp, StartError, flush_stderr, write_stderr};
use tokio::runtime::{Handle, Runtime};
use tokio::task::{JoinHandle, spawn_blocking};

use super::config::ServeArgs;
use super::failure::Failure;
use super::output::print;
use super::signals::Signals;
use super::watch::Watch;
use super::{banner, ready_file};

/// Checks the org documents. Warnings go to stderr.
pub(super) fn check(args: &ServeArgs) -> Result<(), Failure> {
    let orgs = args.builder()?.check()?;
    for warning in orgs.iter().flat_map(|org| &org.warnings) {
        write_stderr(&format!("warning: {warning}\n"));
    }
    flush_stderr();
    print(&format!("ok: {}\n", names(&orgs)))
}

fn names(orgs: &[CheckedOrg]) -> String {
    orgs.iter().map(|org| org.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Serves until a signal arrives.
pub(super) fn serve(args: ServeArgs) -> Result<(), Failure> {
    let ready_file = args.ready_file.clone();
    let remove = move || ready_file.iter().for_each(|path| ready_file::remove(path));
    let signals = Signals::receive(Duration::from_secs(args.drain.into()), remove.clone())?;
    let runtime = Runtime::new().map_err(Failure::machine)?;
    let served = runtime.block_on(serve_until_stopped(Arc::new(args), signals));
    remove();
    flush_stderr();
    // Does not wait for tasks that a request, the start or an output that is not read has left running.
    runtime.shutdown_background();
    served
}

async fn serve_until_stopped(args: Arc<ServeArgs>, signals: Signals) -> Result<(), Failure> {
    // Reading the files and preparing the orgs blocks: on a thread that signals do not wait for.
    let (starting, handle) = (Arc::clone(&args), Handle::current());
    let started = spawn_blocking(move || handle.block_on(start(&starting)));
    let mock = tokio::select! {
        started = started => Arc::new(started.map_err(Failure::machine)??),
        () = signals.stopped() => return Ok(()),
    };
    announce(&args, &mock);
    let mut printed = report_ready(&args, &mock);
    let mut is_printed = false;
    let mut watch = args.watch.then(|| Watch::new(mock.org_files()));
    loop {
        tokio::select! {
            () = signals.stopped() => break,
            result = &mut printed, if !is_printed => {
                result.map_err(Failure::machine)??;
                is_printed = true;
                continue;
            }
            () = signals.reload() => {}
            () = changed(&mut watch) => {}
        }
        tokio::select! {
            () = signals.stopped() => break,
            () = reload(&args, &mock) => {}
        }
    }
    drain(&args, &mock).await;
    let running = mock.running_requests();
    if running > 0 {
        let what = if running == 1 { "1 request" } else { &format!("{running} requests") };
        notice(&args, &format!("stopping; waits up to 0.5 s for {what} (Ctrl-C again: stop now)"));
    }
    match Arc::try_unwrap(mock) {
        Ok(mock) => mock.stop().await,
        // An unfinished reload has it.
        Err(mock) => drop(mock),
    }
    Ok(())
}

/// Answers requests for a while, so that a load balancer can notice that the mock is stopping.
async fn drain(args: &ServeArgs, mock: &MockIdp) {
    if args.drain > 0 {
        mock.announce_stop();
        notice(args, &format!("stopping in {} s (Ctrl-C again: stop now)", args.drain));
        let _ = tokio::time::timeout(Duration::from_secs(args.drain.into()), std::future::pending::<()>()).await;
    }
}

async fn start(args: &ServeArgs) -> Result<MockIdp, StartError> {
    args.builder()?.start().await
}

/// Prints what a person has to know: a banner, or log lines for a program.
fn announce(args: &ServeArgs, mock: &MockIdp) {
    if args.log == LogFormat::Json {
        let ca = mock.ca_path().map(|path| path.display().to_string());
        tracing::info!(target: "mock_idp", issuer = mock.issuer(), control = mock.control_url(), ca, "ready");
        for warning in mock.warnings() {
            tracing::warn!(target: "mock_idp", "{warning}");
        }
        return;
    }
    let styled = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    write_stderr(&banner::banner(mock, styled));
}

/// Writes the READY line to the file, and prints it. Does not wait: stdout may not be read.
fn report_ready(args: &ServeArgs, mock: &MockIdp) -> JoinHandle<Result<(), Failure>> {
    let line = banner::ready_line(mock) + "\n";
    let file = args.ready_file.clone();
    spawn_blocking(move || {
        if let Some(path) = file {
            let written = ready_file::write(&path, &line);
            written.map_err(|error| Failure::machine(format!("--ready-file {}: {error}", path.display())))?;
        }
        print(&line)
    })
}

async fn changed(watch: &mut Option<Watch>) {
    match watch {
        Some(watch) => watch.changed().await,
        None => std::future::pending().await,
    }
}

/// Reads the org files again, on a thread of its own.
async fn reload(args: &ServeArgs, mock: &Arc<MockIdp>) {
    if mock.org_files().is_empty() {
        return notice(args, "no org file was given, so there is nothing to read again");
    }
    let reloading = Arc::clone(mock);
    match spawn_blocking(move || reloading.reload()).await {
        Ok(Ok(orgs)) if orgs.is_empty() => notice(args, "the org files have not changed"),
        Ok(Ok(orgs)) => {
            notice(args, &format!("changed: {}", names(&orgs)));
            orgs.iter().flat_map(|org| &org.warnings).for_each(|text| warning(args, text));
        }
        Ok(Err(error)) => problem(args, &format!("nothing is changed: {error}")),
        Err(error) => problem(args, &format!("nothing is changed: {error}")),
    }
}

/// Writes a message about the running server to the log, or to stderr if there is none.
fn notice(args: &ServeArgs, text: &str) {
    match args.log {
        LogFormat::Off => write_stderr(&format!("mock-idp: {text}\n")),
        LogFormat::Text | LogFormat::Json => tracing::info!(target: "mock_idp", "{text}"),
    }
}

fn warning(args: &ServeArgs, text: &str) {
    match args.log {
        LogFormat::Off => write_stderr(&format!("mock-idp: warning: {text}\n")),
        LogFormat::Text | LogFormat::Json => tracing::warn!(target: "mock_idp", "{text}"),
    }
}

fn problem(args: &ServeArgs, text: &str) {
    match args.log {
        LogFormat::Off => write_stderr(&format!("mock-idp: {text}\n")),
        LogFormat::Text | LogFormat::Json => tracing::error!(target: "mock_idp", "{text}"),
    }
}
