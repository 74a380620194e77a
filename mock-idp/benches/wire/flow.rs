//! The code + PKCE flow of a browser app: authorize, sign-in form, token. Three requests, two signatures.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::client::Connection;

const CLIENT: &str = "0oamarketspa000005d7";
const CALLBACK: &str = "http%3A%2F%2Flocalhost%3A7803%2Fcallback";
// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// How many flows run at the same time.
pub(crate) const CONNECTIONS: usize = 16;

pub(crate) struct Tokens {
    pub(crate) access: String,
}

pub(crate) fn authorize_path() -> String {
    format!(
        "/oauth2/default/v1/authorize?client_id={CLIENT}&redirect_uri={CALLBACK}&response_type=code&scope=openid%20products:read\
         &state=s&nonce=n&code_challenge={CHALLENGE}&code_challenge_method=S256"
    )
}

/// One flow. Returns the body of the token response.
async fn once(connection: &mut Connection) -> String {
    let code = sign_in(connection, &authorize_path()).await;
    let form = format!(
        "grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}&code_verifier={VERIFIER}&client_id={CLIENT}"
    );
    let answer = connection.post("/oauth2/default/v1/token", "", &form).await;
    assert_eq!(answer.status, 200);
    answer.body
}

/// Authorizes with the sign-in form. Returns the code.
async fn sign_in(connection: &mut Connection, path: &str) -> String {
    let page = connection.get(path, "").await;
    assert_eq!(page.status, 200);
    let cookie = page.header("set-cookie").and_then(|line| line.split(';').next()).unwrap().to_owned();
    let handle = between(&page.body, "name=\"stateHandle\" value=\"", '"');
    let form = format!("stateHandle={handle}&identifier=buyer%40example.test&credentials.passcode=Passw0rd%21");
    let signed_in = connection.post("/signin/sign-in", &format!("cookie: {cookie}\r\n"), &form).await;
    assert_eq!(signed_in.status, 302);
    between(signed_in.header("location").unwrap(), "code=", '&').to_owned()
}

fn between<'a>(text: &'a str, before: &str, end: char) -> &'a str {
    let rest = text.split_once(before).unwrap().1;
    rest.split(end).next().unwrap()
}

/// The form of a refresh that can be repeated: the client's refresh tokens do not rotate.
pub(crate) async fn refresh(port: u16) -> String {
    const WEB: &str =
        "client_id=0oamarketweb000005d7&client_secret=mock-secret-web-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK";
    let path = format!(
        "/oauth2/default/v1/authorize?client_id=0oamarketweb000005d7&redirect_uri={CALLBACK}&response_type=code\
         &scope=openid%20offline_access%20products:read&state=s&nonce=n"
    );
    let mut connection = Connection::open(port).await;
    let code = sign_in(&mut connection, &path).await;
    let form = format!("grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}&{WEB}");
    let answer = connection.post("/oauth2/default/v1/token", "", &form).await;
    assert_eq!(answer.status, 200);
    let token = between(&answer.body, "\"refresh_token\":\"", '"');
    format!("grant_type=refresh_token&refresh_token={token}&{WEB}")
}

/// An access token with `openid`, to be verified repeatedly.
pub(crate) async fn tokens(port: u16) -> Tokens {
    let body = once(&mut Connection::open(port).await).await;
    Tokens { access: between(&body, "\"access_token\":\"", '"').to_owned() }
}

/// Runs a number of flows.
pub(crate) async fn run(port: u16, count: usize) {
    let workers = (0..CONNECTIONS).map(|_| {
        tokio::spawn(async move {
            let mut connection = Connection::open(port).await;
            for _ in 0..count / CONNECTIONS {
                once(&mut connection).await;
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
}

/// The server under measurement.
#[derive(Clone, Copy)]
enum Measured {
    Mock,
    Ceiling,
}

/// Flows a second against mocks, each flow at one of them, with so many flows at the same time.
pub(crate) async fn per_second(ports: &[u16], connections: usize) -> f64 {
    measure(ports, connections, Measured::Mock).await
}

/// The same three requests against the ceiling.
pub(crate) async fn ceiling_per_second(port: u16) -> f64 {
    measure(&[port], CONNECTIONS, Measured::Ceiling).await
}

async fn step(subject: Measured, connection: &mut Connection) {
    match subject {
        Measured::Mock => drop(once(connection).await),
        Measured::Ceiling => {
            connection.get("/page", "").await;
            connection.post("/sign-in", "", "identifier=buyer&credentials.passcode=x").await;
            connection.post("/two-tokens", "", "grant_type=authorization_code").await;
        }
    }
}

async fn measure(ports: &[u16], connections: usize, subject: Measured) -> f64 {
    let (done, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let begun = Instant::now();
    let workers = (0..connections).map(|number| {
        let (done, stop, port) = (Arc::clone(&done), Arc::clone(&stop), ports[number % ports.len()]);
        tokio::spawn(async move {
            let mut connection = Connection::open(port).await;
            while !stop.load(Ordering::Relaxed) {
                step(subject, &mut connection).await;
                done.fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    let workers: Vec<_> = workers.collect();
    #[expect(clippy::disallowed_methods, reason = "the span that is measured")]
    tokio::time::sleep(Duration::from_secs(5)).await;
    stop.store(true, Ordering::Relaxed);
    for worker in workers {
        worker.await.unwrap();
    }
    done.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64()
}
