//! What is wrong with one published key (RFC 7517, RFC 7518 6, RFC 8037).

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ParsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

/// The members that a key of this type must have.
const fn required(kty: &str) -> Option<&'static [&'static str]> {
    match kty.as_bytes() {
        b"RSA" => Some(&["n", "e"]),
        b"EC" => Some(&["crv", "x", "y"]),
        b"OKP" => Some(&["crv", "x"]),
        _ => None,
    }
}

const CURVES: &[(&str, &[&str])] =
    &[("EC", &["P-256", "P-384", "P-521", "secp256k1"]), ("OKP", &["Ed25519", "Ed448", "X25519", "X448"])];

/// The algorithms of RFC 7518, RFC 8037, RFC 8812 and RFC 9864.
const ALGORITHMS: &[&str] = &[
    "HS256",
    "HS384",
    "HS512",
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES256K",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
    "Ed448",
    "RSA1_5",
    "RSA-OAEP",
    "RSA-OAEP-256",
    "RSA-OAEP-384",
    "RSA-OAEP-512",
    "A128KW",
    "A192KW",
    "A256KW",
    "dir",
    "ECDH-ES",
    "ECDH-ES+A128KW",
    "ECDH-ES+A192KW",
    "ECDH-ES+A256KW",
    "A128GCMKW",
    "A192GCMKW",
    "A256GCMKW",
];

fn text<'a>(key: &'a Value, name: &str) -> Option<&'a str> {
    key.get(name)?.as_str()
}

/// The first member that is missing, or what the key is instead of an object with a type.
pub(super) fn incomplete(key: &Value) -> Option<String> {
    if !key.is_object() {
        return Some(format!("{key} instead of an object"));
    }
    let Some(kty) = text(key, "kty").filter(|kty| !kty.is_empty()) else { return Some("a key without kty".to_owned()) };
    let missing = required(kty)?.iter().find(|name| key.get(**name).is_none())?;
    Some(format!("{kty} key without {missing}"))
}

/// The first member of the key material that is not base64url without padding.
pub(super) fn badly_encoded(key: &Value) -> Option<String> {
    let material = required(text(key, "kty")?)?.iter().filter(|name| **name != "crv");
    let decodes = |value: &Value| value.as_str().is_some_and(|part| bytes(part).is_some_and(|bytes| !bytes.is_empty()));
    let wrong = material.filter_map(|name| Some((name, key.get(*name)?))).find(|(_, value)| !decodes(value))?;
    Some(format!("{} {}", wrong.0, wrong.1))
}

/// The type, curve or algorithm of the key, if it is unknown.
pub(super) fn unknown(key: &Value) -> Option<String> {
    let kty = text(key, "kty")?;
    if required(kty).is_none() && kty != "oct" {
        return Some(format!("kty {kty}"));
    }
    let curve = text(key, "crv").filter(|crv| curves(kty).is_some_and(|known| !known.contains(crv)));
    let algorithm = text(key, "alg").filter(|alg| !ALGORITHMS.contains(alg));
    curve.map(|crv| format!("crv {crv}")).or_else(|| algorithm.map(|alg| format!("alg {alg}")))
}

fn curves(kty: &str) -> Option<&'static [&'static str]> {
    CURVES.iter().find(|(known, _)| *known == kty).map(|(_, curves)| *curves)
}

