//! Codes that the org sends to users.

use crate::ledger::{MessageKind, MessageTemplate, OneTimeToken, OutgoingMessage, SentCode};
use crate::model::{Factor, FactorType, SignInMethod, User};
use crate::moment::Moment;
use crate::org::{Org, Tables};

/// Minutes for which a code is accepted, unless the authenticator says so. Okta: as recorded.
const MINUTES: i64 = 5;

/// A new code for the owner of a factor, and the message that has it.
#[must_use]
pub fn new_code(org: &Org, user: &User, factor: &Factor, moment: &mut Moment<'_>) -> (SentCode, OutgoingMessage) {
    let code = org.one_time_code(moment);
    let minutes = factor.method().map_or(MINUTES, |method| lifetime_minutes(org, method));
    let (kind, to, template) = match factor.factor_type {
        FactorType::Sms | FactorType::Call => {
            let kind = if factor.factor_type == FactorType::Sms { MessageKind::Sms } else { MessageKind::Voice };
            (kind, factor.profile.phone_number.clone().unwrap_or_default(), MessageTemplate::SmsVerifyCode)
        }
        _ => (MessageKind::Email, user.profile.email.clone(), MessageTemplate::EmailChallenge),
    };
    let is_email = kind == MessageKind::Email;
    let text = if is_email {
        format!("Your code for {} is {code}. It can be used for {minutes} minutes.", org.identity().name)
    } else {
        format!("Your verification code is {code}.")
    };
    let message = OutgoingMessage {
        kind,
        to,
        user_id: Some(user.id.clone()),
        template: Some(template),
        subject: is_email.then(|| "Your one-time verification code".to_owned()),
        text,
        code: Some(code.clone()),
        link: None,
    };
    (SentCode { hash: OneTimeToken::hash(&code), expires: moment.now + minutes * 60, link: None, wrong: 0 }, message)
}

fn lifetime_minutes(org: &Tables, method: SignInMethod) -> i64 {
    let settings = org.authenticator(method.row().authenticator).and_then(|object| object.members.get("settings"));
    settings.and_then(|settings| settings["tokenLifetimeInMinutes"].as_i64()).unwrap_or(MINUTES)
}

/// An email address as pages and documents show it. Okta: the first and the last character before the `@`.
#[must_use]
pub fn masked_email(email: &str) -> String {
    let (name, host) = email.split_once('@').unwrap_or((email, ""));
    let (first, last) = (name.chars().next(), name.chars().next_back());
    let shown = |character: Option<char>| character.map(String::from).unwrap_or_default();
    format!("{}***{}@{host}", shown(first), shown(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_its_first_and_last_character_and_its_host() {
        assert_eq!(masked_email("buyer@example.test"), "b***r@example.test");
        assert_eq!(masked_email("é@example.test"), "é***é@example.test");
    }
}
