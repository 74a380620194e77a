//! The members of keys in answers.

use serde_json::{Map, Value, json};

use crate::management::ApiError;
use crate::moment::timestamp;
use crate::protocol::certificate::{CertifiedKey, X509Certificate};

/// The members of a key that its certificate gives. Okta: the certificate as it was written.
pub(super) fn certified(certificate: &X509Certificate, x5c: &[String]) -> Map<String, Value> {
    let mut members = key_members(&certificate.key);
    members.insert("expiresAt".to_owned(), timestamp(certificate.not_after).into());
    members.insert("use".to_owned(), "sig".into());
    members.insert("x5c".to_owned(), json!(x5c));
    members.insert("x5t#S256".to_owned(), certificate.thumbprint().into());
    members
}

pub(super) fn key_members(key: &CertifiedKey) -> Map<String, Value> {
    let members = match key {
        CertifiedKey::Rsa { n, e } => json!({ "kty": "RSA", "e": e, "n": n }),
        CertifiedKey::Ec { crv, x, y } => json!({ "kty": "EC", "crv": crv, "x": x, "y": y }),
    };
    members.as_object().cloned().unwrap_or_default()
}

/// The members of these names, as far as they are there.
pub(super) fn shown(members: &Map<String, Value>, names: &[&str]) -> Value {
    let shown = names.iter().filter_map(|name| Some(((*name).to_owned(), members.get(*name)?.clone())));
    Value::Object(shown.collect())
}

pub(super) fn invalid_certificate(field: &str) -> ApiError {
    ApiError::invalid(field, "The field has an invalid value")
}
