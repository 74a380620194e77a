//! The forms in which users prove more, and in which they enroll what they lack.

use serde_json::{Map, Value, json};

use super::authenticators::{authenticator, authenticator_with, enrollments, methods, phone, question};
use super::choices::{self, by_authenticator};
use super::form::{self, FormParts};
use crate::ledger::{AppChannel, EnrollmentGrace, GraceEnd, PushResult};
use crate::model::{Factor, SharedSecret, SignInMethod, User};
use crate::org::{Org, Urls};
use crate::sign_in::{
    Remediation, SECURITY_QUESTIONS, activation_data, challenge_data, enrollment_image, phone_url, qr_image,
};

const CURRENT: &str = "$.currentAuthenticator";
const CURRENT_ENROLLMENT: &str = "$.currentAuthenticatorEnrollment";

/// The form of an option of this user; `None`: it belongs to another step. `messages` are about its field.
pub(super) fn form_of(org: &Org, user: &User, option: &Remediation, messages: Option<Value>) -> Option<FormParts> {
    match option {
        // Okta: a code is sent when the user asks for it.
        Remediation::Verify { factor, unsent, .. } if !unsent.is_empty() => {
            let mut fields = choices::unsent(org, unsent)?;
            let known = enrollments(org, user);
            let phone = known.iter().find(|known| factor.method().is_some_and(|it| it.is_phone() && known.has(it)));
            fields.extend(phone.map(choices::enrollment_id));
            let field = data_field(org, factor.method()?, fields);
            let path = if is_current_enrollment(factor.method()?) { CURRENT_ENROLLMENT } else { CURRENT };
            Some(("authenticator-verification-data", "challenge", Some(path), vec![field]))
        }
        Remediation::Verify { factor, .. } => {
            let path = if is_current_enrollment(factor.method()?) { CURRENT_ENROLLMENT } else { CURRENT };
            let fields = if factor.method() == Some(SignInMethod::SecurityQuestion) {
                vec![form::credentials(vec![asked_question(factor), form::answer(messages)])]
            } else if factor.method() == Some(SignInMethod::OktaVerifyTotp) {
                vec![form::credentials(vec![form::totp(messages)])]
            } else {
                vec![form::credentials(vec![form::code(messages)])]
            };
            Some(("challenge-authenticator", "challenge/answer", Some(path), fields))
        }
        Remediation::Wait { push, .. } if push.result == PushResult::Waiting => {
            Some(("challenge-poll", "authenticators/poll", Some(CURRENT), Vec::new()))
        }
        Remediation::Wait { .. } => Some(("resend", "challenge", Some(CURRENT), vec![choices::push(org)])),
        Remediation::UsePasskey { .. } => {
            let fields = form::passkey(&[
                ("clientData", "Client Data", true),
                ("authenticatorData", "Authenticator Data", true),
                ("signatureData", "Signature Data", true),
            ]);
            Some(("challenge-authenticator", "challenge/answer", Some(CURRENT), vec![form::credentials(fields)]))
        }
        Remediation::ChooseMethod { methods, .. } => {
            let known = enrollments(org, user);
            let groups = by_authenticator(methods);
            let choice = |(index, group): (usize, &Vec<SignInMethod>)| choices::enrolled(org, group, index, &known);
            let choices = groups.iter().enumerate().filter_map(choice).collect();
            Some(("select-authenticator-authenticate", "challenge", None, vec![form::authenticator(choices)]))
        }
        Remediation::Enroll { factor, unsent, .. } if !unsent.is_empty() => {
            let mut fields = choices::unsent(org, unsent)?;
            fields.push(choices::phone_number(true));
            let field = data_field(org, factor.method()?, fields);
            Some(("authenticator-enrollment-data", "credential/enroll", Some(CURRENT), vec![field]))
        }
        Remediation::Enroll { factor, .. } => {
            let field = if factor.method() == Some(SignInMethod::SecurityQuestion) {
                new_question(messages)
            } else if factor.method() == Some(SignInMethod::WebAuthn) {
                form::credentials(form::passkey(&[
                    ("clientData", "Client Data", true),
                    ("attestation", "Attestation", true),
                    ("transports", "Transports", false),
                    ("clientExtensions", "clientExtensions", false),
                ]))
            } else {
                form::credentials(vec![form::code(messages)])
            };
            Some(("enroll-authenticator", "challenge/answer", Some(CURRENT), vec![field]))
        }
        // Okta: the form has no authenticator that it relates to.
        Remediation::EnrollApp { app, .. } if app.push.is_some() => {
            Some(("enroll-poll", "challenge/poll", None, Vec::new()))
        }
        Remediation::EnrollApp { app, .. } => {
            let (name, label) =
                if app.channel == AppChannel::Sms { ("phoneNumber", "Phone number") } else { ("email", "Email") };
            let field = json!({ "name": name, "label": label, "required": true, "visible": true });
            Some(("enrollment-channel-data", "challenge/send", None, vec![form::with_messages(field, messages)]))
        }
        Remediation::ChooseAppChannel { .. } => {
            Some(("select-enrollment-channel", "credential/enroll", None, vec![choices::app(org)]))
        }
        Remediation::ChooseEnrollment { methods, .. } => {
            let groups = by_authenticator(methods);
            let choice = |(index, group): (usize, &Vec<SignInMethod>)| choices::enrollable(org, group, index);
            let field = form::authenticator(groups.iter().enumerate().filter_map(choice).collect());
            Some(("select-authenticator-enroll", "credential/enroll", None, vec![field]))
        }
        Remediation::Skip { .. } => Some(("skip", "skip", None, Vec::new())),
        _ => None,
    }
}

