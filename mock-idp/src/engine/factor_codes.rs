//! Codes and answers by which the management API activates and verifies factors.

use mock_idp_core::ledger::{LedgerError, OneTimeToken, PushNotification, PushNotifications, SentCode, UsedCode};
use mock_idp_core::management::{ApiError, ApiErrorId, users};
use mock_idp_core::model::{Factor, SignInMethod, User};
use mock_idp_core::sign_in::{self, SignInProblemKind};
use serde_json::Value;

use super::{Management, pushes};
use crate::ledger::Versioned;

impl Management {
    /// Sends the code that activates a factor. Nothing is sent for a factor that is active, or has no such code.
    ///
    /// # Errors
    /// There is no such factor, or the ledger's store is unavailable.
    pub(crate) async fn send_activation_code(
        &self,
        name: &str,
        factor_id: &str,
        lifetime: Option<i64>,
    ) -> Result<bool, ApiError> {
        let (user, factor) = self.owned_factor(name, factor_id)?;
        let is_due = !factor.is_active() && is_sent(&factor);
        if is_due {
            self.send_code(&user, &factor, lifetime).await?;
        }
        Ok(is_due)
    }

    /// Sends a code or a notification to verify a factor. `None`: it has neither.
    ///
    /// # Errors
    /// There is no such factor, it is not active; or the ledger's store is unavailable.
    pub(crate) async fn challenge_factor(
        &self,
        name: &str,
        factor_id: &str,
        lifetime: Option<i64>,
        numbers: bool,
    ) -> Result<Option<Value>, ApiError> {
        let (user, factor) = self.owned_factor(name, factor_id)?;
        if factor.method() == Some(SignInMethod::OktaVerifyPush) {
            require_status(&factor, true)?;
            let push = self.send_push(&user, &factor, numbers).await?;
            return Ok(Some(users::factor_transaction(self.call(), &user, &factor, &push)));
        }
        if factor.method() == Some(SignInMethod::WebAuthn) {
            return Ok(Some(self.challenge_passkey(&user, &factor).await?));
        }
        if !is_sent(&factor) {
            return Ok(None);
        }
        require_status(&factor, true)?;
        self.send_code(&user, &factor, lifetime).await?;
        Ok(Some(users::factor_challenge(self.call(), &user, &factor)))
    }

    /// How far a notification is.
    ///
    /// # Errors
    /// There is no such factor or notification, or the ledger's store is unavailable.
    pub(crate) async fn factor_transaction(
        &self,
        name: &str,
        factor_id: &str,
        id: &str,
    ) -> Result<(PushNotification, Value), ApiError> {
        let (user, factor) = self.owned_factor(name, factor_id)?;
        let push = self.context.instance.push(id).await?.filter(|push| push.factor_id == factor.id);
        let push = push.ok_or_else(|| ApiError::not_found(id, "FactorTransaction"))?;
        let shown = users::factor_transaction(self.call(), &user, &factor, &push);
        Ok((push, shown))
    }

    /// Takes back a notification.
    ///
    /// # Errors
    /// The same as [`Self::factor_transaction`].
    pub(crate) async fn cancel_factor_transaction(
        &self,
        name: &str,
        factor_id: &str,
        id: &str,
    ) -> Result<(), ApiError> {
        let (push, _) = self.factor_transaction(name, factor_id, id).await?;
        let cancel = |pushes: &mut PushNotifications| pushes.cancel(&push.id);
        self.context.ledger().pushes().update(PushNotifications::KEY, cancel).await?;
        Ok(())
    }

    async fn send_push(&self, user: &User, factor: &Factor, numbers: bool) -> Result<PushNotification, ApiError> {
        let context = &self.context;
        let app = &context.org.identity().name;
        let push = self.decide(|moment| sign_in::new_push(&context.org, user, factor, app, Some(numbers), moment));
        let mut batch = context.ledger().batch();
        pushes::store(context, &mut batch, push.clone());
        batch.commit().await?;
        context.instance.send(sign_in::push_message(user, &push)).await?;
        Ok(push)
    }

