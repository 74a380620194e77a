//! Routing rules: where users sign in. Okta: policies of the type `IDP_DISCOVERY`; the first rule by priority that matches decides.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::circumstances::{network_problem, platform_problem};
use crate::expression::{Expression, GroupView, Roots, Value};
use crate::java_regex::JavaRegex;
use crate::model::{App, DirectoryKind, DirectoryObject, IdentityProvider};
use crate::moment::RequestOrigin;
use crate::org::Tables;

/// Where a user can sign in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Routing {
    /// The policy and the rule, or the parameter of the request; `None`: no rule matches.
    pub rule: Option<String>,
    /// Whether the org itself can sign the user in.
    pub at_org: bool,
    /// Ids of external identity providers.
    pub providers: Vec<String>,
    /// The rules before this one whose conditions on the network or the platform do not hold or cannot be evaluated, each with the reason.
    pub passed_over: Vec<String>,
}

/// A provider of the org that users can sign in at.
#[must_use]
pub fn provider<'t>(org: &'t Tables, id: &str) -> Option<IdentityProvider<'t>> {
    org.object(DirectoryKind::IdentityProvider, id).and_then(IdentityProvider::of)
}

impl Routing {
    /// To this provider, which a request names.
    #[must_use]
    pub fn to(provider: &str) -> Self {
        let rule = Some("the parameter idp".to_owned());
        Self { rule, at_org: false, providers: vec![provider.to_owned()], passed_over: Vec::new() }
    }

    /// Where users sign in for an app. `identifier`: what the user has entered, if the user has. `origin`: of the request.
    #[must_use]
    pub fn of(org: &Tables, app: Option<&App>, identifier: Option<&str>, origin: &RequestOrigin) -> Self {
        // Okta: without a match the org signs the user in.
        let mut local = Self { rule: None, at_org: true, providers: Vec::new(), passed_over: Vec::new() };
        let is_routing = |policy: &&DirectoryObject| policy.text("type") == Some("IDP_DISCOVERY") && policy.is_active();
        let Some(policy) = org.objects(DirectoryKind::Policy).find(is_routing) else { return local };
        let mut rules: Vec<&Json> =
            policy.members.get("rules").and_then(Json::as_array).into_iter().flatten().collect();
        rules.sort_by_key(|rule| rule["priority"].as_u64());
        for rule in rules.into_iter().filter(|rule| rule["status"] != "INACTIVE") {
            let conditions = &rule["conditions"];
            if !covers_app(&conditions["app"], app) || !covers_user(org, conditions, identifier) {
                continue;
            }
            let name = format!("{}, {}", policy.name(), rule["name"].as_str().unwrap_or_default());
            if let Some(problem) = network_problem(org, origin.address, &conditions["network"])
                .or_else(|| platform_problem(origin, &conditions["platform"]))
            {
                local.passed_over.push(format!("{name}: {problem}"));
                continue;
            }
            let Some(action) = rule.pointer("/actions/idp") else { continue };
            let providers = match action["idpSelectionType"].as_str() {
                Some("DYNAMIC") => dynamic(org, action, identifier),
                _ => specific(org, action),
            };
            let listed = action["providers"].as_array().into_iter().flatten();
            let at_org = providers.is_empty() || listed.into_iter().any(|listed| listed["type"] == "OKTA");
            return Self { rule: Some(name), at_org, providers, ..local };
        }
        local
    }

    /// The provider, if it is the only place to sign in at.
    #[must_use]
    pub fn only_provider(&self) -> Option<&str> {
        match self.providers.as_slice() {
            [only] if !self.at_org => Some(only),
            _ => None,
        }
    }
}

/// The providers that a rule names.
fn specific(org: &Tables, action: &Json) -> Vec<String> {
    let listed = action["providers"].as_array().into_iter().flatten();
    let ids = listed.filter_map(|listed| listed["id"].as_str());
    ids.filter(|id| provider(org, id).is_some()).map(str::to_owned).collect()
}

