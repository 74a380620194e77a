//! What an org has done since the start of the process, in numbers.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

/// The numbers of an org.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    requests: Mutex<HashMap<RequestLabel, u64>>,
    /// How long answers took.
    pub(crate) request_times: Histogram,
    signed_tokens: AtomicU64,
}

/// Requests that are counted together.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct RequestLabel {
    /// The template of the path; empty if there is no route.
    pub(crate) route: &'static str,
    pub(crate) method: &'static str,
    /// 0 if there was no answer.
    pub(crate) status: u16,
}

impl Metrics {
    pub(crate) fn answered(&self, label: RequestLabel, took: Duration) {
        *self.requests.lock().entry(label).or_default() += 1;
        self.request_times.record(took);
    }

    pub(crate) fn signed(&self, tokens: usize) {
        self.signed_tokens.fetch_add(tokens as u64, Ordering::Relaxed);
    }

    pub(crate) fn signed_tokens(&self) -> u64 {
        self.signed_tokens.load(Ordering::Relaxed)
    }

    /// How many requests there were, in the order of their labels.
    pub(crate) fn requests(&self) -> Vec<(RequestLabel, u64)> {
        let mut requests: Vec<_> = self.requests.lock().iter().map(|(label, count)| (*label, *count)).collect();
        requests.sort_unstable();
        requests
    }
}

/// How many durations were at most as long as each bound.
#[derive(Debug, Default)]
pub(crate) struct Histogram {
    /// Up to each bound, and longer ones. A duration is in one bucket only.
    buckets: [AtomicU64; Histogram::BOUNDS.len() + 1],
    micros: AtomicU64,
}

impl Histogram {
    /// Microseconds.
    pub(crate) const BOUNDS: [u64; 12] =
        [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000, 1_000_000];

    pub(crate) fn record(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = Self::BOUNDS.iter().position(|bound| micros <= *bound).unwrap_or(Self::BOUNDS.len());
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// How many durations were at most as long as each bound, and how many there were.
    pub(crate) fn cumulative(&self) -> ([u64; Self::BOUNDS.len()], u64) {
        let mut sum = 0;
        let mut next = |bucket: &AtomicU64| {
            sum += bucket.load(Ordering::Relaxed);
            sum
        };
        let counts = std::array::from_fn(|index| next(&self.buckets[index]));
        (counts, next(&self.buckets[Self::BOUNDS.len()]))
    }

    /// The sum of all durations.
    pub(crate) fn sum(&self) -> Duration {
        Duration::from_micros(self.micros.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_counts_for_its_bound_and_all_longer_ones() {
        let histogram = Histogram::default();
        for micros in [100, 101, 2_000_000] {
            histogram.record(Duration::from_micros(micros));
        }
        let (counts, all) = histogram.cumulative();
        assert_eq!((counts[0], counts[1], counts[11], all), (1, 2, 2, 3));
        assert_eq!(histogram.sum(), Duration::from_micros(2_000_201));
    }

    #[test]
    fn requests_with_the_same_label_are_counted_together() {
        let metrics = Metrics::default();
        let label = |status| RequestLabel { route: "/a", method: "GET", status };
        for status in [404, 200, 200] {
            metrics.answered(label(status), Duration::from_millis(1));
        }
        assert_eq!(metrics.requests(), [(label(200), 2), (label(404), 1)]);
    }
}
