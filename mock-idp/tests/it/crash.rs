//! A mock with a state on disk that is killed under load: what it has acknowledged is there afterwards, once.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::client::plain;
use crate::flow::{CALLBACK, WEB, WEB_SECRET, browser, code_request, location, parameter, state_handle};
use crate::jose::{Key, jwt};
use crate::program::{Running, program};

/// How often the program is killed; `KILLS` in the environment sets another number, and `TEST_MOCK_IDP` another program.
const KILLS: usize = 4;
const CLIENTS: usize = 6;
/// A kill comes after this many acknowledged requests.
const REQUESTS: usize = 120;

pub(crate) const API_TOKEN: &str = "SSWS 00mockMarketApiToken0123456789abcdefghijkl";
pub(crate) const TV: &str = "0oamarkettv0000005d7";
const SPA: &str = "0oamarketspa000005d7";
const PARTNER: &str = "0oamarketpartner05d7";
const SCOPE: &str = "openid orders:read:user";
const SECJWT: &str = "0oamarketjwtsec005d7";
const SECRET: &str = "mock-secret-jwtsec-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH";

/// What has been acknowledged to clients.
#[derive(Debug, Default)]
struct Acknowledged {
    users: Vec<String>,
    device_codes: Vec<String>,
    /// Assertions that have been used up.
    assertions: Vec<String>,
    pushed: Vec<String>,
    revoked: Vec<String>,
    /// Users who have allowed an app something.
    consents: Vec<String>,
    sign_ins: Vec<SignIn>,
}

/// A sign-in with a session, whose code has been redeemed and whose refresh token has been rotated.
#[derive(Debug)]
struct SignIn {
    browser: reqwest::Client,
    code: String,
    used: String,
    latest: String,
}

impl Acknowledged {
    fn count(&self) -> usize {
        self.counts().iter().map(|(_, count)| count).sum()
    }

    fn counts(&self) -> [(&'static str, usize); 7] {
        [
            ("users", self.users.len()),
            ("device codes", self.device_codes.len()),
            ("assertions", self.assertions.len()),
            ("pushed requests", self.pushed.len()),
            ("revoked tokens", self.revoked.len()),
            ("consents", self.consents.len()),
            ("sessions, codes and rotations", self.sign_ins.len()),
        ]
    }

    fn add(&mut self, more: Self) {
        let Self { users, device_codes, assertions, pushed, revoked, consents, sign_ins } = more;
        self.users.extend(users);
        self.device_codes.extend(device_codes);
        self.assertions.extend(assertions);
        self.pushed.extend(pushed);
        self.revoked.extend(revoked);
        self.consents.extend(consents);
        self.sign_ins.extend(sign_ins);
    }
}

fn start(dir: &Path) -> (Running, String) {
    let state = dir.join("state");
    let mut command = program(dir);
    if let Some(other) = std::env::var_os("TEST_MOCK_IDP") {
        let mut same = Command::new(other);
        same.env("MOCK_IDP_STATE_DIR", dir);
        command = same;
    }
    // Assertions name the issuer, which must not change with the port.
    command.args(["--port", "0", "--log", "off", "--issuer-url", "http://idp.test", "--state"]).arg(state);
    let running = Running::start(&mut command);
    let control = running.value("control");
    let base = control.strip_suffix("/_mock/info").unwrap().to_owned();
    (running, base)
}

/// Sends a form; status and body, or `None` if the mock does not answer.
pub(crate) async fn form(url: String, client: Option<(&str, &str)>, form: &[(&str, &str)]) -> Option<(u16, Value)> {
    let request = plain().post(url).form(form);
    let request = match client {
        Some((id, secret)) => request.basic_auth(id, Some(secret)),
        None => request,
    };
    let answer = request.send().await.ok()?;
    Some((answer.status().as_u16(), answer.json().await.ok()?))
}

pub(crate) fn assertion(id: &str) -> String {
    let aud = "http://idp.test/oauth2/default/v1/introspect";
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let claims = json!({"iss": SECJWT, "sub": SECJWT, "aud": aud, "jti": id, "exp": now + 3_000});
    jwt(&json!({"alg": "HS256"}), &claims, &Key::Secret(SECRET.to_owned()))
}

pub(crate) async fn use_assertion(base: &str, assertion: &str) -> Option<(u16, Value)> {
    let fields = [
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion),
        ("token", "unknown"),
    ];
    form(format!("{base}/oauth2/default/v1/introspect"), None, &fields).await
}

