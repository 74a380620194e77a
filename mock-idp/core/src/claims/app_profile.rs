//! What the mapping of an app takes from a user. Okta: the profile of an app user is what the mapping gives, unless the assignment says
//! otherwise.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use crate::expression::{Expression, GroupView, Roots, Value};
use crate::model::{App, DirectoryKind, User};
use crate::org::Tables;

/// The attributes of an app user of a client in the order of its schema, with the expressions of the default mapping.
// Okta: the default mapping of `oidc_client`.
pub const CLIENT_PROFILE: [(&str, Option<&str>); 20] = [
    ("name", Some("user.firstName + \" \" + user.lastName")),
    ("nickname", Some("user.nickName")),
    ("given_name", Some("user.firstName")),
    ("middle_name", Some("user.middleName")),
    ("family_name", Some("user.lastName")),
    ("email", Some("user.email")),
    ("profile", Some("user.profileUrl")),
    ("picture", None),
    ("website", None),
    ("gender", None),
    ("birthdate", None),
    ("zoneinfo", Some("user.timezone == null ? \"America/Los_Angeles\" : user.timezone")),
    ("locale", Some("user.locale == null ? \"en_US\" : user.locale")),
    ("phone_number", Some("user.primaryPhone")),
    ("street_address", Some("user.streetAddress")),
    ("locality", Some("user.city")),
    ("region", Some("user.state")),
    ("postal_code", Some("user.zipCode")),
    ("country", Some("user.countryCode")),
    ("formatted", Some("user.postalAddress")),
];

/// The mapping from users to the users of an app.
#[derive(Clone, Copy, Debug)]
pub enum AppMapping<'a> {
    /// The properties of one that has been changed.
    Written(&'a Map<String, Json>),
    Default(&'a App),
}

impl<'a> AppMapping<'a> {
    /// The mapping of an app.
    #[must_use]
    pub fn of(org: &'a Tables, app: &'a App) -> Self {
        let to_app = |mapping: &&crate::model::DirectoryObject| {
            mapping.members.get("target").is_some_and(|target| target["id"] == app.id.as_str())
        };
        let written = org.objects_of(DirectoryKind::ProfileMapping, &app.id).find(to_app);
        match written.and_then(|mapping| mapping.members.get("properties")?.as_object()) {
            Some(properties) => Self::Written(properties),
            None => Self::Default(app),
        }
    }

    /// The expression for an attribute of the app user.
    fn expression(self, attribute: &str) -> Option<&'a str> {
        match self {
            Self::Written(properties) => properties.get(attribute)?["expression"].as_str(),
            Self::Default(app) if app.is_client() => {
                CLIENT_PROFILE.iter().find(|(name, _)| *name == attribute).and_then(|(_, expression)| *expression)
            }
            Self::Default(_) => None,
        }
    }

    /// The value of an attribute of the app user. An expression that fails gives none.
    #[must_use]
    pub fn value(self, attribute: &str, user: &UserRoots<'_>) -> Option<Json> {
        let expression = Expression::parse(self.expression(attribute)?).ok()?;
        expression.evaluate(user).ok().map(Json::from).filter(|value| !value.is_null())
    }

    /// All attributes of the app user. Okta: those of a client that have no value are null.
    #[must_use]
    pub fn profile(self, app: &App, user: &UserRoots<'_>) -> Map<String, Json> {
        let own = CLIENT_PROFILE.iter().map(|(name, _)| *name).filter(|_| app.is_client());
        let more = match self {
            Self::Written(properties) => properties.keys().map(String::as_str).collect(),
            Self::Default(_) => Vec::new(),
        };
        let mut profile: Map<String, Json> = own.map(|name| (name.to_owned(), Json::Null)).collect();
        profile.extend(more.into_iter().map(|name| (name.to_owned(), Json::Null)));
        for (name, value) in &mut profile {
            *value = self.value(name, user).unwrap_or_default();
        }
        profile
    }
}

/// What expressions about a user can use outside of tokens: mappings and group rules.
#[derive(Debug)]
pub struct UserRoots<'a> {
    pub org_name: &'a str,
    pub user: &'a User,
    pub groups: Vec<Arc<GroupView>>,
    pub now: i64,
}

impl<'a> UserRoots<'a> {
    /// A user of an org.
    #[must_use]
    pub fn of(org: &'a Tables, user: &'a User, now: i64) -> Self {
        Self { org_name: &org.identity().name, user, groups: org.group_views(user).cloned().collect(), now }
    }
}

impl Roots for UserRoots<'_> {
    fn root(&self, name: &str) -> Option<Value> {
        match name {
            "user" => {
                let profile = serde_json::to_value(&self.user.profile).unwrap_or(Json::Null);
                let mut user = Value::from(profile);
                if let Value::Map(members) = &mut user {
                    members.insert("id".to_owned(), self.user.id.as_str().into());
                    members.insert("status".to_owned(), self.user.status.name().into());
                }
                Some(user)
            }
            "org" => Some(Value::Map(IndexMap::from([("name".to_owned(), self.org_name.into())]))),
            _ => None,
        }
    }

    fn groups(&self) -> &[Arc<GroupView>] {
        &self.groups
    }

    fn internal_property(&self, name: &str) -> Option<Value> {
        match name {
            "id" => Some(self.user.id.as_str().into()),
            "status" => Some(self.user.status.name().into()),
            other => self.user.times().into_iter().find(|(known, _)| *known == other)?.1.map(Value::from),
        }
    }

    fn now(&self) -> i64 {
        self.now
    }
}
