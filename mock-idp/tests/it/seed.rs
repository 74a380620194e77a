//! Mocks with a seed: equal results in each run.

use http::Method;
use mock_idp::{BUILT_IN_ORG, MockIdp};
use serde_json::{Value, json};

use crate::client::{TENANT_2, plain};
use crate::flow::{CALLBACK, WEB, WEB_SECRET, browser, code_request, decode, location, parameter, state_handle};
use crate::program::{Running, program};

/// A mock whose issuer does not depend on its port. It has three orgs, so that some keys do not come with the mock.
async fn mock(seed: u64) -> MockIdp {
    let third = TENANT_2.replace("tenant2", "tenant3");
    let builder = MockIdp::builder().seed(seed).issuer_url("http://idp.test".parse().unwrap());
    builder.org_yaml(BUILT_IN_ORG).org_yaml(TENANT_2).org_yaml(third).start().await.unwrap()
}

async fn control(mock: &MockIdp, path: &str, body: Value) -> Value {
    control_at(mock.url(), path, body).await
}

async fn control_at(url: &str, path: &str, body: Value) -> Value {
    let request = plain().request(Method::POST, format!("{url}{path}")).json(&body);
    request.send().await.unwrap().json().await.unwrap()
}

/// A sign-in, a redemption and a refresh, then a rotation and a service's token: everything that was answered, as text.
async fn transcript(mock: &MockIdp) -> Vec<String> {
    transcript_at(mock.url()).await
}

