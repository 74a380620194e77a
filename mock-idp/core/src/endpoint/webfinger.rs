//! WebFinger: the issuer of a user. RFC 7033, OIDC Discovery 2.

use serde_json::{Value, json};

use crate::org::{Org, Urls};

const ISSUER: &str = "http://openid.net/specs/connect/1.0/issuer";

/// The document of a resource: every user's issuer is the org. RFC 7033 4.3: `rel` only filters the links.
#[must_use]
pub fn document(org: &Org, urls: &Urls, resource: &str, rels: &[&str]) -> Value {
    let link = json!({ "rel": ISSUER, "href": urls.issuer(org.org_server()) });
    let included = rels.is_empty() || rels.contains(&ISSUER);
    json!({ "subject": resource, "links": if included { vec![link] } else { Vec::new() } })
}
