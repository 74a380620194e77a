//! Nonces for DPoP proofs (RFC 9449 8), and the key of registration access tokens (RFC 7592 3): derived from one secret of the org.

use mock_idp_core::ledger::LedgerError;
use mock_idp_core::management::clients::RegistrationKey;
use mock_idp_core::tokens::dpop::NonceKey;

use super::{Context, OrgInstance};
use crate::ledger::{LedgerAt, NEVER};

/// The key of the secret's record.
const SECRET: &str = "dpop";

impl OrgInstance {
    /// The nonce for the next proof.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn dpop_nonce(&self) -> Result<String, LedgerError> {
        let now = self.clock.now();
        Ok(key(self, self.ledger.at(now)).await?.current(now))
    }
}

/// The key that nonces are derived with.
pub(super) async fn nonce_key(context: &Context) -> Result<NonceKey, LedgerError> {
    key(&context.instance, context.ledger()).await
}

/// The key that registration access tokens are derived with.
pub(super) async fn registration_key(context: &Context) -> Result<RegistrationKey, LedgerError> {
    Ok(RegistrationKey::new(secret(&context.instance, context.ledger()).await?))
}

async fn key(instance: &OrgInstance, ledger: LedgerAt<'_>) -> Result<NonceKey, LedgerError> {
    Ok(NonceKey::new(secret(instance, ledger).await?))
}

async fn secret(instance: &OrgInstance, ledger: LedgerAt<'_>) -> Result<[u8; 32], LedgerError> {
    loop {
        if let Some(secret) = ledger.nonce_secrets().get(SECRET).await? {
            return Ok(secret);
        }
        ledger.nonce_secrets().put_if_absent(SECRET, instance.nonce_secret, NEVER).await?;
    }
}
