//! What the authenticator says about a ceremony. WebAuthn 6.1.

use sha2::{Digest as _, Sha256};

use super::cbor::{self, Value};
use super::ceremony::{Ceremony, CeremonyError};

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
/// WebAuthn Level 3, 6.1.
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const HAS_CREDENTIAL: u8 = 1 << 6;
const HAS_EXTENSIONS: u8 = 1 << 7;

pub(super) struct AuthenticatorData<'a> {
    rp_id_hash: [u8; 32],
    flags: u8,
    pub(super) sign_count: u32,
    pub(super) credential: Option<AttestedCredential<'a>>,
}

/// WebAuthn 6.5.1.
pub(super) struct AttestedCredential<'a> {
    pub(super) aaguid: [u8; 16],
    pub(super) id: &'a [u8],
    pub(super) key: Value<'a>,
}

impl<'a> AuthenticatorData<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, CeremonyError> {
        let malformed = CeremonyError::AuthenticatorData;
        let short = || malformed("it is too short");
        let (rp_id_hash, rest) = bytes.split_first_chunk::<32>().ok_or_else(short)?;
        let (&[flags], rest) = rest.split_first_chunk::<1>().ok_or_else(short)?;
        let (sign_count, mut rest) = rest.split_first_chunk::<4>().ok_or_else(short)?;
        let mut credential = None;
        if flags & HAS_CREDENTIAL != 0 {
            let (aaguid, after) = rest.split_first_chunk::<16>().ok_or_else(short)?;
            let (length, after) = after.split_first_chunk::<2>().ok_or_else(short)?;
            let length = usize::from(u16::from_be_bytes(*length));
            let (id, after) = after.split_at_checked(length).ok_or_else(short)?;
            let (key, after) = cbor::read(after).ok_or(malformed("the public key is not CBOR"))?;
            credential = Some(AttestedCredential { aaguid: *aaguid, id, key });
            rest = after;
        }
        if flags & HAS_EXTENSIONS != 0 {
            // WebAuthn 7.1 step 17: none of them is needed, and others are ignored.
            let extensions = cbor::read(rest).filter(|(value, _)| value.map().is_some());
            rest = extensions.ok_or(malformed("the extensions are not a CBOR map"))?.1;
        }
        if !rest.is_empty() {
            return Err(malformed("it is too long"));
        }
        let sign_count = u32::from_be_bytes(*sign_count);
        Ok(Self { rp_id_hash: *rp_id_hash, flags, sign_count, credential })
    }

    pub(super) fn user_verified(&self) -> bool {
        self.flags & USER_VERIFIED != 0
    }

    /// The steps are those of 7.1; those of 7.2 are the same, two numbers later.
    pub(super) fn check(&self, rp_id: &str, ceremony: Ceremony<'_>) -> Result<(), CeremonyError> {
        // WebAuthn 7.1 step 13.
        if self.rp_id_hash.as_slice() != Sha256::digest(rp_id).as_slice() {
            return Err(CeremonyError::RelyingParty);
        }
        // WebAuthn 7.1 step 14.
        if self.flags & USER_PRESENT == 0 {
            return Err(CeremonyError::UserPresence);
        }
        // WebAuthn 7.1 step 15.
        if ceremony.requires_user_verification && !self.user_verified() {
            return Err(CeremonyError::UserVerification);
        }
        // WebAuthn Level 3, 7.1: a credential that is not eligible for backup is not backed up.
        if self.flags & (BACKUP_ELIGIBLE | BACKED_UP) == BACKED_UP {
            return Err(CeremonyError::Backup);
        }
        Ok(())
    }
}
