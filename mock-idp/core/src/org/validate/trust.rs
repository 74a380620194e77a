//! Who may ask where on behalf of whom: agents and their connections, apps and servers and whom they trust.

use super::Check;
use crate::model::{App, ApplicationType, AuthorizationServer, Connection, TrustedIssuer};
use crate::org::problem::Problem;

/// Okta: of the apps that may hand users over to one.
const MOST_ALLOWED_APPS: usize = 5;

impl<'a> Check<'a> {
    pub(super) fn agent(&mut self, path: &str, app: &App) {
        let Some(agent) = &app.agent else { return };
        if app.oauth().application_type != ApplicationType::Service {
            self.problem(format!("{path}/agent"), "an agent is a service app: `application_type: service`");
        }
        self.app_with_id(format!("{path}/agent/appId"), &agent.app_id);
    }

    fn app_with_id(&mut self, path: String, id: &str) {
        let apps = &self.document.apps;
        if !apps.iter().any(|app| app.id == id) {
            let problem = Problem::at(path, format!("no app has the id `{id}`"));
            self.found.push(problem.near(id, apps.iter().map(|app| app.id.as_str())));
        }
    }

    pub(super) fn connections(&mut self, path: &str, app: &App) {
        for (index, connection) in app.connections.iter().enumerate() {
            let path = format!("{path}/connections/{index}");
            self.id(&format!("{path}/id"), &connection.id, "mcn");
            self.connected_server(&path, connection);
        }
    }

    fn connected_server(&mut self, path: &str, connection: &Connection) {
        match (&connection.authorization_server_id, &connection.issuer_url) {
            (Some(id), None) => {
                if let Some(server) = self.custom_server(format!("{path}/authorizationServerId"), id) {
                    for (position, scope) in connection.scopes.iter().enumerate() {
                        self.scope(format!("{path}/scopes/{position}"), server, scope);
                    }
                }
                if connection.client_id.is_some() {
                    let message = "the servers of this org know the app by its own client id";
                    self.problem(format!("{path}/clientId"), message);
                }
            }
            (None, Some(issuer)) => self.address(format!("{path}/issuerUrl"), issuer),
            _ => self.problem(path, "a connection has either `authorizationServerId` or `issuerUrl`"),
        }
    }

    pub(super) fn interclient(&mut self, path: &str, app: &App) {
        let path = format!("{path}/interclientAllowedApps");
        let allowed = &app.interclient_allowed_apps;
        if allowed.len() > MOST_ALLOWED_APPS {
            let message = format!("an app trusts at most {MOST_ALLOWED_APPS} others, not {}", allowed.len());
            self.problem(&path, message);
        }
        for (index, id) in allowed.iter().enumerate() {
            let path = format!("{path}/{index}");
            if *id == app.id {
                self.problem(path, "an app need not trust itself");
            } else if allowed[..index].contains(id) {
                self.problem(path, format!("`{id}` is trusted twice"));
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
                self.problem(path, "an authorization server need not trust itself");
            } else {
                self.custom_server(path, id);
            }
        }
        for (index, trusted) in server.trusted_issuers.iter().enumerate() {
            let path = format!("{path}/trustedIssuers/{index}");
            if server.trusted_issuers[..index].iter().any(|earlier| earlier.issuer == trusted.issuer) {
                self.problem(format!("{path}/issuer"), format!("`{}` is trusted twice", trusted.issuer));
            }
            self.address(format!("{path}/issuer"), &trusted.issuer);
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
            (None, Some(uri)) => self.address(format!("{path}/jwksUri"), uri),
            _ => self.problem(path, "a trusted issuer has either `jwks` or `jwksUri`"),
        }
    }

    fn custom_server(&mut self, path: String, id: &str) -> Option<&'a AuthorizationServer> {
        let servers = &self.document.authorization_servers;
        let server = servers.iter().find(|server| server.id == id);
        if server.is_none() {
            let problem = Problem::at(path, format!("no authorization server has the id `{id}`"));
            self.found.push(problem.near(id, servers.iter().map(|server| server.id.as_str())));
        }
        server
    }

    pub(super) fn address(&mut self, path: String, uri: &str) {
        if !url::Url::parse(uri).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
            self.problem(path, format!("`{uri}` is not an absolute http or https URI"));
        }
    }
}
