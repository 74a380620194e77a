//! `urn:ietf:params:oauth:grant-type:jwt-bearer`. RFC 7523 2.1; Okta, at custom servers: an ID-JAG of an issuer that the server
//! trusts, for an access token. draft-ietf-oauth-identity-assertion-authz-grant 4.4. Scopes are granted as asserted or not at all.

use serde_json::Value;

use super::entitled::unaskable;
use super::{Addition, Admitted, Plan, Redemption};
use crate::endpoint::client_authentication::KeySource;
use crate::ledger::{Authentication, Authorization, SingleUse};
use crate::model::{ApplicationType, AuthMethod, TrustedIssuer, User};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org, Urls};
use crate::policy::{self, Ask, scope_rules};
use crate::protocol::jose::{Fetched, Jws};
use crate::protocol::{ErrorId, GrantType, OAuthError, RequestedClaims, Scopes};
use crate::tokens::{IdJag, OnBehalf};
use crate::trace::NoteStatus;

/// By whose keys an ID-JAG is judged.
#[derive(Clone, Copy, Debug)]
pub enum AssertedBy<'a> {
    /// This org's own server.
    Org,
    Elsewhere(&'a TrustedIssuer),
}

/// An ID-JAG whose signature has been judged.
#[derive(Clone, Copy, Debug)]
pub struct Asserted<'a> {
    pub by: AssertedBy<'a>,
    pub assertion: &'a Jws,
    /// Whether the signature is the issuer's; if not, why.
    pub signed: &'a Result<(), String>,
}

/// Reads an assertion, which nobody has checked yet.
///
/// # Errors
/// It is no ID-JAG.
pub fn read(assertion: &str) -> Result<Jws, OAuthError> {
    Jws::parse(assertion).filter(|jws| jws.header_text("typ") == Some(IdJag::TYPE)).ok_or_else(|| {
        let reason = format!("the assertion is no JWT of the type {}", IdJag::TYPE);
        OAuthError::new(ErrorId::JwtBearerGrantInvalidIssuer, reason)
    })
}

/// Where the keys of a trusted issuer have to be fetched from.
#[must_use]
pub fn key_source<'a>(issuer: &'a TrustedIssuer, assertion: &'a Jws) -> Option<KeySource<'a>> {
    issuer.jwks_uri.as_deref().map(|uri| KeySource { uri, kid: assertion.kid() })
}

/// Whether a trusted issuer has signed the assertion.
///
/// # Errors
/// It has not, or its keys are not to be had; in words.
pub fn signed_by(issuer: &TrustedIssuer, assertion: &Jws, fetched: Option<&Fetched>) -> Result<(), String> {
    let keys = match (&issuer.jwks, fetched) {
        (Some(keys), _) => keys,
        (None, Some(Ok(keys))) => keys,
        (None, Some(Err(reason))) => return Err(format!("the keys of {}: {reason}", issuer.issuer)),
        (None, None) => return Err(format!("the keys of {} have not been fetched", issuer.issuer)),
    };
    let algorithm = assertion.algorithm().filter(|algorithm| !algorithm.is_symmetric());
    let algorithm = algorithm.ok_or_else(|| format!("signed {}", assertion.signed_how()))?;
    let key = keys.choose(assertion, algorithm).map_err(|problem| format!("{problem:?}"))?;
    if assertion.is_signed_by(algorithm, &key) { Ok(()) } else { Err("the signature is not the key's".to_owned()) }
}

impl Admitted<'_> {
    /// Who says to have issued the assertion, if this server takes it from them.
    ///
    /// # Errors
    /// It does not, or this client may not present it so.
    pub fn asserted_by<'s>(
        &self,
        server: &'s CompiledServer,
        urls: &Urls,
        assertion: &Jws,
    ) -> Result<AssertedBy<'s>, OAuthError> {
        asserted_by(self, server, urls, assertion)
    }

    /// Redeems the assertion; what it spends comes back too.
    ///
    /// # Errors
    /// Okta's refusals.
    pub fn redeem_assertion(
        &self,
        org: &Org,
        server: &CompiledServer,
        urls: &Urls,
        asserted: Asserted<'_>,
        plan: &Plan,
        moment: &mut Moment<'_>,
    ) -> Result<(Redemption, SingleUse), OAuthError> {
        redeem(self, org, server, urls, asserted, plan, moment)
    }
}