/// Makes requests until the mock does not answer.
async fn load(base: String, client: String, known: Arc<Mutex<Acknowledged>>) -> Option<()> {
    for number in 0.. {
        let id = format!("{client}-{number}");
        let profile = json!({"firstName": "A", "lastName": "B", "email": format!("{id}@x.test"), "login": format!("{id}@x.test")});
        let user = plain().post(format!("{base}/api/v1/users")).header("authorization", API_TOKEN);
        let credentials = json!({"password": {"value": "Xk7#mallard"}});
        let body = json!({ "profile": profile, "credentials": credentials, "groupIds": ["00gbuyers000000005d7"] });
        let user = user.json(&body).send().await.ok()?;
        assert_eq!(user.status(), 200);
        let user: Value = user.json().await.ok()?;
        known.lock().users.push(user["id"].as_str().unwrap().to_owned());

        let signed_in = sign_in(&base).await?;
        known.lock().sign_ins.push(signed_in);
        allow(&base, &id).await?;
        known.lock().consents.push(id.clone());

        let device =
            form(format!("{base}/oauth2/default/v1/device/authorize"), None, &[("client_id", TV), ("scope", "openid")]);
        let (status, device) = device.await?;
        assert_eq!(status, 200, "{device}");
        known.lock().device_codes.push(device["device_code"].as_str().unwrap().to_owned());

        let assertion = assertion(&id);
        let (status, body) = use_assertion(&base, &assertion).await?;
        assert_eq!(status, 200, "{body}");
        known.lock().assertions.push(assertion);

        let web = Some((WEB, WEB_SECRET));
        let fields = [("response_type", "code"), ("redirect_uri", CALLBACK), ("scope", "openid"), ("state", "s")];
        let (status, pushed) = form(format!("{base}/oauth2/default/v1/par"), web, &fields).await?;
        assert_eq!(status, 200, "{pushed}");
        known.lock().pushed.push(pushed["request_uri"].as_str().unwrap().to_owned());

        let fields = [("grant_type", "client_credentials"), ("scope", "products:read")];
        let service =
            Some(("0oamarketservice05d7", "mock-secret-service-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG"));
        let (status, token) = form(format!("{base}/oauth2/default/v1/token"), service, &fields).await?;
        assert_eq!(status, 200, "{token}");
        let token = token["access_token"].as_str().unwrap().to_owned();
        let revoked = plain().post(format!("{base}/oauth2/default/v1/revoke")).basic_auth(service?.0, Some(service?.1));
        let revoked = revoked.form(&[("token", token.as_str())]).send().await.ok()?;
        assert_eq!(revoked.status(), 200);
        known.lock().revoked.push(token);
    }
    None
}

/// The page of an authorization request, and where the sign-in of a user leads to.
async fn pick(base: &str, browser: &reqwest::Client, query: &[(&str, &str)], login: &str) -> Option<reqwest::Response> {
    let page = browser.get(format!("{base}/oauth2/default/v1/authorize")).query(query).send().await.ok()?;
    let form = [("stateHandle", state_handle(&page.text().await.ok()?)), ("user", login.to_owned())];
    browser.post(format!("{base}/signin/pick")).form(&form).send().await.ok()
}

