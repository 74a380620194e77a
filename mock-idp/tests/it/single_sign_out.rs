//! Single sign-out: logout notices to the clients of a session, by front channel or back channel.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use http::StatusCode;
use mock_idp::MockIdp;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc};

use crate::flow::{CALLBACK, after, authorize, browser, code_request, decode, location, parameter};
use crate::registration::register;

const SIGNED_OUT: &str = "http://localhost:7803/signed-out";

/// An app's back-channel logout URI: reports the requests and answers them with the given responses in order.
struct Receiver {
    url: String,
    arrived: mpsc::UnboundedReceiver<(Option<String>, String)>,
    answers: mpsc::UnboundedSender<StatusCode>,
}

type Shared = (mpsc::UnboundedSender<(Option<String>, String)>, Arc<Mutex<mpsc::UnboundedReceiver<StatusCode>>>);

impl Receiver {
    async fn start() -> Self {
        let (sender, arrived) = mpsc::unbounded_channel();
        let (answers, awaited) = mpsc::unbounded_channel();
        let shared: Shared = (sender, Arc::new(Mutex::new(awaited)));
        let receive = async |State((sender, answers)): State<Shared>, headers: http::HeaderMap, body: Bytes| {
            let media_type = headers.get("content-type").map(|value| value.to_str().unwrap().to_owned());
            sender.send((media_type, String::from_utf8(body.to_vec()).unwrap())).unwrap();
            answers.lock().await.recv().await.unwrap_or(StatusCode::OK)
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://127.0.0.1:{}/bye", listener.local_addr().unwrap().port());
        let app = Router::new().route("/bye", post(receive)).with_state(shared);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, arrived, answers }
    }

    async fn next(&mut self) -> String {
        let (media_type, body) = self.arrived.recv().await.unwrap();
        assert_eq!(media_type.as_deref(), Some("application/x-www-form-urlencoded"));
        body.strip_prefix("logout_token=").unwrap_or_else(|| panic!("{body}")).to_owned()
    }
}

/// Signs a browser in to a client and returns the ID token.
async fn signed_in(mock: &MockIdp, browser: &reqwest::Client, client: &Value) -> String {
    let (id, secret) = (client["client_id"].as_str().unwrap(), client["client_secret"].as_str().unwrap());
    let arrived = authorize(mock, browser, "buyer@example.test", &code_request(id, "openid")).await;
    let code = parameter(&arrived, "code").unwrap();
    let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
    let request = browser.post(format!("{}/v1/token", mock.issuer())).basic_auth(id, Some(secret)).form(&form);
    let body: Value = request.send().await.unwrap().json().await.unwrap();
    body["id_token"].as_str().unwrap().to_owned()
}

fn client(name: &str, extra: Value) -> Value {
    let mut metadata =
        json!({ "client_name": name, "redirect_uris": [CALLBACK], "post_logout_redirect_uris": [SIGNED_OUT] });
    for (field, value) in extra.as_object().unwrap() {
        metadata[field] = value.clone();
    }
    metadata
}

async fn sign_out(mock: &MockIdp, browser: &reqwest::Client, hint: &str) -> reqwest::Response {
    let query = [("id_token_hint", hint), ("post_logout_redirect_uri", SIGNED_OUT), ("state", "bye")];
    browser.get(format!("{}/v1/logout", mock.issuer())).query(&query).send().await.unwrap()
}

#[tokio::test]
async fn the_sign_out_page_has_a_frame_for_each_client_with_a_logout_uri() {
    let mock = MockIdp::builder().start().await.unwrap();
    let framed = json!({
        "frontchannel_logout_uri": "https://till.example.test/bye?from=okta",
        "frontchannel_logout_session_required": true,
    });
    let till = register(&mock, client("Till", framed)).await;
    let scales =
        register(&mock, client("Scales", json!({ "frontchannel_logout_uri": "http://localhost:7999/bye" }))).await;
    let silent = register(&mock, client("Silent", json!({}))).await;
    let browser = browser();
    let hint = signed_in(&mock, &browser, &silent).await;
    assert!(decode(&hint).1.get("sid").is_none(), "only for clients that hear of sign-outs");
    let sid = decode(&signed_in(&mock, &browser, &till).await).1["sid"].as_str().unwrap().to_owned();
    assert!(sid.starts_with("idx") && sid.len() == 25, "{sid}");
    let again = decode(&signed_in(&mock, &browser, &scales).await).1["sid"].as_str().unwrap().to_owned();
    assert_eq!(again, sid, "one session, one sid");

    let response = sign_out(&mock, &browser, &hint).await;
    assert_eq!(response.status(), 200);
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.ends_with("; frame-src http: https:"), "{policy}");
    let page = response.text().await.unwrap().replace("&#38;", "&").replace("&amp;", "&");
    let frames: Vec<&str> = page.split("<iframe").skip(1).map(|frame| after(frame, "src=\"")).collect();
    let mut expected = url::Url::parse("https://till.example.test/bye?from=okta").unwrap();
    expected.query_pairs_mut().append_pair("iss", mock.issuer()).append_pair("sid", &sid);
    assert_eq!(frames, [expected.as_str(), "http://localhost:7999/bye"]);
    assert_eq!(after(&page, "data-se=\"continue\" href=\""), format!("{SIGNED_OUT}?state=bye"));

    // The session has ended; no further notices are sent.
    let id = till["client_id"].as_str().unwrap();
    let silent_request = [code_request(id, "openid"), vec![("prompt", "none")]].concat();
    let arrived = authorize(&mock, &browser, "", &silent_request).await;
    assert_eq!(parameter(&arrived, "error").as_deref(), Some("login_required"));
    assert_eq!(location(&sign_out(&mock, &browser, &hint).await), format!("{SIGNED_OUT}?state=bye"));
}

