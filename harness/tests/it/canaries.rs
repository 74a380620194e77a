//! No report contains a secret: the reports of a whole run are searched for all secrets.

use std::collections::BTreeSet;
use std::path::Path;

use harness::record::Entry;
use harness::report;
use harness::run::{Filter, Options, Runner};

use crate::support::options;

/// Secrets of the target file.
const PLANTED: &[&str] = &[
    "mock-secret-web-0123456789",
    "mock-secret-partner-0123456789",
    "mock-secret-service-0123456789",
    "mock-secret-reports-0123456789",
    "Passw0rd",
    // The same in a Basic header.
    "bW9jay1zZWNyZXQ",
    "MG9hbWFya2V0d2ViMDAwMDA1ZDc6",
];

fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            texts.extend(self::texts(&entry));
        } else {
            texts.push((entry.display().to_string(), std::fs::read_to_string(&entry).expect("a text")));
        }
    }
    texts
}

#[tokio::test(flavor = "multi_thread")]
async fn no_report_contains_a_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options { filter: Filter::default(), ..options("mock", &["*"], folder.path()) };
    let run = Runner::open(options).await.expect("a mock").run(|_| {}).await;
    report::write(&run, folder.path()).expect("reports");
    let texts = texts(folder.path());
    assert!(texts.len() >= 3, "{}", texts.len());
    for (file, text) in &texts {
        for planted in PLANTED {
            assert!(!text.contains(planted), "{file} contains {planted}");
        }
    }
    // The other secrets are generated in the run. They are found by the names of their parameters.
    let json = std::fs::read_to_string(report::last_run(folder.path())).expect("the record");
    let mut tags = BTreeSet::new();
    for kind in ["code", "verifier", "refresh-token", "signature", "cookie", "secret", "password"] {
        assert!(json.contains(&format!("‹{kind}:")), "nothing of the kind {kind} was masked");
        tags.insert(kind);
    }
    assert_eq!(tags.len(), 7);
    for exchange in run.scenarios.iter().flat_map(|scenario| &scenario.entries).filter_map(|entry| match entry {
        Entry::Exchange(exchange) => Some(exchange),
        _ => None,
    }) {
        for form in [exchange.request_body.as_str(), exchange.url.split_once('?').map_or("", |(_, query)| query)] {
            for pair in form.split(['&', '#']) {
                let Some((name, value)) = pair.split_once('=') else { continue };
                let secret =
                    ["code", "code_verifier", "client_secret", "refresh_token", "credentials.passcode", "token"];
                let masked = value.is_empty() || value.contains('‹');
                assert!(!secret.contains(&name) || masked, "{name}={value} in {} {}", exchange.method, exchange.url);
            }
        }
        for (name, value) in exchange.request_headers.iter().chain(&exchange.response_headers) {
            let masked = value.contains('‹') || value.contains("=\"\"") || value.contains("=;");
            let secret = matches!(name.as_str(), "authorization" | "cookie" | "set-cookie");
            assert!(!secret || masked, "{name}: {value}");
        }
    }
}
