//! Client credentials bound to a key: a fresh proof with every request, signed before the measurement begins.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::client::Connection;

const CONNECTIONS: usize = 16;
const SPAN: Duration = Duration::from_secs(5);
/// More requests than two cores can answer in the measured time.
const PROOFS: usize = 60_000;
const TOKEN: &str = "/oauth2/default/v1/token";

/// Bound tokens a second against the mock.
pub(crate) async fn per_second(port: u16, form: &str) -> f64 {
    let mut connection = Connection::open(port).await;
    let asked = connection.post(TOKEN, &header(&Signer::new().proof(port, "", 0)), form).await;
    let nonce = asked.header("dpop-nonce").unwrap().to_owned();
    let proofs = proofs(port, &nonce);
    // The first response shows that the measured requests succeed.
    assert_eq!(connection.post(TOKEN, &header(&Signer::new().proof(port, &nonce, 1)), form).await.status, 200);
    measure(port, TOKEN, form, proofs).await
}

/// The same requests against the ceiling: one ES256 verification and one RS256 signature each.
pub(crate) async fn ceiling_per_second(port: u16, form: &str) -> f64 {
    measure(port, "/prove", form, proofs(port, &"x".repeat(43))).await
}

fn header(proof: &str) -> String {
    format!("dpop: {proof}\r\n")
}

struct Signer {
    pair: EcdsaKeyPair,
    header: String,
    random: SystemRandom,
}

impl Signer {
    fn new() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        let header =
            format!(r#"{{"typ":"dpop+jwt","alg":"ES256","jwk":{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"}}}}"#);
        Self { pair, header: URL_SAFE_NO_PAD.encode(header), random: SystemRandom::new() }
    }

    fn proof(&self, port: u16, nonce: &str, number: usize) -> String {
        #[expect(clippy::disallowed_methods, reason = "the program under measurement follows this clock")]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let nonce = if nonce.is_empty() { String::new() } else { format!(r#","nonce":"{nonce}""#) };
        let claims = format!(
            r#"{{"htm":"POST","htu":"http://localhost:{port}{TOKEN}","iat":{now},"jti":"proof-{number}"{nonce}}}"#
        );
        let signed = format!("{}.{}", self.header, URL_SAFE_NO_PAD.encode(claims));
        let signature = self.pair.sign(&self.random, signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// Each call signs with a new key, so that no proof is a replay.
fn proofs(port: u16, nonce: &str) -> Arc<Vec<String>> {
    let signer = Signer::new();
    Arc::new((0..PROOFS).map(|number| header(&signer.proof(port, nonce, number))).collect())
}

async fn measure(port: u16, path: &'static str, form: &str, proofs: Arc<Vec<String>>) -> f64 {
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let workers = (0..CONNECTIONS).map(|_| {
        let (next, proofs, form) = (Arc::clone(&next), Arc::clone(&proofs), form.to_owned());
        tokio::spawn(async move {
            let mut connection = Connection::open(port).await;
            let mut done = 0_u32;
            while begun.elapsed() < SPAN {
                let Some(proof) = proofs.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                assert_eq!(connection.post(path, proof, &form).await.status, 200);
                done += 1;
            }
            done
        })
    });
    let mut done = 0;
    for worker in workers.collect::<Vec<_>>() {
        done += worker.await.unwrap();
    }
    f64::from(done) / begun.elapsed().as_secs_f64()
}
