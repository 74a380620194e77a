//! Authenticators as choices: the fields by which a client names one, its method, and what the method needs.

use serde_json::{Value, json};

use super::authenticators::{AuthenticatorEnrollment, authenticator_with, id_of};
use crate::ledger::{AppChannel, Stage, Transaction};
use crate::model::SignInMethod;
use crate::org::Org;
use crate::sign_in::SignInAnswer;

/// What a client says about the authenticator that it goes on with.
#[derive(Clone, Copy, Debug)]
pub struct ChosenAuthenticator<'a> {
    pub id: &'a str,
    pub method: Option<&'a str>,
    /// The number of a phone to enroll.
    pub phone_number: Option<&'a str>,
    /// How the app Okta Verify is set up.
    pub channel: Option<&'a str>,
}

/// What a client has chosen, if it is offered.
#[must_use]
pub fn chosen<'a>(org: &Org, transaction: &Transaction, choice: ChosenAuthenticator<'a>) -> Option<SignInAnswer<'a>> {
    let Stage::MoreProofs(partial) = &transaction.stage else { return None };
    let offered = |method: &SignInMethod| id_of(org, *method) == choice.id;
    let mut of_authenticator = partial.choices.iter().copied().filter(offered);
    if let Some(channel) = choice.channel {
        of_authenticator.find(|method| *method == SignInMethod::OktaVerifyPush)?;
        let channel = AppChannel::ALL.into_iter().find(|known| known.name() == channel)?;
        return Some(SignInAnswer::EnrollApp { channel, address: None });
    }
    let Some(named) = choice.method else {
        let first = of_authenticator.next()?;
        let is_only = of_authenticator.next().is_none();
        return Some(if is_only { SignInAnswer::Choose(first) } else { SignInAnswer::ChooseAuthenticator(first) });
    };
    let method = of_authenticator.find(|method| method.row().method == named)?;
    Some(match choice.phone_number {
        Some(number) if method.is_phone() => SignInAnswer::EnrollPhone { method, number },
        _ => SignInAnswer::Choose(method),
    })
}

/// Methods, those of an authenticator together.
pub(super) fn by_authenticator(methods: &[SignInMethod]) -> Vec<Vec<SignInMethod>> {
    let mut groups: Vec<Vec<SignInMethod>> = Vec::new();
    for method in methods {
        match groups.iter_mut().find(|group| group[0].shares_authenticator(*method)) {
            Some(group) => group.push(*method),
            None => groups.push(vec![*method]),
        }
    }
    groups
}

/// The choice of an authenticator that the user has, the one with this position.
pub(super) fn enrolled(
    org: &Org,
    methods: &[SignInMethod],
    position: usize,
    known: &[AuthenticatorEnrollment],
) -> Option<Value> {
    let first = *methods.first()?;
    let index = known.iter().position(|enrollment| enrollment.has(first))?;
    let mut fields = vec![id(org, first), method_type(methods)];
    fields.extend(first.is_phone().then(|| enrollment_id(&known[index])));
    // Okta: the enrollments of Okta Verify are in one line, and those of passkeys.
    if matches!(first.row().authenticator, "okta_verify" | "webauthn") {
        let label = &authenticator_with(org, methods)["displayName"];
        return Some(option(label, fields, &format!("$.authenticators.value[{position}]")));
    }
    let path = format!("$.authenticatorEnrollments.value[{index}]");
    Some(option(&known[index].shown["displayName"], fields, &path))
}

/// The choice of an authenticator that the user can enroll, the one with this index.
pub(super) fn enrollable(org: &Org, methods: &[SignInMethod], index: usize) -> Option<Value> {
    let first = *methods.first()?;
    // Okta: the app Okta Verify has channels in place of methods.
    let second = if first == SignInMethod::OktaVerifyPush { app_channel(false) } else { method_type(methods) };
    let mut fields = vec![id(org, first), second];
    fields.extend(first.is_phone().then(|| phone_number(false)));
    let path = format!("$.authenticators.value[{index}]");
    Some(option(&authenticator_with(org, methods)["displayName"], fields, &path))
}

/// The fields that say how a code is sent, before one is.
pub(super) fn unsent(org: &Org, methods: &[SignInMethod]) -> Option<Vec<Value>> {
    let first = *methods.first()?;
    let mut method = json!({ "name": "methodType", "required": first != SignInMethod::Email });
    if first.is_phone() {
        method["type"] = "string".into();
    }
    if first == SignInMethod::Email {
        method["value"] = first.row().method.into();
    }
    method["options"] = options(methods);
    let mut fields = vec![id(org, first), method];
    if first == SignInMethod::OktaVerifyPush {
        fields.push(json!({
            "name": "autoChallenge", "type": "boolean", "required": false, "value": false,
            "label": "Send push automatically", "visible": true, "mutable": true,
        }));
    }
    Some(fields)
}

/// The authenticator whose notification is sent again.
pub(super) fn push(org: &Org) -> Value {
    let method = SignInMethod::OktaVerifyPush;
    let fields = [id(org, method), method_type(&[method])];
    json!({
        "name": "authenticator", "type": "object", "label": authenticator_with(org, &[method])["displayName"],
        "value": { "form": { "value": fields } },
    })
}

/// The app Okta Verify, and how it is set up.
pub(super) fn app(org: &Org) -> Value {
    let method = SignInMethod::OktaVerifyPush;
    let fields = [id(org, method), app_channel(true)];
    json!({
        "name": "authenticator", "type": "object", "label": authenticator_with(org, &[method])["displayName"],
        "value": { "form": { "value": fields } },
    })
}

/// Okta: the labels of its recordings.
fn app_channel(required: bool) -> Value {
    let option = |channel: AppChannel| json!({ "label": channel.name().to_uppercase(), "value": channel.name() });
    json!({
        "name": "channel", "type": "string", "required": required, "options": AppChannel::ALL.map(option),
    })
}

/// The number of a phone to enroll.
pub(super) fn phone_number(required: bool) -> Value {
    json!({ "name": "phoneNumber", "label": "Phone number", "required": required })
}

/// The enrollment that is verified.
pub(super) fn enrollment_id(enrollment: &AuthenticatorEnrollment) -> Value {
    json!({ "name": "enrollmentId", "required": true, "value": enrollment.shown["id"], "mutable": false })
}

fn option(label: &Value, fields: Vec<Value>, path: &str) -> Value {
    json!({ "label": label, "value": { "form": { "value": fields } }, "relatesTo": path })
}

fn id(org: &Org, method: SignInMethod) -> Value {
    json!({ "name": "id", "required": true, "value": id_of(org, method), "mutable": false })
}

fn method_type(methods: &[SignInMethod]) -> Value {
    match methods {
        [only] => {
            json!({ "name": "methodType", "required": false, "value": only.row().method, "mutable": false })
        }
        several => {
            json!({ "name": "methodType", "type": "string", "required": false, "options": options(several) })
        }
    }
}

fn options(methods: &[SignInMethod]) -> Value {
    let option = |method: &SignInMethod| json!({ "label": method.row().method_name, "value": method.row().method });
    methods.iter().map(option).collect()
}
