//! Nonces for DPoP proofs. RFC 9449 8.

use mock_idp_core::ledger::LedgerError;
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
    pub async fn dpop_nonce(&self) -> Result<String, LedgerError> {
        let now = self.clock.now();
        Ok(key(self, self.ledger.at(now)).await?.current(now))
    }
}

/// The key that nonces are derived with.
pub(super) async fn nonce_key(context: &Context) -> Result<NonceKey, LedgerError> {
    key(&context.instance, context.ledger()).await
}

async fn key(instance: &OrgInstance, ledger: LedgerAt<'_>) -> Result<NonceKey, LedgerError> {
    loop {
        if let Some(secret) = ledger.nonce_secrets().get(SECRET).await? {
            return Ok(NonceKey::new(secret));
        }
        ledger.nonce_secrets().put_if_absent(SECRET, instance.nonce_secret, NEVER).await?;
    }
}
