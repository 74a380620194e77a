//! Forms: what can be done next, and what it needs.

use serde_json::{Map, Value, json};

use crate::model::Scope;

/// The media types of requests and answers.
const PRODUCES: &str = "application/ion+json; okta-version=1.0.0";
const ACCEPTS: &str = "application/json; okta-version=1.0.0";

/// Milliseconds from one poll to the next.
pub(super) const POLL_INTERVAL: u32 = 4_000;

/// Name, endpoint, what it relates to, and fields of a form.
pub(super) type FormParts = (&'static str, &'static str, Option<&'static str>, Vec<Value>);

/// A form, which ends with the state handle.
pub(super) struct Form<'a> {
    pub(super) name: &'static str,
    /// A JSON path to the authenticator that it is about.
    pub(super) relates_to: Option<&'static str>,
    pub(super) href: String,
    pub(super) fields: Vec<Value>,
    pub(super) state_handle: &'a str,
}

impl Form<'_> {
    /// Its JSON, members in Okta's order.
    pub(super) fn into_value(self) -> Value {
        let mut form = Map::new();
        form.insert("rel".to_owned(), json!(["create-form"]));
        form.insert("name".to_owned(), self.name.into());
        if let Some(path) = self.relates_to {
            form.insert("relatesTo".to_owned(), json!([path]));
        }
        form.insert("href".to_owned(), self.href.into());
        form.insert("method".to_owned(), "POST".into());
        form.insert("produces".to_owned(), PRODUCES.into());
        let mut fields = self.fields;
        fields.push(json!({
            "name": "stateHandle", "required": true, "value": self.state_handle, "visible": false, "mutable": false,
        }));
        form.insert("value".to_owned(), fields.into());
        form.insert("accepts".to_owned(), ACCEPTS.into());
        Value::Object(form)
    }
}

/// The name of the user. `value` is its initial value.
pub(super) fn identifier(value: Option<&str>) -> Value {
    let mut field = json!({ "name": "identifier", "label": "Username", "required": true });
    if let (Some(value), Some(field)) = (value, field.as_object_mut()) {
        field.insert("value".to_owned(), value.into());
    }
    field
}

/// A password, with the messages about it.
pub(super) fn password(label: &str, messages: Option<Value>) -> Value {
    let field = with_messages(json!({ "name": "passcode", "label": label, "secret": true }), messages);
    credentials(vec![field])
}

/// A new password, and whether the other sessions of the user end.
pub(super) fn reset_password(messages: Option<Value>) -> Value {
    let field = with_messages(json!({ "name": "passcode", "label": "New password", "secret": true }), messages);
    let sessions = json!({ "name": "revokeSessions", "type": "boolean", "label": "Sign me out of all other devices" });
    credentials(vec![field, sessions])
}

/// A group of fields that prove something.
pub(super) fn credentials(fields: Vec<Value>) -> Value {
    json!({ "name": "credentials", "type": "object", "form": { "value": fields }, "required": true })
}

/// What a browser fills in, by name, label and whether it is required.
pub(super) fn passkey(fields: &[(&str, &str, bool)]) -> Vec<Value> {
    let field = |(name, label, required): &(&str, &str, bool)| json!({ "name": name, "label": label, "required": required, "visible": false });
    fields.iter().map(field).collect()
}

/// A one-time password, with the messages about it.
pub(super) fn code(messages: Option<Value>) -> Value {
    with_messages(json!({ "name": "passcode", "label": "Enter code", "required": true, "visible": true }), messages)
}

/// A code of Okta Verify, with the messages about it.
pub(super) fn totp(messages: Option<Value>) -> Value {
    with_messages(json!({ "name": "totp", "label": "Enter code", "required": true, "visible": true }), messages)
}

/// An answer, with the messages about it.
pub(super) fn answer(messages: Option<Value>) -> Value {
    with_messages(json!({ "name": "answer", "label": "Answer", "required": true, "secret": true }), messages)
}

/// A field, with the messages about it.
pub(super) fn with_messages(mut field: Value, messages: Option<Value>) -> Value {
    if let Some(messages) = messages {
        field["messages"] = messages;
    }
    field
}

/// A choice of authenticators.
pub(super) fn authenticator(options: Vec<Value>) -> Value {
    json!({ "name": "authenticator", "type": "object", "required": true, "options": options })
}

/// "Keep me signed in". `chosen`: the user has chosen it before.
pub(super) fn remember_me(chosen: bool) -> Value {
    let mut field = json!({ "name": "rememberMe", "type": "boolean", "label": "Remember this device" });
    if chosen {
        field["value"] = true.into();
    }
    field
}

/// The question after the sign-in.
pub(super) fn keep_me_signed_in() -> Value {
    json!({
        "name": "keepMeSignedIn", "type": "boolean", "label": "Stay signed in",
        "required": true, "value": false, "mutable": true,
    })
}

/// Consent to all scopes or to none.
pub(super) fn consent() -> Value {
    json!({
        "name": "consent",
        "type": "boolean",
        "required": true,
        "options": [{ "label": "Allow Access", "value": true }, { "label": "Don't Allow", "value": false }],
    })
}

/// Consent to each scope: mandatory ones cannot be left out.
pub(super) fn granular_consent(scopes: &[Scope]) -> Vec<Value> {
    let scope = |scope: &Scope| {
        let mut field = Map::new();
        field.insert("name".to_owned(), scope.name.as_str().into());
        field.insert("label".to_owned(), scope.title().into());
        field.extend(scope.description.as_deref().map(|text| ("desc".to_owned(), text.into())));
        field.insert("type".to_owned(), "boolean".into());
        field.insert("required".to_owned(), true.into());
        field.insert("value".to_owned(), true.into());
        field.insert("visible".to_owned(), true.into());
        field.insert("mutable".to_owned(), scope.optional.into());
        Value::Object(field)
    };
    let fields: Vec<Value> = scopes.iter().map(scope).collect();
    vec![
        json!({ "name": "consent", "type": "boolean", "visible": false, "required": true }),
        json!({ "name": "optedScopes", "form": { "value": fields } }),
    ]
}

/// The scopes that the user is asked to allow, for the page.
pub(super) fn scopes(scopes: &[Scope]) -> Value {
    let scope = |scope: &Scope| {
        json!({
            "name": scope.name, "label": scope.title(), "value": scope.name,
            "desc": scope.description.as_deref().unwrap_or_default(),
        })
    };
    scopes.iter().map(scope).collect()
}
