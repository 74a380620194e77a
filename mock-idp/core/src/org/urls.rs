//! The URLs of an org.

use std::sync::Arc;

use super::server::CompiledServer;

/// The base URLs of an org, of its issuers and of its endpoints. They differ only if the issuer is pinned.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Urls {
    /// `scheme://host[:port][/_org/name]`, without trailing slash: the start of `iss`.
    pub issuer_base: Arc<str>,
    /// The same for the endpoints, with the host of the request.
    pub endpoint_base: Arc<str>,
}

impl Urls {
    /// The same base for issuers and endpoints.
    #[must_use]
    pub fn at(base: &str) -> Self {
        let base: Arc<str> = base.into();
        Self { issuer_base: Arc::clone(&base), endpoint_base: base }
    }

    /// The issuer of a server. Okta: the org URL, or `{org}/oauth2/{id}`; the default server has `default` instead of its id.
    #[must_use]
    pub fn issuer(&self, server: &CompiledServer) -> String {
        if server.is_org() {
            self.issuer_base.to_string()
        } else {
            format!("{}/oauth2/{}", self.issuer_base, server.path_name)
        }
    }

    /// The base URL of a server's endpoints, without `/v1/…`.
    #[must_use]
    pub fn endpoints(&self, server: &CompiledServer) -> String {
        if server.is_org() {
            format!("{}/oauth2", self.endpoint_base)
        } else {
            format!("{}/oauth2/{}", self.endpoint_base, server.path_name)
        }
    }

    /// Whether a URL is that of an endpoint: with the host of the request or of the pinned issuer, and with the id or the path name of
    /// the server.
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

    /// Whether a URL is that of a path of the org, with or without trailing slash.
    #[must_use]
    pub fn is_at(&self, path: &str, url: &str) -> bool {
        let url = url.strip_suffix('/').unwrap_or(url);
        [&self.endpoint_base, &self.issuer_base].into_iter().any(|base| url.strip_prefix(&**base) == Some(path))
    }

    /// The host of the org, for challenge headers.
    #[must_use]
    pub fn host(&self) -> &str {
        self.endpoint_base.split_once("://").map_or(&*self.endpoint_base, |(_, host)| host)
    }

    /// The page of an app in Okta's admin console, which errors about redirect URIs link to. Okta: `-admin` is appended to the first label
    /// of the host.
    #[must_use]
    pub fn admin_app_page(&self, client_id: &str) -> String {
        let (scheme, host) = self.endpoint_base.split_once("://").unwrap_or(("https", &self.endpoint_base));
        let split = host.find(['.', ':', '/']).unwrap_or(host.len());
        let (label, rest) = host.split_at(split);
        format!("{scheme}://{label}-admin{rest}/admin/app/oidc_client/instance/{client_id}#tab-general")
    }
}
