//! What the grants share that sign a user in at the token endpoint. Okta: direct authentication, and the password.

use super::super::direct_records::DirectRecords;
use super::super::entitlement::{UserGrant, entitle, scopes_needing_consent};
use super::super::grant::GrantRequest;
use super::super::lookup::LoadedRecord;
use super::super::redemption::{Redeemed, RedemptionError, TokenIds};
use crate::ledger::{Authentication, DirectSignIn, FailedSignIns, Proof};
use crate::model::{SignInMethod, User};
use crate::moment::Moment;
use crate::policy::scope_rules;
use crate::protocol::{ErrorId, GrantType, OAuthError, Scopes};
use crate::sign_in::direct::{self, AcceptedCode, DirectDemand};
use crate::trace::NoteStatus;

/// The records of a grant.
pub(super) fn records(record: LoadedRecord<'_>) -> Result<&mut DirectRecords, OAuthError> {
    match record {
        LoadedRecord::Direct(records) => Ok(records),
        _ => Err(LoadedRecord::unexpected()),
    }
}

/// A sign-in without a proof.
pub(super) fn begin(request: &GrantRequest<'_>, user: &User, scopes: Scopes, now: i64) -> DirectSignIn {
    DirectSignIn {
        server: request.server.id.clone(),
        client_id: request.client.client_id().to_owned(),
        user_id: user.id.clone(),
        requested: Scopes::parse(request.get("scope").unwrap_or_default()),
        scopes,
        began: now,
        proofs: Vec::new(),
        expires: now + DirectSignIn::LIFETIME,
        redeemed: false,
    }
}

/// The scopes that a request begins with.
pub(super) fn scopes(request: &GrantRequest<'_>) -> Result<Scopes, OAuthError> {
    let GrantRequest { org, server, client, .. } = *request;
    let requested = Scopes::parse(request.get("scope").unwrap_or_default());
    let scopes = scope_rules::resolve(org, server, client, &requested)?;
    scope_rules::check_openid(&scopes, false)?;
    let missing = scopes_needing_consent(client, server, &scopes);
    if missing.is_empty() {
        return Ok(scopes);
    }
    let id = match request.grant_type() {
        GrantType::Password => ErrorId::ConsentRequiredPassword,
        _ => ErrorId::ConsentRequired,
    };
    Err(OAuthError::with(id, missing.listed(), "the user cannot be asked for consent"))
}

/// The sign-in that a request continues by its `mfa_token`.
pub(super) fn continued(
    request: &GrantRequest<'_>,
    records: &DirectRecords,
    now: i64,
) -> Result<DirectSignIn, OAuthError> {
    let mfa_token = request.required("mfa_token")?;
    let known = (mfa_token, records.sign_in.as_ref());
    let sign_in = direct::open_sign_in((request.server, request.client), known, now)?;
    let requested = request.get("scope").map(Scopes::parse);
    if let Some(requested) = requested.filter(|requested| !is_same(requested, &sign_in.requested)) {
        let arguments = vec![requested.join(), sign_in.requested.join()];
        let error =
            OAuthError::new(ErrorId::DirectAuthInvalidScope, "the scopes differ from those of the first request");
        return Err(OAuthError { arguments, ..error });
    }
    Ok(sign_in.clone())
}

fn is_same(one: &Scopes, other: &Scopes) -> bool {
    one.without(other).is_empty() && other.without(one).is_empty()
}

/// A user who may use the client.
pub(super) fn active_user<'o>(request: &GrantRequest<'o>, user_id: &str) -> Result<&'o User, OAuthError> {
    let user = request.org.user(user_id);
    let user = user.ok_or_else(|| OAuthError::new(ErrorId::InvalidUserStatus, "the user has been removed"))?;
    direct::check_user(request.org, request.client, user)?;
    Ok(user)
}

/// Checks the one-time password of a request.
pub(super) fn prove_by_otp(
    request: &GrantRequest<'_>,
    user: &User,
    records: &mut DirectRecords,
    moment: &mut Moment<'_>,
) -> Result<SignInMethod, OAuthError> {
    let otp = request.required("otp")?;
    if !direct::has_code_app(request.org, user) {
        let reason = format!("{} has no app that shows codes", user.profile.login);
        return Err(OAuthError::new(ErrorId::DirectAuthFactorEnrollmentRequired, reason));
    }
    let DirectRecords { failed, used_codes, .. } = records;
    match direct::verify_otp(request.org, user, otp, used_codes, failed, moment) {
        Ok(AcceptedCode { method, factor_id, used }) => {
            records.use_code(factor_id, used);
            Ok(method)
        }
        Err(problem) => Err(OAuthError::new(ErrorId::DirectAuthInvalidOtp, problem.reason)),
    }
}

