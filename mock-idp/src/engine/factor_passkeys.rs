//! Passkeys in the management API: registration, challenge and answer.

use mock_idp_core::ledger::{OneTimeToken, SentCode};
use mock_idp_core::management::{ApiError, users};
use mock_idp_core::model::{Factor, User};
use mock_idp_core::protocol::webauthn;
use mock_idp_core::sign_in::{PasskeyAssertion, PasskeyRegistration};
use serde_json::Value;

use super::Management;
use super::factor_codes::require_status;

/// Seconds for which a challenge can be answered.
const LIFETIME: i64 = 300;

impl Management {
    /// Completes the registration of a passkey.
    ///
    /// # Errors
    /// There is no such factor, it is active, or the answer is not valid.
    pub(crate) fn register_passkey(
        &self,
        name: &str,
        factor_id: &str,
        registration: PasskeyRegistration<'_>,
    ) -> Result<Value, ApiError> {
        require_status(&self.owned_factor(name, factor_id)?.1, false)?;
        self.change(|change| users::register_passkey(change, name, factor_id, registration))
    }

    /// A challenge for a passkey.
    pub(super) async fn challenge_passkey(&self, user: &User, factor: &Factor) -> Result<Value, ApiError> {
        require_status(factor, true)?;
        let challenge = self.decide(webauthn::new_challenge);
        let expires = self.context.now + LIFETIME;
        let sent = SentCode { hash: OneTimeToken::hash(&challenge), expires, link: None, wrong: 0 };
        self.context.ledger().sent_codes().put(&factor.id, sent, expires).await?;
        Ok(users::passkey_challenge(&self.context.org, self.call(), user, factor, &challenge))
    }

    /// Checks what a passkey answers to its challenge, which is used up by it.
    ///
    /// # Errors
    /// There is no such factor or challenge, or the answer is not valid; or the ledger's store is unavailable.
    pub(crate) async fn use_passkey(
        &self,
        name: &str,
        factor_id: &str,
        assertion: PasskeyAssertion<'_>,
    ) -> Result<(), ApiError> {
        let (_, factor) = self.owned_factor(name, factor_id)?;
        require_status(&factor, true)?;
        let client_data = webauthn::decode("clientData", assertion.client_data).unwrap_or_default();
        let challenge = webauthn::challenge_of(&client_data).unwrap_or_default();
        self.use_sent(&factor, &challenge).await?;
        self.change(|change| users::use_passkey(change, name, factor_id, &challenge, assertion))
    }
}
