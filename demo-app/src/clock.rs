//! The one place that reads the machine's clock.

use time::OffsetDateTime;

/// Seconds since 1970-01-01 00:00:00 UTC.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
pub(crate) fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}