/// Why a complete key of a known type and curve cannot be used.
pub(super) fn unusable(key: &Value) -> Option<String> {
    if unknown(key).is_some() || incomplete(key).is_some() || badly_encoded(key).is_some() {
        return None;
    }
    let part = |name: &str| text(key, name).and_then(bytes).unwrap_or_default();
    let texts = ["kid", "use", "alg", "crv", "x5u", "x5t", "x5t#S256"];
    if let Some(name) = texts.iter().find(|name| key.get(**name).is_some_and(|value| !value.is_string())) {
        return Some(format!("{name} is {}", key[*name]));
    }
    let list = |name: &str| {
        key.get(name).is_none_or(|value| value.as_array().is_some_and(|all| all.iter().all(Value::is_string)))
    };
    if let Some(name) = ["key_ops", "x5c"].iter().find(|name| !list(name)) {
        return Some(format!("{name} is {}", key[*name]));
    }
    let material = match (text(key, "kty")?, text(key, "crv")) {
        ("RSA", _) => {
            let (n, e) = (part("n"), part("e"));
            // An even modulus or exponent has no inverse; the smallest exponent is 3.
            let odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
            odd(&n) && odd(&e) && e != [1] && n.len() > e.len()
        }
        ("EC", Some("P-256")) => {
            ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point(&part("x"), &part("y"), 32)).is_ok()
        }
        ("EC", Some("P-384")) => {
            ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point(&part("x"), &part("y"), 48)).is_ok()
        }
        ("EC", Some("P-521")) => {
            ParsedPublicKey::new(&ECDSA_P521_SHA512_FIXED, point(&part("x"), &part("y"), 66)).is_ok()
        }
        ("EC", _) => part("x").len() == 32 && part("y").len() == 32,
        ("OKP", Some("Ed25519" | "X25519")) => part("x").len() == 32,
        ("OKP", Some("X448")) => part("x").len() == 56,
        ("OKP", _) => part("x").len() == 57,
        _ => true,
    };
    if !material {
        return Some("the key material does not fit the type and curve".to_owned());
    }
    certificates(key)
}

/// What is wrong with the certificates of the key (RFC 7517 4.7): base64 of DER, the first one with this key.
fn certificates(key: &Value) -> Option<String> {
    let chain = key.get("x5c")?.as_array()?;
    if chain.is_empty() {
        return Some("x5c is empty".to_owned());
    }
    let decode =
        |value: &Value| STANDARD.decode(value.as_str().unwrap_or_default()).ok().filter(|der| is_sequence(der));
    let Some(all) = chain.iter().map(decode).collect::<Option<Vec<_>>>() else {
        return Some("x5c has something else than certificates".to_owned());
    };
    // The modulus or the coordinate is part of the certificate's public key as it is.
    let material = bytes(text(key, if text(key, "kty") == Some("RSA") { "n" } else { "x" })?)?;
    let first = all.first()?;
    (!first.windows(material.len()).any(|window| window == material))
        .then(|| "the first certificate of x5c has another key".to_owned())
}

/// Whether it is one DER sequence and nothing else (X.690 8.1).
fn is_sequence(der: &[u8]) -> bool {
    let Some((0x30, rest)) = der.split_first().map(|(tag, rest)| (*tag, rest)) else { return false };
    match rest.split_first() {
        Some((short @ ..0x80, content)) => content.len() == usize::from(*short),
        Some((long, content)) => {
            let count = usize::from(long & 0x7f);
            let length =
                content.get(..count).map(|octets| octets.iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet)));
            count > 0 && count <= 4 && length.is_some_and(|length| content.len() == count + length)
        }
        None => false,
    }
}

/// SEC 1 2.3.3: the uncompressed point. RFC 7518 6.2.1.2: each coordinate has the full length of the curve.
fn point(x: &[u8], y: &[u8], length: usize) -> Vec<u8> {
    if x.len() != length || y.len() != length {
        return Vec::new();
    }
    [&[4], x, y].concat()
}

/// The size of an RSA modulus or an elliptic curve in bits.
pub(super) fn bits(key: &Value) -> Option<usize> {
    match (text(key, "kty")?, text(key, "crv")) {
        ("RSA", _) => {
            let n = bytes(text(key, "n")?)?;
            let zeros = n.iter().take_while(|octet| **octet == 0).count();
            let first = n.get(zeros)?.leading_zeros() as usize;
            Some((n.len() - zeros) * 8 - first)
        }
        (_, Some("P-256" | "secp256k1" | "Ed25519" | "X25519")) => Some(256),
        (_, Some("P-384")) => Some(384),
        (_, Some("P-521")) => Some(521),
        _ => None,
    }
}

fn bytes(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}
