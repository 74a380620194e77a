//! The baseline: a bare axum server with one key, which shows what this machine can do at best.

use std::io::Write as _;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, UnparsedPublicKey,
};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

struct Held {
    discovery: Bytes,
    keys: Bytes,
    page: Bytes,
    pair: KeyPair,
    random: SystemRandom,
    signed: (Vec<u8>, Vec<u8>),
    /// Public point, message and signature of a proof.
    proved: (Vec<u8>, Vec<u8>, Vec<u8>),
}

const PEM: &str = include_str!("../../../fixtures/keys/default.pem");

/// Serves on the port given, with bodies of the sizes given.
pub(crate) fn serve() {
    let arguments: Vec<String> = std::env::args().skip(2).collect();
    let number = |index: usize| arguments[index].parse::<usize>().unwrap();
    let der = pkcs8();
    let pair = KeyPair::from_pkcs8(&der).unwrap();
    let random = SystemRandom::new();
    let message = vec![b'x'; arguments[4].len().max(400)];
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &random, &message, &mut signature).unwrap();
    let held = Arc::new(Held {
        discovery: vec![b'x'; number(1)].into(),
        keys: vec![b'x'; number(2)].into(),
        page: vec![b'x'; number(3)].into(),
        pair,
        random,
        signed: (message, signature),
        proved: proved(),
    });
    let port = u16::try_from(number(0)).unwrap();
    let routes = Router::new()
        .route("/discovery", get(async |State(held): State<Arc<Held>>| json(held.discovery.clone())))
        .route("/keys", get(cached).post(cached))
        .route("/page", get(async |State(held): State<Arc<Held>>| json(held.page.clone())))
        .route("/sign-in", post(async |_: Bytes| (StatusCode::FOUND, [(header::LOCATION, "http://localhost/?code=x")])))
        .route("/token", post(async |State(held): State<Arc<Held>>, _: Bytes| signed(&held, 1)))
        .route("/two-tokens", post(async |State(held): State<Arc<Held>>, _: Bytes| signed(&held, 2)))
        .route("/prove", post(prove))
        .route("/verify", get(verified).post(verified))
        .with_state(held);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        println!("READY");
        std::io::stdout().flush().unwrap();
        axum::serve(listener, routes).await.unwrap();
    });
}

async fn cached(State(held): State<Arc<Held>>, _: Bytes) -> Response {
    json(held.keys.clone())
}

async fn verified(State(held): State<Arc<Held>>, _: Bytes) -> Response {
    let public = aws_lc_rs::signature::KeyPair::public_key(&held.pair);
    let key = UnparsedPublicKey::new(&aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256, public.as_ref());
    key.verify(&held.signed.0, &held.signed.1).unwrap();
    json(held.keys.clone())
}

/// The work of a bound token: verify the proof, sign the token.
async fn prove(State(held): State<Arc<Held>>, _: Bytes) -> Response {
    let (point, message, signature) = &held.proved;
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).unwrap();
    signed(&held, 1)
}

fn proved() -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let message = vec![b'x'; 400];
    let signature = pair.sign(&SystemRandom::new(), &message).unwrap();
    let point = aws_lc_rs::signature::KeyPair::public_key(&pair).as_ref().to_vec();
    (point, message, signature.as_ref().to_vec())
}

fn json(body: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn signed(held: &Held, count: usize) -> Response {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let mut body = String::with_capacity(2048);
    for _ in 0..count {
        let mut signature = vec![0; held.pair.public_modulus_len()];
        held.pair.sign(&RSA_PKCS1_SHA256, &held.random, &held.signed.0, &mut signature).unwrap();
        URL_SAFE_NO_PAD.encode_string(&signature, &mut body);
    }
    json(body.into())
}

/// The key's PKCS#8 bytes.
fn pkcs8() -> Vec<u8> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let encoded: String = PEM.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(encoded).unwrap()
}