async fn transcript_at(url: &str) -> Vec<String> {
    let browser = browser();
    let server = format!("{}/oauth2/default/v1", url);
    let page = browser.get(format!("{server}/authorize")).query(&code_request(WEB, "openid offline_access"));
    let page = page.send().await.unwrap().text().await.unwrap();
    let handle = state_handle(&page);
    let form = [("stateHandle", handle.as_str()), ("user", "buyer@example.test")];
    let done = browser.post(format!("{}/signin/pick", url)).form(&form).send().await.unwrap();
    let cookies: Vec<String> =
        done.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().to_owned()).collect();
    let arrived = location(&done);
    let token = async |form: &[(&str, &str)]| {
        let request = browser.post(format!("{server}/token")).basic_auth(WEB, Some(WEB_SECRET)).form(form);
        request.send().await.unwrap().text().await.unwrap()
    };
    let code = parameter(&arrived, "code").unwrap();
    let issued = token(&[("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)]).await;
    let refresh_token: Value = serde_json::from_str(&issued).unwrap();
    let refresh_token = refresh_token["refresh_token"].as_str().unwrap();
    control_at(url, "/_mock/clock", json!({ "advance": 60 })).await;
    control_at(url, "/_mock/keys/rotate", json!({})).await;
    let refreshed = token(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await;
    let keys = |org: &str| format!("{}{org}/oauth2/v1/keys", url);
    let get = async |url: String| plain().get(url).send().await.unwrap().text().await.unwrap();
    let tenant_3 = get(keys("/_org/tenant3")).await;
    let rotated = get(format!("{server}/keys")).await;
    vec![handle, arrived, cookies.join("\n"), issued, refreshed, rotated, tenant_3]
}

#[tokio::test]
async fn mocks_with_one_seed_give_byte_equal_answers_and_others_do_not() {
    let (first, second, other) = (mock(7).await, mock(7).await, mock(8).await);
    let expected = transcript(&first).await;
    assert_eq!(transcript(&second).await, expected);
    for (index, (one, another)) in transcript(&other).await.iter().zip(&expected).enumerate() {
        assert_ne!(one, another, "answer {index}");
    }
    let issued: Value = serde_json::from_str(&expected[3]).unwrap();
    let (_, claims) = decode(issued["access_token"].as_str().unwrap());
    assert_eq!((&claims["iat"], &claims["iss"]), (&json!(1_767_225_600), &json!("http://idp.test/oauth2/default")));
}

/// The digest is the same in each process and on each machine; it changes with the order in which random values are drawn.
#[tokio::test(flavor = "multi_thread")]
async fn two_processes_with_one_seed_give_byte_equal_answers_on_every_machine() {
    let mut transcripts = Vec::new();
    for _ in 0..2 {
        let dir = tempfile::tempdir().unwrap();
        let mut command = program(dir.path());
        command.args(["--port", "0", "--seed", "7", "--issuer-url", "http://idp.test"]);
        for (name, document) in
            [("market", BUILT_IN_ORG), ("second", TENANT_2), ("third", &TENANT_2.replace("tenant2", "tenant3"))]
        {
            let file = dir.path().join(format!("{name}.yaml"));
            std::fs::write(&file, document).unwrap();
            command.arg("--org").arg(file);
        }
        let running = Running::start(&mut command);
        let url = running.value("control").strip_suffix("/_mock/info").unwrap().to_owned();
        transcripts.push(transcript_at(&url).await.join("\n"));
    }
    assert_eq!(transcripts[0], transcripts[1]);
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, transcripts[0].as_bytes());
    let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    insta::assert_snapshot!(hex);
}

#[tokio::test]
async fn a_reset_begins_the_sequence_of_the_seed_again() {
    let mock = mock(7).await;
    let before = transcript(&mock).await;
    control(&mock, "/_mock/reset", json!({})).await;
    assert_eq!(transcript(&mock).await, before);
    let reset = control(&mock, "/_mock/clock", json!({ "reset": true })).await;
    assert_eq!((&reset["now"], &reset["frozen"]), (&json!("2026-01-01T00:00:00Z"), &json!(true)));
}

#[tokio::test]
async fn a_sandbox_can_have_a_seed_of_its_own() {
    let mock = MockIdp::builder().issuer_url("http://idp.test".parse().unwrap()).start().await.unwrap();
    let mut answers = Vec::new();
    for _ in 0..2 {
        let sandbox = control(&mock, "/_mock/orgs", json!({ "name": "seeded", "seed": 3 })).await;
        let url = sandbox["url"].as_str().unwrap().to_owned();
        let form = [("client_id", "0oamarkettv0000005d7"), ("scope", "openid")];
        let device = plain().post(format!("{url}/oauth2/default/v1/device/authorize")).form(&form);
        let device = device.send().await.unwrap().text().await.unwrap();
        let keys = plain().get(format!("{url}/oauth2/default/v1/keys")).send().await.unwrap().text().await.unwrap();
        answers.push((device, keys));
        let removed = plain().delete(format!("{}/_mock/orgs/seeded", mock.url())).json(&json!({}));
        assert_eq!(removed.send().await.unwrap().status(), 200);
    }
    assert_eq!(answers[0], answers[1]);
    assert!(answers[0].0.contains("device_code") && answers[0].1.contains("kid"), "{answers:?}");
}

#[tokio::test]
async fn the_seed_of_an_org_document_is_like_that_of_the_option_which_wins() {
    let document = BUILT_IN_ORG.replacen("settings:\n", "settings:\n  seed: 7\n", 1);
    let start = async |document: &str, seed: Option<u64>| {
        let third = TENANT_2.replace("tenant2", "tenant3");
        let builder = MockIdp::builder().issuer_url("http://idp.test".parse().unwrap());
        let builder = builder.org_yaml(document).org_yaml(TENANT_2).org_yaml(third);
        match seed {
            Some(seed) => builder.seed(seed).start().await.unwrap(),
            None => builder.start().await.unwrap(),
        }
    };
    let by_document = start(&document, None).await;
    let expected = transcript(&mock(7).await).await;
    // The keys of the third org, which has no seed, are others.
    assert_eq!(transcript(&by_document).await[..6], expected[..6]);
    let warning = "Tokens, codes and keys of the org \"market\" can be predicted: its document has the seed 7.";
    assert!(by_document.warnings().iter().any(|known| known == warning), "{:?}", by_document.warnings());
    assert!(by_document.org().info().await.unwrap().warnings.iter().any(|known| known == warning));
    assert_eq!(transcript(&start(&document, Some(8)).await).await, transcript(&mock(8).await).await);

    // A sandbox has the seed too, and ids of its own.
    let sandbox = |name: &'static str| mock_idp::SandboxSpec::default().name(name);
    let one = by_document.sandbox_with(&sandbox("checkout")).await.unwrap();
    let keys = one.keys().await.unwrap();
    drop(one);
    assert_eq!(by_document.sandbox_with(&sandbox("checkout")).await.unwrap().keys().await.unwrap(), keys);
    assert_ne!(by_document.sandbox_with(&sandbox("basket")).await.unwrap().keys().await.unwrap(), keys);
}
