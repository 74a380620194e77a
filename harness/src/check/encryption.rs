//! Encrypted tokens (RFC 7516).

use super::checks;
use crate::record::Recorder;
use crate::wire::jwe::Jwe;

checks! {
    COMPACT = Must "encryption.compact", "The ID token is encrypted, in compact form", ["OIDC Core 2", "RFC 7516 7.1", "Okta: manage keys"];
    ALGORITHM = Must "encryption.alg", "Its key is encrypted with the registered algorithm", ["OIDC Registration 2", "RFC 7516 4.1.1", "Okta: manage keys"];
    CONTENT = Must "encryption.enc", "Its content is encrypted with A256GCM", ["RFC 7516 4.1.2", "Okta: discovery, id_token_encryption_enc_values_supported"];
    NESTED = Must "encryption.cty", "Its header says that its content is a token", ["RFC 7519 5.2", "OIDC Core 16.14"];
    KEY_ID = Should "encryption.kid", "Its header names the client's key", ["RFC 7516 4.1.6", "OIDC Core 10.2"];
    OPENS = Must "encryption.opens", "The client's private key decrypts it", ["OIDC Core 3.1.3.7 step 1", "RFC 7516 5.2"];
    FRESH = Must "encryption.fresh", "No two tokens share a key or an initialization vector", ["RFC 7516 5.1", "RFC 7518 5.3"];
}

/// The expected encryption of a token.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedEncryption<'a> {
    pub algorithm: &'a str,
    pub kid: &'a str,
    /// The private key of the client in PEM.
    pub private_key: &'a str,
}

/// An encrypted token and the signed token in it.
#[derive(Clone, Debug)]
pub struct Opened {
    pub outside: Jwe,
    pub inside: String,
}

/// Checks an encrypted token. Returns it if the key decrypts it.
pub fn judge(recorder: &Recorder, raw: Option<&str>, expected: ExpectedEncryption<'_>) -> Option<Opened> {
    let parsed = Jwe::parse(raw.unwrap_or_default());
    let reason = parsed.as_ref().err().map(ToString::to_string);
    COMPACT.holds(recorder, parsed.is_ok(), "five parts", reason.as_deref().unwrap_or("five parts"));
    let outside = parsed.ok()?;
    ALGORITHM.equals(recorder, expected.algorithm, outside.header_text("alg"));
    CONTENT.equals(recorder, "A256GCM", outside.header_text("enc"));
    let nested = outside.header_text("cty").is_some_and(|cty| cty.eq_ignore_ascii_case("JWT"));
    NESTED.holds(recorder, nested, "JWT", outside.header_text("cty").unwrap_or("nothing"));
    KEY_ID.equals(recorder, expected.kid, outside.header_text("kid"));
    let inside = outside.open(expected.private_key);
    let reason = inside.as_ref().err().map(ToString::to_string);
    OPENS.holds(recorder, inside.is_ok(), "decrypted", reason.as_deref().unwrap_or("decrypted"));
    Some(Opened { inside: inside.ok()?, outside })
}

/// Checks that two tokens have different keys and initialization vectors.
pub fn fresh(recorder: &Recorder, first: &Jwe, second: &Jwe) {
    let key = first.encrypted_key != second.encrypted_key;
    let vector = first.vector != second.vector;
    let actual = match (key, vector) {
        (true, true) => "both differ",
        (false, _) => "the same encrypted key",
        (true, false) => "the same initialization vector",
    };
    FRESH.holds(recorder, key && vector, "both differ", actual);
}
