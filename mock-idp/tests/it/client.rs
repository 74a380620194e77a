//! HTTP clients for the tests.

use reqwest::{Certificate, Client, redirect};

/// A client that follows no redirects, keeps no connections and trusts no CA of the mock.
pub(crate) fn plain() -> Client {
    builder().build().unwrap()
}

/// The same, but trusting this CA only.
pub(crate) fn trusting(ca_pem: &str) -> Client {
    builder().tls_certs_only([Certificate::from_pem(ca_pem.as_bytes()).unwrap()]).build().unwrap()
}

/// The same, for which `name` is a name of this machine.
pub(crate) fn trusting_under(ca_pem: &str, name: &str) -> Client {
    let ca = Certificate::from_pem(ca_pem.as_bytes()).unwrap();
    builder().tls_certs_only([ca]).resolve(name, ([127, 0, 0, 1], 0).into()).build().unwrap()
}

/// What every client of the tests is built from: no proxy of this machine, and the provider of cryptography.
pub(crate) fn direct() -> reqwest::ClientBuilder {
    // Fails if another test has installed it already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Client::builder().no_proxy()
}

fn builder() -> reqwest::ClientBuilder {
    let builder = direct().redirect(redirect::Policy::none()).pool_max_idle_per_host(0);
    // Browsers know names under localhost by themselves (RFC 6761 6.3); other clients ask the system, which may not.
    ["market.localhost", "tenant2.localhost"]
        .into_iter()
        .fold(builder, |builder, name| builder.resolve(name, ([127, 0, 0, 1], 0).into()))
}

/// A second org with the least content.
pub(crate) const TENANT_2: &str = "org: { id: 00otenanttwo00000000, name: Tenant two, subdomain: tenant2 }\ngroups: [{ id: 00geveryonetwo000000, type: BUILT_IN, profile: { name: Everyone } }]\n";
