//! The forms in which users prove more, and in which they enroll what they lack.

use serde_json::{Map, Value, json};

use super::authenticators::{authenticator, enrollments, id_of, question};
use super::form::{self, FormParts};
use crate::ledger::{Stage, Transaction};
use crate::model::{Factor, SharedSecret, SignInMethod, User};
use crate::org::Org;
use crate::sign_in::{Remediation, SECURITY_QUESTIONS, enrollment_image};

const CURRENT: &str = "$.currentAuthenticator";
const CURRENT_ENROLLMENT: &str = "$.currentAuthenticatorEnrollment";

/// The method that a client has chosen, if it is offered.
#[must_use]
pub fn chosen(org: &Org, transaction: &Transaction, authenticator: &str, method: Option<&str>) -> Option<SignInMethod> {
    let Stage::MoreProofs(partial) = &transaction.stage else { return None };
    let is_named = |offered: &&SignInMethod| {
        id_of(org, **offered) == authenticator && method.is_none_or(|method| offered.row().method == method)
    };
    partial.choices.iter().find(is_named).copied()
}

/// The form of an option of this user; `None`: it belongs to another step. `messages` are about its field.
pub(super) fn form_of(org: &Org, user: &User, option: &Remediation, messages: Option<Value>) -> Option<FormParts> {
    match option {
        // Okta: a code is sent when the user asks for it.
        Remediation::Verify { factor, unsent: true, .. } => {
            let method = factor.method()?;
            let fields = json!([
                { "name": "id", "required": true, "value": id_of(org, method), "mutable": false },
                {
                    "name": "methodType", "required": false, "value": method.row().method,
                    "options": [{ "label": method.row().display_name, "value": method.row().method }],
                },
            ]);
            let label = authenticator(org, method)["displayName"].take();
            let field = json!({ "name": "authenticator", "label": label, "form": { "value": fields } });
            Some(("authenticator-verification-data", "challenge", Some(CURRENT_ENROLLMENT), vec![field]))
        }
        Remediation::Verify { factor, .. } => {
            let path = if is_current_enrollment(factor.method()?) { CURRENT_ENROLLMENT } else { CURRENT };
            let fields = if factor.method() == Some(SignInMethod::SecurityQuestion) {
                vec![form::credentials(vec![asked_question(factor), form::answer(messages)])]
            } else {
                vec![form::credentials(vec![form::code(messages)])]
            };
            Some(("challenge-authenticator", "challenge/answer", Some(path), fields))
        }
        Remediation::ChooseMethod { methods, .. } => {
            let known = enrollments(org, user);
            let choice = |method: &SignInMethod| {
                let index = known.iter().position(|(known, _)| known == method)?;
                Some(choice(org, *method, &known[index].1, &format!("$.authenticatorEnrollments.value[{index}]")))
            };
            let field = form::authenticator(methods.iter().filter_map(choice).collect());
            Some(("select-authenticator-authenticate", "challenge", None, vec![field]))
        }
        Remediation::Enroll { factor, .. } => {
            let field = if factor.method() == Some(SignInMethod::SecurityQuestion) {
                new_question(messages)
            } else {
                form::credentials(vec![form::code(messages)])
            };
            Some(("enroll-authenticator", "challenge/answer", Some(CURRENT), vec![field]))
        }
        Remediation::ChooseEnrollment { methods, .. } => {
            let choice = |(index, method): (usize, &SignInMethod)| {
                choice(org, *method, &authenticator(org, *method), &format!("$.authenticators.value[{index}]"))
            };
            let field = form::authenticator(methods.iter().enumerate().map(choice).collect());
            Some(("select-authenticator-enroll", "credential/enroll", None, vec![field]))
        }
        Remediation::Skip { .. } => Some(("skip", "skip", None, Vec::new())),
        _ => None,
    }
}

/// Adds the authenticators of the options. `action`: makes the form of an action of the current one.
pub(super) fn add_authenticators(
    org: &Org,
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
            let current =
                known.iter().find(|(method, _)| *method == SignInMethod::Password).map(|(_, value)| value.clone());
            document.extend(current.map(|current| ("currentAuthenticatorEnrollment".to_owned(), object(current))));
        }
        Some(Remediation::Verify { factor, unsent, .. }) => {
            let method = factor.method().unwrap_or(SignInMethod::Password);
            if is_current_enrollment(method) {
                let current = known.iter().find(|(known, _)| *known == method).map(|(_, value)| value.clone());
                let mut current = current.unwrap_or_default();
                match method {
                    SignInMethod::SecurityQuestion => {
                        current["contextualData"] = json!({ "enrolledQuestion": question(factor) });
                    }
                    SignInMethod::Email if !*unsent => add_code_forms(&mut current, action),
                    _ => {}
                }
                document.insert("currentAuthenticatorEnrollment".to_owned(), object(current));
            } else {
                document.insert("currentAuthenticator".to_owned(), object(authenticator(org, method)));
            }
        }
        Some(Remediation::Enroll { factor, .. }) => {
            let method = factor.method().unwrap_or(SignInMethod::Password);
            let mut current = authenticator(org, method);
            let plain = current.clone();
            current["contextualData"] = enrollment_data(org, user, factor);
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
        Remediation::Verify { factor, .. } => Some(vec![factor.method()?]),
        Remediation::Password { .. } => Some(vec![SignInMethod::Password]),
        _ => None,
    });
    let named = named.unwrap_or_default();
    document
        .insert("authenticators".to_owned(), list(named.iter().map(|method| authenticator(org, *method)).collect()));
    document.insert("authenticatorEnrollments".to_owned(), list(known.into_iter().map(|(_, value)| value).collect()));
}

/// Whether documents show the enrollment, and not the authenticator, as the current one. Okta: as recorded.
fn is_current_enrollment(method: SignInMethod) -> bool {
    matches!(method, SignInMethod::Password | SignInMethod::Email | SignInMethod::SecurityQuestion)
}

fn choice(org: &Org, method: SignInMethod, shown: &Value, path: &str) -> Value {
    let fields = json!([
        { "name": "id", "required": true, "value": id_of(org, method), "mutable": false },
        { "name": "methodType", "required": false, "value": method.row().method, "mutable": false },
    ]);
    json!({ "label": shown["displayName"], "value": { "form": { "value": fields } }, "relatesTo": path })
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

/// What can be done about a code that has been sent: have another one, and wait.
fn add_code_forms(current: &mut Value, action: impl Fn(&'static str, &str) -> Value) {
    current["contextualData"] = json!({ "useEmailMagicLink": false });
    current["resend"] = action("resend", "challenge/resend");
    current["poll"] = action("poll", "challenge/poll");
    current["poll"]["refresh"] = 4000.into();
}
