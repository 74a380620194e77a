//! Refresh tokens of users in answers. Okta: `/api/v1/apps/{id}/tokens`, `/api/v1/authorizationServers/{id}/clients`,
//! `/api/v1/users/{id}/clients`.

use serde_json::{Value, json};

use super::{ApiError, Links, ManagementCall};
use crate::ledger::TokenFamily;
use crate::model::App;
use crate::moment::timestamp;
use crate::org::Org;

/// A refresh token that can be used.
#[derive(Clone, Debug)]
pub struct IssuedRefreshToken {
    /// `oar` and 17 more characters: the id of its family.
    pub id: String,
    pub family: TokenFamily,
}

/// The tokens that a path is about: those of a user, of a client, at an authorization server.
#[derive(Clone, Debug, Default)]
pub struct RefreshTokenFilter {
    pub user_id: Option<String>,
    pub client_id: Option<String>,
    pub server_id: Option<String>,
}

impl RefreshTokenFilter {
    /// Whether a token is one of these.
    #[must_use]
    pub fn accepts(&self, family: &TokenFamily) -> bool {
        let fits = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
        let authorization = &family.authorization;
        let user = authorization.authentication.as_ref().map(|by| by.user_id.as_str()).unwrap_or_default();
        fits(&self.user_id, user)
            && fits(&self.client_id, &authorization.client_id)
            && fits(&self.server_id, &authorization.server)
    }
}

/// The client that a path names. Okta: by its `client_id`.
///
/// # Errors
/// There is none.
pub fn client<'t>(org: &'t Org, client_id: &str) -> Result<&'t App, ApiError> {
    org.client(client_id).ok_or_else(|| ApiError::not_found(client_id, "PublicClientApp"))
}

/// The token of a list with an id. `owner` is the id that errors name before it.
///
/// # Errors
/// There is none.
pub fn find<'t>(tokens: &'t [IssuedRefreshToken], owner: &str, id: &str) -> Result<&'t IssuedRefreshToken, ApiError> {
    let found = tokens.iter().find(|token| token.id == id);
    found.ok_or_else(|| ApiError::not_found(&format!("{owner}.{id}"), "OAuth2RefreshTokenTx"))
}

/// A token in answers. `list` is the path of the list that it is in.
#[must_use]
pub fn show(org: &Org, call: ManagementCall<'_>, list: &str, token: &IssuedRefreshToken) -> Value {
    let authorization = &token.family.authorization;
    let client = org.client(&authorization.client_id);
    let server = org.server_by_id(&authorization.server);
    let user_id = authorization.authentication.as_ref().map(|by| by.user_id.as_str()).unwrap_or_default();
    let user = org.user(user_id);
    let ends = token.family.refresh_tokens(call.now).map(|tokens| timestamp(token.family.ends(tokens)));
    let own = format!("{list}/{}", token.id);
    let titled =
        |path: String, title: Option<String>| json!({ "href": format!("{}{path}", call.base()), "title": title });
    let label = client.map(|client| client.label.clone());
    let app_id = client.map(|client| client.id.as_str()).unwrap_or_default();
    let links = Links::at(call.base())
        .with("app", titled(format!("/api/v1/apps/{app_id}"), label.clone()))
        .with(
            "authorizationServer",
            titled(
                format!("/api/v1/authorizationServers/{}", authorization.server),
                server.map(|server| server.name.clone()),
            ),
        )
        .bare("self", &own)
        .allowing("revoke", &own, &["DELETE"])
        .with("client", titled(format!("/oauth2/v1/clients/{}", authorization.client_id), label))
        .with(
            "user",
            titled(
                format!("/api/v1/users/{user_id}"),
                user.map(|user| format!("{} {}", user.profile.first_name, user.profile.last_name)),
            ),
        );
    json!({
        "id": token.id,
        "status": "ACTIVE",
        "created": timestamp(token.family.created),
        "lastUpdated": timestamp(token.family.created),
        "expiresAt": ends,
        "issuer": server.map(|server| call.urls.issuer(server)),
        "clientId": authorization.client_id,
        "userId": user_id,
        "scopes": authorization.scopes,
        "_links": links.in_order(),
    })
}

/// A token in answers, with its scopes. Okta: `expand=scope`.
#[must_use]
pub fn with_scopes(org: &Org, call: ManagementCall<'_>, list: &str, token: &IssuedRefreshToken) -> Value {
    let authorization = &token.family.authorization;
    let server = org.server_by_id(&authorization.server);
    let scope = |name: &str| {
        let known = server.and_then(|server| server.scopes.iter().find(|scope| scope.name == name));
        let Some(known) = known else { return json!({ "name": name }) };
        let path = format!("/api/v1/authorizationServers/{}/scopes/{}", authorization.server, known.id);
        let link = json!({ "href": format!("{}{path}", call.base()), "title": name });
        json!({
            "id": known.id,
            "name": name,
            "displayName": known.display_name,
            "description": known.description,
            "_links": { "scope": link },
        })
    };
    let scopes: Vec<Value> = authorization.scopes.iter().map(scope).collect();
    let mut shown = show(org, call, list, token);
    shown["_embedded"] = json!({ "scopes": scopes });
    shown
}

/// A client that has tokens. `path` is that of its tokens, without `/tokens`.
#[must_use]
pub fn show_client(call: ManagementCall<'_>, client: &App, path: &str, with_grants: bool) -> Value {
    let own = format!("/oauth2/v1/clients/{}", client.client_id());
    let mut links = Links::at(call.base()).bare("self", &own);
    if with_grants {
        links = links.bare("grants", &format!("{path}/grants"));
    }
    json!({
        "client_id": client.client_id(),
        "client_name": client.label,
        "client_uri": client.oauth().client_uri,
        "logo_uri": client.oauth().logo_uri,
        "_links": links.bare("tokens", &format!("{path}/tokens")).in_order(),
    })
}
