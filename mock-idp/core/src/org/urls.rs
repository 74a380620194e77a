//! The URLs of an org.

use std::sync::Arc;

use super::server::CompiledServer;

/// The base URLs of an org, of its issuers and of its endpoints. They differ only if the issuer is pinned.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Urls {
    /// `scheme://host[:port][/_org/name]`, without trailing slash: the start of `iss`, and of the pages that browsers visit.
    pub issuer_base: Arc<str>,
    /// The same for the endpoints that programs call, with the host of the request.
    pub endpoint_base: Arc<str>,
    /// Whether the issuer is pinned, so that it does not follow the host of the request.
    pub pinned: bool,
}

impl Urls {
    /// The URLs of an org whose issuer follows the host of the request.
    #[must_use]
    pub fn at(base: impl Into<Arc<str>>) -> Self {
        let base = base.into();
        Self { issuer_base: Arc::clone(&base), endpoint_base: base, pinned: false }
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
        under(&self.endpoint_base, server)
    }

    /// The same for the endpoints that browsers visit. A program may ask under a name that the browser cannot resolve, such as that of
    /// a container, so they are at the pinned base.
    #[must_use]
    pub fn browser_endpoints(&self, server: &CompiledServer) -> String {
        under(&self.issuer_base, server)
    }

    /// The base in challenges. Okta: the scheme is `http`, also if the request had `https`. A pinned base is used as it is: a proxy in
    /// front of the mock may have no other scheme.
    #[must_use]
    pub fn challenge_base(&self) -> String {
        if self.pinned { self.issuer_base.to_string() } else { format!("http://{}", self.host()) }
    }

    /// Whether a URL is that of an endpoint: with the host of the request or of the pinned issuer, and with the id or the path name of
    /// the server.
    #[must_use]
    pub fn is_endpoint(&self, server: &CompiledServer, endpoint: &str, url: &str) -> bool {
        let below = |base: &str| url.strip_prefix(base).and_then(|rest| rest.strip_prefix("/oauth2/"));
        let path = |rest: &str| match server.is_org() {
            true => rest.strip_prefix("v1/") == Some(endpoint),
            false => [&server.path_name, &server.id].into_iter().any(|name| {
                rest.strip_prefix(name.as_str()).and_then(|rest| rest.strip_prefix("/v1/")) == Some(endpoint)
            }),
        };
        [&self.endpoint_base, &self.issuer_base].into_iter().filter_map(|base| below(base)).any(path)
    }

    /// Whether a URL is that of a path of the org, with or without trailing slash.
    #[must_use]
    pub fn is_at(&self, path: &str, url: &str) -> bool {
        let url = url.strip_suffix('/').unwrap_or(url);
        [&self.endpoint_base, &self.issuer_base].into_iter().any(|base| url.strip_prefix(&**base) == Some(path))
    }

    /// Whether a URL is that of the org or of a path below it.
    #[must_use]
    pub fn is_below(&self, url: &str) -> bool {
        [&self.endpoint_base, &self.issuer_base].into_iter().any(|base| {
            url.strip_prefix(&**base).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
        })
    }

    fn host(&self) -> &str {
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

/// The base URL of a server's endpoints under the base of an org.
fn under(base: &str, server: &CompiledServer) -> String {
    if server.is_org() { format!("{base}/oauth2") } else { format!("{base}/oauth2/{}", server.path_name) }
}
