//! `password`. RFC 6749 4.3; Okta: resource owner password, for apps that can be trusted with it.

use super::super::direct_records::DirectNames;
use super::super::grant::{Grant, GrantRequest};
use super::super::lookup::{LoadedRecord, Lookup};
use super::super::redemption::{Redeemed, RedemptionError, TokenIds};
use super::direct;
use crate::ledger::FailedSignIns;
use crate::model::{SignInMethod, User};
use crate::moment::Moment;
use crate::org::Org;
use crate::protocol::{ErrorId, GrantType, OAuthError};
use crate::sign_in::{self, SignInProblemKind};

pub(super) const GRANT: Grant = Grant { grant_type: GrantType::Password, supported: true, lookup, redeem };

fn lookup<'a>(request: &GrantRequest<'a>) -> Result<Lookup<'a>, OAuthError> {
    let user = request.get("username").and_then(|name| request.org.user_by_identifier(name.trim()));
    Ok(Lookup::Direct(DirectNames { user_id: user.map(|user| user.id.as_str()), ..DirectNames::default() }))
}

fn redeem(
    request: &GrantRequest<'_>,
    record: LoadedRecord<'_>,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, RedemptionError> {
    let records = direct::records(record)?;
    let identifier = request.required("username")?;
    let password = request.required("password")?;
    let scopes = direct::scopes(request)?;
    let ids = TokenIds::new(moment);
    let user = authenticate(request.org, identifier, password, &mut records.failed, moment)?;
    let sign_in = direct::begin(request, user, scopes, moment.now);
    direct::proved(request, records, (sign_in, SignInMethod::Password), &ids, moment)
}

/// The same sign-in as on the pages, with both inputs at once. Okta: every problem with the account has the same error, except an
/// expired or missing password.
fn authenticate<'o>(
    org: &'o Org,
    identifier: &str,
    password: &str,
    failed: &mut FailedSignIns,
    moment: &mut Moment<'_>,
) -> Result<&'o User, OAuthError> {
    let identifier = identifier.trim();
    let if_wrong = SignInProblemKind::AuthenticationFailed;
    let removed = || OAuthError::new(ErrorId::InvalidUserStatus, "the user has been removed");
    match sign_in::verify_password(org, identifier, password, if_wrong, failed, moment) {
        Ok(proof) => org.user(&proof.user_id).ok_or_else(removed),
        Err(problem) => {
            let has_password =
                org.user_by_identifier(identifier).is_none_or(|user| user.credentials.password.is_some());
            let id = match problem.kind {
                SignInProblemKind::PasswordExpired => ErrorId::ExpiredPasswordCredentials,
                SignInProblemKind::AuthenticationFailed
                    if !has_password && !org.settings().prevents_user_enumeration =>
                {
                    ErrorId::MissingPasswordEnrollment
                }
                _ => ErrorId::InvalidPasswordCredentials,
            };
            Err(OAuthError::new(id, problem.reason))
        }
    }
}
