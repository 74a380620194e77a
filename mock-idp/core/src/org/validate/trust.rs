//! Trust between apps, agents, authorization servers and issuers.

use super::check::Check;
use crate::model::{App, ApplicationType, AuthorizationServer, Connection, TrustedIssuer};
use crate::org::records::APP_CONNECTION;

/// Okta: how many other apps an app can trust.
const MAX_ALLOWED_APPS: usize = 5;

impl Check<'_> {
    pub(super) fn agent(&mut self, path: &str, app: &App) {
        let Some(agent) = &app.agent else { return };
        if app.oauth().application_type != ApplicationType::Service {
            self.problem(format!("{path}/agent"), "an agent is a service app: `application_type: service`");
        }
        self.app_with_id(format!("{path}/agent/appId"), &agent.app_id);
    }

    /// A reference to an app by id.
    pub(super) fn app_with_id(&mut self, path: String, id: &str) {
        let apps = &self.tables.apps;
        if !apps.contains(id) {
            let known = apps.iter().flat_map(|app| [app.id.as_str(), app.label.as_str()]);
            self.unknown(path, "/apps", format!("no app has the id or label `{id}`"), id, known);
        }
    }

    pub(super) fn connections(&mut self, path: &str, app: &App) {
        for (index, connection) in app.connections.iter().enumerate() {
            let path = format!("{path}/connections/{index}");
            let first = self.earlier_connection(app, index, &connection.id);
            self.unique_id(&path, &connection.id, "mcn", first);
            self.connected_server(&path, connection);
        }
    }

    /// The path of an earlier connection that has the id.
    fn earlier_connection(&self, app: &App, index: usize, id: &str) -> Option<String> {
        let apps = &self.tables.apps;
        let slot = apps.slot(&app.id)?;
        let (first, before) = match apps.matches(APP_CONNECTION, id).filter(|other| *other < slot).min() {
            Some(other) => (other, apps.at(other)?.connections.as_slice()),
            None => (slot, &app.connections[..index]),
        };
        let found = before.iter().position(|connection| connection.id == id)?;
        Some(format!("/apps/{}/connections/{found}", apps.position(first)))
    }

    fn connected_server(&mut self, path: &str, connection: &Connection) {
        match (&connection.authorization_server_id, &connection.issuer_url) {
            (Some(id), None) => {
                if self.custom_server(&format!("{path}/authorizationServerId"), id) {
                    for (position, scope) in connection.scopes.iter().enumerate() {
                        self.scope(format!("{path}/scopes/{position}"), id, scope);
                    }
                }
                if connection.client_id.is_some() {
                    let message = "the servers of this org know the app by its own client id";
                    self.problem(format!("{path}/clientId"), message);
                }
            }
            (None, Some(issuer)) => self.http_uri(format!("{path}/issuerUrl"), issuer),
            _ => self.problem(path, "a connection has either `authorizationServerId` or `issuerUrl`"),
        }
    }

    pub(super) fn interclient(&mut self, path: &str, app: &App) {
        let path = format!("{path}/interclientAllowedApps");
        let allowed = &app.interclient_allowed_apps;
        if allowed.len() > MAX_ALLOWED_APPS {
            let message = format!("an app trusts at most {MAX_ALLOWED_APPS} others, not {}", allowed.len());
            self.problem(&path, message);
        }
        for (index, id) in allowed.iter().enumerate() {
            let path = format!("{path}/{index}");
            if *id == app.id {
                self.problem(path, "an app cannot trust itself");
            } else if allowed[..index].contains(id) {
                self.problem(path, format!("`{id}` is listed twice"));
            } else {
                self.app_with_id(path, id);
            }
        }
    }

    /// What a server trusts beside its own org.
    pub(super) fn trust(&mut self, path: &str, server: &AuthorizationServer) {
        for (index, id) in server.associated_servers.iter().enumerate() {
            let path = format!("{path}/associatedServers/{index}");
            if *id == server.id {
                self.problem(path, "an authorization server cannot trust itself");
            } else {
                _ = self.custom_server(&path, id);
            }
        }
        for (index, trusted) in server.trusted_issuers.iter().enumerate() {
            let path = format!("{path}/trustedIssuers/{index}");
            if server.trusted_issuers[..index].iter().any(|earlier| earlier.issuer == trusted.issuer) {
                self.problem(format!("{path}/issuer"), format!("`{}` is listed twice", trusted.issuer));
            }
            self.http_uri(format!("{path}/issuer"), &trusted.issuer);
            self.issuer_keys(&path, trusted);
        }
    }

    fn issuer_keys(&mut self, path: &str, trusted: &TrustedIssuer) {
        match (&trusted.jwks, &trusted.jwks_uri) {
            (Some(set), None) => {
                for (index, key) in set.keys.iter().enumerate() {
                    if let Err(unusable) = key.key() {
                        let message = format!("not a usable public key: {unusable}");
                        self.problem(format!("{path}/jwks/keys/{index}"), message);
                    }
                }
            }
            (None, Some(uri)) => self.http_uri(format!("{path}/jwksUri"), uri),
            _ => self.problem(path, "a trusted issuer has either `jwks` or `jwksUri`"),
        }
    }
}