/// The providers whose property has the value of an expression. Okta: of the criteria there is one, about the name.
fn dynamic(org: &Tables, action: &Json, identifier: Option<&str>) -> Vec<String> {
    let criteria = action["matchCriteria"].as_array().into_iter().flatten();
    let roots = LoginRoots { identifier: identifier.unwrap_or_default() };
    let wanted: Vec<String> = criteria
        .filter_map(|criterion| {
            Expression::parse(criterion["providerExpression"].as_str()?).ok()?.evaluate(&roots).ok()
        })
        .filter_map(|value| Json::from(value).as_str().map(str::to_owned))
        .collect();
    let providers = org.objects(DirectoryKind::IdentityProvider).filter_map(IdentityProvider::of);
    providers
        .filter(|provider| wanted.iter().any(|name| name.eq_ignore_ascii_case(provider.name())))
        .map(|provider| provider.id().to_owned())
        .collect()
}

fn covers_app(condition: &Json, app: Option<&App>) -> bool {
    let lists = |name: &str| -> Vec<&Json> { condition[name].as_array().into_iter().flatten().collect() };
    let is_own = |listed: &&Json| match (listed["type"].as_str(), app) {
        (Some("APP_TYPE"), Some(app)) => listed["name"] == app.name.as_str(),
        (_, Some(app)) => listed["id"] == app.id.as_str(),
        (_, None) => false,
    };
    let (included, excluded) = (lists("include"), lists("exclude"));
    (included.is_empty() || included.iter().any(is_own)) && !excluded.iter().any(is_own)
}

/// Whether a rule is about the identifier. One with patterns needs it.
fn covers_user(org: &Tables, conditions: &Json, identifier: Option<&str>) -> bool {
    let condition = &conditions["userIdentifier"];
    let mut patterns = condition["patterns"].as_array().into_iter().flatten().peekable();
    if patterns.peek().is_none() {
        return true;
    }
    let Some(identifier) = identifier else { return false };
    let text = match (condition["type"].as_str(), condition["attribute"].as_str()) {
        (Some("ATTRIBUTE"), Some(attribute)) => {
            let user = org.user_by_identifier(identifier);
            user.and_then(|user| user.profile.attribute(attribute)).and_then(|value| Some(value.as_str()?.to_owned()))
        }
        _ => Some(identifier.to_owned()),
    };
    let Some(text) = text else { return false };
    patterns.any(|pattern| is_match(pattern, &text))
}

fn is_match(pattern: &Json, text: &str) -> bool {
    let value = pattern["value"].as_str().unwrap_or_default();
    let (lower, wanted) = (text.to_lowercase(), value.to_lowercase());
    match pattern["matchType"].as_str() {
        Some("SUFFIX") => lower.ends_with(&wanted),
        Some("EQUALS") => lower == wanted,
        Some("STARTS_WITH") => lower.starts_with(&wanted),
        Some("CONTAINS") => lower.contains(&wanted),
        // Okta: a regular expression.
        Some("EXPRESSION") => JavaRegex::new(value).ok().and_then(|regex| regex.matches(text).ok()).unwrap_or_default(),
        _ => false,
    }
}

/// What expressions of routing rules can read: what the user has entered.
struct LoginRoots<'a> {
    identifier: &'a str,
}

