//! A code or a notification that a user gets.

use serde_json::{Map, Value};

use crate::ledger::{OneTimeToken, OobChallenge, OobQuestion, OutgoingMessage, PushNotification, SentCode};
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
    /// `None`: no user is asked.
    pub message: Option<OutgoingMessage>,
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
    let oob_code = new_code(moment);
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
        user_id: user.id.clone(),
        factor_id: factor.id.clone(),
        mfa_token: mfa_token.map(str::to_owned),
        ..open_challenge((server, client), (method, asked), moment.now)
    };
    Ok(StartedChallenge { oob_code, challenge, push, message: Some(message) })
}

/// A challenge that looks like one by this method, and that no user gets.
pub(super) fn decoy(
    org: &Org,
    (server, client): (&CompiledServer, &App),
    method: SignInMethod,
    moment: &mut Moment<'_>,
) -> StartedChallenge {
    let oob_code = new_code(moment);
    let asked = match method {
        SignInMethod::OktaVerifyPush => {
            OobQuestion::Push { id: moment.id("mst"), number: sign_in::number_to_show(org, moment) }
        }
        // The hash of a text that is no code.
        _ => OobQuestion::Code(SentCode {
            hash: OneTimeToken::hash(&moment.token()),
            expires: moment.now + OobChallenge::LIFETIME,
            link: None,
            wrong: 0,
        }),
    };
    let challenge = OobChallenge { is_decoy: true, ..open_challenge((server, client), (method, asked), moment.now) };
    StartedChallenge { oob_code, challenge, push: None, message: None }
}

fn new_code(moment: &mut Moment<'_>) -> String {
    format!("ft{}", moment.token()).chars().take(OobChallenge::CODE_LENGTH).collect()
}

/// A challenge without a user.
fn open_challenge(
    (server, client): (&CompiledServer, &App),
    (method, asked): (SignInMethod, OobQuestion),
    now: i64,
) -> OobChallenge {
    OobChallenge {
        server: server.id.clone(),
        client_id: client.client_id().to_owned(),
        user_id: String::new(),
        factor_id: String::new(),
        method,
        mfa_token: None,
        asked,
        polled: None,
        expires: now + OobChallenge::LIFETIME,
        used: false,
        is_decoy: false,
    }
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
