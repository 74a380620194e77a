//! `demo-app`: starts the app, prints its addresses and runs until Ctrl-C.

mod manual;

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;
use demo_app::{Builder, Cli, Command, DemoApp, StartError};
use tracing::Level;
use tracing_appender::non_blocking::NonBlockingBuilder;
use tracing_subscriber::Layer as _;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::debug_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The default ports.
const APP_PORT: u16 = 7802;
const MOCK_PORT: u16 = 7801;

/// The number of log lines that can wait until stderr is read.
const MAX_BUFFERED_LINES: usize = 4_096;

fn main() -> ExitCode {
    let mut cli = Cli::parse().without_blanks();
    let written = match cli.command.take() {
        None => return serve(cli),
        Some(Command::Completions { shell }) => manual::completions(shell),
        Some(Command::Man { dir }) => manual::pages(&dir),
    };
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

/// Runs the app until it is stopped.
fn serve(cli: Cli) -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    let code = runtime.block_on(log_and_run(cli));
    // Does not wait for writes to an output that is not read.
    runtime.shutdown_background();
    code
}

async fn log_and_run(cli: Cli) -> ExitCode {
    let filter = std::env::var("RUST_LOG").ok().and_then(|filter| filter.parse::<Targets>().ok());
    let filter = filter.unwrap_or_else(|| Targets::new().with_default(Level::INFO));
    // Lines that do not fit are dropped and counted: a stderr that is not read must not stop the app.
    let (writer, flushing) =
        NonBlockingBuilder::default().buffered_lines_limit(MAX_BUFFERED_LINES).finish(std::io::stderr());
    let dropped = writer.error_counter();
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).fmt_fields(log_fields());
    tracing_subscriber::registry().with(lines.with_ansi(std::io::stderr().is_terminal()).with_filter(filter)).init();
    let result = run(cli).await;
    if dropped.dropped_lines() > 0 {
        tracing::warn!(dropped = dropped.dropped_lines(), "log lines were dropped because stderr was not read");
    }
    drop(flushing);
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

/// Prints an error, whatever the log filter is.
fn failed(error: &anyhow::Error) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "error: {error:#}");
    ExitCode::from(4)
}

/// Fields of log lines. What comes from a request or an issuer may contain line breaks and terminal codes, which are escaped.
fn log_fields() -> impl for<'writer> FormatFields<'writer> + 'static {
    debug_fn(|writer, field, value| {
        let text = escaped(&format!("{value:?}"));
        if field.name() == "message" { write!(writer, "{text}") } else { write!(writer, "{field}={text}") }
    })
    .delimited(" ")
}

/// The text with its control characters as escapes.
fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, char| {
        if char.is_control() {
            shown.extend(char.escape_debug())
        } else {
            shown.push(char)
        }
        shown
    })
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let embedded = cli.issuer.is_none();
    let stop = stop_signal()?;
    tokio::pin!(stop);
    let (demo, remarks) = tokio::select! {
        started = start(cli) => started?,
        stopped = &mut stop => return Ok(stopped?),
    };
    let mut text = Vec::new();
    banner(&mut text, &demo, embedded, &remarks)?;
    writeln!(text, "READY issuer={} app={}", demo.issuer(), demo.url())?;
    // Does not wait: stdout may not be read.
    let printed = tokio::task::spawn_blocking(move || {
        let mut out = std::io::stdout().lock();
        out.write_all(&text).and_then(|()| out.flush())
    });
    tokio::select! {
        stopped = &mut stop => stopped?,
        result = printed => {
            result??;
            stop.await?;
        }
    }
    let running = demo.running_requests();
    if running > 0 {
        let what = if running == 1 { "1 request" } else { &format!("{running} requests") };
        tracing::info!("stopping; waits a moment for {what} (Ctrl-C again: stop now)");
    }
    let again = stop_signal()?;
    tokio::select! {
        () = demo.stop() => Ok(()),
        stopped = again => Ok(stopped?),
    }
}

