//! The proxies of the environment. Requests to this machine never use one.

use reqwest::{NoProxy, Proxy};
use url::Url;

/// Hosts that are never reached through a proxy.
const THIS_MACHINE: &str = "localhost,127.0.0.1,::1";

/// The proxies for http and https, and the variables that name them.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    http: Option<(String, String)>,
    https: Option<(String, String)>,
    direct: String,
}

impl Proxies {
    /// Reads `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, in lower or upper case.
    #[must_use]
    pub fn of_environment() -> Self {
        Self::read(|name| std::env::var(name).ok())
    }

    fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let first = |names: &[&str]| {
            let both = names.iter().flat_map(|name| [name.to_lowercase(), (*name).to_owned()]);
            both.filter_map(|name| Some((variable(&name).filter(|value| !value.is_empty())?, name))).next()
        };
        let direct = first(&["NO_PROXY"]).map(|(hosts, _)| format!("{hosts},")).unwrap_or_default();
        Self {
            http: first(&["HTTP_PROXY", "ALL_PROXY"]),
            https: first(&["HTTPS_PROXY", "ALL_PROXY"]),
            direct: format!("{direct}{THIS_MACHINE}"),
        }
    }

    /// The same proxies for the HTTP client.
    ///
    /// # Errors
    /// When a variable is not the URL of a proxy.
    pub(super) fn for_client(&self) -> reqwest::Result<Vec<Proxy>> {
        let direct = || NoProxy::from_string(&self.direct);
        let http = self.http.iter().map(|(url, _)| Proxy::http(url));
        let https = self.https.iter().map(|(url, _)| Proxy::https(url));
        http.chain(https).map(|proxy| Ok(proxy?.no_proxy(direct()))).collect()
    }

    /// The variable that names the proxy for a URL, if requests to it use one.
    #[must_use]
    pub fn variable_for(&self, url: &Url) -> Option<&str> {
        let host = url.host_str()?;
        let named = |entry: &str| {
            let entry = entry.trim().trim_start_matches('.');
            entry == "*" || host == entry || (!entry.is_empty() && host.ends_with(&format!(".{entry}")))
        };
        if self.direct.split(',').any(named) {
            return None;
        }
        let proxy = if url.scheme() == "https" { &self.https } else { &self.http };
        proxy.as_ref().map(|(_, variable)| variable.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_and_the_hosts_of_no_proxy_are_reached_directly() {
        let proxies = Proxies::read(|name| match name {
            "HTTPS_PROXY" => Some("http://proxy.example:3128".to_owned()),
            "no_proxy" => Some("inside.example".to_owned()),
            _ => None,
        });
        let variable = |url: &str| proxies.variable_for(&Url::parse(url).expect("a URL")).map(str::to_owned);
        assert_eq!(variable("https://issuer.example"), Some("HTTPS_PROXY".to_owned()));
        for direct in ["https://localhost:1", "https://127.0.0.1", "https://a.inside.example", "http://issuer.example"]
        {
            assert_eq!(variable(direct), None, "{direct}");
        }
        assert_eq!(proxies.for_client().expect("proxies").len(), 1);
    }
}