fn asserted_by<'a>(
    admitted: &Admitted<'_>,
    server: &'a CompiledServer,
    urls: &Urls,
    assertion: &Jws,
) -> Result<AssertedBy<'a>, OAuthError> {
    if server.is_org() {
        let reason = "the org authorization server takes no assertions";
        return Err(OAuthError::with(ErrorId::UnsupportedGrantType, super::served(), reason));
    }
    // draft-ietf-oauth-identity-assertion-authz-grant 9.1: confidential clients only.
    if admitted.client.auth_method() == AuthMethod::None {
        let reason = format!("{} does not authenticate", admitted.client.client_id());
        return Err(OAuthError::new(ErrorId::ConfidentialClientRequired, reason));
    }
    // Okta: the scopes are the ID-JAG's.
    if admitted.request.get("scope").is_some() {
        return Err(OAuthError::new(ErrorId::IdJagScopesInRequest, "the request has a scope of its own"));
    }
    let issuer = assertion.text("iss").unwrap_or_default();
    if issuer == &*urls.issuer_base {
        return Ok(AssertedBy::Org);
    }
    let trusted = server.trusted_issuers.iter().find(|trusted| trusted.issuer == issuer);
    trusted.map(AssertedBy::Elsewhere).ok_or_else(|| {
        let reason = format!("{} trusts no issuer `{issuer}`", server.name);
        OAuthError::new(ErrorId::IdJagUntrustedIssuer, reason)
    })
}

fn redeem(
    admitted: &Admitted<'_>,
    org: &Org,
    server: &CompiledServer,
    urls: &Urls,
    asserted: Asserted<'_>,
    plan: &Plan,
    moment: &mut Moment<'_>,
) -> Result<(Redemption, SingleUse), OAuthError> {
    let client = admitted.client;
    let assertion = asserted.assertion;
    let issuer = assertion.text("iss").unwrap_or_default();
    if let Err(reason) = asserted.signed {
        return Err(OAuthError::new(ErrorId::IdJagInvalidSignature, reason.as_str()));
    }
    for_this_client(admitted, server, urls, assertion)?;
    let expires = in_time(server, assertion, moment.now)?;
    let spends = spends(issuer, assertion, expires)?;
    let resource = resource(admitted, server, assertion)?;
    let user = user(org, asserted.by, assertion)?;
    // Nobody is assigned to a service app.
    if client.oauth().application_type != ApplicationType::Service && org.assignment(client, user).is_none() {
        let reason = format!("{} is not assigned to {}", user.profile.login, client.client_id());
        return Err(OAuthError::new(ErrorId::UserNotAssigned, reason));
    }
    moment.trace.note(NoteStatus::Matched, "ID-JAG", format!("{issuer} vouches for {}", user.profile.login));
    let scopes = scopes(admitted, org, server, assertion)?;
    let ask = Ask { client, user: Some(user), grant_type: GrantType::JwtBearer, scopes: &scopes };
    let lifetimes = policy::evaluate(org, server, ask, moment)?;
    let authentication = Authentication {
        user_id: user.id.clone(),
        auth_time: assertion.time("auth_time").unwrap_or(moment.now),
        amr: Vec::new(),
        session_id: format!("102{}", moment.token()),
        fresh: false,
    };
    let on_behalf = OnBehalf {
        subject_name: None,
        audience: resource,
        act: assertion.claims().get("act").cloned(),
        sub_profile: assertion.text("sub_profile").map(str::to_owned),
    };
    let redemption = Redemption {
        authorization: Authorization {
            server: server.id.clone(),
            client_id: client.client_id().to_owned(),
            authentication: Some(authentication),
            scopes: scopes.clone(),
            acr: None,
            lifetimes,
            claims: RequestedClaims::default(),
            device_secret_hash: None,
        },
        scopes,
        nonce: None,
        access_token_id: plan.access_token_id_in(None),
        bound_to: admitted.thumbprint(),
        // Okta: no refresh token, the app comes back with another ID-JAG.
        founds: None,
        refresh_token: None,
        addition: Addition::Asserted(on_behalf),
    };
    Ok((redemption, spends))
}

fn for_this_client(
    admitted: &Admitted<'_>,
    server: &CompiledServer,
    urls: &Urls,
    assertion: &Jws,
) -> Result<(), OAuthError> {
    let here = urls.issuer(server);
    // RFC 7523 3 item 3; the draft, 4.4.1: this server's issuer and no other.
    if !assertion.audiences().eq([here.as_str()]) {
        let reason = format!("aud is {:?}, this is {here}", assertion.claims().get("aud"));
        return Err(OAuthError::new(ErrorId::JwtBearerGrantInvalidAudience, reason));
    }
    if assertion.text("client_id") != Some(admitted.client.client_id()) {
        let reason = format!("client_id is {:?}", assertion.text("client_id"));
        return Err(OAuthError::new(ErrorId::IdJagClientMismatch, reason));
    }
    Ok(())
}

