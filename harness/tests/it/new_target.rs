//! `harness init`: the new target file is valid, says what is missing, and runs.

use harness::embedded;
use harness::init::draft;
use harness::issuer_target::fixtures::Fixtures;
use harness::issuer_target::{Source, TargetFile, TargetKind};

use crate::command::{harness, stderr, stdout};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_target_file_is_valid_and_each_value_adds_scenarios() {
    let mock = embedded::Mock::start().await.expect("a mock");
    let issuer = format!("{}oauth2/default", mock.base);
    let draft = draft(&issuer, None, &Fixtures::built_in()).await.expect("a draft");
    assert_eq!(draft.kind, TargetKind::Mock);
    assert!((1..30).contains(&draft.runs), "{}", draft.runs);
    let file = TargetFile::parse(&draft.text, Source::default()).expect("a target file");
    assert_eq!(file.servers.keys().collect::<Vec<_>>(), ["custom", "org"]);
    let tables: Vec<&str> = draft.gaps.iter().map(|gap| gap.table.as_str()).collect();
    assert_eq!(tables, ["clients.web", "accounts.user", "clients.second", "clients.spa", "clients.service"]);
    let adds: Vec<usize> = draft.gaps.iter().map(|gap| gap.adds).collect();
    assert!(adds[1] > 200 && adds[2..].iter().all(|adds| *adds > 0), "{adds:?}");
    for gap in &draft.gaps {
        for variable in &gap.variables {
            assert!(draft.text.contains(&format!("env = \"{variable}\"")), "{variable}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_is_tested_with_init_the_values_the_doctor_and_a_run() {
    let mock = embedded::Mock::start().await.expect("a mock");
    let issuer = format!("{}oauth2/default", mock.base);
    let folder = tempfile::tempdir().expect("a folder");
    let reports = folder.path().to_owned();
    tokio::task::spawn_blocking(move || {
        let command = || {
            let mut command = harness(&reports);
            command
                .env("HARNESS_CLIENT_ID", "0oamarketweb000005d7")
                .env("HARNESS_CLIENT_SECRET", "mock-secret-web-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK")
                .env("HARNESS_USERNAME", "buyer@example.test")
                .env("HARNESS_PASSWORD", "Passw0rd!");
            command
        };
        let output = stdout(command().args(["init", "--target", &issuer, "my.toml"]), 0);
        assert!(output.contains("export HARNESS_USERNAME=… HARNESS_PASSWORD=…\n    adds "), "{output}");
        assert!(output.ends_with("  harness run --target ./my.toml\n"), "{output}");
        let error = stderr(command().args(["init", "--target", &issuer, "my.toml"]), 2);
        assert!(error.contains("my.toml exists and is not overwritten"), "{error}");
        let output = stdout(command().args(["doctor", "--target", "./my.toml", "--driver", "http"]), 0);
        for line in [
            "✓ redirect URI  client web: the issuer responds to http://localhost:7803/callback",
            "✓ credentials   client web: the issuer accepts client_secret_basic",
            "✓ sign-in       account user signs in to web, and the code is exchanged for tokens",
            "✓ sign-out URI  client web: the issuer returns to http://localhost:7803/signed-out",
        ] {
            assert!(output.lines().any(|known| known == line), "{line} is not in {output}");
        }
        // The tables of a folder name clients and accounts that this target does not have.
        let fixtures = ["--fixtures", concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures")];
        let doctor = ["doctor", "--target", "./my.toml", "--driver", "http"];
        stdout(command().args(doctor).args(fixtures), 0);
        let output = stdout(command().args(["run", "code.web.custom", "code.reuse", "--target", "./my.toml"]), 0);
        assert!(output.ends_with("All 2 scenarios that ran gave the expected result.\n"), "{output}");
    })
    .await
    .expect("commands");
}
