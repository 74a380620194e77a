//! Phones that users add and verify themselves.

use mock_idp_core::ledger::{LedgerError, OneTimeToken, SentCode};
use mock_idp_core::management::{ApiError, my_account};
use mock_idp_core::sign_in;
use serde_json::{Map, Value};

use super::Management;
use crate::ledger::{Batch, Table, Versioned};

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
    /// The user has no such phone, no code was sent, or it is another one; or the ledger's store is unavailable.
    pub(crate) async fn verify_phone(&self, id: &str, code: &str) -> Result<(), ApiError> {
        let table = self.context.ledger().sent_codes();
        let is_right = |sent: &SentCode| sign_in::check_sent(Some(sent), code, self.context.now).is_ok();
        loop {
            let mut sent = Vec::new();
            for factor in self.read(|org, call| my_account::factors_of_phone(org, call, id, None))? {
                let known = table.get_versioned(&factor.id).await?;
                sent.extend(known.map(|known| (factor.id, known)));
            }
            if sent.is_empty() {
                return Err(my_account::no_phone_challenge());
            }
            let mut batch = self.context.ledger().batch();
            let right = sent.iter().find(|(_, known)| is_right(&known.value));
            if let Some((factor, known)) = right {
                self.change(|change| my_account::activate_phone(change, id))?;
                // The code is used up after that, so that it can be entered again if the store fails in between.
                self.instance().settle().await?;
                batch.require_version(table, factor, known.version);
                batch.delete(table, factor);
            } else {
                sent.iter().for_each(|(factor, known)| count_wrong(&mut batch, table, factor, known));
            }
            match batch.commit().await {
                // Another request has used a code, or has had another one sent.
                Err(LedgerError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
                Ok(()) => return if right.is_some() { Ok(()) } else { Err(my_account::wrong_code()) },
            }
        }
    }

    async fn send_own_code(&self, factor_id: &str) -> Result<(), ApiError> {
        let (user, factor) = self.owned_factor("me", factor_id)?;
        self.send_code(&user, &factor, None).await
    }
}

/// Counts a wrong code. The last one that is allowed uses up the right one.
fn count_wrong<'l>(batch: &mut Batch<'l>, table: Table<'l, SentCode>, factor: &str, known: &Versioned<SentCode>) {
    let wrong = known.value.wrong + 1;
    if wrong < OneTimeToken::MAX_WRONG {
        batch.replace(table, factor, known.version, SentCode { wrong, ..known.value.clone() });
    } else {
        batch.require_version(table, factor, known.version);
        batch.delete(table, factor);
    }
}
