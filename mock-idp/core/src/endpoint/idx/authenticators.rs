//! The authenticators of a document. Before the user has proved anything, they are the same for known and unknown users.

use serde_json::{Value, json};

use crate::model::{DirectoryKind, DirectoryObject, Factor, SignInMethod, User};
use crate::org::{Org, derived_id};
use crate::policy::password::{complexity, remembered};
use crate::sign_in::masked_email;

/// A method, as an authenticator of the org.
pub(super) fn authenticator(org: &Org, method: SignInMethod) -> Value {
    let key = method.row().authenticator;
    let known = object(org, method);
    let id = known.map_or_else(|| derived_id("aut", &[&org.identity().id, key]), |object| object.id.clone());
    described(method, &id, known.map(DirectoryObject::name))
}

/// The id of the authenticator of a method.
pub(super) fn id_of(org: &Org, method: SignInMethod) -> Value {
    authenticator(org, method)["id"].take()
}

fn object(org: &Org, method: SignInMethod) -> Option<&DirectoryObject> {
    let mut known = org.objects(DirectoryKind::Authenticator);
    known.find(|object| object.text("key") == Some(method.row().authenticator))
}

/// The password, with what a new one has to be like.
pub(super) fn password_with_settings(org: &Org) -> Value {
    let mut authenticator = authenticator(org, SignInMethod::Password);
    if let Some(members) = authenticator.as_object_mut() {
        let mut complexity = complexity();
        complexity["excludeAttributes"] = json!([]);
        let age = json!({ "minAgeMinutes": 0, "historyCount": remembered(org) });
        members.insert("settings".to_owned(), json!({ "complexity": complexity, "age": age }));
    }
    authenticator
}

/// The password of the user with this identifier, who may be unknown.
pub(super) fn password_enrollment(org: &Org, identifier: &str) -> Value {
    let id = derived_id("lae", &[&org.identity().id, &identifier.to_lowercase()]);
    described(SignInMethod::Password, &id, object(org, SignInMethod::Password).map(DirectoryObject::name))
}

/// The email address of the user with this identifier, who may be unknown.
pub(super) fn email_enrollment(org: &Org, identifier: &str) -> Value {
    let id = derived_id("eae", &[&org.identity().id, &identifier.to_lowercase()]);
    described(SignInMethod::Email, &id, object(org, SignInMethod::Email).map(DirectoryObject::name))
}

/// What a user has enrolled, each with its method.
pub(super) fn enrollments(org: &Org, user: &User) -> Vec<(SignInMethod, Value)> {
    let password = user.credentials.password.as_ref();
    let password = password.map(|_| (SignInMethod::Password, password_enrollment(org, &user.profile.login)));
    let factors = user.active_factors().filter_map(|factor| Some((factor.method()?, enrollment(org, user, &factor)?)));
    password.into_iter().chain(factors).collect()
}

fn enrollment(org: &Org, user: &User, factor: &Factor) -> Option<Value> {
    let method = factor.method()?;
    // Okta: the Identity Engine has prefixes of its own for questions and email.
    let id = factor.id.replacen("ufs", "qae", 1).replacen("emf", "eae", 1);
    let mut shown = described(method, &id, object(org, method).map(DirectoryObject::name));
    if method == SignInMethod::SecurityQuestion {
        shown["profile"] = question(factor);
    }
    if method == SignInMethod::Email {
        shown["profile"] = json!({ "email": masked_email(&user.profile.email) });
    }
    Some(shown)
}

/// The question of a factor.
pub(super) fn question(factor: &Factor) -> Value {
    let profile = &factor.profile;
    let text = profile.question_text.as_deref().unwrap_or_default();
    json!({ "questionKey": profile.question.as_deref().unwrap_or("custom"), "question": text })
}

fn described(method: SignInMethod, id: &str, name: Option<&str>) -> Value {
    let row = method.row();
    let name = name.filter(|name| !name.is_empty()).unwrap_or(row.display_name);
    json!({
        "type": row.authenticator_type, "key": row.authenticator, "id": id, "displayName": name,
        "methods": [{ "type": row.method }],
    })
}
