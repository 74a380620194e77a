//! Apps and their assignments.

use super::check::Check;
use crate::model::{App, AuthMethod};
use crate::org::records::{APP_CLIENT_ID, APP_GROUPS, APP_USERS, Assignee};
use crate::org::server::ClaimValue;
use crate::protocol::{GrantType, is_reserved_in_id_token};

impl Check<'_> {
    pub(super) fn app(&mut self, slot: u32, app: &App) {
        let apps = &self.tables.apps;
        let position = |slot| format!("/apps/{}", apps.position(slot));
        self.row_id(apps, slot, &app.id, "0oa", position);
        let path = &position(slot);
        if !app.is_client() {
            return;
        }
        if apps.matches(APP_CLIENT_ID, app.client_id()).count() > 1 {
            self.problem(
                format!("{path}/credentials/oauthClient/client_id"),
                format!("two apps have the client id `{}`", app.client_id()),
            );
        }
        self.secret(path, app);
        self.keys(&format!("{path}/settings/oauthClient"), app);
        self.grants(path, app);
        self.agent(path, app);
        self.connections(path, app);
        self.interclient(path, app);
        // RFC 9449: a token from the authorization endpoint has nothing to be bound to.
        if app.oauth().dpop_bound_access_tokens && app.oauth().grant_types.contains(&GrantType::Implicit) {
            let message = "a client with `dpop_bound_access_tokens` cannot use `implicit`: nothing is proved there";
            self.problem(format!("{path}/settings/oauthClient/grant_types"), message);
        }
        self.redirect_uris(path, app);
        self.logout_uris(path, app);
        if let Some(claim) = &app.settings.id_token {
            if is_reserved_in_id_token(&claim.name) {
                let message = format!("`{}` is a reserved claim name in ID tokens", claim.name);
                self.problem(format!("{path}/settings/idToken/name"), message);
            }
            if let Err(message) = ClaimValue::of_app(claim) {
                let depends_on = ["valueType", "groupFilterType"].map(|key| format!("{path}/settings/idToken/{key}"));
                self.problem_of(format!("{path}/settings/idToken/value"), depends_on.to_vec(), message);
            }
        }
        if app.oauth().refresh_token.is_some_and(|settings| settings.leeway > 60) {
            self.problem(format!("{path}/settings/oauthClient/refresh_token/leeway"), "a leeway is 0 to 60 seconds");
        }
    }

    pub(super) fn assignment(&mut self, slot: u32) {
        let tables = self.tables;
        let Some(row) = tables.assignments.at(slot) else { return };
        let (index, list) = match row.assignee {
            Assignee::User => (APP_USERS, "users"),
            Assignee::Group => (APP_GROUPS, "groups"),
        };
        let path = || {
            let app = tables.apps.slot(&row.app_id).map_or(0, |app| tables.apps.position(app));
            let position = tables.assignments.matches(index, &row.app_id).filter(|other| *other < slot).count();
            format!("/apps/{app}/assignments/{list}/{position}/id")
        };
        if !tables.apps.contains(&row.app_id) {
            return self.app_with_id(path(), &row.app_id);
        }
        match row.assignee {
            Assignee::User => self.user(path, &row.assignment.id),
            Assignee::Group => self.group(path, &row.assignment.id),
        }
    }

    fn secret(&mut self, path: &str, app: &App) {
        let credentials = format!("{path}/credentials/oauthClient");
        let secret = app.credentials.oauth_client.client_secret.as_deref();
        if let Some(message) = wrong_secret(app, secret) {
            let method = format!("{credentials}/token_endpoint_auth_method");
            let depends_on = vec![method, format!("{path}/settings/oauthClient/application_type")];
            self.problem_of(format!("{credentials}/client_secret"), depends_on, message);
        }
    }

    fn grants(&mut self, path: &str, app: &App) {
        for (index, grant) in app.grants.iter().enumerate() {
            // Okta: what an administrator can grant are the scopes of its own APIs.
            if !grant.scope_id.starts_with("okta.") {
                let message =
                    format!("`{}` is not a scope of the org's own APIs, which start with `okta.`", grant.scope_id);
                self.problem(format!("{path}/grants/{index}/scopeId"), message);
            }
        }
    }
}

/// What is wrong with the secret of a client, or its lack.
fn wrong_secret(app: &App, secret: Option<&str>) -> Option<&'static str> {
    match (app.auth_method(), secret) {
        (AuthMethod::None | AuthMethod::PrivateKeyJwt, None) => None,
        (AuthMethod::None, Some(_)) => Some("a client with `token_endpoint_auth_method: none` has no secret"),
        (AuthMethod::PrivateKeyJwt, Some(_)) => {
            Some("a client with `token_endpoint_auth_method: private_key_jwt` has no secret")
        }
        (_, None) if !app.credentials.oauth_client.secrets.is_empty() => None,
        (_, None) => Some("a client that authenticates by secret needs `client_secret`"),
        // Okta: a supplied client_secret has 14 to 100 printable ASCII characters.
        (_, Some(secret))
            if !(14..=100).contains(&secret.len()) || !secret.bytes().all(|byte| byte.is_ascii_graphic()) =>
        {
            Some("a client secret has 14 to 100 printable ASCII characters")
        }
        (AuthMethod::ClientSecretJwt, Some(secret)) if secret.len() < 32 => {
            Some("a client secret that signs JWTs has at least 32 characters")
        }
        (_, Some(_)) => None,
    }
}
