//! What expressions read that does not exist, so that it is null.

use serde_json::Value as Json;

use super::Lint;
use crate::claims::CLIENT_PROFILE;
use crate::expression::{Expression, Reading, ReadingKind, Value};
use crate::model::DirectoryKind;
use crate::org::Problem;
use crate::text::nearest;

/// Okta: the base attributes of user profiles, "User Profile properties" of the Users API.
const USER_ATTRIBUTES: &[&str] = &[
    "city",
    "costCenter",
    "countryCode",
    "department",
    "displayName",
    "division",
    "email",
    "employeeNumber",
    "firstName",
    "honorificPrefix",
    "honorificSuffix",
    "lastName",
    "locale",
    "login",
    "manager",
    "managerId",
    "middleName",
    "mobilePhone",
    "nickName",
    "organization",
    "postalAddress",
    "preferredLanguage",
    "primaryPhone",
    "profileUrl",
    "secondEmail",
    "state",
    "streetAddress",
    "timezone",
    "title",
    "userType",
    "zipCode",
];
/// What `user` has beside the profile, and `user.getInternalProperty` finds.
const USER_PROPERTIES: &[&str] =
    &["activated", "created", "id", "lastLogin", "lastUpdated", "passwordChanged", "status", "statusChanged"];
const APP_USER_PROPERTIES: &[&str] = &["userName"];
const APP_PROPERTIES: &[&str] = &["clientId", "id", "label", "name", "profile"];
const ORG_PROPERTIES: &[&str] = &["name", "subDomain"];
const SESSION_PROPERTIES: &[&str] = &["amr", "id"];
const ACCESS_PROPERTIES: &[&str] = &["scope"];

impl Lint<'_> {
    /// What the expression of a claim reads.
    pub(super) fn expression(&mut self, path: &str, claim: &str, expression: &Expression) {
        let mut said: Vec<&str> = Vec::new();
        for reading in expression.readings() {
            if said.contains(&reading.text) {
                continue;
            }
            if let Some(finding) = self.finding(&reading) {
                said.push(reading.text);
                let message = format!("claim `{claim}`: {}", finding.message);
                let problem = Problem { offset: reading.offset, ..Problem::at(path, message) };
                self.found.push(Problem { nearest: finding.nearest, ..problem });
            }
        }
    }

    fn finding(&self, reading: &Reading<'_>) -> Option<Finding> {
        match &reading.kind {
            ReadingKind::Property(root, names) => self.property(reading.text, root, names),
            ReadingKind::Root(root) => is_never_there(root)
                .then(|| Finding::new(format!("`{root}` is null: it does not exist when tokens are issued"))),
            ReadingKind::Pattern(pattern) => self.pattern(pattern),
            ReadingKind::Call(function, arguments) => self.call(reading.text, function, arguments),
        }
    }

    fn property(&self, text: &str, root: &str, names: &[&str]) -> Option<Finding> {
        if is_never_there(root) {
            return Some(Finding::new(format!("`{text}` is null: `{root}` does not exist when tokens are issued")));
        }
        match (root, names) {
            // Identity Engine: `user.profile.x`.
            ("user", ["profile", name, ..] | [name, ..]) if *name != "profile" => {
                self.user_attribute(text, name, names.len() == 1)
            }
            ("appuser", [name, ..]) => self.app_user_attribute(text, name),
            ("app", ["profile", name, ..]) => self.app_attribute(text, name),
            ("app", [name, ..]) => known(text, root, name, APP_PROPERTIES),
            ("org", [name, ..]) => known(text, root, name, ORG_PROPERTIES),
            ("session", [name, ..]) => known(text, root, name, SESSION_PROPERTIES),
            ("access", [name, ..]) => known(text, root, name, ACCESS_PROPERTIES),
            _ => None,
        }
    }

    fn user_attribute(&self, text: &str, name: &str, direct: bool) -> Option<Finding> {
        let is_known = USER_ATTRIBUTES.contains(&name) || (direct && USER_PROPERTIES.contains(&name));
        let profiles = || self.org.users().map(|user| &user.profile.others);
        let defined = || self.defined(DirectoryKind::UserSchema).chain(self.mapped(true));
        if is_known || profiles().any(|profile| profile.contains_key(name)) || defined().any(|known| known == name) {
            return None;
        }
        let custom = profiles().flat_map(|profile| profile.keys().map(String::as_str)).chain(defined());
        let message = format!("`{text}` is null: no user has the attribute `{name}`");
        Some(Finding::new(message).near(name, custom.chain(USER_ATTRIBUTES.iter().copied())))
    }

    fn app_user_attribute(&self, text: &str, name: &str) -> Option<Finding> {
        let org = self.org;
        let profiles = || {
            let assignments = org.apps().flat_map(|app| org.assigned_users(app).chain(org.assigned_groups(app)));
            assignments.map(|assignment| &assignment.profile)
        };
        let defined = || self.defined(DirectoryKind::AppUserSchema).chain(self.mapped(false));
        let mapped = CLIENT_PROFILE.iter().any(|(known, expression)| *known == name && expression.is_some())
            || defined().any(|known| known == name);
        if mapped || APP_USER_PROPERTIES.contains(&name) || profiles().any(|profile| profile.contains_key(name)) {
            return None;
        }
        let custom = profiles().flat_map(|profile| profile.keys().map(String::as_str)).chain(defined());
        let message = format!("`{text}` is null: no assignment of an app has the attribute `{name}` in its profile");
        Some(Finding::new(message).near(
            name,
            custom.chain(APP_USER_PROPERTIES.iter().copied()).chain(CLIENT_PROFILE.iter().map(|(name, _)| *name)),
        ))
    }

    /// The attributes that schemas of a kind define.
    fn defined(&self, kind: DirectoryKind) -> impl Iterator<Item = &str> {
        let definitions = self.org.objects(kind).filter_map(|schema| schema.members.get("definitions")?.as_object());
        let properties = definitions.flat_map(|parts| parts.values()).filter_map(|part| part.get("properties"));
        properties.filter_map(Json::as_object).flat_map(|properties| properties.keys().map(String::as_str))
    }

    /// The attributes that mappings give users, or the users of apps.
    fn mapped(&self, to_users: bool) -> impl Iterator<Item = &str> {
        let mappings = self.org.objects(DirectoryKind::ProfileMapping).filter(move |mapping| {
            let target = mapping.members.get("target");
            let text = |name| target.and_then(|target| target.get(name)).and_then(Json::as_str);
            let is_user = text("type") == Some("user")
                || text("id").is_some_and(|id| id.starts_with(DirectoryKind::UserType.prefix()));
            is_user == to_users
        });
        let properties = mappings.filter_map(|mapping| mapping.members.get("properties")?.as_object());
        properties.flat_map(|properties| properties.keys().map(String::as_str))
    }

    fn app_attribute(&self, text: &str, name: &str) -> Option<Finding> {
        let profiles = || self.org.apps().map(|app| &app.profile);
        if name == "label" || profiles().any(|profile| profile.contains_key(name)) {
            return None;
        }
        let custom = profiles().flat_map(|profile| profile.keys().map(String::as_str));
        let message = format!("`{text}` is null: no app has the attribute `{name}` in its profile");
        Some(Finding::new(message).near(name, custom.chain(["label"])))
    }

    fn call(&self, text: &str, function: &str, arguments: &[Option<Value>]) -> Option<Finding> {
        match function {
            "user.getInternalProperty" => {
                let [Some(Value::String(name))] = arguments else { return None };
                let message = || format!("`{text}` is null: users have no property of that name");
                (!USER_PROPERTIES.contains(&name.as_str()))
                    .then(|| Finding::new(message()).near(name, USER_PROPERTIES.iter().copied()))
            }
            "hasDirectoryUser" | "hasWorkdayUser" => {
                Some(Finding::new(format!("`{text}` is false: the org has no directories")))
            }
            "findDirectoryUser"
            | "findWorkdayUser"
            | "getManagerUser"
            | "getManagerAppUser"
            | "getAssistantUser"
            | "getAssistantAppUser" => Some(Finding::new(format!("`{text}` is null: the org has no directories"))),
            "user.getLinkedObject" => Some(Finding::new(format!("`{text}` is null: the org has no linked objects"))),
            _ => self.group_call(text, function, arguments),
        }
    }
}

