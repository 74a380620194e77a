//! Log lines on stderr: text for a person, JSON for a program, or none.

use std::fmt;
use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

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
    let filter =
        || EnvFilter::builder().parse_lossy(std::env::var("MOCK_IDP_LOG").unwrap_or(DEFAULT_FILTER.to_owned()));
    let builder = || tracing_subscriber::fmt().with_env_filter(filter()).with_writer(std::io::stderr);
    // An error means that a subscriber is there: it gets the events.
    let _ = match format {
        LogFormat::Off => return,
        LogFormat::Json => {
            builder().json().flatten_event(true).with_current_span(false).with_span_list(false).try_init()
        }
        LogFormat::Text => {
            let ansi = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            builder().compact().with_timer(TimeOfDay).with_target(false).with_ansi(ansi).try_init()
        }
    };
}

/// Hours, minutes, seconds and milliseconds, UTC: the day is known to whoever watches.
struct TimeOfDay;

impl FormatTime for TimeOfDay {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        let (hour, minute, second, milli) = time::OffsetDateTime::now_utc().time().as_hms_milli();
        write!(writer, "{hour:02}:{minute:02}:{second:02}.{milli:03}")
    }
}
