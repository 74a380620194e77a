//! The documents of a recovery.

use serde_json::{Map, Value, json};

use super::authenticators;
use super::form::{self, FormParts};
use super::proofs::add_code_forms;
use crate::model::SignInMethod;
use crate::org::{Org, derived_id};
use crate::policy::password_rules::PasswordRules;
use crate::sign_in::RecoveryOption;

/// The form of a step. `None`: nothing can be done any more.
pub(super) fn form_of(org: &Org, option: &RecoveryOption, about_field: Option<Value>) -> Option<FormParts> {
    match option {
        RecoveryOption::Identify { is_unlock: false, identifier } => {
            Some(("identify-recovery", "identify", None, vec![form::identifier(identifier.as_deref())]))
        }
        RecoveryOption::Identify { is_unlock: true, identifier } => {
            let id = authenticators::id_of(org, SignInMethod::Email);
            let email = json!({
                "label": "Email",
                "value": { "form": { "value": [
                    { "name": "id", "required": true, "value": id, "mutable": false },
                    { "name": "methodType", "required": false, "value": "email", "mutable": false },
                ] } },
                "relatesTo": "$.authenticatorEnrollments.value[0]",
            });
            let choice = json!({ "name": "authenticator", "type": "object", "options": [email] });
            let fields = vec![form::identifier(identifier.as_deref()), choice];
            Some(("select-authenticator-unlock-account", "challenge", None, fields))
        }
        RecoveryOption::Code { .. } => {
            Some(("challenge-authenticator", "challenge/answer", CURRENT_ENROLLMENT, vec![code_field(about_field)]))
        }
        RecoveryOption::Question { question, .. } => {
            let key = json!({
                "name": "questionKey", "label": question, "required": true, "value": "custom", "visible": false,
                "mutable": false,
            });
            let fields = vec![form::credentials(vec![key, form::answer(about_field)])];
            Some(("challenge-authenticator", "challenge/answer", CURRENT_ENROLLMENT, fields))
        }
        RecoveryOption::Password { is_activation, .. } => {
            let (name, fields) = match is_activation {
                true => ("enroll-authenticator", form::password("Enter password", about_field)),
                false => ("reset-authenticator", form::reset_password(about_field)),
            };
            Some((name, "challenge/answer", Some("$.currentAuthenticator"), vec![fields]))
        }
        RecoveryOption::Confirm { .. } | RecoveryOption::Unlocked { .. } => None,
    }
}

const CURRENT_ENROLLMENT: Option<&str> = Some("$.currentAuthenticatorEnrollment");

/// The authenticators of a step. `action`: makes the form of an action of the current one.
pub(super) fn add_authenticators(
    org: &Org,
    option: &RecoveryOption,
    action: impl Fn(&'static str, &str) -> Value,
    document: &mut Map<String, Value>,
) {
    let list = |value: Value| json!({ "type": "array", "value": [value] });
    let object = |value: Value| json!({ "type": "object", "value": value });
    match option {
        RecoveryOption::Identify { is_unlock: true, .. } => {
            document.insert("authenticators".to_owned(), list(authenticators::authenticator(org, SignInMethod::Email)));
            let enrollment = json!({ "type": "email", "key": "okta_email", "methods": [{ "type": "email" }] });
            document.insert("authenticatorEnrollments".to_owned(), list(enrollment));
        }
        RecoveryOption::Code { identifier, is_unlock } => {
            // Okta: without the address before anything has been proved.
            let enrollment = authenticators::email_enrollment(org, identifier);
            let mut current = enrollment.clone();
            add_code_forms(&mut current, false, action);
            document.insert("currentAuthenticatorEnrollment".to_owned(), object(current));
            document.insert("authenticators".to_owned(), list(authenticators::authenticator(org, SignInMethod::Email)));
            document.insert("authenticatorEnrollments".to_owned(), list(enrollment));
            if !is_unlock {
                document.insert(
                    "recoveryAuthenticator".to_owned(),
                    object(authenticators::authenticator(org, SignInMethod::Password)),
                );
            }
        }
        RecoveryOption::Question { question, user_id } => {
            let mut current = json!({
                "type": "security_question", "key": "security_question",
                "id": derived_id("qae", &[&org.identity().id, user_id]), "displayName": "Security Question",
                "methods": [{ "type": "security_question" }],
                "profile": { "questionKey": "custom", "question": question },
            });
            document.insert("authenticatorEnrollments".to_owned(), list(current.clone()));
            current["contextualData"] =
                json!({ "enrolledQuestion": { "questionKey": "custom", "question": question } });
            document.insert("currentAuthenticatorEnrollment".to_owned(), object(current));
        }
        RecoveryOption::Password { user_id, .. } => {
            let user = org.user(user_id);
            let login = user.map_or(user_id.as_str(), |user| user.profile.login.as_str());
            let current = authenticators::password_with_settings(org, &PasswordRules::of_known(org, user));
            document.insert("currentAuthenticator".to_owned(), object(current.clone()));
            document
                .insert("authenticators".to_owned(), list(authenticators::authenticator(org, SignInMethod::Password)));
            let enrollment = authenticators::password_enrollment(org, login);
            document.insert("authenticatorEnrollments".to_owned(), list(enrollment));
            document.insert("recoveryAuthenticator".to_owned(), object(current));
        }
        RecoveryOption::Identify { is_unlock: false, .. }
        | RecoveryOption::Confirm { .. }
        | RecoveryOption::Unlocked { .. } => {}
    }
}

/// The message about an unlocked account.
pub(super) fn unlocked() -> Value {
    let message = "You can log in using your existing username and password";
    let i18n = json!({ "key": "oie.selfservice.unlock_user.success.message", "params": [] });
    json!({ "type": "array", "value": [{ "message": message, "i18n": i18n, "class": "INFO" }] })
}

/// The code of an email, with the messages about it.
pub(super) fn code_field(about_field: Option<Value>) -> Value {
    form::credentials(vec![form::with_messages(json!({ "name": "passcode", "label": "Enter code" }), about_field)])
}
