//! The organization document. Keys, order and values are Okta's, as recorded.

use serde_json::{Value, json};

use crate::org::{Org, Urls};

/// The document. Okta: pipeline `idx` is Identity Engine, `v1` is Classic Engine.
#[must_use]
pub fn document(org: &Org, urls: &Urls) -> Value {
    let features = org.settings().features;
    let mut document = json!({
        "id": org.identity().id,
        "cell": org.identity().cell,
        "_links": { "organization": { "href": urls.endpoint_base } },
        "pipeline": if org.is_classic() { "v1" } else { "idx" },
        "settings": {
            "analyticsCollectionEnabled": features.analytics_collection_enabled,
            "bugReportingEnabled": features.bug_reporting_enabled,
            "omEnabled": features.om_enabled,
            "pssoEnabled": features.psso_enabled,
            "desktopMFAEnabled": features.desktop_mfa_enabled,
            "itpEnabled": features.itp_enabled,
        },
    });
    if let Some(enabled) = features.op4w_enabled {
        document["settings"]["op4wEnabled"] = enabled.into();
    }
    document
}
