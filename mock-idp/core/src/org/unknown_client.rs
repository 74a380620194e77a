//! Why a client id is refused.

use super::tables::Tables;
use crate::text::did_you_mean;

/// Up to this number of apps, the nearest client id is searched for.
const MAX_COMPARED: usize = 1000;

impl Tables {
    /// Why no active client has an id, and which id is meant. For explanations: Okta's errors do not say it.
    #[must_use]
    pub fn why_no_client(&self, client_id: &str) -> String {
        if self.client(client_id).is_some() {
            return format!("the client `{client_id}` is inactive");
        }
        let apps = || self.apps().take(MAX_COMPARED);
        if let Some(app) = apps().find(|app| app.label == client_id || app.id == client_id) {
            return format!("`{client_id}` is not a client id; that of the app is `{}`", app.client_id());
        }
        let hint = did_you_mean(client_id, apps().map(crate::model::App::client_id));
        format!("no client has the id `{client_id}`{hint}")
    }
}
