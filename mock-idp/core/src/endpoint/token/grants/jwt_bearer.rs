//! `urn:ietf:params:oauth:grant-type:jwt-bearer`. RFC 7523 2.1; Okta, at custom servers: an ID-JAG of an issuer that the server
//! trusts, for an access token. draft-ietf-oauth-identity-assertion-authz-grant 4.4. All scopes of the ID-JAG are granted, or
//! none.

use serde_json::Value;

use super::super::entitlement::{EarlierSignIn, delegate, scopes_needing_consent, without_refresh_token};
use super::super::grant::{Grant, GrantRequest};
use super::super::lookup::{IdJagIssuer, LoadedRecord, Lookup};
use super::super::redemption::{Extra, Redeemed, Redemption, RedemptionError, TokenIds};
use crate::ledger::SingleUse;
use crate::model::{ApplicationType, AuthMethod, User};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org};
use crate::policy::scope_rules;
use crate::protocol::jose::Jws;
use crate::protocol::{ErrorId, GrantType, OAuthError, Scopes};
use crate::tokens::{DelegatedClaims, IdJag};
use crate::trace::NoteStatus;

pub(super) const GRANT: Grant = Grant { grant_type: GrantType::JwtBearer, supported: true, lookup, redeem };

fn lookup<'a>(request: &GrantRequest<'a>) -> Result<Lookup<'a>, OAuthError> {
    let token = request.required("assertion")?;
    let assertion = Jws::parse(token).filter(|jws| jws.header_text("typ") == Some(IdJag::TYPE)).ok_or_else(|| {
        let reason = format!("the assertion is not a JWT of the type {}", IdJag::TYPE);
        OAuthError::new(ErrorId::JwtBearerGrantInvalidIssuer, reason)
    })?;
    let issuer = issuer(request, &assertion)?;
    Ok(Lookup::IdJag { token, assertion: Box::new(assertion), issuer })
}

/// The issuer of the assertion, if this server accepts its assertions from this client.
fn issuer<'a>(request: &GrantRequest<'a>, assertion: &Jws) -> Result<IdJagIssuer<'a>, OAuthError> {
    let GrantRequest { server, urls, client, .. } = *request;
    if server.is_org() {
        return Err(request.unsupported("the org authorization server does not accept assertions"));
    }
    // draft-ietf-oauth-identity-assertion-authz-grant 9.1: confidential clients only.
    if client.auth_method() == AuthMethod::None {
        let reason = format!("{} does not authenticate", client.client_id());
        return Err(OAuthError::new(ErrorId::ConfidentialClientRequired, reason));
    }
    // Okta: the scopes are those of the ID-JAG.
    if request.get("scope").is_some() {
        return Err(OAuthError::new(ErrorId::IdJagScopesInRequest, "the request has a scope parameter"));
    }
    let issuer = assertion.text("iss").unwrap_or_default();
    if issuer == &*urls.issuer_base {
        return Ok(IdJagIssuer::ThisOrg);
    }
    let trusted = server.trusted_issuers.iter().find(|trusted| trusted.issuer == issuer);
    trusted.map(IdJagIssuer::Trusted).ok_or_else(|| {
        let reason = format!("{} does not trust the issuer `{issuer}`", server.name);
        OAuthError::new(ErrorId::IdJagUntrustedIssuer, reason)
    })
}

fn redeem(
    request: &GrantRequest<'_>,
    record: LoadedRecord<'_>,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, RedemptionError> {
    let LoadedRecord::IdJag { assertion, issuer, signature } = record else {
        return Err(LoadedRecord::unexpected().into());
    };
    let GrantRequest { org, server, client, .. } = *request;
    signature.map_err(|reason| OAuthError::new(ErrorId::IdJagInvalidSignature, reason))?;
    check_recipient(request, assertion)?;
    let expires = check_times(server, assertion, moment.now)?;
    let single_use = single_use(assertion, expires)?;
    let resource = resource(request, assertion)?;
    let user = user(org, issuer, assertion)?;
    // Users are not assigned to service apps.
    if client.oauth().application_type != ApplicationType::Service && !org.is_assigned(client, user) {
        let reason = format!("{} is not assigned to {}", user.profile.login, client.client_id());
        return Err(OAuthError::new(ErrorId::UserNotAssigned, reason).into());
    }
    let because = format!("{} asserts {}", assertion.text("iss").unwrap_or_default(), user.profile.login);
    moment.trace.note(NoteStatus::Matched, "ID-JAG", because);
    let scopes = scopes(request, assertion)?;
    let sign_in = EarlierSignIn { auth_time: assertion.time("auth_time"), acr: None };
    let authorization = delegate(request, user, scopes, sign_in, moment)?;
    let delegated = DelegatedClaims {
        subject_name: None,
        audience: resource,
        actor: assertion.claims().get("act").cloned(),
        sub_profile: assertion.text("sub_profile").map(str::to_owned),
    };
    let ids = TokenIds::new(moment);
    Ok(Redeemed::Tokens(Box::new(Redemption {
        extra: Extra::IdJag(delegated),
        single_use: Some(single_use),
        // Okta: no refresh token; the client presents another ID-JAG.
        ..without_refresh_token(request, authorization, &ids)
    })))
}

