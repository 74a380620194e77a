//! Runs rows: several workers, each with a mock and proxies of its own.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use harness::issuer_target::Behavior;
use harness::issuer_target::fixtures::Fixtures;
use harness::record::run::{RunRecord, State};
use harness::record::{Severity, Verdict};
use harness::run::Runner;
use tempfile::TempDir;
use tokio::sync::OnceCell;
use tokio::task::JoinSet;

use super::proxy::Proxy;
use super::row::{Effect, IssuerSetup, Row};
use crate::support::options;

const WORKERS: usize = 4;

/// Runs all rows. Returns what went wrong.
pub(crate) async fn run_all(rows: Vec<Row>) -> Vec<String> {
    let queue = Arc::new(Mutex::new(VecDeque::from(rows)));
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        let queue = Arc::clone(&queue);
        workers.spawn(async move {
            let mut failures = Vec::new();
            let worker = Worker::new();
            loop {
                let row = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                let Some(row) = row else { return failures };
                failures.extend(worker.run(&row).await.err().map(|reason| format!("{}: {reason}", row.name)));
            }
        });
    }
    let mut failures = Vec::new();
    while let Some(ended) = workers.join_next().await {
        failures.extend(ended.expect("a worker"));
    }
    failures.sort();
    failures
}

/// A worker starts a mock when the first row needs it.
struct Worker {
    openid: OnceCell<Proxy>,
    okta: OnceCell<Proxy>,
    fapi2: OnceCell<Proxy>,
    fixtures: TempDir,
    reports: TempDir,
}

impl Worker {
    fn new() -> Self {
        let fixtures = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(fixtures.path().join("targets")).expect("a folder");
        let reports = tempfile::tempdir().expect("a folder");
        Self { openid: OnceCell::new(), okta: OnceCell::new(), fapi2: OnceCell::new(), fixtures, reports }
    }

    /// The proxy and the target for a setup.
    async fn target(&self, setup: IssuerSetup) -> (&Proxy, String) {
        let (cell, behavior) = match setup {
            IssuerSetup::Provider => (&self.openid, Behavior::OpenId),
            IssuerSetup::Okta | IssuerSetup::Mock => (&self.okta, Behavior::Okta),
            IssuerSetup::Fapi2 => (&self.fapi2, Behavior::Fapi2),
        };
        let proxy = cell.get_or_init(|| Proxy::start(behavior)).await;
        let (name, text) = match setup {
            IssuerSetup::Okta => return (proxy, proxy.issuer()),
            IssuerSetup::Provider => ("provider", provider(proxy)),
            IssuerSetup::Mock => ("market", mock("market", proxy)),
            IssuerSetup::Fapi2 => ("fapi2", mock("fapi2", proxy)),
        };
        let path = self.fixtures.path().join(format!("targets/{name}.toml"));
        std::fs::write(&path, text).expect("a file");
        (proxy, name.to_owned())
    }

    async fn run(&self, row: &Row) -> Result<(), String> {
        let (proxy, target) = self.target(row.setup).await;
        proxy.set(Some(Arc::clone(&row.mutation)));
        let mut options = options(&target, &[row.scenario], self.reports.path());
        if row.setup != IssuerSetup::Okta {
            options.fixtures =
                Fixtures::find(Some(self.fixtures.path().to_owned())).map_err(|error| error.to_string())?;
        }
        let run = Runner::open(options).await.map_err(|error| error.to_string())?.run(|_| {}).await;
        proxy.set(None);
        judge(row, &run)
    }
}

/// A provider that is known by its documents only, with the mock's clients and users.
fn provider(proxy: &Proxy) -> String {
    format!(
        r#"
name = "provider"
kind = "generic"
redirect_uri = "http://localhost:7803/callback"
signed_out_uri = "http://localhost:7803/signed-out"
sign_in = ["mock"]
api_token = "00mockMarketApiToken0123456789abcdefghijkl"

[servers.custom]
issuer = "{}"
own_claims = ["groups"]

[clients.web]
id = "0oamarketweb000005d7"
secret = "mock-secret-web-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK"
auth = "client_secret_basic"
scopes = ["openid", "profile", "email"]

[clients.second]
id = "0oamarketsecond005d7"
secret = "mock-secret-second-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH"
auth = "client_secret_post"
scopes = ["openid", "profile", "email"]

[accounts.buyer]
login = "buyer@example.test"
password = "Passw0rd!"

[accounts.complete]
login = "complete@example.test"
password = "Passw0rd!"
"#,
        proxy.issuer()
    )
}

/// The target file of the mock, for a running one.
fn mock(name: &str, proxy: &Proxy) -> String {
    let file = include_str!("../../../../fixtures/targets/mock.toml").replace("embedded = true", "");
    file.replacen("name = \"mock\"", &format!("name = \"{name}\""), 1).replace("{base}", proxy.base())
}

fn judge(row: &Row, run: &RunRecord) -> Result<(), String> {
    let record = run.scenario(row.scenario).ok_or("the scenario did not run")?;
    let failed: Vec<_> = record.findings().filter(|finding| finding.verdict == Verdict::Fail).collect();
    let ids = || failed.iter().map(|finding| finding.check.as_str()).collect::<Vec<_>>().join(" ");
    let came = || format!("{} {}: {}", record.state.word(), record.reason.as_deref().unwrap_or_default(), ids());
    match row.effect {
        Effect::Fails { check, severity } => {
            let found = failed.iter().any(|finding| finding.check == check && finding.severity == severity);
            let state = match severity {
                Severity::Must => record.state == State::Fail,
                Severity::Should | Severity::May => matches!(record.state, State::Fail | State::Warn),
            };
            (found && state).then_some(()).ok_or_else(|| format!("{check} did not fail; {}", came()))
        }
        Effect::Harmless => {
            let fine = failed.is_empty() && matches!(record.state, State::Pass | State::Review);
            let why =
                || failed.iter().map(|f| format!("{} ({} / {})", f.check, f.expected, f.actual)).collect::<Vec<_>>();
            fine.then_some(()).ok_or_else(|| format!("a harmless change: {} {:?}", came(), why()))
        }
    }
}