/// RFC 7523 3 items 4 to 6; until when it is good comes back.
fn in_time(server: &CompiledServer, assertion: &Jws, now: i64) -> Result<i64, OAuthError> {
    let expires = assertion.time("exp").unwrap_or_default();
    if expires <= now {
        let reason = format!("expired {} s ago, or without exp", now.saturating_sub(expires));
        return Err(OAuthError::new(ErrorId::IdJagExpired, reason));
    }
    let latest = now + server.behavior.clock_skew();
    if let Some(name) = ["iat", "nbf"].into_iter().find(|name| assertion.time(name).is_some_and(|time| time > latest)) {
        return Err(OAuthError::new(ErrorId::IdJagIssuedInFuture, format!("{name} is in the future")));
    }
    let lifetime = expires.saturating_sub(assertion.time("iat").unwrap_or(now));
    if lifetime > IdJag::LIFETIME {
        return Err(OAuthError::new(ErrorId::IdJagLifetimeTooLong, format!("it lives for {lifetime} s")));
    }
    Ok(expires)
}

/// RFC 7523 3 item 7. Okta: an ID-JAG counts once.
fn spends(issuer: &str, assertion: &Jws, expires: i64) -> Result<SingleUse, OAuthError> {
    let jti = assertion.text("jti").ok_or_else(|| OAuthError::new(ErrorId::InvalidGrant, "the ID-JAG has no jti"))?;
    Ok(SingleUse::new("id_jag", issuer, jti, expires, ErrorId::IdJagReplayed))
}

/// The resource that the access token is for. Okta: one that the app is connected to, and the one of the request if that names any.
fn resource(admitted: &Admitted<'_>, server: &CompiledServer, assertion: &Jws) -> Result<Option<String>, OAuthError> {
    let claimed = assertion.claims().get("resource");
    let asked = admitted.request.get("resource");
    if asked.is_some() && asked != claimed.and_then(Value::as_str) {
        let reason = format!("the request has {asked:?}, the ID-JAG {claimed:?}");
        return Err(OAuthError::new(ErrorId::IdJagResourceMismatch, reason));
    }
    let Some(claimed) = claimed else { return Ok(None) };
    let of_connection = |resource: &str| {
        admitted.client.connections.iter().any(|connection| {
            connection.authorization_server_id.as_deref() == Some(&server.id)
                && connection.resource_indicator.as_deref() == Some(resource)
        })
    };
    let resource =
        claimed.as_str().filter(|resource| server.audience.as_deref() == Some(resource) || of_connection(resource));
    resource.map(|resource| Some(resource.to_owned())).ok_or_else(|| {
        let reason = format!("{} protects no resource {claimed} for {}", server.name, admitted.client.client_id());
        OAuthError::new(ErrorId::IdJagResourceNotAllowed, reason)
    })
}

/// Okta: the org's own server tells the id of the user. Others do not know it, but the login.
fn user<'a>(org: &'a Org, by: AssertedBy<'_>, assertion: &Jws) -> Result<&'a User, OAuthError> {
    let sub = assertion.text("sub").unwrap_or_default();
    let by_login = |login: &str| {
        org.user_by_identifier(login).filter(|user| user.profile.login.to_lowercase() == login.to_lowercase())
    };
    let user = match by {
        AssertedBy::Org => org.user(sub),
        AssertedBy::Elsewhere(_) => org.user(sub).or_else(|| by_login(sub)),
    };
    let user =
        user.ok_or_else(|| OAuthError::new(ErrorId::IdJagInvalidSubject, format!("no user is called `{sub}`")))?;
    if user.status.may_hold_tokens() {
        return Ok(user);
    }
    let reason = format!("{} is {}", user.profile.login, user.status.name());
    Err(OAuthError::new(ErrorId::InvalidUserStatus, reason))
}

fn scopes(admitted: &Admitted<'_>, org: &Org, server: &CompiledServer, assertion: &Jws) -> Result<Scopes, OAuthError> {
    let asserted = Scopes::parse(assertion.text("scope").unwrap_or_default());
    if asserted.is_empty() {
        return Err(OAuthError::new(ErrorId::IdJagLackingScopes, "the ID-JAG has no scope"));
    }
    let scopes = scope_rules::resolve(org, server, admitted.client, &asserted)?;
    scope_rules::openid_present(&scopes, false)?;
    let unaskable = unaskable(admitted.client, server, &scopes);
    if unaskable.is_empty() {
        Ok(scopes)
    } else {
        Err(OAuthError::with(ErrorId::ConsentRequired, unaskable.listed(), "nobody can ask the user"))
    }
}
