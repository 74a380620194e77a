//! What has been issued to each user, so that all of it can be revoked at once.

use std::collections::BTreeMap;

use mock_idp_core::endpoint::token::{Extra, NewRefreshToken, Redemption};
use mock_idp_core::ledger::{IssuedCredential, IssuedTokens, RememberedDevice};
use mock_idp_core::tokens::family_of;

use super::Context;
use crate::ledger::{Batch, LedgerAt, LedgerError, NEVER};

/// Records what was issued to a user. Families can live without end, and so does this record.
pub(super) fn record<'c>(context: &'c Context, batch: &mut Batch<'c>, user_id: &str, issued: Vec<IssuedCredential>) {
    for issued in issued {
        add(context.ledger(), batch, user_id, issued);
    }
}

/// Records one credential that was issued to a user.
pub(super) fn add<'l>(ledger: LedgerAt<'l>, batch: &mut Batch<'l>, user_id: &str, issued: IssuedCredential) {
    let key = IssuedTokens::key(user_id, &issued);
    batch.update_or_default(ledger.issued_tokens(), &key, NEVER, move |known: &mut IssuedTokens| {
        known.add(issued.clone());
    });
}

/// What a user has been issued.
pub(super) async fn of_user(ledger: LedgerAt<'_>, user_id: &str) -> Result<Vec<IssuedCredential>, LedgerError> {
    of_users(ledger, &[user_id.to_owned()]).await
}

/// What users have been issued.
pub(super) async fn of_users(ledger: LedgerAt<'_>, user_ids: &[String]) -> Result<Vec<IssuedCredential>, LedgerError> {
    let keys: Vec<String> = user_ids.iter().flat_map(|id| IssuedTokens::keys(id)).collect();
    let found = ledger.issued_tokens().get_all(&keys).await?;
    Ok(found.into_iter().flatten().flatten().collect())
}

/// Forgets credentials of a user. What is issued in the meantime stays.
pub(super) fn remove<'l>(
    ledger: LedgerAt<'l>,
    batch: &mut Batch<'l>,
    user_id: &str,
    credentials: Vec<IssuedCredential>,
) {
    let mut records = BTreeMap::<String, Vec<IssuedCredential>>::new();
    for credential in credentials {
        records.entry(IssuedTokens::key(user_id, &credential)).or_default().push(credential);
    }
    for (key, removed) in records {
        batch.update_or_delete(ledger.issued_tokens(), &key, move |known: &mut IssuedTokens| known.remove(&removed));
    }
}

/// Records that a user is not asked for a second factor again in a browser or on a device.
pub(super) fn add_device<'l>(ledger: LedgerAt<'l>, batch: &mut Batch<'l>, user_id: &str, device: &str) {
    let device = IssuedCredential::RememberedDevice(device.to_owned());
    let key = IssuedTokens::device_key(user_id);
    batch.update_or_default(ledger.issued_tokens(), &key, NEVER, move |known: &mut IssuedTokens| {
        known.add(device.clone());
    });
}

/// Forgets the browsers and devices of a user, who is asked for a second factor there again.
pub(super) async fn forget_devices(context: &Context, user_id: &str) -> Result<(), LedgerError> {
    let (ledger, key) = (context.ledger(), IssuedTokens::device_key(user_id));
    loop {
        let Some(found) = ledger.issued_tokens().get_versioned(&key).await? else { return Ok(()) };
        let mut batch = ledger.batch();
        batch.require_version(ledger.issued_tokens(), &key, found.version);
        for credential in found.value {
            if let IssuedCredential::RememberedDevice(device) = credential {
                let user_id = user_id.to_owned();
                let forget = move |known: &mut RememberedDevice| known.forget(&user_id);
                batch.update(ledger.remembered_devices(), &device, forget);
            }
        }
        batch.delete(ledger.issued_tokens(), &key);
        match batch.commit().await {
            // Another device has been remembered in the meantime.
            Err(LedgerError::Conflict { .. }) => {}
            other => return other,
        }
    }
}

/// What a redeemed grant issues to its user.
pub(super) fn of_redemption(redemption: &Redemption) -> Vec<IssuedCredential> {
    let mut issued = Vec::new();
    if family_of(&redemption.access_token_id).is_none() {
        issued.push(IssuedCredential::AccessToken(redemption.access_token_id.clone()));
    }
    if let Some(NewRefreshToken::First { family_id, .. }) = &redemption.refresh_token {
        issued.push(IssuedCredential::Family(family_id.clone()));
    }
    if let Extra::DeviceSecret(secret, _) = &redemption.extra {
        issued.push(IssuedCredential::DeviceSecret(secret.clone()));
    }
    issued
}
