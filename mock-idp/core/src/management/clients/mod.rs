//! Dynamic client registration. RFC 7591, RFC 7592; Okta: `/oauth2/v1/clients`, at the org only.

mod error;
mod metadata;

use serde_json::{Map, Value, json};

pub use error::ClientError;
pub use metadata::Metadata;

use crate::model::{
    App, AppCredentials, AppSettings, Assignment, Assignments, AuthMethod, OauthClientCredentials, Status,
};
use crate::moment::Moment;
use crate::org::{Org, Tables};

/// The app that a registration makes. Okta: its id is its client id, users are asked for consent.
///
/// # Errors
/// Metadata that are not sound by themselves; the org judges the rest.
pub fn register(org: &Org, metadata: Metadata, moment: &mut Moment<'_>) -> Result<App, ClientError> {
    let id = moment.id("0oa");
    let settings = metadata.settings()?;
    let method = metadata.auth_method();
    // Nobody assigns a client that registers itself: it is everybody's.
    let everyone = org.everyone().map(|id| Assignment { id: id.to_owned(), profile: indexmap::IndexMap::new() });
    Ok(App {
        label: metadata.name()?,
        status: Status::Active,
        credentials: AppCredentials {
            oauth_client: OauthClientCredentials {
                client_id: None,
                client_secret: secret_for(method, moment),
                token_endpoint_auth_method: method,
                pkce_required: None,
            },
        },
        settings: AppSettings { oauth_client: settings, id_token: None },
        profile: indexmap::IndexMap::new(),
        assignments: Assignments { users: Vec::new(), groups: everyone.into_iter().collect() },
        grants: Vec::new(),
        agent: None,
        connections: Vec::new(),
        interclient_allowed_apps: Vec::new(),
        created: Some(moment.now),
        id,
    })
}

/// The app after its metadata were replaced. RFC 7592 2.2: all of them; Okta: the body names the client, and the kind of
/// application stays.
///
/// # Errors
/// Metadata that are not sound by themselves, or are another client's.
pub fn replace(app: &App, metadata: Metadata, moment: &mut Moment<'_>) -> Result<App, ClientError> {
    if metadata.client_id.as_deref() != Some(app.client_id()) {
        return Err(ClientError::metadata("client_id in the body is not the one in the path"));
    }
    let mut settings = metadata.settings()?;
    if settings.application_type != app.oauth().application_type {
        return Err(ClientError::metadata("application_type cannot be changed"));
    }
    // What registration does not speak of stays as the administrator set it.
    settings.consent_method = app.oauth().consent_method;
    settings.refresh_token = app.oauth().refresh_token;
    settings.wildcard_redirect = app.oauth().wildcard_redirect;
    settings.backchannel_logout_uri = settings.backchannel_logout_uri.or(app.oauth().backchannel_logout_uri.clone());
    let method = metadata.auth_method();
    let mut changed = app.clone();
    changed.label = metadata.name()?;
    changed.settings.oauth_client = settings;
    let credentials = &mut changed.credentials.oauth_client;
    credentials.token_endpoint_auth_method = method;
    credentials.client_secret = match (has_secret(method), credentials.client_secret.take()) {
        (false, _) => None,
        (true, Some(secret)) => Some(secret),
        (true, None) => secret_for(method, moment),
    };
    Ok(changed)
}

/// The app with another secret.
///
/// # Errors
/// A client that has none.
pub fn with_new_secret(app: &App, moment: &mut Moment<'_>) -> Result<App, ClientError> {
    let secret = secret_for(app.auth_method(), moment)
        .ok_or_else(|| ClientError::metadata("the client does not authenticate by a secret"))?;
    let mut changed = app.clone();
    changed.credentials.oauth_client.client_secret = Some(secret);
    Ok(changed)
}

/// A client for a request that names it.
///
/// # Errors
/// There is none of that id.
pub fn find<'a>(org: &'a Tables, client_id: &str) -> Result<&'a App, ClientError> {
    org.client(client_id).ok_or_else(|| ClientError::Unknown { client_id: client_id.to_owned() })
}

/// Okta: 64 characters.
fn secret_for(method: AuthMethod, moment: &mut Moment<'_>) -> Option<String> {
    has_secret(method).then(|| (moment.token() + &moment.token()).chars().take(64).collect())
}

fn has_secret(method: AuthMethod) -> bool {
    matches!(method, AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost | AuthMethod::ClientSecretJwt)
}

/// How a client is shown, in Okta's order. The secret is shown once: when it is made.
#[must_use]
pub fn view(app: &App, with_secret: bool) -> Value {
    let oauth = app.oauth();
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| _ = shown.insert(name.to_owned(), value);
    put("client_id", app.client_id().into());
    if let Some(secret) = app.credentials.oauth_client.client_secret.as_deref().filter(|_| with_secret) {
        put("client_secret", secret.into());
    }
    if let Some(created) = app.created {
        put("client_id_issued_at", created.into());
    }
    put("client_secret_expires_at", 0.into());
    put("client_name", app.label.as_str().into());
    put("client_uri", json!(oauth.client_uri));
    put("logo_uri", json!(oauth.logo_uri));
    put("redirect_uris", json!(oauth.redirect_uris));
    put("post_logout_redirect_uris", json!(oauth.post_logout_redirect_uris));
    put("response_types", json!(oauth.response_types));
    put("grant_types", json!(oauth.grant_types));
    put("token_endpoint_auth_method", json!(app.auth_method()));
    put("application_type", json!(oauth.application_type));
    if let Some(jwks) = &oauth.jwks {
        put("jwks", json!(jwks));
    }
    for (name, uri) in [
        ("jwks_uri", &oauth.jwks_uri),
        ("initiate_login_uri", &oauth.initiate_login_uri),
        ("tos_uri", &oauth.tos_uri),
        ("policy_uri", &oauth.policy_uri),
        ("backchannel_logout_uri", &oauth.backchannel_logout_uri),
    ] {
        if let Some(uri) = uri {
            put(name, uri.as_str().into());
        }
    }
    if let Some(uri) = &oauth.frontchannel_logout_uri {
        put("frontchannel_logout_uri", uri.as_str().into());
        put("frontchannel_logout_session_required", oauth.frontchannel_logout_session_required.into());
    }
    if let Some(algorithm) = oauth.request_object_signing_alg {
        put("request_object_signing_alg", json!(algorithm));
    }
    if let Some(algorithm) = oauth.id_token_encrypted_response_alg {
        put("id_token_encrypted_response_alg", json!(algorithm));
    }
    if oauth.dpop_bound_access_tokens {
        put("dpop_bound_access_tokens", true.into());
    }
    Value::Object(shown)
}