impl Roots for LoginRoots<'_> {
    fn root(&self, name: &str) -> Option<Value> {
        let login = IndexMap::from([("identifier".to_owned(), Value::from(self.identifier))]);
        (name == "login").then_some(Value::Map(login))
    }

    fn groups(&self) -> &[Arc<GroupView>] {
        &[]
    }

    fn internal_property(&self, _: &str) -> Option<Value> {
        None
    }

    fn now(&self) -> i64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::org::Org;

    const PROVIDER: &str = "0oaprovider000000000";

    fn org(conditions: &Json, action: &Json) -> Org {
        let endpoint = json!({ "url": "https://provider.test/", "binding": "HTTP-REDIRECT" });
        let rule = json!({ "name": "R", "priority": 1, "status": "ACTIVE", "conditions": conditions, "actions": { "idp": action } });
        let document = json!({
            "users": [{ "profile": {
                "login": "ann@example.test", "email": "ann@example.test", "firstName": "A", "lastName": "N", "department": "Sales",
            } }],
            "directory": {
                "policies": [{ "type": "IDP_DISCOVERY", "name": "P", "status": "ACTIVE", "rules": [rule] }],
                "identityProviders": [{
                    "id": PROVIDER, "type": "OIDC", "name": "partners.test", "status": "ACTIVE",
                    "protocol": {
                        "type": "OIDC", "endpoints": { "authorization": endpoint, "token": endpoint, "jwks": endpoint },
                    },
                }],
            },
        });
        Org::parse(&document.to_string()).unwrap()
    }

    fn routes(org: &Org, identifier: Option<&str>) -> bool {
        Routing::of(org, None, identifier, &RequestOrigin::default()).only_provider() == Some(PROVIDER)
    }

    #[test]
    fn patterns_are_compared_with_the_identifier_or_an_attribute() {
        let action = json!({ "providers": [{ "type": "OIDC", "id": PROVIDER }], "idpSelectionType": "SPECIFIC" });
        for (kind, value, matches) in [
            ("SUFFIX", "@EXAMPLE.test", true),
            ("SUFFIX", "ann@", false),
            ("EQUALS", "Ann@example.test", true),
            ("EQUALS", "ann", false),
            ("STARTS_WITH", "ANN", true),
            ("STARTS_WITH", "example", false),
            ("CONTAINS", "n@e", true),
            ("EXPRESSION", "[a-z]+@.*", true),
            ("EXPRESSION", "[0-9]+@.*", false),
        ] {
            let pattern = json!({ "type": "IDENTIFIER", "patterns": [{ "matchType": kind, "value": value }] });
            let org = org(&json!({ "userIdentifier": pattern }), &action);
            assert_eq!(routes(&org, Some("ann@example.test")), matches, "{kind} {value}");
            assert!(!routes(&org, None), "{kind} {value}: no identifier");
        }
        let sales = json!({
            "type": "ATTRIBUTE", "attribute": "department", "patterns": [{ "matchType": "EQUALS", "value": "sales" }],
        });
        let org = org(&json!({ "userIdentifier": sales }), &action);
        assert!(routes(&org, Some("ann")) && !routes(&org, Some("unknown")));
    }

    #[test]
    fn a_dynamic_rule_finds_the_provider_whose_name_is_the_value_of_the_expression() {
        let criteria =
            json!([{ "providerExpression": "String.substringAfter(login.identifier, \"@\")", "propertyName": "name" }]);
        let org =
            org(&json!({}), &json!({ "providers": [], "idpSelectionType": "DYNAMIC", "matchCriteria": criteria }));
        assert!(routes(&org, Some("pat@partners.test")));
        assert!(!routes(&org, Some("ann@example.test")) && !routes(&org, None));
    }

    #[test]
    fn a_condition_on_a_client_that_is_not_known_does_not_hold() {
        let action = json!({ "providers": [{ "type": "OIDC", "id": PROVIDER }], "idpSelectionType": "SPECIFIC" });
        for (conditions, matches) in [
            (json!({ "network": { "connection": "ANYWHERE" } }), true),
            (json!({ "network": { "connection": "ZONE", "include": ["BlockedIpZone"] } }), false),
            (json!({ "platform": { "include": [{ "type": "ANY", "os": { "type": "ANY" } }] } }), true),
            (json!({ "platform": { "include": [{ "type": "MOBILE", "os": { "type": "IOS" } }] } }), false),
        ] {
            let org = org(&conditions, &action);
            assert_eq!(routes(&org, None), matches, "{conditions}");
            let routing = Routing::of(&org, None, None, &RequestOrigin::default());
            assert_eq!(routing.passed_over.len(), usize::from(!matches), "{routing:?}");
            assert!(routing.passed_over.iter().all(|reason| reason.starts_with("P, R: ")), "{routing:?}");
        }
    }
}