/// Resolves on Ctrl-C and SIGTERM. Signals are received from the call on.
fn stop_signal() -> std::io::Result<impl Future<Output = std::io::Result<()>>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => Ok(()),
                _ = terminate.recv() => Ok(()),
            }
        })
    }
    #[cfg(not(unix))]
    Ok(tokio::signal::ctrl_c())
}

/// Starts on the default ports, or on free ones when those are in use and no port was configured.
async fn start(cli: Cli) -> anyhow::Result<(DemoApp, Vec<String>)> {
    let ca_pem = match &cli.ca_file {
        Some(path) => Some(std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?),
        None => None,
    };
    let mut remarks = Vec::new();
    let builder = builder_from(&cli, ca_pem);
    let port = match cli.port {
        Some(port) => port,
        None => default_or_free(APP_PORT, "the app", &mut remarks),
    };
    let mut builder = builder.port(port);
    if cli.issuer.is_none() {
        builder = builder.mock_port(default_or_free(MOCK_PORT, "the mock", &mut remarks));
    }
    match builder.start().await {
        Ok(demo) => Ok((demo, remarks)),
        Err(error @ StartError::Listen { .. }) => Err(error).context(
            "use --port 0 for any free port or --port with another number, or stop the program that uses this one",
        ),
        Err(error) => Err(error.into()),
    }
}

fn builder_from(cli: &Cli, ca_pem: Option<String>) -> Builder {
    let mut builder = DemoApp::builder().host(&cli.host).audience(&cli.audience).client_auth(cli.client_auth);
    if let Some(issuer) = &cli.issuer {
        builder = builder.issuer(issuer);
    }
    if let Some(id) = &cli.client_id {
        builder = builder.client_id(id);
    }
    if let Some(secret) = &cli.client_secret {
        builder = builder.client_secret(secret);
    }
    if let Some(scopes) = &cli.scopes {
        builder = builder.scopes(scopes.split_whitespace());
    }
    if let Some(pem) = ca_pem {
        builder = builder.ca_pem(pem);
    }
    builder
}

/// The default port if it is free, otherwise 0 and a remark.
fn default_or_free(port: u16, program: &str, remarks: &mut Vec<String>) -> u16 {
    match std::net::TcpListener::bind(("127.0.0.1", port)) {
        Ok(_) => port,
        Err(error) => {
            remarks.push(format!("Port {port} is in use ({error}); {program} uses a free one."));
            0
        }
    }
}

fn banner(out: &mut impl std::io::Write, demo: &DemoApp, embedded: bool, remarks: &[String]) -> std::io::Result<()> {
    writeln!(out, "demo-app {}  relying party, token viewer and API. Test use only.\n", env!("CARGO_PKG_VERSION"))?;
    for remark in remarks {
        writeln!(out, "  {remark}")?;
    }
    let source = if embedded { "embedded mock, not Okta" } else { "configured" };
    writeln!(out, "  Issuer    {}   ({source})", demo.issuer())?;
    writeln!(out, "  Demo app  {}   <- open this", demo.url())?;
    writeln!(out, "  Callback  {}", demo.redirect_uri())?;
    if let Some(mock) = demo.issuer().strip_suffix("/oauth2/default").filter(|_| embedded) {
        writeln!(out, "  Console   {mock}/console   (what the mock has, and its journal)")?;
    }
    if embedded {
        writeln!(out, "\n  Sign in   admin@example.test / Passw0rd!   (admin, premium)")?;
        writeln!(out, "            buyer@example.test / Passw0rd!   (basic)")?;
        writeln!(out, "\n  Data in memory, lost on exit.")?;
    }
    writeln!(out, "  Stop: Ctrl-C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped_in_log_lines() {
        assert_eq!(escaped("a\n2026 INFO b\x1b[31m\r\tü"), "a\\n2026 INFO b\\u{1b}[31m\\r\\tü");
    }
}
