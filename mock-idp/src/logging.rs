//! Log lines on stderr: text for a person, JSON for a program, or none.

mod line;
mod writer;

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::logging::line::Line;
use crate::logging::writer::LogWriter;

/// How requests are logged.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub enum LogFormat {
    /// One line for a person.
    Text,
    /// One JSON object.
    Json,
    /// Nothing.
    #[default]
    Off,
}

/// What is logged when `MOCK_IDP_LOG` does not say.
const DEFAULT_FILTER: &str = "warn,mock_idp=info";

/// Sends log lines to stderr, unless this process has somebody else listening to them already.
pub(crate) fn install(format: LogFormat) {
    if format == LogFormat::Off || tracing::dispatcher::has_been_set() {
        return;
    }
    let filter = std::env::var("MOCK_IDP_LOG").unwrap_or_else(|_| DEFAULT_FILTER.to_owned());
    let filter = EnvFilter::builder().parse_lossy(filter);
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(LogWriter::to_stderr);
    // An error means that somebody else was faster: they get the events.
    let _ = match format {
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init(),
        _ => {
            let ansi = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            builder.with_ansi(ansi).event_format(Line).try_init()
        }
    };
}

/// Waits until everything that was logged is written.
pub(crate) fn flush() {
    LogWriter::flush_all();
}