/// The request of an app without a secret, whose refresh tokens rotate.
fn app_request() -> Vec<(&'static str, &'static str)> {
    let mut query = code_request(SPA, "openid offline_access");
    query.push(("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
    query.push(("code_challenge_method", "S256"));
    query
}

async fn redeem_code(base: &str, code: &str) -> Option<(u16, Value)> {
    let verifier = ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", SPA),
        ("code", code),
        ("redirect_uri", CALLBACK),
        verifier,
    ];
    form(format!("{base}/oauth2/default/v1/token"), None, &fields).await
}

async fn refresh(base: &str, token: &str) -> Option<(u16, Value)> {
    let fields = [("grant_type", "refresh_token"), ("client_id", SPA), ("refresh_token", token)];
    form(format!("{base}/oauth2/default/v1/token"), None, &fields).await
}

async fn sign_in(base: &str) -> Option<SignIn> {
    let browser = browser();
    let done = pick(base, &browser, &app_request(), "buyer@example.test").await?;
    assert_eq!(done.status(), 302);
    let code = parameter(&location(&done), "code").unwrap();
    let (status, tokens) = redeem_code(base, &code).await?;
    assert_eq!(status, 200, "{tokens}");
    let used = tokens["refresh_token"].as_str().unwrap().to_owned();
    let (status, tokens) = refresh(base, &used).await?;
    assert_eq!(status, 200, "{tokens}");
    Some(SignIn { browser, code, used, latest: tokens["refresh_token"].as_str().unwrap().to_owned() })
}

/// The user of this name signs in to an app of a partner and allows it to read orders.
async fn allow(base: &str, id: &str) -> Option<()> {
    let browser = browser();
    let asked = pick(base, &browser, &code_request(PARTNER, SCOPE), &format!("{id}@x.test")).await?;
    let form = [("stateHandle", state_handle(&asked.text().await.ok()?)), ("consent", "allow".to_owned())];
    let allowed = browser.post(format!("{base}/signin/consent")).form(&form).send().await.ok()?;
    assert_eq!(allowed.status(), 302);
    Some(())
}

impl SignIn {
    /// The session and the tokens go on; what was used is used up.
    async fn check(&self, base: &str) {
        let mut query = app_request();
        query.push(("prompt", "none"));
        let silent =
            self.browser.get(format!("{base}/oauth2/default/v1/authorize")).query(&query).send().await.unwrap();
        assert!(parameter(&location(&silent), "code").is_some(), "a session is lost: {}", location(&silent));
        let (status, body) = refresh(base, &self.latest).await.unwrap();
        assert_eq!(status, 200, "a refresh token is lost: {body}");
        for (status, body) in [refresh(base, &self.used).await.unwrap(), redeem_code(base, &self.code).await.unwrap()] {
            assert_eq!((status, &body["error"]), (400, &json!("invalid_grant")), "a value is accepted twice");
        }
    }
}

/// Everything that was acknowledged is there, and used up where it was used.
async fn check(base: &str, known: &Acknowledged) {
    for id in &known.users {
        let user = plain().get(format!("{base}/api/v1/users/{id}")).header("authorization", API_TOKEN);
        assert_eq!(user.send().await.unwrap().status(), 200, "the user {id} is lost");
    }
    for code in &known.device_codes {
        let fields =
            [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("client_id", TV), ("device_code", code)];
        let (_, body) = form(format!("{base}/oauth2/default/v1/token"), None, &fields).await.unwrap();
        assert_eq!(body["error"], "authorization_pending", "a device code is lost");
    }
    for assertion in &known.assertions {
        let (status, body) = use_assertion(base, assertion).await.unwrap();
        assert_eq!(status, 401, "an assertion is accepted twice: {body}");
    }
    for id in &known.consents {
        let given = plain().get(format!("{base}/_mock/consents")).query(&[("user", format!("{id}@x.test"))]);
        let given: Value = given.send().await.unwrap().json().await.unwrap();
        assert_eq!(given, json!([{"client": PARTNER, "server": "default", "scope": SCOPE}]), "a consent is lost");
    }
    for sign_in in &known.sign_ins {
        sign_in.check(base).await;
    }
    for uri in &known.pushed {
        let query = [("client_id", WEB), ("request_uri", uri)];
        let page = plain().get(format!("{base}/oauth2/default/v1/authorize")).query(&query).send().await.unwrap();
        assert_eq!(page.status(), 200, "a pushed request is lost");
    }
    for token in &known.revoked {
        let service =
            Some(("0oamarketservice05d7", "mock-secret-service-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG"));
        let introspect = format!("{base}/oauth2/default/v1/introspect");
        let (_, body) = form(introspect, service, &[("token", token)]).await.unwrap();
        assert_eq!(body, json!({"active": false}), "a revoked token is active again");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_before_a_kill_is_there_after_it_and_used_up_once() {
    let dir = tempfile::tempdir().unwrap();
    let kills = std::env::var("KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let (mut running, mut base) = start(dir.path());
    let mut earlier = Acknowledged::default();
    for kill in 0..kills {
        let known = Arc::new(Mutex::new(Acknowledged::default()));
        let mut clients = JoinSet::new();
        for client in 0..CLIENTS {
            clients.spawn(load(base.clone(), format!("k{kill}-c{client}"), Arc::clone(&known)));
        }
        let wanted = REQUESTS + 7 * kill;
        while known.lock().count() < wanted {
            assert_eq!(clients.len(), CLIENTS);
            if let Some(ended) = clients.try_join_next() {
                panic!("the mock does not answer: {ended:?}");
            }
            tokio::task::yield_now().await;
        }
        // SIGKILL.
        running.child.kill().unwrap();
        running.child.wait().unwrap();
        clients.join_all().await;
        (running, base) = start(dir.path());
        let known = std::mem::take(&mut *known.lock());
        assert!(known.count() >= wanted);
        check(&base, &known).await;
        // What a check uses up, or what ends before a long run does, is checked once.
        earlier.add(Acknowledged { device_codes: Vec::new(), pushed: Vec::new(), sign_ins: Vec::new(), ..known });
    }
    check(&base, &earlier).await;
    println!("{kills} kills; checked again at the end: {:?}", earlier.counts());
}

#[test]
fn a_second_mock_with_the_same_state_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (_running, _) = start(dir.path());
    let mut second: Command = program(dir.path());
    let ended = second.args(["--port", "0", "--state"]).arg(dir.path().join("state")).output().unwrap();
    assert_eq!(ended.status.code(), Some(5));
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(said.contains("another mock-idp uses the state in "), "{said}");
}
