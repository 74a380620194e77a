//! WebFinger: the issuer of a user. RFC 7033, OIDC Discovery 2.

use serde_json::{Value, json};

use crate::org::{Org, Urls};

const ISSUER: &str = "http://openid.net/specs/connect/1.0/issuer";
const IDENTITY_PROVIDER: &str = "okta:idp";

/// The document of a resource: the org is every user's issuer, and identity provider. RFC 7033 4.3: `rel` only filters the links.
/// Okta: the sign-in widget reads the first one, and asks for `okta:acct:{user name}`.
#[must_use]
pub fn document(org: &Org, urls: &Urls, resource: &str, rels: &[&str]) -> Value {
    let identity_provider = json!({
        "rel": IDENTITY_PROVIDER,
        "href": urls.endpoint_base,
        "titles": { "und": org.identity().subdomain },
        "properties": { "okta:idp:type": "OKTA" },
    });
    let issuer = json!({ "rel": ISSUER, "href": urls.issuer(org.org_server()) });
    let links = [(IDENTITY_PROVIDER, identity_provider), (ISSUER, issuer)];
    let included = links.into_iter().filter(|(rel, _)| rels.is_empty() || rels.contains(rel));
    json!({ "subject": resource, "links": included.map(|(_, link)| link).collect::<Vec<_>>() })
}
