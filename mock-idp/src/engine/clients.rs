//! Dynamic client registration: each change is the org's next snapshot, so that a client works as soon as it is told.

use mock_idp_core::management::ApiError;
use mock_idp_core::management::clients::{self, ClientRefusal, Metadata};
use mock_idp_core::model::App;
use mock_idp_core::moment::Moment;
use mock_idp_core::trace::Trace;
use serde_json::Value;

use super::Context;

/// A page of the list of clients.
#[derive(Debug)]
pub struct ClientPage {
    pub clients: Vec<Value>,
    /// Where the next page begins.
    pub next: Option<String>,
}

impl Context {
    /// The clients whose names begin so, behind the one of the cursor.
    ///
    /// # Errors
    /// A cursor that names no client.
    pub fn clients(&self, beginning: &str, after: Option<&str>, limit: usize) -> Result<ClientPage, ApiError> {
        let mut apps = self.org.apps();
        if let Some(after) = after
            && !apps.any(|app| app.client_id() == after)
        {
            return Err(ApiError::invalid_cursor(after));
        }
        let mut found = apps.filter(|app| app.label.to_lowercase().starts_with(beginning));
        let page: Vec<&App> = found.by_ref().take(limit).collect();
        let next = found.next().and(page.last()).map(|app| app.client_id().to_owned());
        Ok(ClientPage { clients: page.into_iter().map(|app| clients::view(app, false)).collect(), next })
    }

    /// Registers a client; how it is shown, secret included.
    ///
    /// # Errors
    /// Metadata that are not sound.
    pub fn register_client(&self, body: Value) -> Result<Value, ClientRefusal> {
        let metadata = Metadata::read(body)?;
        let app = self.made(|moment| clients::register(&self.org, metadata, moment))?;
        self.instance.change(|draft| {
            let shown = clients::view(&app, true);
            draft.put_app(app);
            Ok(shown)
        })
    }

    /// A client.
    ///
    /// # Errors
    /// There is none of that id.
    pub fn client_of_id(&self, client_id: &str) -> Result<Value, ClientRefusal> {
        clients::find(&self.org, client_id).map(|app| clients::view(app, false))
    }

    /// Replaces a client's metadata.
    ///
    /// # Errors
    /// There is none of that id; metadata that are not sound.
    pub fn replace_client(&self, client_id: &str, body: Value) -> Result<Value, ClientRefusal> {
        self.instance.change(|draft| {
            let known = clients::find(draft, client_id)?;
            let metadata = Metadata::read(body)?;
            let app = self.made(|moment| clients::replace(known, metadata, moment))?;
            let secret = |app: &App| app.credentials.oauth_client.client_secret.is_some();
            // A secret that was made just now is shown this once.
            let shown = clients::view(&app, !secret(known) && secret(&app));
            draft.put_app(app);
            Ok(shown)
        })
    }

    /// Removes a client.
    ///
    /// # Errors
    /// There is none of that id.
    pub fn remove_client(&self, client_id: &str) -> Result<(), ClientRefusal> {
        self.instance.change(|draft| {
            clients::find(draft, client_id)?;
            draft.remove_client(client_id);
            Ok(())
        })
    }

    /// Gives a client another secret; how it is shown, secret included. Okta: here an unknown id is told as its API does.
    ///
    /// # Errors
    /// There is none of that id; a client without a secret.
    pub fn renew_client_secret(&self, client_id: &str) -> Result<Value, ClientRefusal> {
        self.instance.change(|draft| {
            let unknown = |_| ClientRefusal::from(ApiError::not_found(client_id, "PublicClientApp"));
            let known = clients::find(draft, client_id).map_err(unknown)?;
            let app = self.made(|moment| clients::with_new_secret(known, moment))?;
            let shown = clients::view(&app, true);
            draft.put_app(app);
            Ok(shown)
        })
    }

    fn made(&self, rule: impl FnOnce(&mut Moment<'_>) -> Result<App, ClientRefusal>) -> Result<App, ClientRefusal> {
        self.instance.ask(&mut Trace::default(), rule)
    }
}
