//! Orgs for tests: the market with changes. A change of something that does not exist, or that changes nothing, panics.

use std::sync::LazyLock;

use mock_idp::{BUILT_IN_ORG, MockIdp};
use mock_idp_core::model::{
    AccessPolicy, App, Assignment, AuthorizationServer, ClaimRule, GlobalSessionPolicy, OauthClientSettings,
    PolicyRule, Scope, ScopeGrant, User,
};
use mock_idp_core::org::Document;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Id of the market's custom authorization server.
pub(crate) const SERVER_ID: &str = "ausmarket000000005d7";

/// An org document under construction.
#[derive(Clone)]
pub(crate) struct TestOrg {
    document: Document,
}

impl TestOrg {
    /// The market, unchanged.
    pub(crate) fn market() -> Self {
        static MARKET: LazyLock<Document> = LazyLock::new(|| Document::parse(BUILT_IN_ORG).unwrap());
        Self { document: MARKET.clone() }
    }

    /// Changes the document.
    pub(crate) fn edit(mut self, change: impl FnOnce(&mut Document)) -> Self {
        let before = self.document.clone();
        change(&mut self.document);
        assert!(self.document != before, "the change has no effect");
        self
    }

    /// Changes the app with this id.
    pub(crate) fn app(self, id: &str, change: impl FnOnce(&mut App)) -> Self {
        self.edit(|document| change(found(document.apps.iter_mut().find(|app| app.id == id), id)))
    }

    /// Changes `settings.oauthClient` of the app with this id.
    pub(crate) fn oauth(self, id: &str, change: impl FnOnce(&mut OauthClientSettings)) -> Self {
        self.app(id, |app| change(&mut app.settings.oauth_client))
    }

    /// Grants scopes of the org's own APIs to the app with this id.
    pub(crate) fn grant(self, id: &str, scopes: &[&str]) -> Self {
        let grants =
            scopes.iter().map(|scope| ScopeGrant { id: String::new(), created: None, scope_id: (*scope).to_owned() });
        self.app(id, |app| app.grants.extend(grants))
    }

    /// Changes the user with this id.
    pub(crate) fn user(self, id: &str, change: impl FnOnce(&mut User)) -> Self {
        self.edit(|document| change(found(document.users.iter_mut().find(|user| user.id == id), id)))
    }

    /// Changes the market's custom authorization server.
    pub(crate) fn server(self, change: impl FnOnce(&mut AuthorizationServer)) -> Self {
        self.edit(|document| {
            let servers = &mut document.authorization_servers;
            change(found(servers.iter_mut().find(|server| server.id == SERVER_ID), SERVER_ID));
        })
    }

    /// Changes a scope of that server.
    pub(crate) fn scope(self, name: &str, change: impl FnOnce(&mut Scope)) -> Self {
        self.server(|server| change(found(server.scopes.iter_mut().find(|scope| scope.name == name), name)))
    }

    /// Changes a claim rule of that server.
    pub(crate) fn claim_rule(self, name: &str, change: impl FnOnce(&mut ClaimRule)) -> Self {
        self.server(|server| change(found(server.claims.iter_mut().find(|claim| claim.name == name), name)))
    }

    /// Changes an access policy of that server.
    pub(crate) fn policy(self, id: &str, change: impl FnOnce(&mut AccessPolicy)) -> Self {
        self.server(|server| change(found(server.policies.iter_mut().flatten().find(|policy| policy.id == id), id)))
    }

    /// Changes a policy rule of that server.
    pub(crate) fn rule(self, id: &str, change: impl FnOnce(&mut PolicyRule)) -> Self {
        self.server(|server| {
            let mut rules = server.policies.iter_mut().flatten().flat_map(|policy| &mut policy.rules);
            change(found(rules.find(|rule| rule.id == id), id));
        })
    }

    /// Adds apps.
    pub(crate) fn with_apps(self, apps: impl IntoIterator<Item = App>) -> Self {
        self.edit(|document| document.apps.extend(apps))
    }

    /// Adds a global session policy.
    pub(crate) fn with_session_policy(self, policy: GlobalSessionPolicy) -> Self {
        self.edit(|document| document.global_session_policies.push(policy))
    }

    /// The document as YAML.
    pub(crate) fn yaml(&self) -> String {
        self.document.to_yaml().unwrap()
    }

    /// Starts a mock of this org.
    pub(crate) async fn start(&self) -> MockIdp {
        MockIdp::builder().org_yaml(self.yaml()).start().await.unwrap()
    }
}

/// A service app with the grant type `client_credentials`; `credentials` and `settings` are those of its OAuth client.
pub(crate) fn service(id: &str, credentials: &Value, settings: &Value) -> App {
    let own = json!({
        "application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"],
    });
    oauth_app(id, credentials, &merged(own, settings), json!({}))
}

/// A web app with the grant type `authorization_code`, assigned to the buyers.
pub(crate) fn web(id: &str, credentials: &Value, settings: &Value) -> App {
    let own = json!({
        "application_type": "web", "grant_types": ["authorization_code"], "response_types": ["code"],
        "redirect_uris": [crate::flow::CALLBACK],
    });
    let credentials = merged(json!({ "pkce_required": false }), credentials);
    oauth_app(id, &credentials, &merged(own, settings), json!({ "groups": [{ "id": "00gbuyers000000005d7" }] }))
}

/// The credentials of a client that authenticates with `private_key_jwt`.
pub(crate) fn private_key_jwt() -> Value {
    json!({ "token_endpoint_auth_method": "private_key_jwt" })
}

fn oauth_app(id: &str, credentials: &Value, settings: &Value, assignments: Value) -> App {
    model(json!({
        "id": id, "label": id, "credentials": { "oauthClient": credentials },
        "settings": { "oauthClient": settings }, "assignments": assignments,
    }))
}

/// An object of the org, from its JSON.
pub(crate) fn model<T: DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json.clone()).unwrap_or_else(|error| panic!("{error} in {json}"))
}

/// The assignment of a user or group in a list.
pub(crate) fn assignment<'a>(list: &'a mut [Assignment], id: &str) -> &'a mut Assignment {
    found(list.iter_mut().find(|assignment| assignment.id == id), id)
}

/// Removes one element and fails if there is none, or more than one.
pub(crate) fn remove<T>(list: &mut Vec<T>, which: impl Fn(&T) -> bool) {
    let before = list.len();
    list.retain(|element| !which(element));
    assert_eq!(list.len() + 1, before, "not exactly one element to remove");
}

fn found<T>(object: Option<T>, name: &str) -> T {
    object.unwrap_or_else(|| panic!("the org has no {name}"))
}

fn merged(mut object: Value, more: &Value) -> Value {
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}
