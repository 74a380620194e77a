//! The organization document. Keys, order and values are Okta's, as recorded.

use serde_json::{Value, json};

use crate::org::{Org, Urls};

/// The document. Okta: pipeline `idx` is Identity Engine, `v1` is Classic Engine.
#[must_use]
pub fn document(org: &Org, urls: &Urls) -> Value {
    json!({
        "id": org.identity().id,
        "cell": "op3",
        "_links": { "organization": { "href": urls.endpoint_base } },
        "pipeline": if org.is_classic() { "v1" } else { "idx" },
        "settings": {
            "analyticsCollectionEnabled": false,
            "bugReportingEnabled": true,
            "omEnabled": false,
            "pssoEnabled": false,
            "desktopMFAEnabled": false,
            "itpEnabled": false,
        },
    })
}
