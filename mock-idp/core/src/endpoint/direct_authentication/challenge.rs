//! The endpoint that asks for a further proof. Okta: `/v1/challenge`, after `mfa_required`.

use serde_json::{Map, Value};

use super::body::{self, required};
use super::started::{StartedChallenge, method_of_channel, start};
use crate::ledger::{DirectSignIn, FailedSignIns};
use crate::model::{App, SignInMethod};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org};
use crate::protocol::{ErrorId, GrantType, OAuthError, Parameters};
use crate::sign_in::direct::{DirectDemand, demand, grant_of, open_sign_in, require_unlocked};

/// The grants of further proofs, in the order in which they are preferred.
const TYPES: [GrantType; 2] = [GrantType::MfaOob, GrantType::MfaOtp];

/// What the user is asked for.
#[derive(Clone, Debug)]
pub enum Challenged {
    /// A code or a notification, which has to be stored and sent.
    OutOfBand(Box<StartedChallenge>),
    /// The code that an app shows: nothing is sent.
    OneTimePassword,
}

impl Challenged {
    /// The answer. Okta: in this order.
    #[must_use]
    pub fn answer(&self) -> Map<String, Value> {
        let (challenge_type, members) = match self {
            Self::OutOfBand(started) => (GrantType::MfaOob, started.answer()),
            Self::OneTimePassword => (GrantType::MfaOtp, Map::new()),
        };
        std::iter::once(("challenge_type".to_owned(), challenge_type.name().into())).chain(members).collect()
    }
}

/// The `mfa_token` of a request.
///
/// # Errors
/// The body is not valid, or the client has none of the grants.
pub fn mfa_token<'b>(client: &App, parameters: &'b Parameters) -> Result<&'b str, OAuthError> {
    body::check(parameters)?;
    let configured = &client.oauth().grant_types;
    if !TYPES.iter().any(|grant| configured.contains(grant)) {
        let names: Vec<&str> = configured.iter().map(|grant| grant.name()).collect();
        let reason = format!("{} may use neither mfa-oob nor mfa-otp", client.client_id());
        return Err(OAuthError::with(ErrorId::UnauthorizedClient, names.join(", "), reason));
    }
    required(parameters, "mfa_token")
}

/// Asks the user for what the policies demand next. `failed`: the wrong passwords and codes of the user.
///
/// # Errors
/// Okta's errors.
pub fn challenge(
    org: &Org,
    server: &CompiledServer,
    client: &App,
    parameters: &Parameters,
    (sign_in, failed): (Option<&DirectSignIn>, &FailedSignIns),
    moment: &mut Moment<'_>,
) -> Result<Challenged, OAuthError> {
    let token = mfa_token(client, parameters)?;
    let types = supported_types(client, parameters)?;
    let channel = parameters.get("channel_hint").map(method_of_channel).transpose()?;
    let sign_in = open_sign_in((server, client), (token, sign_in), moment.now)?;
    let user = org.user(&sign_in.user_id).filter(|user| user.status.may_hold_tokens());
    let user = user.ok_or_else(|| OAuthError::new(ErrorId::InvalidUserStatus, "the user may not sign in any more"))?;
    require_unlocked(org, user, failed, moment)?;
    let methods = match demand(org, client, user, (&sign_in.proofs, sign_in.began), moment)? {
        DirectDemand::Prove(methods) => methods,
        // A policy has changed in the meantime: any further proof completes the sign-in.
        DirectDemand::Met => SignInMethod::ALL.into_iter().filter(|method| grant_of(*method).is_some()).collect(),
    };
    let offers =
        |wanted: GrantType| types.contains(&wanted) && methods.iter().any(|method| grant_of(*method) == Some(wanted));
    match channel {
        Some(method) if types.contains(&GrantType::MfaOob) && methods.contains(&method) => {
            let started = start(org, (server, client), (user, method), Some(token), moment)?;
            Ok(Challenged::OutOfBand(Box::new(started)))
        }
        _ if offers(GrantType::MfaOtp) => Ok(Challenged::OneTimePassword),
        Some(method) => {
            let reason = format!("a proof by {} is not what the policies demand next", method.row().method_name);
            let id = match user.active_factors().any(|factor| factor.method() == Some(method)) {
                true => ErrorId::DirectAuthNotChallengedForRequiredFactorType,
                false => ErrorId::DirectAuthFactorEnrollmentRequired,
            };
            Err(OAuthError::new(id, reason))
        }
        None if offers(GrantType::MfaOob) => Err(OAuthError::with(
            ErrorId::MissingTokenRequestParameter,
            "channel_hint",
            "an out-of-band challenge needs a channel",
        )),
        None => Err(OAuthError::new(
            ErrorId::DirectAuthNotChallengedForRequiredFactorType,
            "the client supports none of the challenges that the policies demand",
        )),
    }
}

/// The challenges that the client can use: those that it names, or all that are configured.
fn supported_types(client: &App, parameters: &Parameters) -> Result<Vec<GrantType>, OAuthError> {
    let configured = &client.oauth().grant_types;
    let Some(named) = parameters.get("challenge_types_supported") else {
        return Ok(TYPES.into_iter().filter(|grant| configured.contains(grant)).collect());
    };
    let mut types = Vec::new();
    for name in named.split_whitespace() {
        let known = TYPES.into_iter().find(|grant| grant.name() == name);
        let known = known.ok_or_else(|| {
            OAuthError::with(ErrorId::DirectAuthInvalidChallengeType, name, format!("`{name}` is not a further proof"))
        })?;
        types.extend(Some(known).filter(|grant| configured.contains(grant)));
    }
    Ok(types)
}
