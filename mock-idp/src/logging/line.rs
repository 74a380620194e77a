//! A log line for a person: time, then for a request its status, method, path, client, user, reason, duration and id.

use std::fmt::{self, Debug};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::registry::LookupSpan;

use crate::journal::LOG_TARGET as REQUEST;

/// Writes events as lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line;

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        // Without the date, which the reader knows.
        #[expect(clippy::disallowed_methods, reason = "a log line is for people, whose clock the mock's need not be")]
        let (hour, minute, second, milli) = time::OffsetDateTime::now_utc().time().as_hms_milli();
        write!(writer, "{hour:02}:{minute:02}:{second:02}.{milli:03}")?;
        let metadata = event.metadata();
        let colour = if writer.has_ansi_escapes() { colour(*metadata.level()) } else { "" };
        let request = metadata.target() == REQUEST;
        if !request {
            write!(writer, " {colour}{}{}", metadata.level(), if colour.is_empty() { "" } else { RESET })?;
        }
        let mut fields = Fields { writer, request, colour, result: Ok(()) };
        event.record(&mut fields);
        fields.result?;
        writeln!(fields.writer)
    }
}

const RESET: &str = "\x1b[0m";

fn colour(level: Level) -> &'static str {
    match level {
        Level::ERROR => "\x1b[31m",
        Level::WARN => "\x1b[33m",
        _ => "\x1b[32m",
    }
}

/// Writes fields in the order in which the event names them.
struct Fields<'a> {
    writer: Writer<'a>,
    request: bool,
    colour: &'static str,
    result: fmt::Result,
}

impl Fields<'_> {
    fn write(&mut self, name: &str, value: fmt::Arguments<'_>) {
        let Self { writer, request, colour, .. } = self;
        let written = match name {
            "status" if *request => {
                let reset = if colour.is_empty() { "" } else { RESET };
                write!(writer, " {colour}{value}{reset}")
            }
            "method" | "path" if *request => write!(writer, " {value}"),
            "ms" if *request => write!(writer, " {value}ms"),
            "request_id" if *request => write!(writer, " id={value}"),
            "message" => write!(writer, " {value}"),
            _ => write!(writer, " {name}={value}"),
        };
        self.result = self.result.and(written);
    }
}

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.write(field.name(), format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        // Quoted, so that a client cannot forge a log line or a field.
        if field.name() == "reason" || value.contains(|c: char| c.is_control() || c == ' ' || c == '"') {
            self.write(field.name(), format_args!("{value:?}"));
        } else {
            self.write(field.name(), format_args!("{value}"));
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.write(field.name(), format_args!("{value}"));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.write(field.name(), format_args!("{value}"));
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::*;

    #[derive(Clone, Default)]
    struct LogBuffer(Arc<Mutex<Vec<u8>>>);

    impl io::Write for LogBuffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written after the time.
    fn lines(ansi: bool, log: impl FnOnce()) -> Vec<String> {
        let page = LogBuffer::default();
        let writer = page.clone();
        let subscriber =
            tracing_subscriber::fmt().with_ansi(ansi).with_writer(move || writer.clone()).event_format(Line).finish();
        tracing::subscriber::with_default(subscriber, log);
        let text = String::from_utf8(page.0.lock().clone()).unwrap();
        text.lines().map(|line| line["00:00:00.000 ".len()..].to_owned()).collect()
    }

    #[test]
    fn a_request_is_one_line_also_with_line_breaks_in_its_fields() {
        let log = || {
            let forged = Some("evil\n00:00:00.000 200 GET /");
            let no_user: Option<&str> = None;
            tracing::warn!(
                target: REQUEST,
                status = 401_u16,
                method = %http::Method::POST,
                path = format_args!("{}{}", "/_org/a", "/oauth2/v1/token"),
                client = forged,
                user = no_user,
                reason = Some("the secret is wrong"),
                ms = 0.5,
                request_id = "abc",
            );
            tracing::error!(target: "mock_idp", "no https: {}", "why");
        };
        let expected = [
            "401 POST /_org/a/oauth2/v1/token client=\"evil\\n00:00:00.000 200 GET /\" reason=\"the secret is wrong\" 0.5ms id=abc",
            "ERROR no https: why",
        ];
        assert_eq!(lines(false, log), expected);
    }

    #[test]
    fn only_the_status_is_coloured() {
        let log = || tracing::info!(target: REQUEST, status = 200_u16, path = "/");
        assert_eq!(lines(true, log), ["\x1b[32m200\x1b[0m /"]);
    }
}
