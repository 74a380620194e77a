//! A target file with several custom authorization servers.

use std::path::Path;

use harness::embedded;
use harness::record::run::{RunRecord, State};

use crate::command::{harness, stderr, stdout};

fn target(base: &str, folder: &Path) {
    let text = format!(
        "name = \"shop\"\nkind = \"mock\"\nsign_in = [\"mock\"]\nredirect_uri = \"http://localhost:7803/callback\"\n\
         signed_out_uri = \"http://localhost:7803/signed-out\"\n\
         [servers.main]\nissuer = \"{base}oauth2/default\"\naudience = \"api://default\"\nown_claims = [\"groups\"]\n\
         [servers.again]\nissuer = \"{base}oauth2/default\"\naudience = \"api://default\"\nown_claims = [\"groups\"]\n\
         [servers.org]\nissuer = \"{{origin}}\"\naudience = \"{{origin}}\"\n\
         [clients.web]\nid = \"0oamarketweb000005d7\"\n\
         secret = \"mock-secret-web-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK\"\n\
         auth = \"client_secret_basic\"\nscopes = [\"openid\", \"profile\", \"email\"]\n\
         [accounts.buyer]\nlogin = \"buyer@example.test\"\npassword = \"Passw0rd!\"\n"
    );
    std::fs::write(folder.join("shop.toml"), text).expect("a file");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_custom_server_is_tested_and_one_can_be_chosen() {
    let mock = embedded::Mock::start().await.expect("a mock");
    let folder = tempfile::tempdir().expect("a folder");
    target(mock.base.as_str(), folder.path());
    let reports = folder.path().to_owned();
    tokio::task::spawn_blocking(move || {
        let run = ["run", "code.web", "code.state.echoed", "--driver", "http", "--target", "./shop.toml"];
        let output = stdout(harness(&reports).args(run), 0);
        for line in ["code.web.custom [again]", "code.web.custom [main]", "code.web.org [again]"] {
            assert!(output.contains(line), "{line} is not in {output}");
        }
        assert!(!output.contains("code.web.org [main]"), "the org is tested once: {output}");
        assert!(output.contains("\n5 scenarios  5 pass  "), "{output}");
        let json = std::fs::read_to_string(reports.join("last/run.json")).expect("a record");
        let record: RunRecord = serde_json::from_str(&json).expect("a record");
        assert!(record.scenarios.iter().all(|scenario| scenario.state == State::Pass));
        let last = record.scenarios.last().expect("a scenario");
        assert!(record.rerun(last).contains("--target ./shop.toml --server main"), "{}", record.rerun(last));
        let output = stdout(harness(&reports).args(run).args(["--server", "main"]), 0);
        assert!(output.contains("\n3 scenarios  3 pass  ") && !output.contains("[again]"), "{output}");
        let error = stderr(harness(&reports).args(run).args(["--server", "mian"]), 2);
        assert!(error.contains("./shop.toml has no custom server \"mian\"; did you mean \"main\"?"), "{error}");
    })
    .await
    .expect("runs");
}
