//! Encrypted tokens (RFC 7516), read by hand so that each flaw can be told from the others.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::rsa::{
    OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512, OaepPrivateDecryptingKey,
    PrivateDecryptingKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// A compact encrypted token, taken apart and not yet opened.
#[derive(Clone, Debug)]
pub struct Jwe {
    /// The header as it was sent: what the tag vouches for.
    sent: String,
    pub header: Map<String, Value>,
    pub encrypted_key: Vec<u8>,
    pub vector: Vec<u8>,
    content: Vec<u8>,
    tag: Vec<u8>,
}

/// Why a token can't be taken apart or opened.
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
    #[error("the private key does not open the key of the content")]
    ContentKey,
    #[error("the content or its header has been altered")]
    Content,
}

impl Jwe {
    /// Takes a token apart.
    ///
    /// # Errors
    /// When it isn't five parts of base64url, the first of them a JSON object.
    pub fn parse(raw: &str) -> Result<Self, JweError> {
        let parts: Vec<&str> = raw.split('.').collect();
        let [sent, rest @ ..] = parts.as_slice() else { return Err(JweError::Parts(0)) };
        let [encrypted_key, vector, content, tag] = rest else { return Err(JweError::Parts(parts.len())) };
        let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| JweError::Encoding);
        Ok(Self {
            sent: (*sent).to_owned(),
            header: serde_json::from_slice(&bytes(sent)?).map_err(|_| JweError::Header)?,
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

    /// RFC 7516 5.2: what is inside, by a private RSA key in PEM.
    ///
    /// # Errors
    /// When it isn't for that key, or isn't what was encrypted.
    pub fn open(&self, private_key: &str) -> Result<String, JweError> {
        let (algorithm, encryption) = (self.header_text("alg"), self.header_text("enc"));
        let padding = match (algorithm, encryption) {
            (Some("RSA-OAEP-256"), Some("A256GCM")) => &OAEP_SHA256_MGF1SHA256,
            (Some("RSA-OAEP-384"), Some("A256GCM")) => &OAEP_SHA384_MGF1SHA384,
            (Some("RSA-OAEP-512"), Some("A256GCM")) => &OAEP_SHA512_MGF1SHA512,
            _ => {
                let told = |value: Option<&str>| value.unwrap_or("nothing").to_owned();
                return Err(JweError::Algorithms(told(algorithm), told(encryption)));
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
            .open_in_place(vector, Aad::from(self.sent.as_bytes()), &mut content)
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
    fn a_signed_token_is_told_apart() {
        let told = Jwe::parse("e30.e30.eA").map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(told, Err("3 parts instead of 5".to_owned()));
    }

    proptest! {
        #[test]
        fn any_text_is_taken_or_refused(text in ".{0,120}") {
            let _ = Jwe::parse(&text);
        }
    }
}
