//! The answer of the token endpoint: its tokens, and the body that carries them.

use serde_json::{Map, Value};

use super::grant::GrantRequest;
use super::redemption::{Extra, Redeemed, Redemption};
use crate::claims::ClaimSubject;
use crate::moment::Moment;
use crate::protocol::{ErrorId, OAuthError, token_type};
use crate::tokens::{self, SignedTokens, TokenGrant, TokenOrigin, TokenSelection, TokenSpec, UnsignedTokens};

/// The contents of the tokens of a redeemed grant.
///
/// # Errors
/// A claim that cannot be evaluated, a missing encryption key.
pub fn unsigned_tokens(
    request: &GrantRequest<'_>,
    redeemed: &Redeemed,
    moment: &mut Moment<'_>,
) -> Result<UnsignedTokens, OAuthError> {
    match redeemed {
        Redeemed::Tokens(redemption) => tokens_of(request, redemption, moment),
        Redeemed::PassedOn(passed_on) => Ok(UnsignedTokens {
            // RFC 8693 2.2.1: whatever its type, it is returned as `access_token`.
            access_token: Some(passed_on.token.clone()),
            expires_in: passed_on.lifetime,
            ..UnsignedTokens::default()
        }),
    }
}

fn tokens_of(
    request: &GrantRequest<'_>,
    redemption: &Redemption,
    moment: &mut Moment<'_>,
) -> Result<UnsignedTokens, OAuthError> {
    let GrantRequest { org, server, urls, .. } = *request;
    let authorization = &redemption.authorization;
    let client = org
        .client(&authorization.client_id)
        .ok_or_else(|| OAuthError::new(ErrorId::InvalidClientId, "the client has been removed"))?;
    let authentication = authorization.authentication.as_ref();
    let user = authentication.and_then(|known| org.user(&known.user_id));
    let spec = TokenSpec {
        server,
        urls,
        subject: ClaimSubject::new(org, client, user, authentication, &redemption.scopes, moment.now)
            .with_requested_claims(&authorization.claims.id_token),
        scopes: &redemption.scopes,
        lifetimes: authorization.lifetimes,
        nonce: redemption.nonce.as_deref(),
        acr: authorization.acr.as_deref(),
        device_secret_hash: authorization.device_secret_hash.as_deref(),
        delegated: redemption.extra.delegated_claims(),
        access_token_id: &redemption.access_token_id,
        bound_to: redemption.bound_to.as_deref(),
        origin: TokenOrigin {
            rule_id: authorization.rule_id.as_deref(),
            request: authorization.request.as_deref(),
            grant: Some(TokenGrant { grant_type: request.grant_type(), scope: request.get("scope") }),
        },
    };
    // Okta: an ID-JAG is redeemed for an access token only.
    let may_sign_in = !matches!(redemption.extra, Extra::IdJag(_));
    let selection = TokenSelection {
        access_token: true,
        id_token: may_sign_in && user.is_some() && redemption.scopes.contains("openid"),
        code: None,
    };
    let refresh_token = redemption.refresh_token.as_ref().map(|token| token.token().to_owned());
    Ok(UnsignedTokens { refresh_token, ..tokens::prepare(&spec, selection, moment)? })
}

/// The body with the issued tokens. Okta: `token_type, expires_in, access_token, scope, refresh_token, id_token,
/// device_secret, issued_token_type`.
#[must_use]
pub fn body(redeemed: &Redeemed, issued: SignedTokens) -> Map<String, Value> {
    let mut body = Map::new();
    let mut put = |name: &str, value: Option<&str>| {
        body.extend(value.map(|value| (name.to_owned(), Value::from(value))));
    };
    let (token_type, scope, device_secret, issued_token_type) = match redeemed {
        Redeemed::Tokens(redemption) => {
            let (device_secret, issued_token_type) = match &redemption.extra {
                Extra::Nothing | Extra::IdJag(_) => (None, None),
                Extra::DeviceSecret(secret, _) => (Some(secret.as_str()), None),
                Extra::TokenExchange { .. } => (None, Some(token_type::ACCESS_TOKEN)),
            };
            let token_type = if redemption.bound_to.is_some() { "DPoP" } else { "Bearer" };
            (token_type, Some(redemption.scopes.join()), device_secret, issued_token_type)
        }
        // RFC 8693 2.2.1: `N_A` if the client cannot use the token as an access token.
        Redeemed::PassedOn(token) => ("N_A", None, None, Some(token.token_type)),
    };
    put("token_type", Some(token_type));
    put("access_token", issued.access_token.as_deref());
    put("scope", scope.as_deref());
    put("refresh_token", issued.refresh_token.as_deref());
    put("id_token", issued.id_token.as_deref());
    put("device_secret", device_secret);
    put("issued_token_type", issued_token_type);
    body.shift_insert(1, "expires_in".to_owned(), issued.expires_in.into());
    body
}
