//! The app that results from a request about a client.

use super::error::ClientError;
use super::metadata::Metadata;
use crate::model::{App, Assignment, Assignments, AuthMethod};
use crate::moment::Moment;
use crate::org::{Org, Tables};

/// The app of a registration. Okta: its id is its client id, and users are asked for consent.
///
/// # Errors
/// Metadata that are invalid by themselves; the rest is checked when the app is added to the org.
pub fn register(org: &Org, metadata: Metadata, moment: &mut Moment<'_>) -> Result<App, ClientError> {
    let id = moment.id("0oa");
    let label = metadata.name(org.behavior())?;
    let settings = metadata.settings(org.behavior())?;
    let method = metadata.auth_method();
    // A client that registers itself is assigned to all users.
    let everyone = org.everyone().map(Assignment::of);
    let mut app = App::client(id, label, settings);
    app.created = Some(moment.now);
    app.credentials.oauth_client.client_secret = secret_for(method, moment);
    app.credentials.oauth_client.token_endpoint_auth_method = Some(method);
    app.assignments = Some(Assignments { users: Vec::new(), groups: everyone.into_iter().collect() });
    Ok(app)
}

/// The app with other metadata. RFC 7592 2.2: all of them are replaced. Okta: the body names the client, and the application type
/// cannot be changed.
///
/// # Errors
/// Metadata that are invalid by themselves, or of another client.
pub fn replace(org: &Org, app: &App, metadata: Metadata, moment: &mut Moment<'_>) -> Result<App, ClientError> {
    if metadata.client_id.as_deref() != Some(app.client_id()) {
        return Err(ClientError::metadata("client_id in the body is not the one in the path"));
    }
    let label = metadata.name(org.behavior())?;
    let mut settings = metadata.settings(org.behavior())?;
    if settings.application_type != app.oauth().application_type {
        return Err(ClientError::metadata("application_type cannot be changed"));
    }
    // Settings that are not client metadata stay.
    settings.consent_method = app.oauth().consent_method;
    settings.refresh_token = app.oauth().refresh_token;
    settings.wildcard_redirect = app.oauth().wildcard_redirect;
    settings.issuer_mode = app.oauth().issuer_mode;
    settings.idp_initiated_login = app.oauth().idp_initiated_login.clone();
    settings.network = app.oauth().network.clone();
    settings.backchannel_logout_uri = settings.backchannel_logout_uri.or(app.oauth().backchannel_logout_uri.clone());
    let method = metadata.auth_method();
    let mut changed = app.clone();
    changed.label = label;
    changed.settings.oauth_client = settings;
    let credentials = &mut changed.credentials.oauth_client;
    credentials.token_endpoint_auth_method = Some(method);
    credentials.client_secret = match (has_secret(method), credentials.client_secret.take()) {
        (false, _) => None,
        (true, Some(secret)) => Some(secret),
        (true, None) => secret_for(method, moment),
    };
    Ok(changed)
}

/// The app with a new secret.
///
/// # Errors
/// A client that does not authenticate by a secret.
pub fn with_new_secret(app: &App, moment: &mut Moment<'_>) -> Result<App, ClientError> {
    let secret = secret_for(app.auth_method(), moment)
        .ok_or_else(|| ClientError::metadata("the client does not authenticate by a secret"))?;
    let mut changed = app.clone();
    changed.credentials.oauth_client.client_secret = Some(secret);
    changed.credentials.oauth_client.secrets.clear();
    Ok(changed)
}

/// The client with an id.
///
/// # Errors
/// No client has the id.
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
