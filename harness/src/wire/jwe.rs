//! Encrypted tokens (RFC 7516), parsed by hand to distinguish all flaws.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::rsa::{
    OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512, OaepPrivateDecryptingKey,
    PrivateDecryptingKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// A compact encrypted token, parsed and not yet decrypted.
#[derive(Clone, Debug)]
pub struct Jwe {
    /// The encoded header, which the tag authenticates.
    encoded_header: String,
    pub header: Map<String, Value>,
    pub encrypted_key: Vec<u8>,
    pub vector: Vec<u8>,
    content: Vec<u8>,
    tag: Vec<u8>,
}

/// Why a token can't be parsed or decrypted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JweError {
    #[error("{0} parts instead of 5")]
    Parts(usize),
    #[error("a part is not base64url")]
    Encoding,
    #[error("the header is not a JSON object")]
    Header,
    #[error("alg {0} and enc {1}")]
    Algorithms(String, String),
    #[error("the private key can't be used")]
    PrivateKey,
    #[error("the private key does not decrypt the content key")]
    ContentKey,
    #[error("the content or the header was changed")]
    Content,
}

impl Jwe {
    /// Parses a token.
    ///
    /// # Errors
    /// When it isn't five parts of base64url, the first of them a JSON object.
    pub fn parse(raw: &str) -> Result<Self, JweError> {
        let parts: Vec<&str> = raw.split('.').collect();
        let [encoded_header, rest @ ..] = parts.as_slice() else { return Err(JweError::Parts(0)) };
        let [encrypted_key, vector, content, tag] = rest else { return Err(JweError::Parts(parts.len())) };
        let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| JweError::Encoding);
        Ok(Self {
            encoded_header: (*encoded_header).to_owned(),
            header: serde_json::from_slice(&bytes(encoded_header)?).map_err(|_| JweError::Header)?,
            encrypted_key: bytes(encrypted_key)?,
            vector: bytes(vector)?,
            content: bytes(content)?,
            tag: bytes(tag)?,
        })
    }

    /// A header member as text.
    #[must_use]
    pub fn header_text(&self, member: &str) -> Option<&str> {
        self.header.get(member).and_then(Value::as_str)
    }

    /// RFC 7516 5.2: decrypts the token with a private RSA key in PEM.
    ///
    /// # Errors
    /// When the token is not for this key or was changed.
    pub fn open(&self, private_key: &str) -> Result<String, JweError> {
        let (algorithm, encryption) = (self.header_text("alg"), self.header_text("enc"));
        let padding = match (algorithm, encryption) {
            (Some("RSA-OAEP-256"), Some("A256GCM")) => &OAEP_SHA256_MGF1SHA256,
            (Some("RSA-OAEP-384"), Some("A256GCM")) => &OAEP_SHA384_MGF1SHA384,
            (Some("RSA-OAEP-512"), Some("A256GCM")) => &OAEP_SHA512_MGF1SHA512,
            _ => {
                let text = |value: Option<&str>| value.unwrap_or("nothing").to_owned();
                return Err(JweError::Algorithms(text(algorithm), text(encryption)));
            }
        };
        let key = decrypting_key(private_key).ok_or(JweError::PrivateKey)?;
        let mut content_key = vec![0; key.min_output_size()];
        let content_key =
            key.decrypt(padding, &self.encrypted_key, &mut content_key, None).map_err(|_| JweError::ContentKey)?;
        let content_key = UnboundKey::new(&AES_256_GCM, content_key).map_err(|_| JweError::ContentKey)?;
        let vector = Nonce::try_assume_unique_for_key(&self.vector).map_err(|_| JweError::Content)?;
        let mut content = [self.content.as_slice(), &self.tag].concat();
        let content = LessSafeKey::new(content_key)
            .open_in_place(vector, Aad::from(self.encoded_header.as_bytes()), &mut content)
            .map_err(|_| JweError::Content)?;
        String::from_utf8(content.to_vec()).map_err(|_| JweError::Content)
    }
}

fn decrypting_key(pem: &str) -> Option<OaepPrivateDecryptingKey> {
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let key = PrivateDecryptingKey::from_pkcs8(&STANDARD.decode(base64).ok()?).ok()?;
    OaepPrivateDecryptingKey::new(key).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_signed_token_is_rejected() {
        let result = Jwe::parse("e30.e30.eA").map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(result, Err("3 parts instead of 5".to_owned()));
    }

    proptest! {
        #[test]
        fn parsing_any_text_does_not_panic(text in ".{0,120}") {
            let _ = Jwe::parse(&text);
        }
    }
}
