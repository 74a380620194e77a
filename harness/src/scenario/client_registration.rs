//! Requests to the registration endpoint (RFC 7591, RFC 7592), and the clients that a scenario registers.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use url::Url;

use super::needs::Need;
use super::stopped::Stopped;
use crate::check::registration;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::WEB;
use crate::issuer_target::{AuthMethod, Capabilities, Client, Endpoint, RegistrationAccess, Target};
use crate::record::Recorder;
use crate::wire::error::summary;
use crate::wire::{Body, Http, Reply, Request};

/// The registration endpoint of the custom server.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClientRegistration<'a> {
    pub(super) target: &'a Target,
    pub(super) http: &'a Http,
    pub(super) recorder: &'a Recorder,
}

/// The clients that a scenario registers, each at first use. They are removed when its context is closed.
#[derive(Debug, Default)]
pub(super) struct RegisteredClients {
    first: OnceCell<Client>,
    second: OnceCell<Client>,
}

impl RegisteredClients {
    pub(super) async fn first(&self, at: &ClientRegistration<'_>, members: &Value) -> Result<&Client, Stopped> {
        self.first.get_or_try_init(|| at.register(members)).await
    }

    pub(super) async fn second(&self, at: &ClientRegistration<'_>, members: &Value) -> Result<&Client, Stopped> {
        self.second.get_or_try_init(|| at.register(members)).await
    }

    /// Removes the clients and judges the answers.
    pub(super) async fn remove(&self, at: &ClientRegistration<'_>) {
        for client in [&self.first, &self.second].into_iter().filter_map(OnceCell::get) {
            let reply = at.delete(client).await.ok();
            let actual = reply.as_ref().map_or_else(|| "no answer".to_owned(), summary);
            registration::DELETED.holds(at.recorder, reply.is_some_and(|reply| reply.status == 204), 204, actual);
        }
    }
}

impl ClientRegistration<'_> {
    /// Registers a client with these members besides its name and redirect URI, and judges the answer. A client with
    /// `private_key_jwt` signs with the first of the harness's registration keys.
    pub(super) async fn register(&self, members: &Value) -> Result<Client, Stopped> {
        let reply = self.create(members).await?;
        let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
        let (id, secret) = (body["client_id"].as_str(), body["client_secret"].as_str());
        let signs = members["token_endpoint_auth_method"] == json!("private_key_jwt");
        let created = reply.status == 201 && id.is_some() && (signs || secret.is_some());
        let expected = if signs { "201 with client_id" } else { "201 with client_id and client_secret" };
        registration::REGISTERED.holds(self.recorder, created, expected, summary(&reply));
        if created {
            registration::created(self.recorder, &reply, &body);
            registration::initiates_login(self.recorder, members, &body);
        }
        let Some(id) = id.filter(|_| created) else { return Err(Stopped::CheckFailed) };
        Ok(Client {
            name: WEB,
            id: id.to_owned(),
            secret: secret.map(str::to_owned),
            key: signs.then(|| self.target.registration_keys[0].clone()),
            auth: if signs { AuthMethod::PrivateKeyJwt } else { AuthMethod::ClientSecretBasic },
            pkce_required: false,
            scopes: vec!["openid".to_owned()],
            consent_scope: None,
            capabilities: Capabilities::default(),
            registration: self.access(&body),
        })
    }

    /// What a standard client manages its registration with.
    fn access(&self, body: &Value) -> Option<RegistrationAccess> {
        if self.target.speaks_okta() {
            return None;
        }
        let (uri, token) = (body["registration_client_uri"].as_str(), body["registration_access_token"].as_str());
        let uri = Url::parse(uri?).ok()?;
        Some(RegistrationAccess { uri, token: token?.to_owned() })
    }

    /// Sends a registration request with these members besides the client's name and redirect URI.
    pub(super) async fn create(&self, members: &Value) -> Result<Reply, Stopped> {
        self.recorder.step("register a client");
        let mut metadata = self.metadata();
        for (name, value) in members.as_object().into_iter().flatten() {
            metadata[name] = value.clone();
        }
        let url = self.endpoint()?;
        // RFC 7591 3: an initial access token; Okta: an API token.
        let scheme = if self.target.speaks_okta() { "SSWS" } else { "Bearer" };
        let token = self.target.api_token.as_deref().map(|token| format!("{scheme} {token}"));
        self.send(Method::POST, url, Body::Json(metadata), token.as_deref()).await
    }

    /// Sends a registration request without the administrator's token.
    pub(super) async fn create_without_token(&self) -> Result<Reply, Stopped> {
        self.recorder.step("register a client without a token");
        self.send(Method::POST, self.endpoint()?, Body::Json(self.metadata()), None).await
    }

    /// Reads the registration of a client.
    pub(super) async fn read(&self, client: &Client) -> Result<Reply, Stopped> {
        self.recorder.step("read the client's registration");
        self.manage(Method::GET, client).await
    }

    /// Removes a client.
    pub(super) async fn delete(&self, client: &Client) -> Result<Reply, Stopped> {
        self.recorder.step("remove the client");
        self.manage(Method::DELETE, client).await
    }

    /// RFC 7592 2: with the client's own token, at the URI that came with it; Okta: with an API token, below the endpoint.
    async fn manage(&self, method: Method, client: &Client) -> Result<Reply, Stopped> {
        let (url, token) = match &client.registration {
            Some(RegistrationAccess { uri, token }) => (uri.clone(), Some(format!("Bearer {token}"))),
            None => {
                let mut url = self.endpoint()?;
                url.set_path(&format!("{}/{}", url.path(), client.id));
                (url, self.target.api_token.as_deref().map(|token| format!("SSWS {token}")))
            }
        };
        self.send(method, url, Body::None, token.as_deref()).await
    }

    fn endpoint(&self) -> Result<Url, Stopped> {
        let server = self.target.servers.get(&Custom);
        let endpoint = server.and_then(|server| server.endpoint(Endpoint::Registration));
        let need = Need::Endpoint(Custom, Endpoint::Registration);
        endpoint.cloned().ok_or_else(|| Stopped::Skipped(need.reason()))
    }

    async fn send(&self, method: Method, url: Url, body: Body, token: Option<&str>) -> Result<Reply, Stopped> {
        let call = Request::new(method, url, body).header("accept", "application/json")?;
        let call = match token {
            Some(token) => call.header("authorization", token)?,
            None => call,
        };
        Ok(self.http.send(call).await?)
    }

    fn metadata(&self) -> Value {
        json!({
            "client_name": "Harness",
            "redirect_uris": [self.target.redirect_uri],
            "token_endpoint_auth_method": "client_secret_basic",
        })
    }
}