/// A warning without its place.
pub(super) struct Finding {
    message: String,
    nearest: Option<String>,
}

impl Finding {
    pub(super) fn new(message: String) -> Self {
        Self { message, nearest: None }
    }

    pub(super) fn near<'a>(self, wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        Self { nearest: nearest(wanted, names).map(str::to_owned), ..self }
    }
}

fn known(text: &str, root: &str, name: &str, properties: &[&str]) -> Option<Finding> {
    (!properties.contains(&name)).then(|| {
        let message = format!("`{text}` is null: `{root}` has no property `{name}`");
        Finding::new(message).near(name, properties.iter().copied())
    })
}

/// Roots of Okta's references that other places than claims have: mappings, routing rules, sign-on policies.
fn is_never_there(root: &str) -> bool {
    matches!(root, "accessRequest" | "device" | "idpuser" | "login" | "security" | "source")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::ClaimSubject;
    use crate::expression::Roots as _;
    use crate::org::Document;
    use crate::protocol::Scopes;

    /// The lists here are the names that claims know.
    #[test]
    fn the_listed_properties_are_those_of_the_subject_of_claims() {
        let document = Document::parse(include_str!("../../../../fixtures/orgs/market.yaml")).unwrap();
        let org = crate::org::Org::from_document(document).unwrap();
        let (client, scopes) = (org.apps().next().unwrap(), Scopes::default());
        let user = org.users().next().unwrap();
        let subject = ClaimSubject::new(&org, client, Some(user), None, &scopes, 0);
        for (root, names) in [("app", APP_PROPERTIES), ("org", ORG_PROPERTIES), ("access", ACCESS_PROPERTIES)] {
            let Some(Value::Map(entries)) = subject.root(root) else { panic!("{root}") };
            let mut found: Vec<&str> = entries.keys().map(String::as_str).collect();
            found.sort_unstable();
            assert_eq!(found, names, "{root}");
        }
        for (name, value) in user.times() {
            assert!(USER_PROPERTIES.contains(&name));
            assert_eq!(subject.internal_property(name).is_some(), value.is_some(), "{name}");
        }
        for root in ["accessRequest", "device", "idpuser", "login", "security", "source"] {
            assert!(is_never_there(root) && subject.root(root).is_none(), "{root}");
        }
    }
}
