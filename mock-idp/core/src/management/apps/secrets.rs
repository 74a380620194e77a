//! The secrets of clients. Okta: `/api/v1/apps/{id}/credentials/secrets`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::management::{ApiError, Links};
use crate::model::{App, AuthMethod, ClientSecret, Status};
use crate::moment::{Moment, timestamp};
use crate::org::CREATED;

/// Okta: a client has at most two secrets.
const MOST_SECRETS: usize = 2;

/// Gives a client that authenticates by secret one, or takes it from a client that does not.
pub(super) fn fill(app: &mut App, moment: &mut Moment<'_>) {
    let method = app.auth_method();
    let credentials = &mut app.credentials.oauth_client;
    if matches!(method, AuthMethod::None | AuthMethod::PrivateKeyJwt) {
        credentials.client_secret = None;
        credentials.secrets.clear();
        return;
    }
    let secret = credentials.client_secret.take().filter(|secret| !secret.is_empty());
    let secret = secret.unwrap_or_else(|| generate(moment));
    let first = credentials.secrets.iter_mut().find(|known| known.status.is_active());
    if let Some(first) = first.filter(|first| first.client_secret != secret) {
        first.client_secret.clone_from(&secret);
        first.last_updated = moment.now;
    }
    credentials.client_secret = Some(secret);
}

/// Okta: 64 characters of base64url.
pub(in crate::management) fn generate(moment: &mut Moment<'_>) -> String {
    (moment.token() + &moment.token()).chars().take(64).collect()
}

/// The secrets of a client, the oldest first.
#[must_use]
pub fn all(app: &App) -> Vec<ClientSecret> {
    let credentials = &app.credentials.oauth_client;
    if !credentials.secrets.is_empty() {
        return credentials.secrets.clone();
    }
    let created = app.created.unwrap_or(CREATED);
    let only = credentials.client_secret.iter().map(|secret| ClientSecret {
        // The first secret is created with the app.
        id: app.id.replacen("0oa", "ocs", 1),
        status: Status::Active,
        client_secret: secret.clone(),
        created,
        last_updated: created,
    });
    only.collect()
}

/// One secret.
///
/// # Errors
/// There is none with that id.
pub fn get(app: &App, id: &str) -> Result<ClientSecret, ApiError> {
    let found = all(app).into_iter().find(|secret| secret.id == id);
    found.ok_or_else(|| ApiError::not_found(id, "ClientSecret"))
}

/// The app with another secret, which is returned too.
///
/// # Errors
/// The client has two secrets, or does not authenticate by secret.
pub fn add(app: &App, body: &Value, moment: &mut Moment<'_>) -> Result<(App, ClientSecret), ApiError> {
    let mut secrets = all(app);
    if secrets.len() >= MOST_SECRETS {
        return Err(refused(vec!["You have reached the maximum number of client secrets per client.".to_owned()]));
    }
    let status = match body.get("status").and_then(Value::as_str) {
        Some("INACTIVE") => Status::Inactive,
        _ => Status::Active,
    };
    let written = body.get("client_secret").and_then(Value::as_str).filter(|secret| !secret.is_empty());
    let secret = ClientSecret {
        id: moment.id("ocs"),
        status,
        client_secret: written.map_or_else(|| generate(moment), str::to_owned),
        created: moment.now,
        last_updated: moment.now,
    };
    secrets.push(secret.clone());
    Ok((with(app, secrets), secret))
}

/// The app with a secret of another status.
///
/// # Errors
/// There is no such secret, or it is the only one.
pub fn set_status(app: &App, id: &str, status: Status, now: i64) -> Result<(App, ClientSecret), ApiError> {
    let mut secrets = all(app);
    let found = secrets.iter_mut().find(|secret| secret.id == id);
    let secret = found.ok_or_else(|| ApiError::not_found(id, "ClientSecret"))?;
    secret.status = status;
    secret.last_updated = now;
    let secret = secret.clone();
    if !status.is_active() && secrets.len() == 1 {
        return Err(refused(Vec::new()));
    }
    Ok((with(app, secrets), secret))
}

/// The app without a secret. Okta: which has to be inactive.
///
/// # Errors
/// There is no such secret, or it is active.
pub fn remove(app: &App, id: &str) -> Result<App, ApiError> {
    let secret = get(app, id)?;
    if secret.status.is_active() {
        return Err(refused(Vec::new()));
    }
    Ok(with(app, all(app).into_iter().filter(|other| other.id != id).collect()))
}

/// Okta: what the object is called in errors.
fn refused(causes: Vec<String>) -> ApiError {
    ApiError::validation("OAuth2ClientSecretMediated", causes)
}

fn with(app: &App, secrets: Vec<ClientSecret>) -> App {
    let mut changed = app.clone();
    let credentials = &mut changed.credentials.oauth_client;
    let first = secrets.iter().find(|secret| secret.status.is_active());
    credentials.client_secret = first.map(|secret| secret.client_secret.clone());
    credentials.secrets = secrets;
    changed
}

/// A secret in answers.
#[must_use]
pub fn view(base: &str, app_id: &str, secret: &ClientSecret) -> Value {
    let own = format!("/api/v1/apps/{app_id}/credentials/secrets/{}", secret.id);
    let links = Links::at(base);
    let links = match secret.status {
        Status::Active => links.allowing("deactivate", &format!("{own}/lifecycle/deactivate"), &["POST"]),
        Status::Inactive => links.allowing("activate", &format!("{own}/lifecycle/activate"), &["POST"]).allowing(
            "delete",
            &own,
            &["DELETE"],
        ),
    };
    // Okta: 22 characters of base64url.
    let digest = Sha256::digest(secret.client_secret.as_bytes());
    let hash = URL_SAFE_NO_PAD.encode(&digest[..16]);
    json!({
        "id": secret.id,
        "created": timestamp(secret.created),
        "lastUpdated": timestamp(secret.last_updated),
        "status": secret.status,
        "client_secret": secret.client_secret,
        "secret_hash": hash,
        "_links": links.in_order(),
    })
}
