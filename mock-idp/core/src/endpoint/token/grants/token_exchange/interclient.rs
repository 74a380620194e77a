//! Token exchange for an interclient token, by which another app signs the same user in without a prompt.
//! Okta: "Configure Native to Web SSO", at the org server and at custom ones.

use serde_json::Value;

use super::super::super::grant::GrantRequest;
use super::super::super::lookup::{Lookup, PresentedOwnTokens};
use super::super::super::redemption::{PassedOnToken, Redeemed};
use super::super::super::subject_token::{check_not_expired, issued_here, user_of};
use crate::ledger::{InterclientGrant, InterclientGrantState, SignedIn};
use crate::model::{App, ApplicationType, User};
use crate::moment::Moment;
use crate::org::Org;
use crate::protocol::token_type::{ACCESS_TOKEN, ID_TOKEN, INTERCLIENT_TOKEN};
use crate::protocol::{ErrorId, INTERCLIENT_ACCESS, OAuthError};
use crate::tokens::{InterclientToken, Verified};
use crate::trace::NoteStatus;

/// Okta: an audience is this prefix and the client id of the target app.
const AUDIENCE_PREFIX: &str = "urn:okta:apps:";

pub(super) fn lookup<'a>(request: &GrantRequest<'a>) -> Result<Lookup<'a>, OAuthError> {
    let id_token = request.required("subject_token")?;
    let subject_type = request.required("subject_token_type")?;
    if subject_type != ID_TOKEN {
        let reason = format!("subject_token_type `{subject_type}`");
        return Err(OAuthError::new(ErrorId::InvalidSubjectTokenType, reason));
    }
    let access_token = request.required("actor_token")?;
    let actor_type = request.required("actor_token_type")?;
    if actor_type != ACCESS_TOKEN {
        return Err(OAuthError::new(ErrorId::InvalidActorTokenType, format!("actor_token_type `{actor_type}`")));
    }
    Ok(Lookup::OwnTokens { id_token, access_token })
}

pub(super) fn redeem(
    request: &GrantRequest<'_>,
    tokens: PresentedOwnTokens<'_>,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, OAuthError> {
    let GrantRequest { org, server, urls, client, .. } = *request;
    let (user, id_token) = check_id_token(request, tokens.id_token, moment.now)?;
    let access_token = check_access_token(request, tokens, user, moment.now)?;
    let because = format!("{} has signed in to {}", user.profile.login, client.client_id());
    moment.trace.note(NoteStatus::Matched, "subject token", because);
    let target = target(org, request.get("audience").unwrap_or_default())?;
    if !target.trusts(client) {
        let reason = format!("{} is not among the `interclientAllowedApps` of {}", client.id, target.id);
        return Err(OAuthError::new(ErrorId::InterclientRelationshipNotConfigured, reason));
    }
    user_of(org, target, Some(&user.id))?;
    let because = format!("{} accepts interclient tokens of {}", target.id, client.id);
    moment.trace.note(NoteStatus::Matched, "interclientAllowedApps", because);
    let jti = InterclientToken::jti(&moment.token());
    let record = InterclientGrant {
        client_id: client.client_id().to_owned(),
        access_token: access_token.text("jti").unwrap_or_default().to_owned(),
        state: InterclientGrantState::Issued(signed_in(user, id_token, moment.now)),
    };
    Ok(Redeemed::PassedOn(Box::new(PassedOnToken {
        token: InterclientToken { issuer: &urls.issuer(server), user, target }.unsigned(&jti, moment.now),
        token_type: INTERCLIENT_TOKEN,
        lifetime: InterclientToken::LIFETIME,
        user_id: user.id.clone(),
        record: Some((jti, record)),
    })))
}

/// The user whom the app's ID token is about.
fn check_id_token<'a>(
    request: &GrantRequest<'a>,
    id_token: Option<&'a Verified>,
    now: i64,
) -> Result<(&'a User, &'a Verified), OAuthError> {
    let client = request.client;
    let claims = issued_here(id_token, request.server, request.urls)?;
    check_not_expired(claims, now)?;
    if claims.text("aud") != Some(client.client_id()) {
        let reason = format!("the ID token is for {:?}", claims.text("aud"));
        return Err(OAuthError::new(ErrorId::WebSsoSubjectTokenClientMismatch, reason));
    }
    Ok((user_of(request.org, client, claims.text("sub"))?, claims))
}

/// The app's access token, which has to contain the scope `interclient_access`.
fn check_access_token<'a>(
    request: &GrantRequest<'_>,
    tokens: PresentedOwnTokens<'a>,
    user: &User,
    now: i64,
) -> Result<&'a Verified, OAuthError> {
    let invalid = |reason: &str| OAuthError::new(ErrorId::InvalidActorToken, reason);
    let claims = tokens.access_token.ok_or_else(|| invalid("no server of the org has signed the access token"))?;
    if claims.text("iss") != Some(request.urls.issuer(request.server).as_str()) {
        return Err(invalid("another server has issued the access token"));
    }
    if tokens.access_token_revoked || claims.expired(now) {
        return Err(invalid("the access token is expired or revoked"));
    }
    if claims.text("cid") != Some(request.client.client_id()) {
        let reason = format!("the access token was issued to {:?}", claims.text("cid"));
        return Err(OAuthError::new(ErrorId::WebSsoActorTokenWrongAudience, reason));
    }
    if claims.text("uid") != Some(user.id.as_str()) {
        return Err(invalid("the ID token and the access token are about different users"));
    }
    if !claims.scopes().any(|scope| scope == INTERCLIENT_ACCESS) {
        let reason = "the access token does not contain the scope interclient_access";
        return Err(OAuthError::new(ErrorId::InterclientTokenExchangeRequestRequiresScope, reason));
    }
    Ok(claims)
}

fn target<'a>(org: &'a Org, audience: &str) -> Result<&'a App, OAuthError> {
    let named = audience.strip_prefix(AUDIENCE_PREFIX).and_then(|client_id| org.client(client_id));
    let target = named.filter(|target| target.status.is_active()).ok_or_else(|| {
        OAuthError::new(ErrorId::TokenExchangeInvalidAudience, format!("`{audience}` does not name an active app"))
    })?;
    if target.oauth().application_type == ApplicationType::Service {
        let reason = format!("users do not sign in to the service app {}", target.id);
        return Err(OAuthError::new(ErrorId::InterclientTokenTargetNotPermitted, reason));
    }
    Ok(target)
}

/// How and when the user has signed in, according to the ID token.
fn signed_in(user: &User, id_token: &Verified, now: i64) -> SignedIn {
    let amr = id_token.0.get("amr").and_then(Value::as_array);
    let amr: Vec<String> = amr.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    SignedIn::with_amr(user.id.clone(), id_token.number("auth_time").unwrap_or(now), amr)
}
