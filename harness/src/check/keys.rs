//! Published keys (RFC 7517, RFC 7518 6.3).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{checks, published_key};
use crate::record::Recorder;
use crate::wire::Reply;
use crate::wire::error::summary;
use crate::wire::keys::KeySet;

checks! {
    STATUS = Must "keys.status", "The key set is served as JSON", ["RFC 7517 5", "OIDC Discovery 3"];
    FETCHED = Must "keys.fetched", "The key set is served with status 200", ["RFC 9110 15.3.1", "OIDF oidcc-server"];
    NOT_EMPTY = Must "keys.not-empty", "It has one to three keys", ["Okta: key rotation", "OIDC Core 10.1.1"];
    IDS = Must "keys.ids", "Every key has an id of its own", ["RFC 7517 4.5", "OIDF oidcc-discovery-endpoint-verification"];
    PUBLIC = Must "keys.public", "No key has a private member", ["RFC 7517 9.2", "OIDF oidcc-discovery-endpoint-verification"];
    ENCODING = Must "keys.encoding", "Key material is base64url without padding", ["RFC 7518 6.3.1", "RFC 7517 4.1", "OIDF oidcc-server"];
    COMPLETE = Must "keys.complete", "It is a list of keys, each with its type and the members of that type", ["RFC 7517 5", "RFC 7518 6", "OIDF oidcc-server"];
    VALID = Must "keys.valid", "Key material, certificates and other members fit the type of the key", ["RFC 7518 6", "RFC 7517 4.7", "OIDF oidcc-server"];
    LENGTH = Must "keys.length", "RSA keys have at least 2048 bits, elliptic curves at least 224", ["FAPI 2 Security Profile 5.4.1", "OIDF fapi2-security-profile-final-happy-flow"];
    KINDS = Should "keys.kinds", "Every key has a known type, curve and algorithm", ["RFC 7518 6.1", "OIDF oidcc-server"];
    USABLE = Must "keys.usable", "Every key is an RSA key for signatures with a modulus of 2048 bits or more", ["RFC 7518 6.3.1", "Okta: /keys"];
    ORDER = May "keys.order", "The members come in Okta's order", ["Okta: /keys, response example"];
    CACHED = Should "keys.cached", "The key set may be cached", ["Okta: /keys", "OIDC Core 10.1.1"];
}

/// Members that only a private or a symmetric key has.
const PRIVATE: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Checks a key set against the rules for any relying party.
pub fn standard(recorder: &Recorder, set: &KeySet) {
    let listed = set.raw.get("keys").and_then(Value::as_array);
    let keys: &[Value] = listed.map(Vec::as_slice).unwrap_or_default();
    let incomplete = keys.iter().find_map(published_key::incomplete);
    let incomplete = incomplete.or_else(|| listed.is_none().then(|| "no list of keys".to_owned()));
    COMPLETE.absent(recorder, "incomplete key", incomplete.as_deref());
    let ids: BTreeSet<&str> =
        keys.iter().filter_map(|key| key.get("kid")?.as_str()).filter(|id| !id.trim().is_empty()).collect();
    IDS.holds(recorder, ids.len() == keys.len(), format!("{} different ids", keys.len()), ids.len());
    let members = keys.iter().filter_map(Value::as_object).flat_map(Map::keys);
    let private = members.map(String::as_str).find(|name| PRIVATE.contains(name));
    let symmetric = keys.iter().any(|key| key.get("kty") == Some(&Value::from("oct"))).then_some("kty oct");
    PUBLIC.absent(recorder, "private or symmetric member", private.or(symmetric));
    let odd = keys.iter().find_map(published_key::badly_encoded);
    ENCODING.absent(recorder, "member in another encoding", odd.as_deref());
    VALID.absent(recorder, "unusable key", keys.iter().find_map(published_key::unusable).as_deref());
    KINDS.absent(recorder, "key of another kind", keys.iter().find_map(published_key::unknown).as_deref());
}

/// FAPI 2 Security Profile 5.4.1: RSA keys have at least 2048 bits, elliptic curves at least 224.
pub fn long_enough(recorder: &Recorder, set: &KeySet) {
    let keys = set.raw.get("keys").and_then(Value::as_array).into_iter().flatten();
    let short = keys.filter(|key| key.get("use") != Some(&Value::from("enc"))).find_map(|key| {
        let (bits, least) =
            (published_key::bits(key)?, if key.get("kty") == Some(&Value::from("RSA")) { 2048 } else { 224 });
        (bits < least).then(|| format!("{bits} bits"))
    });
    LENGTH.absent(recorder, "short key", short.as_deref());
}

/// Checks a key set.
pub fn judge(recorder: &Recorder, reply: &Reply, speaks_okta: bool) {
    let body: Option<Map<String, Value>> = serde_json::from_str(&reply.body).ok();
    let json = reply.is_json() || reply.media_type() == "application/jwk-set+json";
    let served = reply.status == 200 && json && body.is_some();
    STATUS.holds(recorder, served, "200 application/json", format!("{} {}", summary(reply), reply.content_type()));
    let keys: Vec<Map<String, Value>> = body
        .and_then(|body| body.get("keys").cloned())
        .and_then(|keys| serde_json::from_value(keys).ok())
        .unwrap_or_default();
    NOT_EMPTY.holds(
        recorder,
        (1..=3).contains(&keys.len()) || (!speaks_okta && !keys.is_empty()),
        "1 to 3 keys",
        keys.len(),
    );
    let text =
        |key: &Map<String, Value>, name: &str| key.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let ids: BTreeSet<String> = keys.iter().map(|key| text(key, "kid")).filter(|id| !id.is_empty()).collect();
    IDS.holds(recorder, ids.len() == keys.len(), format!("{} different ids", keys.len()), ids.len());
    let private = keys.iter().flat_map(|key| key.keys()).find(|name| PRIVATE.contains(&name.as_str()));
    PUBLIC.absent(recorder, "private member", private.map(String::as_str));
    let usable = |key: &&Map<String, Value>| {
        // 2048 bits are 256 octets are 342 characters of base64url.
        text(key, "kty") == "RSA"
            && text(key, "use") == "sig"
            && text(key, "n").len() >= 342
            && !text(key, "e").is_empty()
    };
    if speaks_okta {
        let good = keys.iter().filter(usable).count();
        USABLE.holds(recorder, good == keys.len(), format!("{} RSA signature keys", keys.len()), good);
        let order = keys.first().map(|key| key.keys().map(String::as_str).collect::<Vec<_>>().join(" "));
        ORDER.equals(recorder, "kty alg kid use e n", order.as_deref());
        let cached = reply.header("cache-control").unwrap_or_default();
        CACHED.holds(recorder, cached.contains("max-age="), "Cache-Control: max-age=…", cached);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::record::scrub::Scrubber;

    #[test]
    fn an_rsa_key_of_1024_bits_is_too_short() {
        let fails = |octets: usize| {
            let n = "_".repeat(octets * 4 / 3);
            let recorder = Recorder::new(Scrubber::default());
            long_enough(&recorder, &KeySet::from(json!({ "keys": [{ "kty": "RSA", "n": n, "e": "AQAB" }] })));
            recorder.failed()
        };
        assert!(fails(126) && !fails(258));
    }
}
