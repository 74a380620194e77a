//! Settings: from the command line and environment, and as the running app uses them.

use openidconnect::ClientSecret;
use url::Url;

/// Runs a relying party, a token viewer and a small API against an issuer.
///
/// Without an issuer it starts an embedded mock Okta org.
#[derive(Debug, clap::Parser)]
#[command(
    name = "demo-app",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Open the printed address, press Log In, look at the tokens, call the API."
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Issuer, for example `https://dev-123.okta.com/oauth2/default`. Without it, a mock org starts on port 7801.
    #[arg(long, env = "OKTA_ISSUER")]
    pub issuer: Option<String>,
    /// Client id of the app at that issuer, or of another client of the mock org.
    #[arg(long, env = "OKTA_CLIENT_ID")]
    pub client_id: Option<String>,
    /// Client secret; leave out for a public client with PKCE.
    #[arg(long, env = "OKTA_CLIENT_SECRET", hide_env_values = true)]
    pub client_secret: Option<String>,
    /// How the secret is sent; must match the app's settings at the issuer.
    #[arg(long, env = "DEMO_CLIENT_AUTH", value_enum, default_value_t)]
    pub client_auth: ClientAuth,
    /// Port of the app; 0 takes a free one.
    #[arg(long, env = "DEMO_PORT")]
    pub port: Option<u16>,
    /// Address to listen on, and host name in the app's URL.
    #[arg(long, env = "DEMO_HOST", default_value = "localhost")]
    pub host: String,
    /// Scopes to request, separated by spaces.
    #[arg(long, env = "DEMO_SCOPES")]
    pub scopes: Option<String>,
    /// Audience that the API accepts.
    #[arg(long, env = "DEMO_AUDIENCE", default_value = DEFAULT_AUDIENCE)]
    pub audience: String,
    /// PEM file with the CA of an https issuer; no other CA is trusted then.
    #[arg(long, env = "DEMO_CA_FILE")]
    pub ca_file: Option<std::path::PathBuf>,
}

/// What the program does instead of serving.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Print a script that completes the arguments in a shell.
    Completions {
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Write the manual page into a folder.
    Man {
        #[arg(value_name = "DIR")]
        dir: std::path::PathBuf,
    },
}

impl Cli {
    /// Removes empty settings, as compose files and CI set them.
    #[must_use]
    pub fn without_blanks(mut self) -> Self {
        for setting in [&mut self.issuer, &mut self.client_id, &mut self.client_secret, &mut self.scopes] {
            if setting.as_ref().is_some_and(|value| value.trim().is_empty()) {
                *setting = None;
            }
        }
        self
    }
}

/// Audience of Okta's authorization server `default`.
pub(crate) const DEFAULT_AUDIENCE: &str = "api://default";

/// Path of the redirect URI: the one that Okta's samples and middlewares use.
pub(crate) const CALLBACK_PATH: &str = "/authorization-code/callback";

const OIDC_SCOPES: &[&str] = &["openid", "profile", "email"];
const MARKET_SCOPES: &[&str] = &["offline_access", "products:read", "orders:create"];

/// How a client with a secret authenticates at the token endpoint (RFC 6749 2.3.1, OIDC Core 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ClientAuth {
    /// `client_secret_basic`: in the Authorization header.
    #[default]
    Basic,
    /// `client_secret_post`: in the body.
    Post,
}

/// The app's client at the issuer.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) id: String,
    /// Its `Debug` output is redacted.
    pub(crate) secret: Option<ClientSecret>,
}

/// The settings of a running app.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) issuer: String,
    /// Scheme, host and port of the issuer.
    pub(crate) issuer_origin: String,
    pub(crate) client_id: String,
    /// Its `Debug` output is redacted.
    pub(crate) client_secret: Option<ClientSecret>,
    pub(crate) client_auth: ClientAuth,
    pub(crate) scopes: Vec<String>,
    pub(crate) audience: String,
    /// The app's own URL, without a slash at the end.
    pub(crate) url: String,
    pub(crate) redirect_uri: String,
}

impl Settings {
    /// Base URL of the control API if the issuer is the mock: the issuer without the path of the authorization server.
    pub(crate) fn control_base(&self) -> &str {
        self.issuer.split_once("/oauth2/").map_or(self.issuer.as_str(), |(base, _)| base)
    }

    /// Whether the issuer is an org authorization server. Its access tokens are for Okta's APIs only.
    pub(crate) fn issuer_is_org_server(&self) -> bool {
        !self.issuer.contains("/oauth2/")
    }
}

/// The scopes to request by default. An issuer on this machine is assumed to be a mock with the market's scopes. Okta
/// refuses the whole request for one unknown scope, so another issuer is asked for OpenID Connect scopes only.
pub(crate) fn default_scopes(issuer: &Url) -> Vec<String> {
    let market = if is_loopback(issuer) { MARKET_SCOPES } else { &[] };
    OIDC_SCOPES.iter().chain(market).map(|scope| (*scope).to_owned()).collect()
}

/// Whether the URL names this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_markets_scopes_are_default_only_for_an_issuer_on_this_machine() {
        let scopes = |issuer: &str| default_scopes(&Url::parse(issuer).unwrap()).join(" ");
        assert_eq!(scopes("https://dev-123.okta.com/oauth2/default"), "openid profile email");
        let market = "openid profile email offline_access products:read orders:create";
        for issuer in ["http://localhost:7801/oauth2/default", "https://[::1]:1/oauth2/x", "http://acme.localhost:1"] {
            assert_eq!(scopes(issuer), market, "{issuer}");
        }
    }
}
