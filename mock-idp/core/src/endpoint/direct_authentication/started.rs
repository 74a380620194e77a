//! A code or a notification that a user gets.

use serde_json::{Map, Value};

use crate::ledger::{OobChallenge, OobQuestion, OutgoingMessage, PushNotification};
use crate::model::{App, SignInMethod, User};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org};
use crate::policy::assurance;
use crate::protocol::{ErrorId, OAuthError};
use crate::sign_in;

/// A challenge that has to be stored, and what the user gets.
#[derive(Clone, Debug)]
pub struct StartedChallenge {
    pub oob_code: String,
    pub challenge: OobChallenge,
    pub push: Option<PushNotification>,
    pub message: OutgoingMessage,
}

/// The method of a channel.
pub(super) fn method_of_channel(channel: &str) -> Result<SignInMethod, OAuthError> {
    let sent = SignInMethod::ALL.into_iter().filter(|method| method.is_asked_for());
    sent.into_iter().find(|method| method.row().method == channel).ok_or_else(|| {
        OAuthError::with(ErrorId::DirectAuthInvalidChannelHint, channel, format!("channel_hint `{channel}` is unknown"))
    })
}

/// Asks a user by one of these methods. `mfa_token`: the sign-in that it continues.
pub(super) fn start(
    org: &Org,
    (server, client): (&CompiledServer, &App),
    (user, method): (&User, SignInMethod),
    mfa_token: Option<&str>,
    moment: &mut Moment<'_>,
) -> Result<StartedChallenge, OAuthError> {
    let mut usable = user.active_factors().filter(|factor| assurance::is_usable(org, factor));
    let factor = usable.find(|factor| factor.method() == Some(method)).ok_or_else(|| {
        let reason = format!("{} has no {}", user.profile.login, method.row().method_name);
        OAuthError::new(ErrorId::DirectAuthFactorEnrollmentRequired, reason)
    })?;
    let oob_code: String = format!("ft{}", moment.token()).chars().take(OobChallenge::CODE_LENGTH).collect();
    let (asked, push, message) = if method == SignInMethod::OktaVerifyPush {
        let push = sign_in::new_push(org, user, &factor, &client.label, None, moment);
        let number = push.challenge.as_ref().map(|challenge| challenge.correct);
        let message = sign_in::push_message(user, &push);
        (OobQuestion::Push { id: push.id.clone(), number }, Some(push), message)
    } else {
        let (sent, message) = sign_in::new_code(org, user, &factor, moment);
        (OobQuestion::Code(sent), None, message)
    };
    let challenge = OobChallenge {
        server: server.id.clone(),
        client_id: client.client_id().to_owned(),
        user_id: user.id.clone(),
        factor_id: factor.id.clone(),
        method,
        mfa_token: mfa_token.map(str::to_owned),
        asked,
        polled: None,
        expires: moment.now + OobChallenge::LIFETIME,
        used: false,
    };
    Ok(StartedChallenge { oob_code, challenge, push, message })
}

impl StartedChallenge {
    /// The answer. Okta: in this order. Only what is polled has an interval.
    #[must_use]
    pub fn answer(&self) -> Map<String, Value> {
        let (interval, binding_method, binding_code) = match &self.challenge.asked {
            OobQuestion::Code(_) => (None, "prompt", None),
            OobQuestion::Push { number: None, .. } => (Some(OobChallenge::INTERVAL), "none", None),
            OobQuestion::Push { number: Some(number), .. } => {
                (Some(OobChallenge::INTERVAL), "transfer", Some(number.to_string()))
            }
        };
        let members = [
            ("oob_code", Some(self.oob_code.as_str().into())),
            ("expires_in", Some(OobChallenge::LIFETIME.into())),
            ("interval", interval.map(Value::from)),
            ("channel", Some(self.challenge.method.row().method.into())),
            ("binding_method", Some(binding_method.into())),
            ("binding_code", binding_code.map(Value::from)),
        ];
        members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}