    /// Checks what a user answers to a factor, which is active, or is to be activated. A code is used up by it.
    ///
    /// # Errors
    /// There is no such factor, the answer is wrong; or the ledger's store is unavailable.
    pub(crate) async fn check_factor(
        &self,
        name: &str,
        factor_id: &str,
        entered: &str,
        active: bool,
    ) -> Result<(), ApiError> {
        let (_, factor) = self.owned_factor(name, factor_id)?;
        require_status(&factor, active)?;
        if is_sent(&factor) { self.use_sent(&factor, entered).await } else { self.use_passcode(&factor, entered).await }
    }

    pub(super) async fn send_code(&self, user: &User, factor: &Factor, lifetime: Option<i64>) -> Result<(), ApiError> {
        let context = &self.context;
        let (sent, message) = self.decide(|moment| sign_in::new_code(&context.org, user, factor, moment));
        let expires = lifetime.map_or(sent.expires, |seconds| context.now + seconds);
        context.ledger().sent_codes().put(&factor.id, SentCode { expires, ..sent }, expires).await?;
        context.instance.send(message).await?;
        Ok(())
    }

    pub(super) async fn use_sent(&self, factor: &Factor, entered: &str) -> Result<(), ApiError> {
        let table = self.context.ledger().sent_codes();
        loop {
            let known = table.get_versioned(&factor.id).await?;
            let sent = known.as_ref().map(|known| &known.value);
            let checked = sign_in::check_sent(sent, entered, self.context.now);
            let refused = checked.map_err(|problem| (problem.kind, users::refused_factor(&problem))).err();
            let mut batch = self.context.ledger().batch();
            match (known, &refused) {
                (Some(Versioned { value, version }), Some((SignInProblemKind::WrongSentCode, _)))
                    if value.wrong + 1 < OneTimeToken::MAX_WRONG =>
                {
                    batch.replace(table, &factor.id, version, SentCode { wrong: value.wrong + 1, ..value });
                }
                // It is used up by a right code, and by the last wrong one.
                (Some(known), None | Some((SignInProblemKind::WrongSentCode, _))) => {
                    batch.require_version(table, &factor.id, known.version);
                    batch.delete(table, &factor.id);
                }
                _ => {}
            }
            match batch.commit().await {
                // Another request has used the code, or has had another one sent.
                Err(LedgerError::Conflict { .. }) => {}
                other => {
                    other?;
                    return refused.map_or(Ok(()), |(_, error)| Err(error));
                }
            }
        }
    }

    async fn use_passcode(&self, factor: &Factor, entered: &str) -> Result<(), ApiError> {
        let context = &self.context;
        let table = context.ledger().used_codes();
        loop {
            let known = table.get_versioned(&factor.id).await?;
            let used = known.as_ref().map(|known| known.value);
            let checked = sign_in::check_factor(factor, entered, used, context.now);
            let Some(used) = checked.map_err(|problem| users::refused_factor(&problem))? else { return Ok(()) };
            let mut batch = context.ledger().batch();
            let expires = context.now + UsedCode::LIFETIME;
            match known {
                Some(known) => batch.replace_until(table, &factor.id, known.version, used, expires),
                None => batch.put_new(table, &factor.id, used, expires),
            }
            match batch.commit().await {
                // Another request has used a code of the factor.
                Err(LedgerError::Conflict { .. }) => {}
                other => return Ok(other?),
            }
        }
    }

    pub(super) fn owned_factor(&self, name: &str, factor_id: &str) -> Result<(User, Factor), ApiError> {
        self.read_latest(|org, call| {
            let user = users::find(org, call, name)?;
            Ok((user.clone(), users::factor_of(user, factor_id)?.clone()))
        })
    }
}

fn is_sent(factor: &Factor) -> bool {
    factor.method().is_some_and(SignInMethod::is_sent)
}

pub(super) fn require_status(factor: &Factor, active: bool) -> Result<(), ApiError> {
    if factor.is_active() == active {
        return Ok(());
    }
    Err(ApiError::new(ApiErrorId::WrongState, "the factor has another status"))
}
