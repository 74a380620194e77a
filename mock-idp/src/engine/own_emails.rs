//! Email addresses that users change themselves.

use mock_idp_core::ledger::{EmailAnswer, EmailChallenge, LedgerError, OutgoingMessage, OwnEmails};
use mock_idp_core::management::{ApiError, my_account, users};
use mock_idp_core::model::User;
use serde_json::{Map, Value};

use super::Management;
use crate::ledger::Version;

impl Management {
    /// What is stored of the addresses of the caller.
    ///
    /// # Errors
    /// The caller is not a user, or the ledger's store is unavailable.
    pub(crate) async fn own_emails(&self) -> Result<OwnEmails, ApiError> {
        Ok(self.stored_emails(&self.own_user()?).await?.0)
    }

    /// Adds an address, which is not that of the user until it is verified.
    ///
    /// # Errors
    /// It is not an address, or the user has it; or the ledger's store is unavailable.
    pub(crate) async fn add_email(&self, body: &Map<String, Value>) -> Result<Value, ApiError> {
        let new = self.read(|org, call| my_account::new_email(org, call, body))?;
        let user = self.own_user()?;
        let own = self
            .change_emails(&user, |own| {
                if !own.add(&new.email, new.role) {
                    return Err(my_account::registered(&new.email));
                }
                let sent = new.sends.then(|| self.new_challenge(&user, &new.email));
                Ok(sent.map(|(challenge, message)| {
                    own.challenge(challenge);
                    vec![message, my_account::notice(&user, &new.email)]
                }))
            })
            .await?;
        let shown = self.read(|org, call| my_account::emails(org, call, &own))?;
        let added =
            shown.as_array().into_iter().flatten().find(|shown| shown["profile"]["email"] == new.email.as_str());
        Ok(added.cloned().unwrap_or_default())
    }

    /// # Errors
    /// The user has no such address, or it is verified; or the ledger's store is unavailable.
    pub(crate) async fn remove_email(&self, id: &str) -> Result<(), ApiError> {
        let user = self.own_user()?;
        self.change_emails(&user, |own| {
            let email = self.read(|org, call| my_account::address_of(org, call, own, id))?;
            if own.find(&email).is_none() {
                return Err(my_account::verified_email());
            }
            own.remove(&email);
            Ok(None)
        })
        .await
        .map(drop)
    }

    /// Sends a code to an address.
    ///
    /// # Errors
    /// The user has no such address, or the ledger's store is unavailable.
    pub(crate) async fn challenge_email(&self, id: &str) -> Result<Value, ApiError> {
        let user = self.own_user()?;
        let own = self
            .change_emails(&user, |own| {
                let email = self.read(|org, call| my_account::address_of(org, call, own, id))?;
                let (challenge, message) = self.new_challenge(&user, &email);
                let waits = own.find(&email).is_some();
                own.challenge(challenge);
                Ok(Some(std::iter::once(message).chain(waits.then(|| my_account::notice(&user, &email))).collect()))
            })
            .await?;
        let email = self.read(|org, call| my_account::address_of(org, call, &own, id))?;
        let sent = own.challenges.iter().find(|challenge| challenge.email == email);
        sent.map(|sent| my_account::show_challenge(self.call(), sent)).ok_or_else(|| my_account::unknown_challenge(id))
    }

    /// How far a code is.
    ///
    /// # Errors
    /// There is no such code any more, or the ledger's store is unavailable.
    pub(crate) async fn email_challenge(&self, id: &str, challenge: &str) -> Result<Value, ApiError> {
        let own = self.own_emails().await?;
        let known = self.known_challenge(&own, id, challenge)?;
        Ok(my_account::show_challenge(self.call(), &known))
    }

    /// Enters a code. A new address is that of the user then.
    ///
    /// # Errors
    /// The code is wrong, or cannot be used any more; the user cannot have the address; or the ledger's store is unavailable.
    pub(crate) async fn verify_email(&self, id: &str, challenge: &str, code: &str) -> Result<(), ApiError> {
        let user = self.own_user()?;
        loop {
            let (mut own, version) = self.stored_emails(&user).await?;
            self.known_challenge(&own, id, challenge)?;
            let answer = own.answer(challenge, code);
            if answer == EmailAnswer::Unknown {
                return Err(my_account::unknown_challenge(challenge));
            }
            if let EmailAnswer::Added(added) = &answer {
                self.change(|change| my_account::set_email(change, added.role, &added.email))?;
                // The code is used up after that, so that it can be entered again if the store fails in between.
                self.instance().settle().await?;
            }
            if self.store_emails(&user, &own, version, Vec::new()).await? {
                return if answer == EmailAnswer::Wrong { Err(my_account::wrong_code()) } else { Ok(()) };
            }
        }
    }

    fn own_user(&self) -> Result<User, ApiError> {
        self.read(|org, call| users::find(org, call, "me").cloned())
    }

    fn known_challenge(&self, own: &OwnEmails, id: &str, challenge: &str) -> Result<EmailChallenge, ApiError> {
        let unknown = || my_account::unknown_challenge(challenge);
        // The address of an answered challenge may have replaced another one.
        let email = self.read_latest(|org, call| my_account::address_of(org, call, own, id)).map_err(|_| unknown())?;
        own.known_challenge(&email, challenge, self.context.now).cloned().ok_or_else(unknown)
    }

    fn new_challenge(&self, user: &User, email: &str) -> (EmailChallenge, OutgoingMessage) {
        let org = &self.context.org;
        self.decide(|moment| my_account::challenge(org, user, email, moment))
    }

    async fn stored_emails(&self, user: &User) -> Result<(OwnEmails, Option<Version>), LedgerError> {
        let found = self.context.ledger().own_emails().get_versioned(&user.id).await?;
        Ok(found.map_or_else(Default::default, |found| (found.value, Some(found.version))))
    }

    /// Changes what is stored, and sends the messages that the change returns.
    async fn change_emails(
        &self,
        user: &User,
        mut change: impl FnMut(&mut OwnEmails) -> Result<Option<Vec<OutgoingMessage>>, ApiError>,
    ) -> Result<OwnEmails, ApiError> {
        loop {
            let (mut own, version) = self.stored_emails(user).await?;
            let messages = change(&mut own)?.unwrap_or_default();
            if self.store_emails(user, &own, version, messages).await? {
                return Ok(own);
            }
        }
    }

    /// Stores what was changed together with messages about it. Returns `false` if another request has changed it in the meantime.
    async fn store_emails(
        &self,
        user: &User,
        own: &OwnEmails,
        version: Option<Version>,
        messages: Vec<OutgoingMessage>,
    ) -> Result<bool, LedgerError> {
        let table = self.context.ledger().own_emails();
        let expires = self.context.now + OwnEmails::LIFETIME;
        let sends = !messages.is_empty();
        let mut batch = self.context.ledger().batch();
        match version {
            Some(version) => batch.replace_until(table, &user.id, version, own.clone(), expires),
            None => batch.put_new(table, &user.id, own.clone(), expires),
        }
        self.instance().add_messages(&mut batch, messages).await?;
        match batch.commit().await {
            Err(LedgerError::Conflict { .. }) => return Ok(false),
            other => other?,
        }
        if sends {
            self.instance().note_messages();
        }
        Ok(true)
    }
}
