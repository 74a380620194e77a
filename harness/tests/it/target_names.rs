//! Target files whose clients and accounts have other names than the market's.

use harness::issuer_target::fixtures::Fixtures;
use harness::issuer_target::{AccountName, ClientName};
use harness::record::run::State;
use harness::run::Runner;

use crate::support::options;

const TARGET: &str = r#"
name = "shop"
kind = "mock"
embedded = true
redirect_uri = "http://localhost:7803/callback"
signed_out_uri = "http://localhost:7803/signed-out"
sign_in = ["mock"]

[servers.custom]
issuer = "{base}/oauth2/default"

[clients.storefront]
id = "0oamarketweb000005d7"
secret = "mock-secret-web-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK"
auth = "client_secret_basic"
scopes = ["openid"]

[accounts.alice]
login = "buyer@example.test"
password = "Passw0rd!"
"#;

#[tokio::test]
async fn a_target_file_with_other_names_loads_and_scenarios_that_need_the_market_s_names_are_skipped() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(folder.path().join("targets")).expect("a folder");
    std::fs::write(folder.path().join("targets/shop.toml"), TARGET).expect("a target file");
    let mut options = options("shop", &["keys.custom", "code.web.custom"], &folder.path().join("reports"));
    options.fixtures = Fixtures::find(Some(folder.path().to_owned())).expect("fixtures");
    let runner = Runner::open(options).await.expect("a target");
    let target = &runner.bench.target;
    assert_eq!(target.clients[&ClientName::from("storefront")].id, "0oamarketweb000005d7");
    assert_eq!(target.accounts[&AccountName::from("alice")].login, "buyer@example.test");
    let run = runner.run(|_| {}).await;
    assert_eq!(run.scenario("keys.custom").expect("a record").state, State::Pass);
    let skipped = run.scenario("code.web.custom").expect("a record");
    assert_eq!((skipped.state, skipped.reason.as_deref()), (State::Skip, Some("needs the web client")));
}
