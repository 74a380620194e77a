//! Settings of the server, for all its orgs.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use mock_idp_core::behavior::Behavior;
use mock_idp_core::org::{Draft, Org, Problems, SignInForm};

/// The settings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// The base of the issuer (`scheme://host[:port]`). `None`: the scheme and host of each request.
    pub issuer_url: Option<IssuerUrl>,
    /// Host names, beyond those of this machine's loopback, under which requests are answered.
    pub allowed_hosts: Vec<String>,
    /// Whether each request is logged.
    pub log_requests: bool,
    /// Warnings for the user: leniencies, an address that others can reach, a certificate authority that is not saved.
    pub warnings: Vec<String>,
    /// Who may use the control API.
    pub control: ControlAccess,
    /// The certificate of the local authority, PEM.
    pub ca_pem: String,
    /// Its file, if it is saved.
    pub ca_path: Option<PathBuf>,
    /// When the process started: milliseconds since 1970.
    pub started: i64,
    /// Set when the process is going to stop.
    pub stopping: Arc<AtomicBool>,
}

/// Settings of the server that win over those of an org document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OrgOverrides {
    /// Whether sign-in pages may offer users to pick.
    pub picker: bool,
    /// Whether sign-in pages are like those of Okta's Classic Engine.
    pub classic_sign_in: bool,
    pub behavior: Option<Behavior>,
}

impl Default for OrgOverrides {
    fn default() -> Self {
        Self { picker: true, classic_sign_in: false, behavior: None }
    }
}

impl OrgOverrides {
    /// The org with these settings.
    ///
    /// # Errors
    /// The org does not allow them.
    pub(crate) fn apply(self, org: Org) -> Result<Org, Problems> {
        let mut settings = org.settings().clone();
        let page = &mut settings.sign_in_page;
        page.picker &= self.picker;
        if self.classic_sign_in {
            page.form = SignInForm::Classic;
        }
        settings.behavior = self.behavior.unwrap_or(settings.behavior);
        if settings == *org.settings() {
            return Ok(org);
        }
        // A draft's time becomes that of the rows that it puts; it puts none.
        let mut draft = Draft::new(&org, 0);
        draft.put_settings(settings);
        draft.finish()
    }
}

/// Who may use the control API.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) enum ControlAccess {
    /// Everybody who can connect: only this machine can.
    ThisMachine,
    /// Requests with this bearer token.
    Token(String),
    /// Closed: other machines can connect, and no token was given.
    #[default]
    Closed,
}

/// Never shows the token.
impl std::fmt::Debug for ControlAccess {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::ThisMachine => "ThisMachine",
            Self::Token(_) => "Token(…)",
            Self::Closed => "Closed",
        })
    }
}

/// A base for the issuer: scheme, host and port, without path, query or trailing slash.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IssuerUrl {
    base: String,
    host: String,
}

/// Why a text cannot be an issuer base.
#[derive(Debug, thiserror::Error)]
#[error(
    "{text:?} cannot be the issuer's base: {because}. Give scheme, host and port only, like https://idp.example.test"
)]
pub struct IssuerUrlError {
    text: String,
    because: &'static str,
}

impl IssuerUrl {
    /// `scheme://host[:port]`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.base
    }

    /// The host, without port.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// `host[:port]`.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.base.split_once("://").map_or("", |(_, authority)| authority)
    }
}

impl std::str::FromStr for IssuerUrl {
    type Err = IssuerUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |because| IssuerUrlError { text: text.to_owned(), because };
        let url = url::Url::parse(text).map_err(|_| refuse("it is not a URL"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refuse("its scheme is neither http nor https"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse("it has a user name or a password"));
        }
        // RFC 8414 2: an issuer has no query and no fragment. A path would have to be stripped from every request.
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("it has a path, query or fragment"));
        }
        let host = url.host_str().ok_or_else(|| refuse("it has no host"))?.to_owned();
        Ok(Self { base: url.origin().ascii_serialization(), host })
    }
}

/// A URL as it may be shown.
#[must_use]
pub(crate) fn without_password(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut url) => {
            // An error means that the URL cannot have one.
            let _ = url.set_password(None);
            url.to_string()
        }
        Err(_) => "the URL that was given".to_owned(),
    }
}

/// Whether only this machine can reach an address.
#[must_use]
pub(crate) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_base_is_scheme_host_and_port() {
        let url: IssuerUrl = "https://IDP.example.test:443/".parse().unwrap();
        assert_eq!(
            (url.as_str(), url.host(), url.authority()),
            ("https://idp.example.test", "idp.example.test", "idp.example.test")
        );
        let url: IssuerUrl = "http://10.0.0.1:7801".parse().unwrap();
        assert_eq!(url.authority(), "10.0.0.1:7801");
    }

    #[test]
    fn other_urls_are_refused_with_the_reason() {
        for (text, because) in [
            ("idp", "it is not a URL"),
            ("ftp://idp.example.test", "its scheme is neither http nor https"),
            ("https://a:b@idp.example.test", "it has a user name or a password"),
            ("https://idp.example.test/oauth2", "it has a path, query or fragment"),
            ("https://idp.example.test/?a=b", "it has a path, query or fragment"),
        ] {
            let error = text.parse::<IssuerUrl>().unwrap_err();
            assert_eq!(error.because, because, "{text}");
        }
    }
}
