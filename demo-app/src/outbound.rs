//! The HTTP client of the app: no redirects followed, a time limit, and the given CA when there is one.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use url::Url;

use crate::config::is_loopback;

const TIME_LIMIT: Duration = Duration::from_secs(15);

/// Builds the client. With `ca_pem`, only certificates under that CA are trusted.
pub(crate) fn client(ca_pem: Option<&str>, issuer: &Url) -> reqwest::Result<reqwest::Client> {
    // Fails if a provider is already installed, which is fine.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    // Redirects could leak credentials, and the issuer's endpoints do not redirect.
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIME_LIMIT)
        .user_agent(concat!("demo-app/", env!("CARGO_PKG_VERSION")));
    if is_loopback(issuer) {
        builder = builder.no_proxy();
        // Browsers resolve every *.localhost to this machine; most system resolvers do not.
        if let Some(name) = issuer.domain().filter(|name| name.ends_with(".localhost")) {
            let port = issuer.port_or_known_default().unwrap_or(80);
            builder = builder.resolve(name, SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        }
    }
    match ca_pem {
        Some(pem) => builder.tls_certs_only(reqwest::Certificate::from_pem_bundle(pem.as_bytes())?).build(),
        // Without https the system's certificates, which a minimal container lacks, are not needed.
        None if issuer.scheme() == "http" => builder.tls_certs_only([]).build(),
        None => builder.build(),
    }
}

/// An error with all its causes in one line.
pub(crate) fn error_chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let cause = inner.to_string();
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
        source = inner.source();
    }
    text
}
