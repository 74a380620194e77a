//! Phones that users add and verify themselves.

use mock_idp_core::management::{ApiError, my_account};
use serde_json::{Map, Value};

use super::Management;

impl Management {
    /// Adds a phone, and sends the code that verifies it, if that is asked for.
    ///
    /// # Errors
    /// The user cannot add it, or the ledger's store is unavailable.
    pub(crate) async fn add_phone(&self, body: &Map<String, Value>) -> Result<Value, ApiError> {
        let (shown, sent) = self.change(|change| my_account::add_phone(change, body))?;
        if let Some(factor) = sent {
            self.send_own_code(&factor).await?;
        }
        Ok(shown)
    }

    /// Sends a code to a phone.
    ///
    /// # Errors
    /// The user has no such phone, or it is not used in this way; or the ledger's store is unavailable.
    pub(crate) async fn challenge_phone(&self, id: &str, method: &str) -> Result<Value, ApiError> {
        let factors = self.read(|org, call| my_account::factors_of_phone(org, call, id, Some(method)))?;
        for factor in factors {
            self.send_own_code(&factor.id).await?;
        }
        Ok(my_account::phone_challenge(self.call(), id))
    }

    /// Enters the code that was sent to a phone, which is verified by it.
    ///
    /// # Errors
    /// The user has no such phone, or the code is wrong; or the ledger's store is unavailable.
    pub(crate) async fn verify_phone(&self, id: &str, code: &str) -> Result<(), ApiError> {
        for factor in self.read(|org, call| my_account::factors_of_phone(org, call, id, None))? {
            if self.use_sent(&factor, code).await.is_ok() {
                return self.change(|change| my_account::activate_phone(change, id));
            }
        }
        Err(my_account::wrong_code())
    }

    async fn send_own_code(&self, factor_id: &str) -> Result<(), ApiError> {
        let (user, factor) = self.owned_factor("me", factor_id)?;
        self.send_code(&user, &factor, None).await
    }
}
