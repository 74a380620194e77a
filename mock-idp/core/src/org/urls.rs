//! The addresses under which an org is reached.

use std::sync::Arc;

use super::CompiledServer;

/// The two bases of an org: what tokens say, and where requests go. They differ only when the issuer is pinned.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Urls {
    /// `scheme://host[:port][/_org/name]`, no trailing slash: what stands in `iss`.
    pub issuer_base: Arc<str>,
    /// The same for the endpoints, by the host that asks.
    pub endpoint_base: Arc<str>,
}

impl Urls {
    /// The issuer of a server. Okta: the org URL itself, or `{org}/oauth2/{id}` with the word `default` for that one.
    #[must_use]
    pub fn issuer(&self, server: &CompiledServer) -> String {
        if server.is_org() {
            self.issuer_base.to_string()
        } else {
            format!("{}/oauth2/{}", self.issuer_base, server.path_name)
        }
    }

    /// What a server's endpoint paths start with, `/v1/…` to follow.
    #[must_use]
    pub fn endpoints(&self, server: &CompiledServer) -> String {
        if server.is_org() {
            format!("{}/oauth2", self.endpoint_base)
        } else {
            format!("{}/oauth2/{}", self.endpoint_base, server.path_name)
        }
    }

    /// Whether a URL is one of the addresses of an endpoint: by the host that asks or under the pinned issuer, and by either
    /// name of the server.
    #[must_use]
    pub fn is_endpoint(&self, server: &CompiledServer, endpoint: &str, url: &str) -> bool {
        let under = |base: &str| url.strip_prefix(base).and_then(|rest| rest.strip_prefix("/oauth2/"));
        let path = |rest: &str| match server.is_org() {
            true => rest.strip_prefix("v1/") == Some(endpoint),
            false => [&server.path_name, &server.id].into_iter().any(|name| {
                rest.strip_prefix(name.as_str()).and_then(|rest| rest.strip_prefix("/v1/")) == Some(endpoint)
            }),
        };
        [&self.endpoint_base, &self.issuer_base].into_iter().filter_map(|base| under(base)).any(path)
    }

    /// Whether a URL is one of the addresses of this path of the org, with or without a slash at its end.
    #[must_use]
    pub fn is_at(&self, path: &str, url: &str) -> bool {
        let url = url.strip_suffix('/').unwrap_or(url);
        [&self.endpoint_base, &self.issuer_base].into_iter().any(|base| url.strip_prefix(&**base) == Some(path))
    }

    /// The host of the org, as Okta's challenge headers name it.
    #[must_use]
    pub fn host(&self) -> &str {
        self.endpoint_base.split_once("://").map_or(&*self.endpoint_base, |(_, host)| host)
    }

    /// Okta: the admin console's page of an app, which redirect URI errors name. Its host is the org's with `-admin`
    /// behind the first label.
    #[must_use]
    pub fn admin_app_page(&self, client_id: &str) -> String {
        let (scheme, host) = self.endpoint_base.split_once("://").unwrap_or(("https", &self.endpoint_base));
        let split = host.find(['.', ':', '/']).unwrap_or(host.len());
        let (label, rest) = host.split_at(split);
        format!("{scheme}://{label}-admin{rest}/admin/app/oidc_client/instance/{client_id}#tab-general")
    }
}
