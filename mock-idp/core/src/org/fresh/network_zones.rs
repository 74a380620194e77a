//! The network zones of a fresh org.

use serde_json::json;

use super::object::Fresh;
use crate::model::{DirectoryKind, DirectoryObject};

pub(super) fn add(fresh: &Fresh<'_>, objects: &mut Vec<(DirectoryKind, DirectoryObject)>) {
    // Okta: in this order.
    for (name, usage) in [("LegacyIpZone", "POLICY"), ("BlockedIpZone", "BLOCKLIST")] {
        let members = json!({
            "type": "IP", "name": name, "status": "ACTIVE", "usage": usage, "system": true, "gateways": null, "proxies": null,
        });
        objects.push((DirectoryKind::NetworkZone, fresh.object(DirectoryKind::NetworkZone, "", name, members)));
    }
}
