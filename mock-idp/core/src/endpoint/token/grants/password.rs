//! `password`. RFC 6749 4.3; Okta: resource owner password, for apps that can be trusted with it.

use super::super::entitlement::{UserGrant, entitle, scopes_needing_consent};
use super::super::grant::{Grant, GrantRequest};
use super::super::lookup::{LoadedRecord, Lookup};
use super::super::redemption::{Redeemed, RedemptionError, TokenIds};
use crate::ledger::{Authentication, FailedSignIns};
use crate::moment::Moment;
use crate::org::Org;
use crate::policy::scope_rules;
use crate::protocol::{ErrorId, GrantType, OAuthError, Scopes};
use crate::sign_in::{self, SignInProblemKind};

pub(super) const GRANT: Grant = Grant { grant_type: GrantType::Password, supported: true, lookup, redeem };

fn lookup<'a>(request: &GrantRequest<'a>) -> Result<Lookup<'a>, OAuthError> {
    let user = request.get("username").and_then(|name| request.org.user_by_identifier(name.trim()));
    Ok(user.map_or(Lookup::Nothing, |user| Lookup::FailedSignIns(&user.id)))
}

fn redeem(
    request: &GrantRequest<'_>,
    record: LoadedRecord<'_>,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, RedemptionError> {
    let mut none = FailedSignIns::default();
    let failed = match record {
        LoadedRecord::FailedSignIns(failed) => failed,
        LoadedRecord::None => &mut none,
        _ => return Err(LoadedRecord::unexpected().into()),
    };
    let GrantRequest { org, server, client, .. } = *request;
    let identifier = request.required("username")?;
    let password = request.required("password")?;
    let requested = Scopes::parse(request.get("scope").unwrap_or_default());
    let scopes = scope_rules::resolve(org, server, client, &requested)?;
    scope_rules::check_openid(&scopes, false)?;
    let missing = scopes_needing_consent(client, server, &scopes);
    if !missing.is_empty() {
        let reason = "the user cannot be asked for consent";
        return Err(OAuthError::with(ErrorId::ConsentRequiredPassword, missing.listed(), reason).into());
    }
    let ids = TokenIds::new(moment);
    let authentication = authenticate(org, identifier, password, failed, moment)?;
    let user_grant = UserGrant { authentication, scopes, device_secret_hash: None };
    Ok(Redeemed::Tokens(Box::new(entitle(request, user_grant, &ids, moment)?)))
}

/// The same sign-in as on the pages, with both inputs at once. Okta: every problem with the account has the same error, except an
/// expired or missing password.
fn authenticate(
    org: &Org,
    identifier: &str,
    password: &str,
    failed: &mut FailedSignIns,
    moment: &mut Moment<'_>,
) -> Result<Authentication, OAuthError> {
    let identifier = identifier.trim();
    let if_wrong = SignInProblemKind::AuthenticationFailed;
    match sign_in::verify_password(org, identifier, password, if_wrong, failed, moment) {
        Ok(proof) => Ok(Authentication {
            user_id: proof.user_id,
            auth_time: proof.auth_time,
            amr: proof.amr,
            proofs: proof.proofs,
            // Okta: no session begins; the id only distinguishes this authentication from others.
            session_id: format!("102{}", moment.token()),
        }),
        Err(problem) => {
            let has_password =
                org.user_by_identifier(identifier).is_none_or(|user| user.credentials.password.is_some());
            let id = match problem.kind {
                SignInProblemKind::PasswordExpired => ErrorId::ExpiredPasswordCredentials,
                SignInProblemKind::AuthenticationFailed if !has_password => ErrorId::MissingPasswordEnrollment,
                _ => ErrorId::InvalidPasswordCredentials,
            };
            Err(OAuthError::new(id, problem.reason))
        }
    }
}
