//! Redeeming grants: loads what a grant names, and changes it in one atomic step, as the rules say.

use mock_idp_core::endpoint::token::{
    self, GrantRequest, IdJagIssuer, Lookup, PresentedOwnTokens, Record, Redeemed, RedemptionError, Revokes,
};
use mock_idp_core::ledger::{CodeState, LedgerError, TokenFamily};
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::tokens::is_signed_id_jag;
use mock_idp_core::trace::Trace;

use super::single_use::consume;
use super::{Context, device_secrets, remote_keys, revocations, token_lookup};

/// Redeems the grant of a request. A failure can revoke what was issued before.
pub(super) async fn redeem(
    context: &Context,
    grant: &GrantRequest<'_>,
    trace: &mut Trace,
) -> Result<Redeemed, OAuthError> {
    let lookup = token::lookup(grant)?;
    let code = code(&lookup).map(str::to_owned);
    match load_and_redeem(context, grant, lookup, trace).await {
        Ok(redeemed) => Ok(redeemed),
        Err(RedemptionError { error, revokes }) => {
            if let Some(revokes) = revokes {
                revoke(context, code.as_deref(), revokes).await?;
            }
            Err(error)
        }
    }
}

/// The code of a request, if its grant redeems one.
pub(super) fn code<'a>(lookup: &Lookup<'a>) -> Option<&'a str> {
    match lookup {
        Lookup::Code(code) => Some(code),
        _ => None,
    }
}

async fn load_and_redeem(
    context: &Context,
    grant: &GrantRequest<'_>,
    lookup: Lookup<'_>,
    trace: &mut Trace,
) -> Result<Redeemed, RedemptionError> {
    let ledger = context.ledger();
    let mut redeem = |record: Record<'_>| context.decide(trace, |moment| token::redeem(grant, record, moment));
    let redeemed = match lookup {
        Lookup::Nothing => None,
        Lookup::Code(code) => stored(ledger.codes().update(code, |record| redeem(Record::Code(record))).await)?,
        Lookup::RefreshToken(token) => match stored(ledger.refresh_tokens().get(token).await)? {
            None => None,
            Some(owner) => {
                let family_id = owner.family.as_str();
                let change = |family: &mut TokenFamily| redeem(Record::RefreshToken { token, family_id, family });
                stored(ledger.families().update(family_id, change).await)?
            }
        },
        Lookup::DeviceCode(code) => {
            stored(ledger.devices().update(code, |record| redeem(Record::PolledRequest(record))).await)?
        }
        Lookup::AuthReqId(id) => {
            stored(ledger.backchannel().update(id, |record| redeem(Record::PolledRequest(record))).await)?
        }
        Lookup::AccessToken(token) => {
            let (claims, revoked) = token_lookup::access_token_and_revoked(context, token).await?;
            Some(redeem(Record::AccessToken { claims: claims.as_deref(), revoked }))
        }
        Lookup::DeviceSecret { id_token, device_secret } => {
            let presented = device_secrets::load(context, id_token, device_secret).await?;
            let redeemed = redeem(Record::DeviceSecret(presented.borrowed(device_secret)))?;
            device_secrets::record_exchange(context, device_secret, &redeemed).await?;
            Some(Ok(redeemed))
        }
        Lookup::IdToken(token) => {
            let found = token_lookup::id_token(context, token).await?;
            Some(redeem(Record::IdToken(found.as_ref().map(|(server, claims)| (&**server, claims)))))
        }
        Lookup::TokenFamily(token) => {
            let family = stored(token_lookup::family(context, token).await)?.map(|(_, family)| family);
            Some(redeem(Record::TokenFamily(family.as_ref())))
        }
        Lookup::OwnTokens { id_token, access_token } => {
            let id_token = token_lookup::id_token(context, id_token).await?.map(|(_, claims)| claims);
            let (access_token, access_token_revoked) =
                token_lookup::access_token_and_revoked(context, access_token).await?;
            let (id_token, access_token) = (id_token.as_ref(), access_token.as_deref());
            Some(redeem(Record::OwnTokens(PresentedOwnTokens { id_token, access_token, access_token_revoked })))
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
            let redeemed = redeem(Record::IdJag { assertion: &assertion, issuer, signature })?;
            if let Redeemed::Tokens(redemption) = &redeemed {
                consume(context, redemption.single_use.clone()).await?;
            }
            Some(Ok(redeemed))
        }
    };
    redeemed.unwrap_or_else(|| redeem(Record::None))
}

fn stored<T>(result: Result<T, LedgerError>) -> Result<T, OAuthError> {
    result.map_err(OAuthError::from)
}

/// Revokes what a failed redemption revokes.
async fn revoke(context: &Context, code: Option<&str>, revokes: Revokes) -> Result<(), LedgerError> {
    let mut batch = context.ledger().batch();
    if let Some(jti) = revokes.access_token {
        revocations::revoke_access_token(context, &mut batch, &jti);
    }
    if let Some(family) = revokes.family {
        revocations::revoke_family(context, &mut batch, &family);
    }
    if let Some(code) = code {
        // The request that has redeemed the code may not have committed its tokens yet: it fails then.
        batch.update(context.ledger().codes(), code, |record| record.state = CodeState::Consumed);
    }
    batch.commit().await
}
