//! The features of a fresh org.

use serde_json::json;

use super::object::Fresh;
use crate::model::{DirectoryKind, DirectoryObject};

const HELP: &str = "https://help.okta.com/okta_help.htm?id=ext_Manage_Early_Access_features";

pub(super) fn add(fresh: &Fresh<'_>, objects: &mut Vec<(DirectoryKind, DirectoryObject)>) {
    // Okta: names and stages of features that an org may switch on for itself. An early access feature has no state.
    for (name, description, stage) in [
        (
            "Import Monitoring Dashboard",
            "Shows the progress of imports of the last day",
            json!({ "value": "BETA", "state": "OPEN" }),
        ),
        ("New End User Experience", "A new dashboard for users", json!({ "value": "EA" })),
    ] {
        let members = json!({
            "name": name, "status": "DISABLED", "description": description, "stage": stage, "helpDoc": HELP,
        });
        objects.push((DirectoryKind::Feature, fresh.object(DirectoryKind::Feature, "", name, members)));
    }
}
