//! An authenticator in software, which can also forge what it answers. WebAuthn Level 2, 6 and 8.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

pub(crate) const PRESENT: u8 = 1;
pub(crate) const VERIFIED: u8 = 1 << 2;
pub(crate) const BACKED_UP: u8 = 1 << 4;
pub(crate) const HAS_CREDENTIAL: u8 = 1 << 6;
pub(crate) const HAS_EXTENSIONS: u8 = 1 << 7;

pub(crate) const AAGUID: [u8; 16] = *b"software-authent";

/// One credential.
pub(crate) struct Authenticator {
    pub(crate) key: EcdsaKeyPair,
    pub(crate) id: Vec<u8>,
}

/// What a registration is made of.
pub(crate) struct Registration {
    pub(crate) client_data: Value,
    pub(crate) rp_id: String,
    pub(crate) flags: u8,
    pub(crate) sign_count: u32,
    pub(crate) credential_id: Vec<u8>,
    /// A COSE key.
    pub(crate) key: Vec<u8>,
    /// What follows the key.
    pub(crate) rest: Vec<u8>,
    pub(crate) format: String,
    pub(crate) statement: Statement,
}

pub(crate) enum Statement {
    /// An empty one.
    Empty,
    /// Any bytes.
    Raw(Vec<u8>),
    /// `packed`, signed by the credential, with this number of an algorithm.
    SelfSigned(i64),
    /// `packed`, signed by the key of a certificate.
    Certified(Box<rcgen::KeyPair>, Vec<u8>),
}

/// What an assertion is made of.
pub(crate) struct Assertion {
    pub(crate) client_data: Value,
    pub(crate) rp_id: String,
    pub(crate) flags: u8,
    pub(crate) sign_count: u32,
    /// What follows the counter.
    pub(crate) rest: Vec<u8>,
    pub(crate) user_handle: Option<String>,
    /// Whether another message is signed.
    pub(crate) signs_another_message: bool,
}

impl Authenticator {
    pub(crate) fn new(id: &[u8]) -> Self {
        Self { key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap(), id: id.to_vec() }
    }

    /// The answer to `activationData` on a page of this origin.
    pub(crate) fn register(&self, options: &Value, origin: &str) -> Value {
        self.forge_registration(options, origin, |_| {})
    }

    /// The same with changes.
    pub(crate) fn forge_registration(
        &self,
        options: &Value,
        origin: &str,
        change: impl FnOnce(&mut Registration),
    ) -> Value {
        let point = &self.key.public_key().as_ref()[1..];
        let (x, y) = point.split_at(32);
        let mut made = Registration {
            client_data: client_data("webauthn.create", options, origin),
            rp_id: host(origin),
            flags: PRESENT | HAS_CREDENTIAL,
            sign_count: 0,
            credential_id: self.id.clone(),
            key: map(&[
                (int(1), int(2)),
                (int(3), int(-7)),
                (int(-1), int(1)),
                (int(-2), bytes(x)),
                (int(-3), bytes(y)),
            ]),
            rest: Vec::new(),
            format: "none".to_owned(),
            statement: Statement::Empty,
        };
        change(&mut made);
        let client_data = made.client_data.to_string();
        let mut data = [digest(&SHA256, made.rp_id.as_bytes()).as_ref(), &[made.flags]].concat();
        data.extend(made.sign_count.to_be_bytes());
        if made.flags & HAS_CREDENTIAL != 0 {
            data.extend(AAGUID);
            data.extend(u16::try_from(made.credential_id.len()).unwrap().to_be_bytes());
            data.extend([made.credential_id, made.key].concat());
        }
        data.extend(made.rest);
        let signed = [&*data, digest(&SHA256, client_data.as_bytes()).as_ref()].concat();
        let statement = match made.statement {
            Statement::Empty => map(&[]),
            Statement::Raw(bytes) => bytes,
            Statement::SelfSigned(algorithm) => {
                map(&[(text("alg"), int(algorithm)), (text("sig"), bytes(&self.sign(&signed)))])
            }
            Statement::Certified(key, certificate) => {
                let signature = rcgen::SigningKey::sign(&*key, &signed).unwrap();
                let chain = [head(4, 1), bytes(&certificate)].concat();
                map(&[(text("alg"), int(-7)), (text("sig"), bytes(&signature)), (text("x5c"), chain)])
            }
        };
        let object =
            map(&[(text("fmt"), text(&made.format)), (text("attStmt"), statement), (text("authData"), bytes(&data))]);
        // Okta: the widgets write standard base64, the SDK that of URLs.
        json!({
            "clientData": STANDARD.encode(client_data), "attestation": URL_SAFE_NO_PAD.encode(object),
            "transports": r#"["internal","hybrid","unknown"]"#,
        })
    }

