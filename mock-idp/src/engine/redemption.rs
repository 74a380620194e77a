//! Redeeming grants: loads what a grant names, and decides what the client gets.

use mock_idp_core::endpoint::token::{
    self, DirectRecords, GrantRequest, IdJagIssuer, LoadedRecord, Lookup, PresentedOwnTokens, Redeemed,
    RedemptionError, RevokedTokens,
};
use mock_idp_core::ledger::LedgerError;
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::system_log::{EventType, LogEvent};
use mock_idp_core::tokens::is_signed_id_jag;
use mock_idp_core::trace::Trace;

use super::{
    Context, device_secrets, direct_records, refresh_tokens, remote_keys, revocations, single_use, token_lookup,
};
use crate::ledger::{Batch, StoredRecord, Table, Versioned};

/// A grant that has been redeemed, and the changes of the records that it was redeemed from. They are stored together with what is
/// issued for it, so that a grant is redeemed if and only if its tokens are stored.
#[derive(Debug)]
pub(super) struct RedeemedGrant<'c> {
    pub(super) redeemed: Redeemed,
    pub(super) batch: Batch<'c>,
}

/// Redeems the grant of a request. A failure can revoke what was issued before.
pub(super) async fn redeem<'c>(
    context: &'c Context,
    grant: &GrantRequest<'_>,
    trace: &mut Trace,
) -> Result<RedeemedGrant<'c>, OAuthError> {
    let mut batch = context.ledger().batch();
    match load_and_redeem(context, grant, &mut batch, trace).await {
        Ok(redeemed) => Ok(RedeemedGrant { redeemed, batch }),
        Err(RedemptionError { error, revokes }) => {
            if let Some(revokes) = revokes {
                if revokes.family.is_some() {
                    let kind = context.server.event_type(EventType::OrgDetectReuse, EventType::DetectReuse);
                    let event = LogEvent::new(kind).by(grant.client.client_entity()).failed(error.id.row().id);
                    context.log([event.on(grant.client.event_entity())]);
                }
                revoke(context, revokes).await?;
            }
            Err(error)
        }
    }
}

