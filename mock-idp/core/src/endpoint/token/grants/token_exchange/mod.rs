//! `urn:ietf:params:oauth:grant-type:token-exchange`. RFC 8693. What is exchanged decides which of the files applies.

mod id_jag;
mod interclient;
mod native_sso;
mod on_behalf_of;
mod target;

use super::super::grant::{Grant, GrantRequest};
use super::super::lookup::{LoadedRecord, Lookup};
use super::super::redemption::{Redeemed, RedemptionError};
use crate::model::ApplicationType;
use crate::moment::Moment;
use crate::protocol::token_type::{ACCESS_TOKEN, DEVICE_SECRET, ID_JAG, ID_TOKEN, INTERCLIENT_TOKEN};
use crate::protocol::{ErrorId, GrantType, OAuthError};

pub(super) const GRANT: Grant = Grant { grant_type: GrantType::TokenExchange, supported: true, lookup, redeem };

fn lookup<'a>(request: &GrantRequest<'a>) -> Result<Lookup<'a>, OAuthError> {
    match request.get("requested_token_type") {
        Some(ID_JAG) => id_jag::lookup(request),
        Some(INTERCLIENT_TOKEN) => interclient::lookup(request),
        requested => access_token_lookup(request, requested),
    }
}

fn redeem(
    request: &GrantRequest<'_>,
    record: LoadedRecord<'_>,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, RedemptionError> {
    let redeemed = match record {
        LoadedRecord::AccessToken { claims, revoked } => on_behalf_of::redeem(request, claims, revoked, moment),
        LoadedRecord::DeviceSecret(presented) => native_sso::redeem(request, presented, moment),
        LoadedRecord::IdToken(token) => id_jag::redeem_id_token(request, token, moment),
        LoadedRecord::TokenFamily(family) => id_jag::redeem_refresh_token(request, family, moment),
        LoadedRecord::OwnTokens(tokens) => interclient::redeem(request, tokens, moment),
        _ => Err(LoadedRecord::unexpected()),
    };
    redeemed.map_err(RedemptionError::from)
}

/// The exchanges for an access token: on behalf of a user, or by a device secret.
fn access_token_lookup<'a>(request: &GrantRequest<'a>, requested: Option<&str>) -> Result<Lookup<'a>, OAuthError> {
    let subject_token = request.required("subject_token")?;
    let subject_type = request.required("subject_token_type")?;
    let service = request.client.oauth().application_type == ApplicationType::Service;
    if let Some(requested) = requested.filter(|requested| *requested != ACCESS_TOKEN) {
        return Err(OAuthError::new(ErrorId::InvalidRequestedTokenType, format!("requested_token_type `{requested}`")));
    }
    if let Some(resource) = request.get("resource") {
        return Err(OAuthError::new(ErrorId::TokenExchangeInvalidResource, format!("resource `{resource}`")));
    }
    match (subject_type, request.get("actor_token_type")) {
        (ACCESS_TOKEN, None) if request.get("actor_token").is_some() => {
            Err(missing_actor_type("actor_token without actor_token_type"))
        }
        (ACCESS_TOKEN, None) if service => Ok(Lookup::AccessToken(subject_token)),
        (ACCESS_TOKEN, None) => {
            Err(OAuthError::new(ErrorId::OnBehalfInvalidClientType, "the client is not a service app"))
        }
        (ID_TOKEN, Some(DEVICE_SECRET)) if service => {
            Err(OAuthError::new(ErrorId::InvalidClientTypeNativeSso, "a service app has no device"))
        }
        (ID_TOKEN, Some(DEVICE_SECRET)) => {
            let device_secret = request.required("actor_token")?;
            Ok(Lookup::DeviceSecret { id_token: subject_token, device_secret })
        }
        (ID_TOKEN, None) => Err(missing_actor_type("an ID token without a device secret")),
        (ACCESS_TOKEN, Some(DEVICE_SECRET)) => Err(OAuthError {
            id: ErrorId::InvalidSubjectActorTokenMatch,
            arguments: vec![DEVICE_SECRET.to_owned(), ID_TOKEN.to_owned()],
            described_as: None,
            reason: "a device secret has to be presented with its ID token".to_owned(),
        }),
        (ACCESS_TOKEN | ID_TOKEN, Some(other)) => {
            Err(OAuthError::new(ErrorId::InvalidActorTokenType, format!("actor_token_type `{other}`")))
        }
        (other, _) => Err(OAuthError::new(ErrorId::InvalidSubjectTokenType, format!("subject_token_type `{other}`"))),
    }
}

fn missing_actor_type(reason: &str) -> OAuthError {
    OAuthError::with(ErrorId::MissingTokenRequestParameter, "actor_token_type", reason)
}