fn check_recipient(request: &GrantRequest<'_>, assertion: &Jws) -> Result<(), OAuthError> {
    let issuer = request.urls.issuer(request.server);
    // RFC 7523 3 item 3; the draft, 4.4.1: the issuer of this server and no other.
    if !assertion.audiences().eq([issuer.as_str()]) {
        let reason = format!("aud is {:?}, expected {issuer}", assertion.claims().get("aud"));
        return Err(OAuthError::new(ErrorId::JwtBearerGrantInvalidAudience, reason));
    }
    if assertion.text("client_id") != Some(request.client.client_id()) {
        let reason = format!("client_id is {:?}", assertion.text("client_id"));
        return Err(OAuthError::new(ErrorId::IdJagClientMismatch, reason));
    }
    Ok(())
}

/// RFC 7523 3 items 4 to 6. Returns the expiry time.
fn check_times(server: &CompiledServer, assertion: &Jws, now: i64) -> Result<i64, OAuthError> {
    let expires = assertion.time("exp").unwrap_or_default();
    if expires <= now {
        let reason = format!("exp is missing, or {} s ago", now.saturating_sub(expires));
        return Err(OAuthError::new(ErrorId::IdJagExpired, reason));
    }
    let latest = now + server.behavior.clock_skew();
    if let Some(name) = ["iat", "nbf"].into_iter().find(|name| assertion.time(name).is_some_and(|time| time > latest)) {
        return Err(OAuthError::new(ErrorId::IdJagIssuedInFuture, format!("{name} is in the future")));
    }
    let lifetime = expires.saturating_sub(assertion.time("iat").unwrap_or(now));
    if lifetime > IdJag::LIFETIME {
        return Err(OAuthError::new(ErrorId::IdJagLifetimeTooLong, format!("its lifetime is {lifetime} s")));
    }
    Ok(expires)
}

/// RFC 7523 3 item 7. Okta: an ID-JAG can be used once.
fn single_use(assertion: &Jws, expires: i64) -> Result<SingleUse, OAuthError> {
    let issuer = assertion.text("iss").unwrap_or_default();
    let jti = assertion.text("jti").ok_or_else(|| OAuthError::new(ErrorId::InvalidGrant, "the ID-JAG has no jti"))?;
    Ok(SingleUse::new("id_jag", issuer, jti, expires, ErrorId::IdJagReplayed))
}

/// The resource that the access token is for. Okta: one that the app has a connection to, and that of the request if it names
/// one.
fn resource(request: &GrantRequest<'_>, assertion: &Jws) -> Result<Option<String>, OAuthError> {
    let GrantRequest { server, client, .. } = *request;
    let claimed = assertion.claims().get("resource");
    let requested = request.get("resource");
    if requested.is_some() && requested != claimed.and_then(Value::as_str) {
        let reason = format!("the request has {requested:?}, the ID-JAG {claimed:?}");
        return Err(OAuthError::new(ErrorId::IdJagResourceMismatch, reason));
    }
    let Some(claimed) = claimed else { return Ok(None) };
    let of_connection = |resource: &str| {
        client.connections.iter().any(|connection| {
            connection.authorization_server_id.as_deref() == Some(&server.id)
                && connection.resource_indicator.as_deref() == Some(resource)
        })
    };
    let resource =
        claimed.as_str().filter(|resource| server.audience.as_deref() == Some(resource) || of_connection(resource));
    resource.map(|resource| Some(resource.to_owned())).ok_or_else(|| {
        let reason = format!("{} does not protect the resource {claimed} for {}", server.name, client.client_id());
        OAuthError::new(ErrorId::IdJagResourceNotAllowed, reason)
    })
}

/// Okta: the org's own server names users by id. Others do not know the id, but the login.
fn user<'a>(org: &'a Org, issuer: IdJagIssuer<'_>, assertion: &Jws) -> Result<&'a User, OAuthError> {
    let sub = assertion.text("sub").unwrap_or_default();
    let by_login = |login: &str| {
        org.user_by_identifier(login).filter(|user| user.profile.login.to_lowercase() == login.to_lowercase())
    };
    let user = match issuer {
        IdJagIssuer::ThisOrg => org.user(sub),
        IdJagIssuer::Trusted(_) => org.user(sub).or_else(|| by_login(sub)),
    };
    let user =
        user.ok_or_else(|| OAuthError::new(ErrorId::IdJagInvalidSubject, format!("no user has the name `{sub}`")))?;
    if user.status.may_hold_tokens() {
        return Ok(user);
    }
    let reason = format!("{} is {}", user.profile.login, user.status.name());
    Err(OAuthError::new(ErrorId::InvalidUserStatus, reason))
}

fn scopes(request: &GrantRequest<'_>, assertion: &Jws) -> Result<Scopes, OAuthError> {
    let GrantRequest { org, server, client, .. } = *request;
    let asserted = Scopes::parse(assertion.text("scope").unwrap_or_default());
    if asserted.is_empty() {
        return Err(OAuthError::new(ErrorId::IdJagLackingScopes, "the ID-JAG has no scope"));
    }
    let scopes = scope_rules::resolve(org, server, client, &asserted)?;
    scope_rules::check_openid(&scopes, false)?;
    let missing = scopes_needing_consent(client, server, &scopes);
    if missing.is_empty() {
        return Ok(scopes);
    }
    Err(OAuthError::with(ErrorId::ConsentRequired, missing.listed(), "the user cannot be asked for consent"))
}
