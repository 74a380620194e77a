//! Introspection. RFC 7662; Okta: members by kind of token.

use serde_json::{Map, Value, json};

use crate::ledger::{DeviceSecret, TokenFamily};
use crate::org::{CompiledServer, Org, Urls};
use crate::protocol::{ErrorId, OAuthError, Parameters, token_type};
use crate::tokens::Verified;

/// The token of a request, with its record.
#[derive(Debug)]
pub enum IntrospectedToken<'a> {
    AccessToken { claims: &'a Verified, revoked: bool },
    IdToken { claims: &'a Verified },
    RefreshToken { token: &'a str, family: &'a TokenFamily },
    DeviceSecret { record: &'a DeviceSecret },
    Unknown,
}

/// The token of a request.
///
/// # Errors
/// The parameter is missing.
pub fn token(body: &Parameters) -> Result<&str, OAuthError> {
    body.get("token").ok_or_else(|| OAuthError::new(ErrorId::RequestMissingToken, "token is missing"))
}

/// The answer. RFC 7662 2.2: no further members for an inactive token.
#[must_use]
pub fn answer(org: &Org, server: &CompiledServer, urls: &Urls, token: IntrospectedToken<'_>, now: i64) -> Value {
    describe(org, server, urls, token, now).map_or_else(|| json!({"active": false}), Value::Object)
}

fn describe(
    org: &Org,
    server: &CompiledServer,
    urls: &Urls,
    token: IntrospectedToken<'_>,
    now: i64,
) -> Option<Map<String, Value>> {
    match token {
        IntrospectedToken::Unknown => None,
        IntrospectedToken::AccessToken { claims, revoked } => {
            let ours = claims.text("iss") == Some(urls.issuer(server).as_str());
            let entitled = user_is_active(org, claims.text("uid"));
            (ours && !revoked && entitled && !claims.expired(now)).then(|| access_token(org, claims))
        }
        IntrospectedToken::IdToken { claims } => {
            let ours = claims.text("iss") == Some(urls.issuer(server).as_str());
            let entitled = user_is_active(org, claims.text("sub"));
            (ours && entitled && !claims.expired(now)).then(|| id_token(org, claims))
        }
        IntrospectedToken::DeviceSecret { record } => {
            let live = record.is_active(now)
                && record.server == server.id
                && user_is_active(org, Some(&record.authentication.user_id));
            live.then(|| device_secret(record))
        }
        IntrospectedToken::RefreshToken { token, family } => {
            let authorization = &family.authorization;
            let user_id = authorization.authentication.as_ref().map(|known| known.user_id.as_str());
            let tokens = family.refresh_tokens(now).filter(|tokens| tokens.is_current(token))?;
            let live = authorization.server == server.id && user_is_active(org, user_id);
            live.then(|| refresh_token(org, family, family.ends(tokens)))
        }
    }
}

fn user_is_active(org: &Org, user_id: Option<&str>) -> bool {
    user_id.is_none_or(|id| org.user(id).is_some_and(|user| user.status.may_hold_tokens()))
}

fn login(org: &Org, user_id: Option<&str>) -> Option<Value> {
    user_id.and_then(|id| org.user(id)).map(|user| user.profile.login.as_str().into())
}

/// Okta: active, token_type, scope, client_id, username, exp, iat, sub, aud, iss, jti, uid.
fn access_token(org: &Org, claims: &Verified) -> Map<String, Value> {
    let scope = claims.scopes().collect::<Vec<_>>().join(" ");
    let copied = |name: &str| claims.0.get(name).cloned();
    let members = [
        ("active", Some(true.into())),
        // RFC 9449 6.2.
        ("token_type", Some(if claims.bound_to().is_some() { "DPoP" } else { "Bearer" }.into())),
        ("scope", Some(scope.into())),
        ("client_id", copied("cid")),
        ("username", login(org, claims.text("uid"))),
        ("exp", copied("exp")),
        ("iat", copied("iat")),
        ("sub", copied("sub")),
        ("aud", copied("aud")),
        ("iss", copied("iss")),
        ("jti", copied("jti")),
        ("uid", copied("uid")),
        ("cnf", copied("cnf")),
    ];
    without_absent(members)
}

fn id_token(org: &Org, claims: &Verified) -> Map<String, Value> {
    let copied = |name: &str| claims.0.get(name).cloned();
    without_absent([
        ("active", Some(true.into())),
        ("client_id", copied("aud")),
        ("username", login(org, claims.text("sub"))),
        ("exp", copied("exp")),
        ("iat", copied("iat")),
        ("sub", copied("sub")),
        ("aud", copied("aud")),
        ("iss", copied("iss")),
        ("jti", copied("jti")),
    ])
}

/// Okta: a refresh token has no iss, aud, jti or uid.
fn refresh_token(org: &Org, family: &TokenFamily, ends: i64) -> Map<String, Value> {
    let authorization = &family.authorization;
    let user_id = authorization.authentication.as_ref().map(|known| known.user_id.as_str());
    without_absent([
        ("active", Some(true.into())),
        ("token_type", Some("Bearer".into())),
        ("scope", Some(authorization.scopes.join().into())),
        ("client_id", Some(authorization.client_id.as_str().into())),
        ("username", login(org, user_id)),
        ("exp", Some(ends.into())),
        ("sub", login(org, user_id)),
    ])
}

/// Okta: active, sid, token_type, exp.
fn device_secret(record: &DeviceSecret) -> Map<String, Value> {
    without_absent([
        ("active", Some(true.into())),
        ("sid", Some(record.authentication.sid().into())),
        ("token_type", Some(token_type::DEVICE_SECRET.into())),
        ("exp", Some(record.expires.into())),
    ])
}

fn without_absent<const N: usize>(members: [(&str, Option<Value>); N]) -> Map<String, Value> {
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
