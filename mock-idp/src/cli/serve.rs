//! `mock-idp serve`: starts a mock, reports that it is ready, stops it on a signal.

use std::fs;
use std::io::{self, IsTerminal as _};

use super::banner;
use super::config::ServeArgs;
use super::failure::Failure;
use super::output::{print, print_error, write_file};

/// Checks the org documents.
pub(super) fn check(args: &ServeArgs) -> Result<(), Failure> {
    let names = args.builder()?.check()?;
    print(&format!("ok: {}\n", names.join(", ")))
}

/// Serves until a signal arrives.
pub(super) fn serve(args: &ServeArgs) -> Result<(), Failure> {
    let builder = args.builder()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::machine)?;
    runtime.block_on(async {
        let signal = stop_signal()?;
        let mock = builder.start().await?;
        let styled = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        print_error(&banner::banner(&mock, styled));
        let ready = banner::ready_line(&mock) + "\n";
        if let Some(path) = &args.ready_file {
            write_file(path, &ready).map_err(|error| Failure::machine(format!("{}: {error}", path.display())))?;
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

/// Resolves on Ctrl-C, and on SIGTERM where it exists. Signals are handled from the call on.
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
