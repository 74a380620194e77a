//! What a client may get for a user, once the grant has identified the user: assignment, access policy, refresh token.
//!
//! Authorization codes and refresh tokens only need [`check_still_entitled`]: the policy was evaluated when they were issued.

use super::grant::GrantRequest;
use super::redemption::{Extra, NewRefreshToken, Redemption, TokenIds};
use crate::ledger::{Authentication, Authorization, FamilyState, RefreshTokens, TokenFamily};
use crate::model::{App, AuthMethod, ConsentMethod, ScopeConsent, User};
use crate::moment::Moment;
use crate::org::CompiledServer;
use crate::policy::{self, PolicyRequest};
use crate::protocol::{ErrorId, GrantType, OAuthError, RequestedClaims, Scopes};

/// A user who has authenticated, and the scopes that the client gets if the access policy grants them.
#[derive(Clone, Debug)]
pub(super) struct UserGrant {
    pub(super) authentication: Authentication,
    pub(super) scopes: Scopes,
    /// Hash of the device secret that ID tokens are bound to.
    pub(super) device_secret_hash: Option<String>,
}

/// Evaluates the access policy for a user, and prepares the tokens.
pub(super) fn entitle(
    request: &GrantRequest<'_>,
    user_grant: UserGrant,
    ids: &TokenIds,
    moment: &mut Moment<'_>,
) -> Result<Redemption, OAuthError> {
    let UserGrant { authentication, scopes, device_secret_hash } = user_grant;
    let GrantRequest { org, server, client, .. } = *request;
    let user = org
        .user(&authentication.user_id)
        .ok_or_else(|| OAuthError::new(ErrorId::InvalidUserStatus, "the user has been removed"))?;
    if !user.status.may_hold_tokens() {
        let reason = format!("{} is {}", user.profile.login, user.status.name());
        return Err(OAuthError::new(ErrorId::InvalidUserStatus, reason));
    }
    if !org.is_assigned(client, user) {
        let reason = format!("{} is not assigned to {}", user.profile.login, client.client_id());
        return Err(OAuthError::new(ErrorId::UserNotAssigned, reason));
    }
    let policy_request = PolicyRequest { client, user: Some(user), grant_type: request.grant_type(), scopes: &scopes };
    let decision = policy::evaluate(org, server, policy_request, moment)?;
    let authorization = Authorization {
        lifetimes: decision.lifetimes,
        rule_id: decision.rule_id().map(str::to_owned),
        request: None,
        server: server.id.clone(),
        client_id: client.client_id().to_owned(),
        authentication: Some(authentication),
        scopes,
        acr: None,
        claims: RequestedClaims::default(),
        device_secret_hash,
    };
    Ok(with_refresh_token(request, authorization, ids, moment.now))
}

/// What a token of another sign-in says about it.
#[derive(Clone, Debug)]
pub(super) struct EarlierSignIn {
    pub(super) auth_time: Option<i64>,
    pub(super) acr: Option<String>,
}

/// Evaluates the access policy for a client that acts for a user with a token of another sign-in. There is no session.
pub(super) fn delegate(
    request: &GrantRequest<'_>,
    user: &User,
    scopes: Scopes,
    sign_in: EarlierSignIn,
    moment: &mut Moment<'_>,
) -> Result<Authorization, OAuthError> {
    let GrantRequest { org, server, client, .. } = *request;
    let policy_request = PolicyRequest { client, user: Some(user), grant_type: request.grant_type(), scopes: &scopes };
    let decision = policy::evaluate(org, server, policy_request, moment)?;
    Ok(Authorization {
        lifetimes: decision.lifetimes,
        rule_id: decision.rule_id().map(str::to_owned),
        request: None,
        server: server.id.clone(),
        client_id: client.client_id().to_owned(),
        authentication: Some(Authentication {
            user_id: user.id.clone(),
            auth_time: sign_in.auth_time.unwrap_or(moment.now),
            amr: Vec::new(),
            proofs: Vec::new(),
            idp: None,
            session_id: format!("102{}", moment.token()),
        }),
        scopes,
        acr: sign_in.acr,
        claims: RequestedClaims::default(),
        device_secret_hash: None,
    })
}

/// The redemption with a refresh token, if the client gets one. Okta: it needs `offline_access` and the grant type on the app.
pub(super) fn with_refresh_token(
    request: &GrantRequest<'_>,
    authorization: Authorization,
    ids: &TokenIds,
    now: i64,
) -> Redemption {
    let client = request.client;
    let may_refresh = client.oauth().grant_types.contains(&GrantType::RefreshToken);
    if !may_refresh || !authorization.scopes.contains("offline_access") {
        return without_refresh_token(request, authorization, ids);
    }
    let lifetimes = authorization.lifetimes;
    let idle_until = now + i64::from(lifetimes.refresh_token_window_minutes) * 60;
    let family = TokenFamily {
        authorization: authorization.clone(),
        created: now,
        // Okta: 0 is unlimited.
        expires: (lifetimes.refresh_token_lifetime_minutes > 0)
            .then(|| now + i64::from(lifetimes.refresh_token_lifetime_minutes) * 60),
        // RFC 9449 5: a confidential client's refresh tokens are bound to its credentials instead.
        bound_to: request.thumbprint().filter(|_| client.auth_method() == AuthMethod::None),
        state: FamilyState::Active(RefreshTokens::first(ids.refresh_token.clone(), idle_until)),
    };
    Redemption {
        access_token_id: ids.access_token(Some(&ids.family)),
        refresh_token: Some(NewRefreshToken::First {
            family_id: ids.family.clone(),
            token: ids.refresh_token.clone(),
            family: Box::new(family),
        }),
        ..without_refresh_token(request, authorization, ids)
    }
}

/// The redemption of a grant that never gives a refresh token.
pub(super) fn without_refresh_token(
    request: &GrantRequest<'_>,
    authorization: Authorization,
    ids: &TokenIds,
) -> Redemption {
    Redemption {
        scopes: authorization.scopes.clone(),
        authorization,
        nonce: None,
        access_token_id: ids.access_token(None),
        bound_to: request.thumbprint(),
        refresh_token: None,
        extra: Extra::Nothing,
        single_use: None,
    }
}

/// The scopes that need a user's consent, where the user cannot be asked. Okta: `FLEXIBLE` ones are granted then.
pub(super) fn scopes_needing_consent(client: &App, server: &CompiledServer, scopes: &Scopes) -> Scopes {
    let asks = client.oauth().consent_method == ConsentMethod::Required;
    let required = |name: &&str| server.scope(name).is_some_and(|scope| scope.consent == ScopeConsent::Required);
    scopes.iter().filter(|name| asks && required(name)).collect()
}

/// Okta: tokens stop when the user is no longer active or no longer assigned, or the server is switched off.
pub(super) fn check_still_entitled(request: &GrantRequest<'_>, authorization: &Authorization) -> Result<(), String> {
    let GrantRequest { org, server, client, .. } = *request;
    if !server.active {
        return Err(format!("the authorization server {} is inactive", server.name));
    }
    let Some(authentication) = &authorization.authentication else { return Ok(()) };
    let user = org.user(&authentication.user_id).ok_or("the user has been removed")?;
    if !user.status.may_hold_tokens() {
        return Err(format!("{} is {}", user.profile.login, user.status.name()));
    }
    if !org.is_assigned(client, user) {
        return Err(format!("{} is no longer assigned to {}", user.profile.login, client.client_id()));
    }
    Ok(())
}