async fn load_and_redeem<'c>(
    context: &'c Context,
    grant: &GrantRequest<'_>,
    batch: &mut Batch<'c>,
    trace: &mut Trace,
) -> Result<Redeemed, RedemptionError> {
    let ledger = context.ledger();
    let mut redeem = |record: LoadedRecord<'_>| context.decide(trace, |moment| token::redeem(grant, record, moment));
    match token::lookup(grant)? {
        Lookup::Nothing => redeem(LoadedRecord::None),
        Lookup::Direct(names) => {
            let redeem = |records: &mut DirectRecords| redeem(LoadedRecord::Direct(records));
            direct_records::redeem(context, names, batch, redeem).await
        }
        Lookup::Code(code) => {
            let redeem = |record: Option<&mut _>| redeem(record.map_or(LoadedRecord::None, LoadedRecord::Code));
            redeem_record(context, ledger.codes(), code, batch, redeem).await
        }
        Lookup::InteractionCode(code) => {
            let redeem = |record: Option<&mut _>| redeem(record.map_or(LoadedRecord::None, LoadedRecord::Code));
            redeem_record(context, ledger.interaction_codes(), code, batch, redeem).await
        }
        Lookup::DeviceCode(code) => {
            let redeem = |record: Option<&mut _>| redeem(record.map_or(LoadedRecord::None, LoadedRecord::Polled));
            redeem_record(context, ledger.devices(), code, batch, redeem).await
        }
        Lookup::AuthReqId(id) => {
            let redeem = |record: Option<&mut _>| redeem(record.map_or(LoadedRecord::None, LoadedRecord::Polled));
            redeem_record(context, ledger.backchannel(), id, batch, redeem).await
        }
        Lookup::RefreshToken(token) => {
            let Some((family_id, found)) = stored(token_lookup::versioned_family(context, token).await)? else {
                return redeem(LoadedRecord::None);
            };
            let mut family = found.value;
            let redeemed = redeem(LoadedRecord::RefreshToken { token, family_id: &family_id, family: &mut family })?;
            let used = Versioned { value: family, version: found.version };
            refresh_tokens::add_use(context, batch, (&family_id, token), used, &redeemed);
            Ok(redeemed)
        }
        Lookup::AccessToken(token) => {
            let (claims, revoked) = token_lookup::access_token_and_revoked(context, token).await?;
            redeem(LoadedRecord::AccessToken { claims: claims.as_deref(), revoked })
        }
        Lookup::DeviceSecret { id_token, device_secret } => {
            let presented = device_secrets::load(context, id_token, device_secret).await?;
            let redeemed = redeem(LoadedRecord::DeviceSecret(presented.borrowed(device_secret)))?;
            device_secrets::add_exchange(context, batch, device_secret, &redeemed);
            Ok(redeemed)
        }
        Lookup::IdToken(token) => {
            let found = token_lookup::id_token(context, token).await?;
            redeem(LoadedRecord::IdToken(found.as_ref().map(|(server, claims)| (&**server, claims))))
        }
        Lookup::TokenFamily(token) => {
            let family = stored(token_lookup::family(context, token).await)?.map(|(_, family)| family);
            redeem(LoadedRecord::TokenFamily(family.as_ref()))
        }
        Lookup::OwnTokens { id_token, access_token } => {
            let id_token = token_lookup::id_token(context, id_token).await?.map(|(_, claims)| claims);
            let (access_token, access_token_revoked) =
                token_lookup::access_token_and_revoked(context, access_token).await?;
            let (id_token, access_token) = (id_token.as_ref(), access_token.as_deref());
            redeem(LoadedRecord::OwnTokens(PresentedOwnTokens { id_token, access_token, access_token_revoked }))
        }
        Lookup::IdJag { token, assertion, issuer } => {
            let signature = match issuer {
                IdJagIssuer::ThisOrg => {
                    let keys = context.instance.keys(context.org.org_server(), context.now).await?;
                    is_signed_id_jag(token, &keys.keys)
                        .then_some(())
                        .ok_or_else(|| "no key of the org has signed it".to_owned())
                }
                IdJagIssuer::Trusted(issuer) => {
                    let fetched = remote_keys::fetch(context, token::issuer_key_source(issuer, &assertion)).await;
                    token::check_issuer_signature(issuer, &assertion, fetched.as_ref())
                }
            };
            let redeemed = redeem(LoadedRecord::IdJag { assertion: &assertion, issuer, signature })?;
            if let Redeemed::Tokens(redemption) = &redeemed
                && let Some(value) = &redemption.single_use
            {
                single_use::consume_with(context, batch, value).await?;
            }
            Ok(redeemed)
        }
    }
}

/// Redeems a record of a table. If it cannot be redeemed, its change is stored at once; otherwise it is added to the batch.
async fn redeem_record<'c, T: StoredRecord>(
    context: &'c Context,
    table: Table<'c, T>,
    key: &str,
    batch: &mut Batch<'c>,
    mut redeem: impl FnMut(Option<&mut T>) -> Result<Redeemed, RedemptionError>,
) -> Result<Redeemed, RedemptionError> {
    loop {
        let Some(found) = stored(table.get_versioned(key).await)? else { return redeem(None) };
        let Versioned { mut value, version } = found;
        let result = redeem(Some(&mut value));
        if result.is_ok() {
            batch.replace(table, key, version, value);
            return result;
        }
        let mut refused = context.ledger().batch();
        refused.replace(table, key, version, value);
        match refused.commit().await {
            // Another request has changed the record in the meantime.
            Err(LedgerError::Conflict { .. }) => {}
            other => return stored(other).map_err(RedemptionError::from).and(result),
        }
    }
}

fn stored<T>(result: Result<T, LedgerError>) -> Result<T, OAuthError> {
    result.map_err(OAuthError::from)
}

/// Revokes what a failed redemption revokes.
async fn revoke(context: &Context, revokes: RevokedTokens) -> Result<(), LedgerError> {
    let mut batch = context.ledger().batch();
    if let Some(jti) = revokes.access_token {
        revocations::revoke_access_token(context, &mut batch, &jti);
    }
    if let Some(family) = revokes.family {
        revocations::revoke_family(context, &mut batch, &family);
    }
    batch.commit().await
}
