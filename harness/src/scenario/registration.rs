//! Clients that register themselves (RFC 7591, RFC 7592): the stories about that, and the legwork of those that need a
//! client of their own.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::stage::{Cast, Halt, Stage};
use super::{Front, Need, Scenario, Told};
use crate::check::registration;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::{BUYER, WEB};
use crate::issuer_target::{AuthMethod, Client, Endpoint};
use crate::wire::error::summary;
use crate::wire::{Body, Call, Reply};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        registering("registration.life", "A client registers, signs a person in, and is removed", |s| {
            Box::pin(registered(s))
        })
        .steps(&["register", "sign in with it", "read it: no secret", "remove it", "it can't sign in any more"])
        .front(Front::Http)
        .needs(&[Need::Account(BUYER)]),
        registering("registration.no-token", "Nobody registers a client without a token", |s| Box::pin(no_token(s)))
            .steps(&["register without a token", "401"]),
    ]
}

fn registering(id: &'static str, title: &'static str, story: Told) -> Scenario {
    Scenario::told(id, title, story)
        .cites(&["RFC 7591 3", "Okta: dynamic client registration"])
        .tags(&["registration"])
        .front(Front::None)
        .needs(&[Need::Okta, Need::ApiToken, Need::Endpoint(Custom, Endpoint::Registration)])
}

/// A request to the registration endpoint.
async fn manage(stage: &Stage, method: Method, id: &str, body: Option<Value>, token: bool) -> Result<Reply, Halt> {
    let mut url = stage.endpoint(stage.server(Custom)?, Endpoint::Registration)?.clone();
    if !id.is_empty() {
        url.set_path(&format!("{}/{id}", url.path()));
    }
    let call = Call::new(method, url, body.map_or(Body::None, Body::Json)).header("accept", "application/json")?;
    let admin = stage.target.api_token.as_deref().filter(|_| token);
    let call = match admin {
        Some(token) => call.header("authorization", &format!("SSWS {token}"))?,
        None => call,
    };
    stage.send(call).await
}

/// The clients that a story registers for itself, at first use. They are removed when its stage closes.
#[derive(Debug, Default)]
pub(super) struct OwnClients {
    first: OnceCell<Client>,
    second: OnceCell<Client>,
}

impl Stage {
    /// The story's own client, registered with those members beside its name.
    pub(super) async fn own_client(&self, members: &Value) -> Result<&Client, Halt> {
        self.own_clients.first.get_or_try_init(|| register(self, members)).await
    }

    /// Another one.
    pub(super) async fn second_own_client(&self, members: &Value) -> Result<&Client, Halt> {
        self.own_clients.second.get_or_try_init(|| register(self, members)).await
    }

    /// Removes them and judges that they can be removed.
    pub(super) async fn remove_own_clients(&self) {
        for client in [&self.own_clients.first, &self.own_clients.second].into_iter().filter_map(OnceCell::get) {
            self.step("remove the client");
            let reply = manage(self, Method::DELETE, &client.id, None, true).await.ok();
            let actual = reply.as_ref().map_or_else(|| "no answer".to_owned(), summary);
            registration::DELETED.holds(&self.recorder, reply.is_some_and(|reply| reply.status == 204), 204, actual);
        }
    }
}

fn metadata(redirect_uri: &str) -> Value {
    json!({ "client_name": "Harness", "redirect_uris": [redirect_uri], "token_endpoint_auth_method": "client_secret_basic" })
}

/// Asks for the registration of a client with those members beside its name and redirect URI.
pub(super) async fn apply(stage: &Stage, members: &Value) -> Result<Reply, Halt> {
    stage.step("register");
    let mut metadata = metadata(stage.target.redirect_uri.as_str());
    for (name, value) in members.as_object().into_iter().flatten() {
        metadata[name] = value.clone();
    }
    manage(stage, Method::POST, "", Some(metadata), true).await
}

/// Registers such a client. Whoever authenticates by a key signs with the first of the harness's own.
async fn register(stage: &Stage, members: &Value) -> Result<Client, Halt> {
    let reply = apply(stage, members).await?;
    let made: Value = serde_json::from_str(&reply.body).unwrap_or_default();
    let (id, secret) = (made["client_id"].as_str(), made["client_secret"].as_str());
    let signs = members["token_endpoint_auth_method"] == json!("private_key_jwt");
    let created = reply.status == 201 && id.is_some() && (signs || secret.is_some());
    let expected = if signs { "201 with client_id" } else { "201 with client_id and client_secret" };
    registration::REGISTERED.holds(&stage.recorder, created, expected, summary(&reply));
    let Some(id) = id.filter(|_| created) else { return Err(Halt::Failed) };
    Ok(Client {
        name: WEB,
        id: id.to_owned(),
        secret: secret.map(str::to_owned),
        key: signs.then(|| stage.target.registration_keys[0].clone()),
        auth: if signs { AuthMethod::PrivateKeyJwt } else { AuthMethod::ClientSecretBasic },
        pkce_required: false,
        scopes: vec!["openid".to_owned()],
        consent_scope: None,
    })
}

async fn registered(stage: &Stage) -> Result<(), Halt> {
    let client = register(stage, &json!({})).await?;
    stage.step("sign in with it");
    let cast = Cast { server: stage.server(Custom)?, client: &client, account: stage.account(BUYER)? };
    stage.sign_in(&cast, stage.request(&cast)).await?;
    stage.step("read it");
    let read = manage(stage, Method::GET, &client.id, None, true).await?;
    let told: Value = serde_json::from_str(&read.body).unwrap_or_default();
    let kept = read.status == 200 && told["client_id"] == json!(client.id) && told["client_secret"].is_null();
    registration::SECRET_ONCE.holds(&stage.recorder, kept, "200 without client_secret", summary(&read));
    stage.step("remove it");
    let removed = manage(stage, Method::DELETE, &client.id, None, true).await?;
    let journey = stage.authorize(&cast, &stage.request(&cast)).await?;
    let gone = removed.status == 204 && journey.callback().is_none();
    let actual = format!("{}, then {}", removed.status, journey.summary());
    registration::GONE.holds(&stage.recorder, gone, "204, then an error page", actual);
    Ok(())
}

async fn no_token(stage: &Stage) -> Result<(), Halt> {
    let uri = stage.target.redirect_uri.as_str();
    let reply = manage(stage, Method::POST, "", Some(metadata(uri)), false).await?;
    let refused = matches!(reply.status, 401 | 403);
    registration::REFUSED.holds(&stage.recorder, refused, "401 or 403", summary(&reply));
    Ok(())
}
