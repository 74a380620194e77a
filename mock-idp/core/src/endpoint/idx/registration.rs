//! The documents of a registration.

use serde_json::{Map, Value, json};

use super::authenticators;
use super::form::{self, FormParts};
use super::message::IdxError;
use super::proofs::add_code_forms;
use super::recovery::code_field;
use crate::model::SignInMethod;
use crate::org::Org;
use crate::policy::password_rules::PasswordRules;
use crate::policy::registration::RegistrationAttribute;
use crate::sign_in::{RegistrationOption, masked_email};

/// The form of a step.
pub(super) fn form_of(option: &RegistrationOption, error: Option<&IdxError>, about_field: Option<Value>) -> FormParts {
    const CURRENT: Option<&str> = Some("$.currentAuthenticator");
    match option {
        RegistrationOption::Profile { attributes } => {
            ("enroll-profile", "enroll/new", None, vec![profile(attributes, error)])
        }
        RegistrationOption::Password { .. } => {
            ("enroll-authenticator", "challenge/answer", CURRENT, vec![form::password("Enter password", about_field)])
        }
        RegistrationOption::Code { .. } => {
            ("enroll-authenticator", "challenge/answer", CURRENT, vec![code_field(about_field)])
        }
    }
}

/// The form of attributes that a user lacks.
pub(super) fn update_form(attributes: &[RegistrationAttribute], error: Option<&IdxError>) -> FormParts {
    ("enroll-profile", "enroll/update", None, vec![profile(attributes, error)])
}

fn profile(attributes: &[RegistrationAttribute], error: Option<&IdxError>) -> Value {
    let fields: Vec<Value> = attributes.iter().map(|attribute| field(attribute, error)).collect();
    json!({ "name": "userProfile", "form": { "value": fields } })
}

/// The authenticator that is enrolled. `action`: makes the form of an action of it.
pub(super) fn add_authenticators(
    org: &Org,
    option: &RegistrationOption,
    action: impl Fn(&'static str, &str) -> Value,
    document: &mut Map<String, Value>,
) {
    let current = match option {
        RegistrationOption::Profile { .. } => return,
        RegistrationOption::Password { user } => {
            authenticators::password_with_settings(org, &PasswordRules::of(org, user))
        }
        RegistrationOption::Code { email } => {
            let mut current = authenticators::authenticator(org, SignInMethod::Email);
            current["profile"] = json!({ "email": masked_email(email) });
            add_code_forms(&mut current, false, action);
            current
        }
    };
    document.insert("currentAuthenticator".to_owned(), json!({ "type": "object", "value": current.clone() }));
    document.insert("authenticators".to_owned(), json!({ "type": "array", "value": [current.clone()] }));
    document.insert("authenticatorEnrollments".to_owned(), json!({ "type": "array", "value": [] }));
    document.insert("enrollmentAuthenticator".to_owned(), json!({ "type": "object", "value": current }));
}

/// An attribute of the profile, with the message about it.
fn field(attribute: &RegistrationAttribute, error: Option<&IdxError>) -> Value {
    let mut field = json!({ "name": attribute.name, "label": attribute.label, "required": attribute.required });
    if matches!(&*attribute.name, "firstName" | "lastName") {
        field["minLength"] = 1.into();
        field["maxLength"] = 50.into();
    }
    if let Some(error) = error.filter(|error| error.attribute() == Some(&attribute.name)) {
        field["messages"] = error.messages();
    }
    field
}
