//! The subject of claims, and its values for expressions.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::app_profile::{AppMapping, UserRoots};
use super::app_user_name;
use crate::expression::{GroupView, Roots, Value};
use crate::ledger::Authentication;
use crate::model::{App, Assignment, User};
use crate::org::Org;
use crate::protocol::Scopes;

/// The subject of a token: a user, or the client itself.
#[derive(Clone, Debug)]
pub struct ClaimSubject<'a> {
    pub org: &'a Org,
    pub client: &'a App,
    pub user: Option<&'a User>,
    pub authentication: Option<&'a Authentication>,
    /// The assignment that gives the app user's attributes.
    pub assignment: Option<&'a Assignment>,
    pub groups: Vec<Arc<GroupView>>,
    pub scopes: &'a Scopes,
    /// Claims that the request names.
    pub requested_claims: &'a [String],
    pub now: i64,
}

impl<'a> ClaimSubject<'a> {
    /// The subject of a grant.
    #[must_use]
    pub fn new(
        org: &'a Org,
        client: &'a App,
        user: Option<&'a User>,
        authentication: Option<&'a Authentication>,
        scopes: &'a Scopes,
        now: i64,
    ) -> Self {
        Self {
            org,
            client,
            user,
            authentication,
            assignment: user.and_then(|user| org.assignment(client, user)),
            groups: user.map(|user| org.group_views(user).cloned().collect()).unwrap_or_default(),
            scopes,
            requested_claims: &[],
            now,
        }
    }

    /// The same subject with the claims that the request names.
    #[must_use]
    pub fn with_requested_claims(self, requested_claims: &'a [String]) -> Self {
        Self { requested_claims, ..self }
    }

    /// Whether the request names a claim.
    pub(super) fn requests_claim(&self, claim: &str) -> bool {
        self.requested_claims.iter().any(|name| name == claim)
    }

    fn user_attribute(&self, name: &str) -> Option<Value> {
        let user = self.user?;
        match name {
            "id" => Some(user.id.as_str().into()),
            other => user.profile.attribute(other).map(Value::from),
        }
    }

    fn app_user_attribute(&self, name: &str) -> Option<Value> {
        let user = self.user?;
        let assignment = self.assignment?;
        if name == "userName" {
            return Some(app_user_name(self.org, self.client, user, Some(assignment), self.now).into());
        }
        if let Some(value) = assignment.profile.get(name) {
            return Some(value.clone().into());
        }
        let roots = UserRoots { org_name: &self.org.identity().name, user, groups: self.groups.clone(), now: self.now };
        AppMapping::of(self.org, self.client).value(name, &roots).map(Value::from)
    }

    /// Okta: `app.profile.label` is the app's label.
    fn app_profile(&self) -> Value {
        let own = self.client.profile.iter().map(|(name, value)| (name.clone(), Value::from(value.clone())));
        Value::Map(
            IndexMap::from([("label".to_owned(), self.client.label.as_str().into())]).into_iter().chain(own).collect(),
        )
    }

    fn known(root: &str) -> bool {
        matches!(root, "user" | "appuser" | "app" | "org" | "session" | "access")
    }
}

impl Roots for ClaimSubject<'_> {
    fn root(&self, name: &str) -> Option<Value> {
        let map = |entries: Vec<(&str, Option<Value>)>| {
            let entries: IndexMap<String, Value> =
                entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect();
            Value::Map(entries)
        };
        Some(match name {
            "user" => match self.user {
                None => Value::Null,
                Some(user) => {
                    let profile = serde_json::to_value(&user.profile).unwrap_or(Json::Null);
                    let mut value = Value::from(profile);
                    if let Value::Map(entries) = &mut value {
                        entries.insert("id".to_owned(), user.id.as_str().into());
                    }
                    value
                }
            },
            "appuser" => match self.assignment {
                None => Value::Null,
                Some(assignment) => {
                    let mut entries: IndexMap<String, Value> =
                        assignment.profile.iter().map(|(key, value)| (key.clone(), value.clone().into())).collect();
                    if let Some(user_name) = self.app_user_attribute("userName") {
                        entries.insert("userName".to_owned(), user_name);
                    }
                    Value::Map(entries)
                }
            },
            "app" => map(vec![
                ("id", Some(self.client.id.as_str().into())),
                ("clientId", Some(self.client.client_id().into())),
                ("name", Some("oidc_client".into())),
                ("label", Some(self.client.label.as_str().into())),
                ("profile", Some(self.app_profile())),
            ]),
            "org" => map(vec![
                ("name", Some(self.org.identity().name.as_str().into())),
                ("subDomain", Some(self.org.identity().subdomain.as_str().into())),
            ]),
            "session" => map(vec![
                (
                    "amr",
                    self.authentication.map(|authentication| {
                        Value::List(authentication.amr.iter().map(|method| method.as_str().into()).collect())
                    }),
                ),
                ("id", self.authentication.map(|authentication| authentication.session_id.as_str().into())),
            ]),
            "access" => map(vec![("scope", Some(Value::List(self.scopes.iter().map(Value::from).collect())))]),
            _ => return None,
        })
    }

    fn property(&self, root: &str, name: &str) -> Option<Value> {
        match root {
            "user" if self.user.is_some() => Some(self.user_attribute(name).unwrap_or(Value::Null)),
            "appuser" if self.assignment.is_some() => Some(self.app_user_attribute(name).unwrap_or(Value::Null)),
            known if Self::known(known) => match self.root(known)? {
                Value::Map(entries) => Some(entries.get(name).cloned().unwrap_or(Value::Null)),
                other => Some(other),
            },
            _ => None,
        }
    }

    fn groups(&self) -> &[Arc<GroupView>] {
        &self.groups
    }

    fn internal_property(&self, name: &str) -> Option<Value> {
        let user = self.user?;
        match name {
            "id" => Some(user.id.as_str().into()),
            "status" => Some(user.status.name().into()),
            other => user.times().into_iter().find(|(known, _)| *known == other)?.1.map(Value::from),
        }
    }

    fn now(&self) -> i64 {
        self.now
    }
}