#[tokio::test]
async fn a_logout_token_is_retried_until_accepted_without_delaying_sign_out() {
    let mock = MockIdp::builder().start().await.unwrap();
    let mut receiver = Receiver::start().await;
    let app = register(&mock, client("Till", json!({ "backchannel_logout_uri": receiver.url }))).await;
    let browser = browser();
    let hint = signed_in(&mock, &browser, &app).await;
    let id_token = decode(&hint).1;
    // The receiver has not answered yet:
    assert_eq!(location(&sign_out(&mock, &browser, &hint).await), format!("{SIGNED_OUT}?state=bye"));
    let first = receiver.next().await;
    receiver.answers.send(StatusCode::SERVICE_UNAVAILABLE).unwrap();
    assert_eq!(receiver.next().await, first, "the same token again");
    receiver.answers.send(StatusCode::OK).unwrap();

    let (header, claims) = decode(&first);
    let keys: Value = browser.get(format!("{}/v1/keys", mock.issuer())).send().await.unwrap().json().await.unwrap();
    assert_eq!(header, json!({ "kid": keys["keys"][0]["kid"], "typ": "logout+jwt", "alg": "RS256" }));
    assert!(signed_by(&first, &keys["keys"][0]), "the signature is the server's");
    for name in ["iss", "sub", "aud", "sid"] {
        assert_eq!(claims[name], id_token[name], "{name}");
    }
    let event = "http://schemas.openid.net/event/backchannel-logout";
    assert_eq!(claims["events"], json!({ event: {} }));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 120);
    assert!(claims["jti"].is_string() && claims.get("nonce").is_none());

    // The journal has the result, without the token.
    let journal = loop {
        let url = format!("{}/_mock/requests?limit=50", mock.url());
        let journal: Value = browser.get(url).send().await.unwrap().json().await.unwrap();
        let deliveries: Vec<Value> =
            journal.as_array().unwrap().iter().filter(|entry| entry["path"] == receiver.url).cloned().collect();
        if deliveries.len() == 2 {
            break deliveries;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((&journal[0]["status"], &journal[1]["status"]), (&json!(200), &json!(503)));
    assert_eq!((&journal[0]["client"], &journal[0]["user"]), (&app["client_id"], &json!("buyer@example.test")));
    assert_eq!(journal[1]["reason"], "logout token not delivered: status 503");
    assert!(!json!(journal).to_string().contains(&first));
}

#[tokio::test]
async fn a_fault_changes_the_logout_token_and_no_other_token() {
    let mock = MockIdp::builder().start().await.unwrap();
    let mut receiver = Receiver::start().await;
    let app = register(&mock, client("Till", json!({ "backchannel_logout_uri": receiver.url }))).await;
    let browser = browser();
    let fault = json!({ "name": "logout_token.with-nonce", "client_id": app["client_id"], "times": 1 });
    crate::market::post(&mock, "/_mock/faults", fault).await;
    let hint = signed_in(&mock, &browser, &app).await;
    assert_ne!(decode(&hint).1["nonce"], "unexpected-nonce", "the ID token has no fault");
    sign_out(&mock, &browser, &hint).await;
    assert_eq!(decode(&receiver.next().await).1["nonce"], "unexpected-nonce");
}

#[tokio::test]
async fn a_rejected_logout_token_is_not_retried() {
    let mock = MockIdp::builder().start().await.unwrap();
    let mut receiver = Receiver::start().await;
    let app = register(&mock, client("Till", json!({ "backchannel_logout_uri": receiver.url }))).await;
    let browser = browser();
    for round in 0..2 {
        let hint = signed_in(&mock, &browser, &app).await;
        sign_out(&mock, &browser, &hint).await;
        let token = receiver.next().await;
        receiver.answers.send(StatusCode::BAD_REQUEST).unwrap();
        // A second posting of the first token would arrive before that of the next session.
        assert_eq!(decode(&token).1["sid"], decode(&hint).1["sid"], "round {round}");
    }
}

fn signed_by(jwt: &str, jwk: &Value) -> bool {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let (message, signature) = jwt.rsplit_once('.').unwrap();
    let (n, e) = (decode(jwk["n"].as_str().unwrap()), decode(jwk["e"].as_str().unwrap()));
    let key = aws_lc_rs::signature::RsaPublicKeyComponents { n, e };
    let algorithm = &aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256;
    key.verify(algorithm, message.as_bytes(), &decode(signature)).is_ok()
}
