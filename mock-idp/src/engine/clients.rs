//! Dynamic client registration: each change creates the org's next snapshot, so that a client works as soon as it has the response.

use mock_idp_core::management::clients::{self, ClientError, Metadata};
use mock_idp_core::management::{ApiError, Reach};
use mock_idp_core::model::App;
use mock_idp_core::moment::Moment;
use mock_idp_core::trace::Trace;
use serde_json::Value;

use super::Context;
use super::nonces::registration_key;

/// Okta: what clients are made from.
const OIDC_CLIENT: &str = "oidc_client";

/// A page of the list of clients.
#[derive(Debug)]
pub(crate) struct ClientPage {
    pub clients: Vec<Value>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// The clients of an org.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientRegistration<'c>(&'c Context);

impl<'c> ClientRegistration<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// The clients of a reach whose names have this prefix, after the one of the cursor.
    ///
    /// # Errors
    /// The cursor names no client.
    pub(crate) fn list(
        self,
        reach: &Reach,
        beginning: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<ClientPage, ApiError> {
        let mut apps = self.0.org.clients().filter(|app| reach.has_app(app));
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

    /// Registers a client. Returns the object that is shown, with the secret.
    ///
    /// # Errors
    /// The reach has no new clients, or the metadata is not valid.
    pub(crate) async fn register(self, reach: &Reach, body: Value) -> Result<Value, ClientError> {
        if !reach.has_new_app(OIDC_CLIENT) {
            return Err(ApiError::access_denied("the roles of the caller are about other apps").into());
        }
        let metadata = Metadata::read(body)?;
        let app = self.create(|moment| clients::register(&self.0.org, metadata, moment))?;
        let client_id = app.client_id().to_owned();
        let view = self.0.instance.change(|draft| {
            let view = clients::view(&app, true);
            draft.put_app(app);
            Ok::<_, ClientError>(view)
        })?;
        self.with_access(view, &client_id).await
    }

    /// A client.
    ///
    /// # Errors
    /// There is no client with that id.
    pub(crate) async fn get(self, client_id: &str) -> Result<Value, ClientError> {
        let view = clients::find(&self.0.org, client_id).map(|app| clients::view(app, false))?;
        self.with_access(view, client_id).await
    }

    /// Replaces a client's metadata.
    ///
    /// # Errors
    /// There is no client with that id, or the metadata is not valid.
    pub(crate) async fn replace(self, client_id: &str, body: Value) -> Result<Value, ClientError> {
        let view = self.0.instance.change(|draft| {
            let known = clients::find(draft, client_id)?;
            let metadata = Metadata::read(body)?;
            let app = self.create(|moment| clients::replace(&self.0.org, known, metadata, moment))?;
            let secret = |app: &App| app.credentials.oauth_client.client_secret.is_some();
            // A secret that was generated now is shown this once.
            let view = clients::view(&app, !secret(known) && secret(&app));
            draft.put_app(app);
            Ok::<_, ClientError>(view)
        })?;
        self.with_access(view, client_id).await
    }

    /// Removes a client.
    ///
    /// # Errors
    /// There is no client with that id.
    pub(crate) fn remove(self, client_id: &str) -> Result<(), ClientError> {
        self.0.instance.change(|draft| {
            clients::find(draft, client_id)?;
            draft.remove_client(client_id);
            Ok(())
        })
    }

    /// Gives a client another secret. Returns the object that is shown, with the secret. Okta: the error for an unknown id has the
    /// API's shape here.
    ///
    /// # Errors
    /// There is no client with that id, or it has no secret.
    pub(crate) fn renew_secret(self, client_id: &str) -> Result<Value, ClientError> {
        self.0.instance.change(|draft| {
            let unknown = |_| ClientError::from(ApiError::not_found(client_id, "PublicClientApp"));
            let known = clients::find(draft, client_id).map_err(unknown)?;
            let app = self.create(|moment| clients::with_new_secret(known, moment))?;
            let view = clients::view(&app, true);
            draft.put_app(app);
            Ok(view)
        })
    }

    /// RFC 7592 3: a client that registers by the standards gets what it needs to manage its registration.
    async fn with_access(self, mut view: Value, client_id: &str) -> Result<Value, ClientError> {
        if self.0.org.behavior().registers_standard_clients() {
            let key = registration_key(self.0).await.map_err(ApiError::from)?;
            key.add_to(&mut view, client_id, &self.0.urls);
        }
        Ok(view)
    }

    fn create(self, rule: impl FnOnce(&mut Moment<'_>) -> Result<App, ClientError>) -> Result<App, ClientError> {
        self.0.decide(&mut Trace::default(), rule)
    }
}
