//! The signing keys of an authorization server.

use serde::{Deserialize, Serialize};

/// Which keys a server has, between two rotations. Okta: ACTIVE signs, NEXT is published ahead so that caches know it in time,
/// EXPIRED still verifies.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct KeyRecord {
    pub active: KeyMaterial,
    /// Signs the access tokens of the org server instead of the active key.
    pub access: Option<KeyMaterial>,
    /// Absent where no key is published ahead: generating one takes too long for a server that may never rotate.
    pub next: Option<KeyMaterial>,
    pub retired: Option<KeyMaterial>,
    /// Seconds since 1970.
    pub last_rotated: i64,
}

/// A private key.
#[derive(Clone, Eq, PartialEq, Serialize, Deserialize)]
pub enum KeyMaterial {
    /// One of the keys that come with the mock, by its position.
    Fixture(usize),
    /// PKCS#8.
    Pem(String),
}

/// Without the key.
impl std::fmt::Debug for KeyMaterial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fixture(position) => write!(f, "Fixture({position})"),
            Self::Pem(_) => f.write_str("Pem(…)"),
        }
    }
}

impl KeyRecord {
    /// The record after a rotation: `active` is the previous NEXT, ACTIVE becomes EXPIRED.
    #[must_use]
    pub fn rotated(&self, active: KeyMaterial, next: KeyMaterial, at: i64) -> Self {
        Self {
            active,
            // The org server's second key is not published, so that no client would notice its rotation.
            access: self.access.clone(),
            next: Some(next),
            retired: Some(self.active.clone()),
            last_rotated: at,
        }
    }

    /// The record without the key that signed until the last rotation.
    #[must_use]
    pub fn without_retired(self) -> Self {
        Self { retired: None, ..self }
    }
}
