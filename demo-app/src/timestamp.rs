//! Timestamps and durations as text.

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const UTC: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");

/// `2026-11-22 10:15:11 UTC`.
pub(crate) fn utc(seconds: i64) -> String {
    OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|at| at.format(UTC).ok())
        .unwrap_or_else(|| format!("{seconds} s"))
}

/// `in 59 min` or `3 h ago`.
pub(crate) fn relative(seconds: i64, now: i64) -> String {
    match seconds - now {
        0 => "now".to_owned(),
        ahead if ahead > 0 => format!("in {}", span(ahead)),
        behind => format!("{} ago", span(-behind)),
    }
}

/// A duration in its largest suitable unit.
pub(crate) fn span(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// [`utc`] and [`relative`].
pub(crate) fn full(seconds: i64, now: i64) -> String {
    format!("{} ({})", utc(seconds), relative(seconds, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_and_durations_are_formatted() {
        assert_eq!(utc(1_700_000_000), "2023-11-14 22:13:20 UTC");
        assert_eq!(relative(160, 100), "in 60 s");
        assert_eq!(relative(100, 100 + 3 * 3600), "3 h ago");
        assert_eq!(span(3600), "60 min");
        assert_eq!(span(30 * 86_400), "30 days");
    }
}
