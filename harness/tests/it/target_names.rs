//! Target files whose clients and accounts have other names than the market's.

use harness::issuer_target::fixtures::Fixtures;
use harness::issuer_target::market::{BUYER, SPA, WEB};
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

[clients.storefront-page]
id = "0oamarketspa000005d7"
auth = "none"
pkce_required = true
scopes = ["openid"]

[accounts.alice]
login = "buyer@example.test"
password = "Passw0rd!"
"#;

#[tokio::test]
async fn a_client_and_an_account_with_other_names_get_the_roles_that_fit() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(folder.path().join("targets")).expect("a folder");
    std::fs::write(folder.path().join("targets/shop.toml"), TARGET).expect("a target file");
    let ids = ["code.web.custom", "refresh.static.custom", "service.basic"];
    let mut options = options("shop", &ids, &folder.path().join("reports"));
    options.fixtures = Fixtures::find(Some(folder.path().to_owned())).expect("fixtures");
    let runner = Runner::open(options).await.expect("a target");
    let target = &runner.bench.target;
    assert_eq!(target.clients[&ClientName::from("storefront")].id, "0oamarketweb000005d7");
    assert_eq!(target.client(WEB).expect("a client").name, ClientName::from("storefront"));
    assert_eq!(target.account(BUYER).expect("an account").name, AccountName::from("alice"));
    assert_eq!(target.client(SPA).map(|client| client.name), Some(ClientName::from("storefront-page")));
    for note in ["the client storefront has the role web", "the account alice has the role buyer"] {
        assert!(target.notes.iter().any(|known| known == note), "{:?}", target.notes);
    }
    let run = runner.run(|_| {}).await;
    assert_eq!(run.scenario("code.web.custom").expect("a record").state, State::Pass);
    let skipped = run.scenario("service.basic").expect("a record");
    let reason = "needs the service client with its secret";
    assert_eq!((skipped.state, skipped.reason.as_deref()), (State::Skip, Some(reason)));
}

#[tokio::test]
async fn a_role_that_does_not_exist_or_that_two_have_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("shop.toml");
    for (role, reason) in [
        ("wbe", "clients.storefront: no role \"wbe\"; did you mean \"web\"?"),
        ("spa", "another client has the role spa"),
    ] {
        let text = TARGET.replacen("[clients.storefront]\n", &format!("[clients.storefront]\nrole = \"{role}\"\n"), 1);
        let text = text.replacen("[clients.storefront-page]\n", "[clients.storefront-page]\nrole = \"spa\"\n", 1);
        std::fs::write(&file, text).expect("a target file");
        let opened = Runner::open(options(file.to_str().expect("a path"), &["keys.custom"], folder.path())).await;
        let error = opened.expect_err("an error").to_string();
        assert!(error.contains(reason), "{error}");
    }
}