    /// The answer to `challengeData` on a page of this origin.
    pub(crate) fn assert(&self, options: &Value, origin: &str, sign_count: u32) -> Value {
        self.forge_assertion(options, origin, |made| made.sign_count = sign_count)
    }

    /// The same with changes.
    pub(crate) fn forge_assertion(&self, options: &Value, origin: &str, change: impl FnOnce(&mut Assertion)) -> Value {
        let mut made = Assertion {
            client_data: client_data("webauthn.get", options, origin),
            rp_id: host(origin),
            flags: PRESENT,
            sign_count: 0,
            rest: Vec::new(),
            user_handle: None,
            signs_another_message: false,
        };
        change(&mut made);
        let client_data = made.client_data.to_string();
        let mut data = [digest(&SHA256, made.rp_id.as_bytes()).as_ref(), &[made.flags]].concat();
        data.extend(made.sign_count.to_be_bytes());
        data.extend(made.rest);
        let hash = digest(&SHA256, client_data.as_bytes());
        let signed = if made.signs_another_message { &b"another message"[..] } else { hash.as_ref() };
        let mut answer = json!({
            "clientData": STANDARD.encode(client_data), "authenticatorData": URL_SAFE_NO_PAD.encode(&data),
            "signatureData": STANDARD.encode(self.sign(&[&*data, signed].concat())),
        });
        if let Some(handle) = made.user_handle {
            answer["userHandle"] = handle.into();
        }
        answer
    }

    /// The public key as a JSON Web Key.
    pub(crate) fn jwk(&self) -> Value {
        let (x, y) = self.key.public_key().as_ref()[1..].split_at(32);
        json!({ "kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y) })
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
    }
}

/// What a browser says about a ceremony.
fn client_data(kind: &str, options: &Value, origin: &str) -> Value {
    json!({ "type": kind, "challenge": options["challenge"], "origin": origin, "crossOrigin": false })
}

fn host(origin: &str) -> String {
    url::Url::parse(origin).unwrap().host_str().unwrap().to_owned()
}

/// The head of an item of CBOR. RFC 8949 3.
pub(crate) fn head(major: u8, argument: usize) -> Vec<u8> {
    match u8::try_from(argument) {
        Ok(short) if short < 24 => vec![major << 5 | short],
        Ok(byte) => vec![major << 5 | 24, byte],
        Err(_) => [vec![major << 5 | 25], u16::try_from(argument).unwrap().to_be_bytes().to_vec()].concat(),
    }
}

pub(crate) fn int(number: i64) -> Vec<u8> {
    let argument = if number < 0 { -1 - number } else { number };
    head(u8::from(number < 0), usize::try_from(argument).unwrap())
}

pub(crate) fn bytes(bytes: &[u8]) -> Vec<u8> {
    [head(2, bytes.len()), bytes.to_vec()].concat()
}

pub(crate) fn text(text: &str) -> Vec<u8> {
    [head(3, text.len()), text.as_bytes().to_vec()].concat()
}

pub(crate) fn map(members: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let encoded = members.iter().flat_map(|(key, value)| [key.clone(), value.clone()].concat());
    head(5, members.len()).into_iter().chain(encoded).collect()
}
