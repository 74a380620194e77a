//! `/metrics`: numbers about the orgs of this mock, in the text format of Prometheus, version 0.0.4.

use std::fmt::{Display, Write as _};

use axum::response::{IntoResponse as _, Response};
use http::header;

use crate::engine::OrgInstance;
use crate::ledger::TableUsage;
use crate::metrics::Histogram;
use crate::routing::At;

pub(super) async fn metrics(At(address): At) -> Response {
    let mut text = MetricsText::default();
    text.family("mock_idp_info", "gauge", "The version of this mock.");
    text.sample("mock_idp_info", &[("version", &env!("CARGO_PKG_VERSION"))], 1);
    text.family("process_start_time_seconds", "gauge", "When the process started, in seconds since 1970.");
    text.sample("process_start_time_seconds", &[], address.settings.started / 1_000);
    text.family("mock_idp_sandboxes", "gauge", "How many sandboxes there are.");
    text.sample("mock_idp_sandboxes", &[], address.orgs.sandboxes().list().len());
    let orgs: Vec<&OrgInstance> = address.orgs.loaded().map(|org| &**org).collect();
    text.requests(&orgs);
    text.store(&orgs, &table_usage(&orgs).await);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text.0).into_response()
}

/// The sizes of an org's tables; none if its store is not available.
type OrgUsage<'o> = (&'o str, Vec<(&'static str, TableUsage)>);

async fn table_usage<'o>(orgs: &[&'o OrgInstance]) -> Vec<OrgUsage<'o>> {
    let mut usage = Vec::new();
    for org in orgs {
        usage.push((org.name.as_str(), org.table_usage().await.unwrap_or_default()));
    }
    usage
}

#[derive(Debug, Default)]
struct MetricsText(String);

impl MetricsText {
    fn requests(&mut self, orgs: &[&OrgInstance]) {
        self.family(
            "mock_idp_requests_total",
            "counter",
            "How many requests were answered; status 0: without an answer.",
        );
        for org in orgs {
            for (label, count) in org.metrics.requests() {
                let labels: [(_, &dyn Display); 4] =
                    [("org", &org.name), ("method", &label.method), ("route", &label.route), ("status", &label.status)];
                self.sample("mock_idp_requests_total", &labels, count);
            }
        }
        self.family("mock_idp_request_duration_seconds", "histogram", "How long answers took.");
        for org in orgs {
            self.histogram("mock_idp_request_duration_seconds", &[("org", &org.name)], &org.metrics.request_times);
        }
        self.family("mock_idp_signed_tokens_total", "counter", "How many tokens were signed.");
        for org in orgs {
            self.sample("mock_idp_signed_tokens_total", &[("org", &org.name)], org.metrics.signed_tokens());
        }
    }

    fn store(&mut self, orgs: &[&OrgInstance], usage: &[OrgUsage<'_>]) {
        self.family("mock_idp_store_up", "gauge", "Whether the store of an org is available.");
        for org in orgs {
            self.sample("mock_idp_store_up", &[("org", &org.name)], u8::from(org.store_error().is_none()));
        }
        self.family("mock_idp_records", "gauge", "How many records a table has.");
        for (org, tables) in usage {
            for (table, usage) in tables {
                self.sample("mock_idp_records", &[("org", org), ("table", table)], usage.records);
            }
        }
        self.family("mock_idp_record_bytes", "gauge", "About how much memory the records of a table take.");
        for (org, tables) in usage {
            for (table, usage) in tables {
                self.sample("mock_idp_record_bytes", &[("org", org), ("table", table)], usage.bytes);
            }
        }
        // All orgs have one store.
        if let Some(times) = orgs.first().and_then(|org| org.store_write_times()) {
            self.family("mock_idp_store_write_duration_seconds", "histogram", "How long writes to the store took.");
            self.histogram("mock_idp_store_write_duration_seconds", &[], times);
        }
        if let Some(times) = orgs.first().and_then(|org| org.store_read_times()) {
            self.family("mock_idp_store_read_duration_seconds", "histogram", "How long reads from the store took.");
            self.histogram("mock_idp_store_read_duration_seconds", &[], times);
        }
    }

    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &dyn Display)], value: impl Display) {
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }

    fn histogram(&mut self, name: &str, labels: &[(&str, &dyn Display)], histogram: &Histogram) {
        let (counts, all) = histogram.cumulative();
        let bucket = format!("{name}_bucket");
        for (bound, count) in Histogram::BOUNDS.iter().zip(counts) {
            let seconds = std::time::Duration::from_micros(*bound).as_secs_f64();
            self.sample(&bucket, &[labels, &[("le", &seconds)]].concat(), count);
        }
        self.sample(&bucket, &[labels, &[("le", &"+Inf")]].concat(), all);
        self.sample(&format!("{name}_sum"), labels, histogram.sum().as_secs_f64());
        self.sample(&format!("{name}_count"), labels, all);
    }
}
