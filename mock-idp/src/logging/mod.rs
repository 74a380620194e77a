//! Log lines on stderr: text for a person, JSON for a program, or none.

mod line;
mod writer;

use std::io::{IsTerminal as _, Write as _};

use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::logging::line::Line;
use crate::logging::writer::LogWriter;
use crate::start_error::StartError;

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

/// The filter without `MOCK_IDP_LOG`.
const DEFAULT_FILTER: &str = "warn,mock_idp=info";

/// Sends log lines to stderr, unless this process has a subscriber already.
///
/// # Errors
/// `MOCK_IDP_LOG` is not a list of targets and levels.
pub(crate) fn install(format: LogFormat) -> Result<(), StartError> {
    if format == LogFormat::Off || tracing::dispatcher::has_been_set() {
        return Ok(());
    }
    let filter = std::env::var("MOCK_IDP_LOG").unwrap_or_else(|_| DEFAULT_FILTER.to_owned());
    let filter: Targets = filter
        .parse()
        .map_err(|error| StartError::Setting(format!("MOCK_IDP_LOG is `{filter}`: {error}; try `{DEFAULT_FILTER}`")))?;
    let lines = tracing_subscriber::fmt::layer().with_writer(LogWriter::to_stderr);
    let lines = match format {
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(false).with_span_list(false).with_filter(filter).boxed()
        }
        _ => {
            let ansi = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            lines.with_ansi(ansi).event_format(Line).with_filter(filter).boxed()
        }
    };
    // An error means that another subscriber was installed meanwhile; it gets the events.
    let _ = tracing_subscriber::registry().with(lines).try_init();
    Ok(())
}

/// Writes a text to stderr, in the order of the log lines, without waiting for it.
pub fn write_stderr(text: &str) {
    // The writer returns no error.
    let _ = LogWriter::to_stderr().write_all(text.as_bytes());
}

/// Waits a moment until everything for stderr is written.
pub fn flush_stderr() {
    LogWriter::flush_all();
}
