//! Which members of users an answer has. Okta: `fields`, `expand`, and `okta-response` of the content type.

use serde_json::{Map, Value, json};

use super::classification;
use crate::management::{ApiError, expands};
use crate::model::User;
use crate::org::Tables;
use crate::protocol::Parameters;

/// What a request asks for.
#[derive(Clone, Debug, Default)]
pub struct UserShape {
    fields: Option<Fields>,
    omits_credentials: bool,
    omits_links: bool,
    with_classification: bool,
    with_blocks: bool,
}

/// The members that are asked for; `id` is always one of them.
#[derive(Clone, Debug, Default)]
struct Fields {
    members: Vec<String>,
    /// The attributes of the profile, if only some are asked for.
    attributes: Option<Vec<String>>,
}

/// Okta: the links that `omitCredentialsLinks` leaves out.
const CREDENTIAL_LINKS: [&str; 6] =
    ["changePassword", "changeRecoveryQuestion", "forgotPassword", "resetPassword", "resetFactors", "unlock"];

impl UserShape {
    /// The shape of the users of a list. Okta: only lists have `fields`.
    ///
    /// # Errors
    /// `fields` that are not a list of names.
    pub fn of_list(query: &Parameters, content_type: Option<&str>) -> Result<Self, ApiError> {
        let fields = query.get("fields").map(Fields::read).transpose()?;
        Ok(Self { fields, ..Self::read(query, content_type) })
    }

    /// The shape of one user. Okta: only the answer about one user has `blocks`.
    #[must_use]
    pub fn of_one(query: &Parameters, content_type: Option<&str>) -> Self {
        Self { with_blocks: expands(query, "blocks"), ..Self::read(query, content_type) }
    }

    fn read(query: &Parameters, content_type: Option<&str>) -> Self {
        let parameters = content_type.unwrap_or_default().split(';').map(str::trim);
        let omitted = parameters.filter_map(|text| text.strip_prefix("okta-response=")).next().unwrap_or_default();
        let omits = |name: &str| omitted.trim_matches('"').split(',').any(|omitted| omitted.trim() == name);
        Self {
            omits_credentials: omits("omitCredentials"),
            omits_links: omits("omitCredentialsLinks"),
            with_classification: expands(query, "classification"),
            ..Self::default()
        }
    }

    /// The user as the request asks for it.
    #[must_use]
    pub fn apply(&self, org: &Tables, user: &User, mut shown: Value) -> Value {
        if let Some(members) = shown.as_object_mut().filter(|_| self.omits_credentials) {
            members.shift_remove("credentials");
        }
        if let Some(links) = shown["_links"].as_object_mut().filter(|_| self.omits_links) {
            links.retain(|name, _| !CREDENTIAL_LINKS.contains(&name.as_str()));
        }
        if let Some(fields) = &self.fields {
            shown = fields.of(shown);
        }
        if self.with_classification {
            shown["_embedded"]["classification"] = classification::show(org, user);
        }
        // A sign-in here never blocks a device.
        if self.with_blocks && org.settings().features.user_blocks {
            shown["_embedded"]["blocks"] = json!([]);
        }
        shown
    }
}

/// The names of a list, without blanks.
fn names(list: &str) -> impl Iterator<Item = String> {
    list.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
}

impl Fields {
    fn read(text: &str) -> Result<Self, ApiError> {
        let malformed = || ApiError::invalid("fields", "The field has an invalid value");
        let Some((before, rest)) = text.split_once(":(") else {
            return if text.contains(['(', ')', ':']) {
                Err(malformed())
            } else {
                Ok(Self { members: names(text).collect(), attributes: None })
            };
        };
        let (attributes, after) = rest.split_once(')').ok_or_else(malformed)?;
        let before = before.trim_end().strip_suffix("profile").ok_or_else(malformed)?;
        if [before, attributes, after].iter().any(|part| part.contains(['(', ')', ':'])) {
            return Err(malformed());
        }
        let members = names(before).chain(names(after)).chain(["profile".to_owned()]).collect();
        Ok(Self { members, attributes: Some(names(attributes).collect()) })
    }

    fn of(&self, shown: Value) -> Value {
        let Value::Object(mut members) = shown else { return shown };
        members.retain(|name, _| name == "id" || self.members.iter().any(|wanted| wanted == name));
        if let (Some(attributes), Some(profile)) =
            (&self.attributes, members.get_mut("profile").and_then(Value::as_object_mut))
        {
            let kept: Map<String, Value> =
                std::mem::take(profile).into_iter().filter(|(name, _)| attributes.contains(name)).collect();
            *profile = kept;
        }
        Value::Object(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_fields_that_are_asked_for_are_left() {
        let user =
            || json!({ "id": "00u1", "status": "ACTIVE", "profile": { "login": "a", "city": "B" }, "_links": {} });
        for (fields, expected) in [
            ("status", json!({ "id": "00u1", "status": "ACTIVE" })),
            ("profile:(city), status", json!({ "id": "00u1", "status": "ACTIVE", "profile": { "city": "B" } })),
            ("id,profile", json!({ "id": "00u1", "profile": { "login": "a", "city": "B" } })),
            ("profile:(color)", json!({ "id": "00u1", "profile": {} })),
        ] {
            assert_eq!(Fields::read(fields).unwrap().of(user()), expected, "{fields}");
        }
        for wrong in ["profile:(city", "profile(city)", "credentials:(password)", "profile:(a:(b))"] {
            assert!(Fields::read(wrong).is_err(), "{wrong}");
        }
    }
}
