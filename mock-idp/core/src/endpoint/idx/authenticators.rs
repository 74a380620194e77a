//! The authenticators of a document. Before the user has proved anything, they are the same for known and unknown users.

use serde_json::{Value, json};

use crate::model::{DirectoryObject, Factor, PhoneNumber, SignInMethod, User};
use crate::org::{Org, derived_id};
use crate::policy::password_rules::PasswordRules;
use crate::sign_in::masked_email;

/// What a user has enrolled of an authenticator.
pub(super) struct AuthenticatorEnrollment {
    pub(super) methods: Vec<SignInMethod>,
    pub(super) shown: Value,
}

impl AuthenticatorEnrollment {
    pub(super) fn has(&self, method: SignInMethod) -> bool {
        self.methods.contains(&method)
    }
}

/// A method, as an authenticator of the org.
pub(super) fn authenticator(org: &Org, method: SignInMethod) -> Value {
    authenticator_with(org, &[method])
}

/// An authenticator of the org with these methods.
pub(super) fn authenticator_with(org: &Org, methods: &[SignInMethod]) -> Value {
    let Some(first) = methods.first() else { return Value::Null };
    let key = first.row().authenticator;
    let known = object(org, *first);
    let id = known.map_or_else(|| derived_id("aut", &[&org.identity().id, key]), |object| object.id.clone());
    described(methods, &id, known.map(DirectoryObject::name))
}

/// The id of the authenticator of a method.
pub(super) fn id_of(org: &Org, method: SignInMethod) -> Value {
    authenticator(org, method)["id"].take()
}

fn object(org: &Org, method: SignInMethod) -> Option<&DirectoryObject> {
    org.authenticator(method.row().authenticator)
}

/// The password, with what a new one has to be like.
pub(super) fn password_with_settings(org: &Org, rules: &PasswordRules) -> Value {
    let mut authenticator = authenticator(org, SignInMethod::Password);
    if let Some(members) = authenticator.as_object_mut() {
        let settings = json!({ "complexity": rules.complexity(), "age": rules.age() });
        members.insert("settings".to_owned(), settings);
    }
    authenticator
}

/// The password of the user with this identifier, who may be unknown.
pub(super) fn password_enrollment(org: &Org, identifier: &str) -> Value {
    let id = derived_id("lae", &[&org.identity().id, &identifier.to_lowercase()]);
    described(&[SignInMethod::Password], &id, object(org, SignInMethod::Password).map(DirectoryObject::name))
}

/// The email address of the user with this identifier, who may be unknown.
pub(super) fn email_enrollment(org: &Org, identifier: &str) -> Value {
    let id = derived_id("eae", &[&org.identity().id, &identifier.to_lowercase()]);
    described(&[SignInMethod::Email], &id, object(org, SignInMethod::Email).map(DirectoryObject::name))
}

/// What a user has enrolled.
pub(super) fn enrollments(org: &Org, user: &User) -> Vec<AuthenticatorEnrollment> {
    let mut known = Vec::new();
    if user.credentials.password.is_some() {
        let shown = password_enrollment(org, &user.profile.login);
        known.push(AuthenticatorEnrollment { methods: vec![SignInMethod::Password], shown });
    }
    for factor in user.active_factors() {
        let Some(method) = factor.method() else { continue };
        // Okta: each passkey is an enrollment of its own.
        let same = |known: &&mut AuthenticatorEnrollment| {
            known.methods[0].shares_authenticator(method) && method != SignInMethod::WebAuthn
        };
        match known.iter_mut().find(same) {
            Some(enrollment) => {
                enrollment.methods.push(method);
                enrollment.shown["methods"] = methods(&enrollment.methods);
            }
            None => known
                .push(AuthenticatorEnrollment { methods: vec![method], shown: enrollment(org, user, &factor, method) }),
        }
    }
    known
}

fn enrollment(org: &Org, user: &User, factor: &Factor, method: SignInMethod) -> Value {
    // Okta: the Identity Engine has prefixes of its own.
    let prefix = match method {
        SignInMethod::SecurityQuestion => "qae",
        SignInMethod::Email => "eae",
        SignInMethod::Sms | SignInMethod::Voice => "pae",
        SignInMethod::OktaVerifyTotp | SignInMethod::OktaVerifyPush => "pfd",
        SignInMethod::GoogleOtp | SignInMethod::Password | SignInMethod::WebAuthn => factor.id_prefix(),
    };
    let id = format!("{prefix}{}", factor.id.get(3..).unwrap_or_default());
    let mut shown = described(&[method], &id, object(org, method).map(DirectoryObject::name));
    match method {
        SignInMethod::SecurityQuestion => shown["profile"] = question(factor),
        SignInMethod::Email => shown["profile"] = json!({ "email": masked_email(&user.profile.email) }),
        SignInMethod::Sms | SignInMethod::Voice => shown["profile"] = phone(factor),
        SignInMethod::OktaVerifyTotp | SignInMethod::OktaVerifyPush => {
            shown["profile"] = json!({ "deviceName": "Simulated phone" });
        }
        SignInMethod::WebAuthn => add_passkey(&mut shown, factor),
        SignInMethod::GoogleOtp | SignInMethod::Password => {}
    }
    if let Some(nickname) = &factor.profile.nickname {
        shown["nickname"] = nickname.as_str().into();
    }
    shown
}

/// What browsers need of a passkey or a security key. Okta: the transports are one text in the profile; its widget reads the list.
fn add_passkey(shown: &mut Value, factor: &Factor) {
    if let Some(name) = &factor.profile.authenticator_name {
        shown["displayName"] = name.as_str().into();
    }
    if let Some(credential) = &factor.credential {
        let transports = &credential.transports;
        shown["profile"] = json!({ "aaguid": credential.aaguid, "transports": transports.join(",") });
        if !transports.is_empty() {
            shown["transports"] = json!(transports);
        }
    }
    shown["credentialId"] = json!(factor.profile.credential_id);
}

/// The number of a phone.
pub(super) fn phone(factor: &Factor) -> Value {
    json!({ "phoneNumber": PhoneNumber::masked(factor.profile.phone_number.as_deref().unwrap_or_default()) })
}

/// The question of a factor.
pub(super) fn question(factor: &Factor) -> Value {
    let profile = &factor.profile;
    let text = profile.question_text.as_deref().unwrap_or_default();
    json!({ "questionKey": profile.question.as_deref().unwrap_or("custom"), "question": text })
}

/// The methods of an authenticator, as documents list them.
pub(super) fn methods(methods: &[SignInMethod]) -> Value {
    methods.iter().map(|method| json!({ "type": method.row().method })).collect()
}

fn described(of: &[SignInMethod], id: &str, name: Option<&str>) -> Value {
    let Some(row) = of.first().map(|method| method.row()) else { return Value::Null };
    let name = name.filter(|name| !name.is_empty()).unwrap_or(row.display_name);
    json!({
        "type": row.authenticator_type, "key": row.authenticator, "id": id, "displayName": name,
        "methods": methods(of),
    })
}
