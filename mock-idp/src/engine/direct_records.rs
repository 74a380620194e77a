//! The records of grants that sign a user in at the token endpoint.

use mock_idp_core::endpoint::token::{DirectNames, DirectRecords, Redeemed, RedemptionError};
use mock_idp_core::ledger::{DirectSignIn, FailedSignIns, LedgerError, OobChallenge, UsedCode};
use mock_idp_core::protocol::OAuthError;

use super::Context;
use crate::ledger::{Batch, StoredRecord, Table, Version, Versioned};

/// Redeems a grant with its records. If it cannot be redeemed, their changes are stored at once; otherwise they are added to the batch.
pub(super) async fn redeem<'c>(
    context: &'c Context,
    names: DirectNames<'_>,
    batch: &mut Batch<'c>,
    mut redeem: impl FnMut(&mut DirectRecords) -> Result<Redeemed, RedemptionError>,
) -> Result<Redeemed, RedemptionError> {
    loop {
        let loaded = Loaded::load(context, names).await.map_err(OAuthError::from)?;
        let mut records = loaded.records.clone();
        let result = redeem(&mut records);
        if result.is_ok() {
            loaded.add_changes(context, names, batch, records);
            return result;
        }
        let mut refused = context.ledger().batch();
        loaded.add_changes(context, names, &mut refused, records);
        match refused.commit().await {
            // Another request has changed one of them in the meantime.
            Err(LedgerError::Conflict { .. }) => {}
            other => return other.map_err(OAuthError::from).map_err(RedemptionError::from).and(result),
        }
    }
}

/// Records as they are stored, with their versions.
struct Loaded {
    records: DirectRecords,
    user_id: Option<String>,
    failed: Option<Version>,
    used_codes: Vec<(String, Version)>,
    sign_in: Option<Version>,
    challenge: Option<Version>,
}

impl Loaded {
    async fn load(context: &Context, names: DirectNames<'_>) -> Result<Self, LedgerError> {
        let ledger = context.ledger();
        let (sign_in, sign_in_version) = find(ledger.direct_sign_ins(), names.mfa_token).await?;
        let (challenge, challenge_version) = find(ledger.oob_challenges(), names.oob_code).await?;
        let push = match challenge.as_ref().and_then(OobChallenge::push) {
            Some(id) => context.instance.push(id).await?,
            None => None,
        };
        let named = names.user_id.map(str::to_owned);
        let of_sign_in = sign_in.as_ref().map(|sign_in: &DirectSignIn| sign_in.user_id.clone());
        let of_challenge = challenge.as_ref().map(|challenge: &OobChallenge| challenge.user_id.clone());
        let user_id = named.or(of_sign_in).or(of_challenge);
        let (failed, failed_version) = find(ledger.failed_sign_ins(), user_id.as_deref()).await?;
        let (mut used_codes, mut used_versions) = (Vec::new(), Vec::new());
        // Only one-time passwords that apps show can be used once.
        let user = user_id.as_deref().filter(|_| names.oob_code.is_none()).and_then(|id| context.org.user(id));
        for factor in user.into_iter().flat_map(|user| user.active_factors()) {
            if factor.method().is_some_and(|method| method.is_shown())
                && let (Some(used), Some(version)) = find(ledger.used_codes(), Some(&*factor.id)).await?
            {
                used_codes.push((factor.id.clone(), used));
                used_versions.push((factor.id.clone(), version));
            }
        }
        let failed = failed.unwrap_or_else(FailedSignIns::default);
        Ok(Self {
            records: DirectRecords { failed, used_codes, sign_in, challenge, push, begun: None },
            user_id,
            failed: failed_version,
            used_codes: used_versions,
            sign_in: sign_in_version,
            challenge: challenge_version,
        })
    }

    /// Adds what a grant has changed.
    fn add_changes<'c>(
        self,
        context: &'c Context,
        names: DirectNames<'_>,
        batch: &mut Batch<'c>,
        changed: DirectRecords,
    ) {
        let ledger = context.ledger();
        let before = self.records;
        // A right code counts on condition that no wrong one was counted meanwhile: the account may be locked.
        let is_used = |challenge: &Option<OobChallenge>| challenge.as_ref().is_some_and(|challenge| challenge.used);
        let accepted =
            changed.used_codes != before.used_codes || is_used(&changed.challenge) != is_used(&before.challenge);
        if let Some(user_id) = self.user_id.filter(|_| accepted || changed.failed != before.failed) {
            batch.replace_or_put(ledger.failed_sign_ins(), &user_id, self.failed, changed.failed);
        }
        for (factor_id, used) in changed.used_codes {
            if before.used_codes.contains(&(factor_id.clone(), used)) {
                continue;
            }
            let (table, expires) = (ledger.used_codes(), context.now + UsedCode::LIFETIME);
            match self.used_codes.iter().find(|(id, _)| *id == factor_id) {
                Some((_, version)) => batch.replace_until(table, &factor_id, *version, used, expires),
                None => batch.put_new(table, &factor_id, used, expires),
            }
        }
        if let (Some(key), Some(version), Some(sign_in)) = (names.mfa_token, self.sign_in, changed.sign_in)
            && before.sign_in.as_ref() != Some(&sign_in)
        {
            batch.replace(ledger.direct_sign_ins(), key, version, sign_in);
        }
        if let (Some(key), Some(version), Some(challenge)) = (names.oob_code, self.challenge, changed.challenge)
            && before.challenge.as_ref() != Some(&challenge)
        {
            batch.replace(ledger.oob_challenges(), key, version, challenge);
        }
        if let Some((mfa_token, sign_in)) = changed.begun {
            let expires = sign_in.expires;
            batch.put(ledger.direct_sign_ins(), &mfa_token, sign_in, expires);
        }
    }
}

async fn find<T: StoredRecord>(
    table: Table<'_, T>,
    key: Option<&str>,
) -> Result<(Option<T>, Option<Version>), LedgerError> {
    let Some(key) = key else { return Ok((None, None)) };
    Ok(match table.get_versioned(key).await? {
        Some(Versioned { value, version }) => (Some(value), Some(version)),
        None => (None, None),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: DirectNames<'static> =
        DirectNames { user_id: Some("00ubuyer0000000005d7"), mfa_token: None, oob_code: None };

    /// Changes records that have been loaded; whether that is stored.
    async fn store(
        context: &Context,
        loaded: Loaded,
        change: impl FnOnce(&mut DirectRecords),
    ) -> Result<(), LedgerError> {
        let mut records = loaded.records.clone();
        change(&mut records);
        let mut batch = context.ledger().batch();
        loaded.add_changes(context, USER, &mut batch, records);
        batch.commit().await
    }

    #[tokio::test]
    async fn a_right_code_is_decided_on_again_if_a_wrong_one_has_been_counted_meanwhile() {
        let context = super::super::tests::context();
        let lockout = &context.org.settings().lockout;
        let wrong = |records: &mut DirectRecords| records.failed.add_code(lockout, context.now);
        let right = |records: &mut DirectRecords| records.used_codes.push(("ost".to_owned(), UsedCode { step: 1 }));
        // The first wrong code, and a later one.
        for _ in 0..2 {
            let loaded = Loaded::load(&context, USER).await.unwrap();
            store(&context, Loaded::load(&context, USER).await.unwrap(), wrong).await.unwrap();
            let stored = store(&context, loaded, right).await;
            assert!(matches!(stored, Err(LedgerError::Conflict { .. })), "{stored:?}");
        }
        store(&context, Loaded::load(&context, USER).await.unwrap(), right).await.unwrap();
    }
}
