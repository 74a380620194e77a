//! What users have allowed clients to do, as grants of single scopes. Okta: `/api/v1/users/{id}/grants`,
//! `/api/v1/users/{id}/clients/{client}/grants`.

use serde_json::{Value, json};

use super::{ApiError, Links, ManagementCall};
use crate::model::User;
use crate::moment::timestamp;
use crate::org::{Org, derived_id};

/// A scope that a user has allowed a client at an authorization server.
#[derive(Clone, Debug)]
pub struct ConsentGrant {
    pub server_id: String,
    pub client_id: String,
    pub scope: String,
    /// When the user has allowed it, in seconds since the epoch.
    pub created: i64,
}

impl ConsentGrant {
    /// `oag` and 17 more characters.
    #[must_use]
    pub fn id(&self, user: &User) -> String {
        derived_id("oag", &[&self.server_id, &self.client_id, &user.id, &self.scope])
    }
}

/// The grant of a list with an id.
///
/// # Errors
/// There is none.
pub fn find<'g>(grants: &'g [ConsentGrant], user: &User, id: &str) -> Result<&'g ConsentGrant, ApiError> {
    let found = grants.iter().find(|grant| grant.id(user) == id);
    found.ok_or_else(|| ApiError::not_found(id, "OAuth2ScopeConsentGrant"))
}

/// A grant in answers. Okta: `scopeId` is the id of the scope.
#[must_use]
pub fn show(org: &Org, call: ManagementCall<'_>, user: &User, grant: &ConsentGrant, expanded: bool) -> Value {
    let id = grant.id(user);
    let server = org.server_by_id(&grant.server_id);
    let scope = server.and_then(|server| server.scopes.iter().find(|scope| scope.name == grant.scope));
    let client = org.client(&grant.client_id);
    let titled =
        |path: String, title: Option<String>| json!({ "href": format!("{}{path}", call.base()), "title": title });
    let label = client.map(|client| client.label.clone());
    let links = Links::at(call.base())
        .with(
            "app",
            titled(format!("/api/v1/apps/{}", client.map(|app| app.id.as_str()).unwrap_or_default()), label.clone()),
        )
        .allowing("self", &format!("/api/v1/users/{}/grants/{id}", user.id), &["GET", "DELETE"])
        .with("client", titled(format!("/oauth2/v1/clients/{}", grant.client_id), label))
        .with(
            "user",
            titled(
                format!("/api/v1/users/{}", user.id),
                Some(format!("{} {}", user.profile.first_name, user.profile.last_name)),
            ),
        );
    let scope_id = scope.map_or(grant.scope.as_str(), |scope| scope.id.as_str());
    let mut shown = json!({
        "id": id,
        "status": "ACTIVE",
        "created": timestamp(grant.created),
        "lastUpdated": timestamp(grant.created),
        "issuer": server.map(|server| call.urls.issuer(server)),
        "clientId": grant.client_id,
        "userId": user.id,
        "scopeId": scope_id,
        "source": "END_USER",
        "_links": links.in_order(),
    });
    if expanded {
        shown["_embedded"] = json!({ "scope": { "id": scope_id, "name": grant.scope } });
    }
    shown
}
