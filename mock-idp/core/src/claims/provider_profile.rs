//! What the mapping of an external identity provider makes of its users. Okta: Mappings API.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use crate::expression::{Expression, GroupView, Roots, Value};
use crate::model::{DirectoryKind, DirectoryObject, IdentityProvider};
use crate::org::Tables;

/// Attribute of the user, and the expression about the user of the provider. Okta: as recorded.
pub const FROM_OIDC: [(&str, &str); 15] = [
    ("login", "appuser.email"),
    ("displayName", "appuser.displayName"),
    ("nickName", "appuser.nickname"),
    ("firstName", "appuser.firstName"),
    ("middleName", "appuser.middleName"),
    ("lastName", "appuser.lastName"),
    ("email", "appuser.email"),
    ("profileUrl", "appuser.profile"),
    ("timezone", "appuser.zoneinfo == null ? \"America/Los_Angeles\" : appuser.zoneinfo"),
    ("primaryPhone", "appuser.phoneNumber"),
    ("streetAddress", "appuser.street_address"),
    ("city", "appuser.locality"),
    ("state", "appuser.region"),
    ("zipCode", "appuser.postalCode"),
    ("countryCode", "appuser.country"),
];

/// The same for providers of other types. Okta: as recorded of Google.
pub const FROM_SOCIAL: [(&str, &str); 9] = [
    ("login", "appuser.email"),
    ("email", "appuser.email"),
    ("firstName", "appuser.firstName"),
    ("middleName", "appuser.middleName"),
    ("lastName", "appuser.lastName"),
    ("honorificPrefix", "appuser.honorificPrefix"),
    ("honorificSuffix", "appuser.honorificSuffix"),
    ("displayName", "appuser.displayName"),
    ("profileUrl", "appuser.profileUrl"),
];

/// Claims whose attribute has another name in the profile of a provider's user.
const RENAMED: [(&str, &str); 6] = [
    ("name", "displayName"),
    ("given_name", "firstName"),
    ("middle_name", "middleName"),
    ("family_name", "lastName"),
    ("phone_number", "phoneNumber"),
    ("postal_code", "postalCode"),
];

/// A user of an external identity provider, as expressions see the user: `idpuser` and `appuser`.
#[derive(Clone, Debug)]
pub struct ProviderUserRoots {
    profile: IndexMap<String, Value>,
    now: i64,
}

impl ProviderUserRoots {
    /// The user whom these claims are about.
    #[must_use]
    pub fn new(claims: &Map<String, Json>, now: i64) -> Self {
        let mut profile = IndexMap::new();
        let address = claims.get("address").and_then(Json::as_object).into_iter().flatten();
        for (name, value) in claims.iter().chain(address) {
            let renamed = RENAMED.iter().find(|(claim, _)| claim == name);
            for name in [name.as_str()].into_iter().chain(renamed.map(|(_, attribute)| *attribute)) {
                profile.insert(name.to_owned(), Value::from(value.clone()));
            }
        }
        if let Some(subject) = claims.get("sub").and_then(Json::as_str) {
            profile.insert("externalId".to_owned(), subject.into());
        }
        Self { profile, now }
    }

    /// The text that an expression gives, if it gives one.
    #[must_use]
    pub fn text(&self, expression: &str) -> Option<String> {
        let value = Json::from(Expression::parse(expression).ok()?.evaluate(self).ok()?);
        value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// The attributes that the mapping of a provider gives. Expressions that fail give none.
    #[must_use]
    pub fn mapped(&self, org: &Tables, provider: IdentityProvider<'_>) -> Map<String, Json> {
        let from_provider = |mapping: &&DirectoryObject| {
            mapping.members.get("source").is_some_and(|source| source["id"] == provider.id())
        };
        let written = org.objects_of(DirectoryKind::ProfileMapping, provider.id()).find(from_provider);
        let written = written.and_then(|mapping| mapping.members.get("properties")?.as_object());
        let expressions: Vec<(&str, &str)> = match written {
            Some(properties) => {
                let properties = properties.iter();
                properties.filter_map(|(name, value)| Some((name.as_str(), value["expression"].as_str()?))).collect()
            }
            None if provider.kind() == "OIDC" => FROM_OIDC.to_vec(),
            None => FROM_SOCIAL.to_vec(),
        };
        let values = expressions.into_iter();
        values.filter_map(|(name, expression)| Some((name.to_owned(), self.value(expression)?))).collect()
    }

    fn value(&self, expression: &str) -> Option<Json> {
        let value = Expression::parse(expression).ok()?.evaluate(self).ok()?;
        Some(Json::from(value)).filter(|value| !value.is_null())
    }
}

impl Roots for ProviderUserRoots {
    fn root(&self, name: &str) -> Option<Value> {
        matches!(name, "idpuser" | "appuser" | "source").then(|| Value::Map(self.profile.clone()))
    }

    fn groups(&self) -> &[Arc<GroupView>] {
        &[]
    }

    fn internal_property(&self, _: &str) -> Option<Value> {
        None
    }

    fn now(&self) -> i64 {
        self.now
    }
}