/// Adds the authenticators of the options. `action`: makes the form of an action of the current one.
pub(super) fn add_authenticators(
    org: &Org,
    urls: &Urls,
    user: &User,
    options: &[Remediation],
    action: impl Fn(&'static str, &str) -> Value,
    document: &mut Map<String, Value>,
) {
    let object = |value: Value| json!({ "type": "object", "value": value });
    let list = |values: Vec<Value>| json!({ "type": "array", "value": values });
    let known = enrollments(org, user);
    match options.first() {
        Some(Remediation::Password { .. }) => {
            let current = known.iter().find(|known| known.has(SignInMethod::Password)).map(|known| known.shown.clone());
            document.extend(current.map(|current| ("currentAuthenticatorEnrollment".to_owned(), object(current))));
        }
        Some(Remediation::Verify { factor, unsent, has_link, .. }) => {
            let method = factor.method().unwrap_or(SignInMethod::Password);
            if is_current_enrollment(method) {
                let current = known.iter().find(|known| known.has(method)).map(|known| known.shown.clone());
                let mut current = current.unwrap_or_default();
                match method {
                    SignInMethod::SecurityQuestion => {
                        current["contextualData"] = json!({ "enrolledQuestion": question(factor) });
                    }
                    SignInMethod::Email if unsent.is_empty() => add_code_forms(&mut current, *has_link, action),
                    SignInMethod::Sms | SignInMethod::Voice => {
                        let offered = if unsent.is_empty() { std::slice::from_ref(&method) } else { unsent };
                        current["methods"] = methods(offered);
                        current["resend"] = action("resend", "challenge/resend");
                    }
                    _ => {}
                }
                document.insert("currentAuthenticatorEnrollment".to_owned(), object(current));
            } else {
                document.insert("currentAuthenticator".to_owned(), object(authenticator(org, method)));
            }
        }
        Some(Remediation::Wait { push, .. }) => {
            let mut current = authenticator(org, SignInMethod::OktaVerifyPush);
            current["resend"] = action("resend", "challenge");
            if let Some(fields) = current["resend"]["value"].as_array_mut() {
                let chosen =
                    json!({ "methodType": "push", "id": choices::push(org)["value"]["form"]["value"][0]["value"] });
                let field = json!({
                    "name": "authenticator", "required": true, "value": chosen, "visible": false, "mutable": false,
                });
                fields.insert(0, field);
            }
            if let Some(number) = push.number {
                current["contextualData"] = json!({ "correctAnswer": number.to_string() });
            }
            document.insert("currentAuthenticator".to_owned(), object(current));
        }
        Some(Remediation::UsePasskey { challenge, verifies_user, .. }) => {
            let mut current = authenticator(org, SignInMethod::WebAuthn);
            let data = challenge_data(org, urls, challenge, *verifies_user);
            current["contextualData"] = json!({ "challengeData": data });
            document.insert("currentAuthenticator".to_owned(), object(current));
        }
        Some(Remediation::EnrollApp { app, .. }) => {
            let plain = authenticator(org, SignInMethod::OktaVerifyPush);
            let mut current = plain.clone();
            current["contextualData"] = json!({ "selectedChannel": app.channel.name() });
            let data = &mut current["contextualData"];
            match (&app.address, app.channel) {
                (_, AppChannel::QrCode) => {
                    let image = qr_image(&phone_url(urls));
                    data["qrcode"] = json!({ "method": "embedded", "href": image, "type": "image/svg+xml" });
                }
                (Some(address), AppChannel::Email) => data["email"] = address.as_str().into(),
                (Some(address), AppChannel::Sms) => data["phoneNumber"] = address.as_str().into(),
                (None, _) => {}
            }
            if app.address.is_some() {
                current["resend"] = action("resend", "challenge/resend");
            }
            document.insert("currentAuthenticator".to_owned(), object(current));
            document.insert("enrollmentAuthenticator".to_owned(), object(plain));
        }
        Some(Remediation::Enroll { factor, unsent, .. }) => {
            let method = factor.method().unwrap_or(SignInMethod::Password);
            let plain = authenticator_with(org, if unsent.is_empty() { std::slice::from_ref(&method) } else { unsent });
            let mut current = plain.clone();
            match method {
                SignInMethod::Sms | SignInMethod::Voice if unsent.is_empty() => {
                    current["profile"] = phone(factor);
                    current["resend"] = action("resend", "challenge/resend");
                }
                SignInMethod::Sms | SignInMethod::Voice => {}
                SignInMethod::WebAuthn => {
                    current["contextualData"] = json!({ "activationData": activation_data(org, urls, user, factor) });
                }
                _ => current["contextualData"] = enrollment_data(org, user, factor),
            }
            document.insert("currentAuthenticator".to_owned(), object(current));
            document.insert("enrollmentAuthenticator".to_owned(), object(plain));
        }
        _ => {}
    }
    let named = options.iter().find_map(|option| match option {
        Remediation::ChooseMethod { methods, .. } | Remediation::ChooseEnrollment { methods, .. } => {
            Some(methods.clone())
        }
        _ => None,
    });
    let named = named.or_else(|| match options.first()? {
        Remediation::Verify { unsent, .. } if !unsent.is_empty() => Some(unsent.clone()),
        Remediation::Verify { factor, .. } | Remediation::Wait { factor, .. } => Some(vec![factor.method()?]),
        Remediation::UsePasskey { .. } => Some(vec![SignInMethod::WebAuthn]),
        Remediation::Password { .. } => Some(vec![SignInMethod::Password]),
        _ => None,
    });
    let named = named.unwrap_or_default();
    let graces = options.iter().find_map(|option| match option {
        Remediation::ChooseEnrollment { grace, .. } => Some(&**grace),
        _ => None,
    });
    let grace_of = |group: &[SignInMethod]| {
        let first = *group.first()?;
        graces?.iter().find(|grace| grace.covers(first)).map(grace_period)
    };
    let shown = |group: &Vec<SignInMethod>| {
        let mut authenticator = authenticator_with(org, group);
        if let Some(period) = grace_of(group) {
            authenticator["gracePeriod"] = period;
        }
        authenticator
    };
    let offered = by_authenticator(&named).iter().map(shown).collect();
    document.insert("authenticators".to_owned(), list(offered));
    let known = known.into_iter().map(|known| known.shown).collect();
    document.insert("authenticatorEnrollments".to_owned(), list(known));
}

/// For how long an enrollment can be left out.
fn grace_period(grace: &EnrollmentGrace) -> Value {
    match &grace.ends {
        GraceEnd::At(expiry) => json!({ "type": "BY_DATE_TIME", "expiry": expiry }),
        GraceEnd::AfterSkips(left) => json!({ "type": "BY_SKIP_COUNT", "remainingSkips": left }),
    }
}

/// Whether documents show the enrollment, and not the authenticator, as the current one. Okta: as recorded.
fn is_current_enrollment(method: SignInMethod) -> bool {
    !matches!(
        method,
        SignInMethod::GoogleOtp | SignInMethod::OktaVerifyTotp | SignInMethod::OktaVerifyPush | SignInMethod::WebAuthn
    )
}

/// The field for what is needed before a code is sent.
fn data_field(org: &Org, method: SignInMethod, fields: Vec<Value>) -> Value {
    let label = authenticator(org, method)["displayName"].take();
    json!({ "name": "authenticator", "label": label, "form": { "value": fields } })
}

/// The question that is asked: its key is sent back.
fn asked_question(factor: &Factor) -> Value {
    let asked = question(factor);
    json!({
        "name": "questionKey", "label": asked["question"], "required": true, "value": asked["questionKey"],
        "visible": false, "mutable": false,
    })
}

/// A question to choose, or one of the user's own.
fn new_question(messages: Option<Value>) -> Value {
    let questions = SECURITY_QUESTIONS.map(|question| json!({ "label": question.text, "value": question.key }));
    let answer = form::answer(messages);
    json!({
        "name": "credentials",
        "type": "object",
        "required": true,
        "options": [
            {
                "label": "Choose a security question",
                "value": { "form": { "value": [
                    {
                        "name": "questionKey", "type": "string", "label": "Choose a security question",
                        "required": true, "options": questions,
                    },
                    answer,
                ] } },
            },
            {
                "label": "Create my own security question",
                "value": { "form": { "value": [
                    { "name": "questionKey", "required": true, "value": "custom", "mutable": false },
                    { "name": "question", "label": "Create a security question", "required": true },
                    answer,
                ] } },
            },
        ],
    })
}

fn enrollment_data(org: &Org, user: &User, factor: &Factor) -> Value {
    match &factor.shared_secret {
        Some(secret) => {
            json!({
                "qrcode": { "method": "embedded", "href": enrollment_image(org, user, secret), "type": "image/svg+xml" },
                "sharedSecret": SharedSecret::as_str(secret),
            })
        }
        None => {
            let keys: Vec<&str> = SECURITY_QUESTIONS.iter().map(|question| question.key).chain(["custom"]).collect();
            let questions =
                SECURITY_QUESTIONS.map(|question| json!({ "questionKey": question.key, "question": question.text }));
            json!({ "questionKeys": keys, "questions": questions })
        }
    }
}

/// What can be done about a code that was sent: have another one sent, and wait until the link of the email is opened.
pub(super) fn add_code_forms(current: &mut Value, has_link: bool, action: impl Fn(&'static str, &str) -> Value) {
    current["contextualData"] = json!({ "useEmailMagicLink": has_link });
    current["resend"] = action("resend", "challenge/resend");
    current["poll"] = action("poll", "challenge/poll");
    current["poll"]["refresh"] = form::POLL_INTERVAL.into();
}
