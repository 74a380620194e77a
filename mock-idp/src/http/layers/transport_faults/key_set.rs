//! Key sets with a defect.

use bytes::Bytes;
use mock_idp_core::tokens::foreign_jwk;
use serde_json::{Value, json};

use crate::faults::KeySetFault;

/// A key set with this defect. Its first key is the one that signs. Anything but a key set stays as it is.
pub(super) fn spoil(fault: KeySetFault, document: Bytes) -> Bytes {
    let Ok(mut parsed) = serde_json::from_slice::<Value>(&document) else { return document };
    let Some(keys) = parsed.get_mut("keys").and_then(Value::as_array_mut).filter(|keys| !keys.is_empty()) else {
        return document;
    };
    match fault {
        KeySetFault::DuplicateKid => {
            let mut other = foreign_jwk().unwrap_or_default();
            other["kid"] = keys[0]["kid"].clone();
            other["alg"] = keys[0]["alg"].clone();
            keys.insert(0, other);
        }
        KeySetFault::MissingKid => {
            for key in keys.iter_mut().filter_map(Value::as_object_mut) {
                key.shift_remove("kid");
            }
        }
        KeySetFault::MissingActive => _ = keys.remove(0),
        KeySetFault::Empty => keys.clear(),
        KeySetFault::UnknownType => keys.insert(0, json!({ "kty": "unknown", "kid": "unknown", "use": "sig" })),
    }
    parsed.to_string().into()
}