/// What follows a proof: tokens, or the demand for a further proof.
pub(super) fn proved(
    request: &GrantRequest<'_>,
    records: &mut DirectRecords,
    (mut sign_in, method): (DirectSignIn, SignInMethod),
    ids: &TokenIds,
    moment: &mut Moment<'_>,
) -> Result<Redeemed, RedemptionError> {
    sign_in.proofs.retain(|proof| proof.method != method);
    sign_in.proofs.push(Proof::by(method, moment.now));
    let user = active_user(request, &sign_in.user_id)?;
    if method != SignInMethod::Password {
        moment.trace.note(NoteStatus::Matched, method.row().display_name, user.profile.login.as_str());
    }
    let known = (sign_in.proofs.as_slice(), sign_in.began);
    let demanded = direct::demand(request.org, request.client, user, known, moment);
    match demanded.map_err(|error| of_grant(request, error))? {
        DirectDemand::Prove(methods) => {
            check_grants(request, &methods)?;
            let mfa_token = match (request.get("mfa_token"), &mut records.sign_in) {
                (Some(mfa_token), Some(stored)) => {
                    *stored = sign_in;
                    mfa_token.to_owned()
                }
                _ => {
                    let mfa_token: String = moment.token().chars().take(DirectSignIn::TOKEN_LENGTH).collect();
                    records.begun = Some((mfa_token.clone(), sign_in));
                    mfa_token
                }
            };
            let names: Vec<&str> = methods.iter().map(|method| method.row().method_name).collect();
            let reason = format!("the policies demand a further proof by {}", names.join(" or "));
            Err(OAuthError::with(ErrorId::MfaRequired, mfa_token, reason).into())
        }
        DirectDemand::Met => {
            if method != SignInMethod::Password {
                records.failed = FailedSignIns::default();
            }
            if let Some(stored) = &mut records.sign_in {
                stored.redeemed = true;
            }
            let DirectSignIn { user_id, scopes, proofs, .. } = sign_in;
            let authentication = Authentication {
                user_id,
                auth_time: moment.now,
                amr: Proof::amr(&proofs),
                proofs,
                idp: None,
                // Okta: no session begins; the id only distinguishes this authentication from others.
                session_id: format!("102{}", moment.token()),
            };
            let user_grant = UserGrant { authentication, scopes, device_secret_hash: None };
            Ok(Redeemed::Tokens(Box::new(entitle(request, user_grant, ids, moment)?)))
        }
    }
}

/// Okta: the password has errors of its own.
fn of_grant(request: &GrantRequest<'_>, error: OAuthError) -> OAuthError {
    let id = match error.id {
        _ if request.grant_type() != GrantType::Password => return error,
        ErrorId::DirectAuthFactorEnrollmentRequired if !may_go_on(request) => ErrorId::PasswordAuthDeniedMfa,
        ErrorId::DirectAuthPolicyDenied => ErrorId::PasswordAuthDeniedPolicy,
        _ => return error,
    };
    OAuthError { id, ..error }
}

/// Whether the client has a grant for further proofs.
fn may_go_on(request: &GrantRequest<'_>) -> bool {
    let configured = &request.client.oauth().grant_types;
    [GrantType::MfaOtp, GrantType::MfaOob].iter().any(|grant| configured.contains(grant))
}

/// Whether the client can redeem one of the further proofs.
fn check_grants(request: &GrantRequest<'_>, methods: &[SignInMethod]) -> Result<(), OAuthError> {
    if request.grant_type() == GrantType::Password && !may_go_on(request) {
        let reason = "the policies demand a further proof, and the app has no grant for one";
        return Err(OAuthError::new(ErrorId::PasswordAuthDeniedMfa, reason));
    }
    let configured = &request.client.oauth().grant_types;
    let usable = |grant: &GrantType| methods.iter().any(|method| direct::grant_of(*method) == Some(*grant));
    let usable: Vec<GrantType> = configured.iter().copied().filter(usable).collect();
    if usable.is_empty() {
        let reason = "the app lacks the grant of the further proof that the policies demand";
        return Err(OAuthError::new(ErrorId::DirectAuthPromptedGrantTypeDisabledForClient, reason));
    }
    let Some(supported) = request.get("grant_types_supported") else { return Ok(()) };
    let mut names = supported.split_whitespace();
    if let Some(unknown) = names.clone().find(|name| GrantType::named(name).is_none()) {
        let reason = format!("`{unknown}` is not a grant type");
        return Err(OAuthError::with(ErrorId::DirectAuthInvalidGrantTypeSupported, unknown, reason));
    }
    if names.any(|name| usable.iter().any(|grant| grant.name() == name)) {
        return Ok(());
    }
    let reason = "the client supports none of the grants of the further proof";
    Err(OAuthError::with(ErrorId::DirectAuthGrantTypesSupportedNotPrompted, supported, reason))
}
