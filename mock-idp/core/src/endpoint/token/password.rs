//! `password`. RFC 6749 4.3; Okta: resource owner password, for apps that can be trusted with it.

use super::entitled::{entitle, unaskable};
use super::{Admitted, Allowed, Plan, Redemption};
use crate::ledger::{Authentication, Stage};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org};
use crate::policy::scope_rules;
use crate::protocol::{ErrorId, OAuthError, Scopes};
use crate::sign_in::{self, Advance, Input, SignInProblemKind};

pub(super) fn grant(
    admitted: &Admitted<'_>,
    org: &Org,
    server: &CompiledServer,
    plan: &Plan,
    moment: &mut Moment<'_>,
) -> Result<Redemption, OAuthError> {
    let identifier = admitted.request.required("username")?;
    let password = admitted.request.required("password")?;
    let asked = Scopes::parse(admitted.request.get("scope").unwrap_or_default());
    let scopes = scope_rules::resolve(org, server, admitted.client, &asked)?;
    scope_rules::openid_present(&scopes, false)?;
    let unaskable = unaskable(admitted.client, server, &scopes);
    if !unaskable.is_empty() {
        return Err(OAuthError::with(ErrorId::ConsentRequiredPassword, unaskable.listed(), "nobody can ask the user"));
    }
    let authentication = authenticate(org, identifier, password, moment)?;
    let allowed = Allowed { authentication, scopes, device_secret_hash: None };
    entitle(admitted, org, server, allowed, plan, moment)
}

/// The one sign-in, with both inputs at once. Okta: whatever is wrong with the account is told in the same words, save for an
/// expired or missing password.
fn authenticate(
    org: &Org,
    identifier: &str,
    password: &str,
    moment: &mut Moment<'_>,
) -> Result<Authentication, OAuthError> {
    match sign_in::advance(org, &Stage::Identify, Input::Both { identifier, password }, moment) {
        Advance::SignedIn { user_id, amr } => Ok(Authentication {
            user_id,
            auth_time: moment.now,
            amr,
            // Okta: no session is begun; the id only tells this authentication from others.
            session_id: format!("102{}", moment.token()),
            fresh: true,
        }),
        Advance::Ask { problem, .. } => {
            let has_password =
                org.user_by_identifier(identifier).is_none_or(|user| user.credentials.password.is_some());
            let id = match problem.as_ref().map(|problem| problem.kind) {
                Some(SignInProblemKind::PasswordExpired) => ErrorId::ExpiredPasswordCredentials,
                Some(SignInProblemKind::AuthenticationFailed) if !has_password => ErrorId::MissingPasswordEnrollment,
                _ => ErrorId::InvalidPasswordCredentials,
            };
            Err(OAuthError::new(id, problem.map_or_else(String::new, |problem| problem.reason)))
        }
    }
}
