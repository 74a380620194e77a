//! The public keys of clients. Okta: `/api/v1/apps/{id}/credentials/jwks`.

use serde_json::Value;

use crate::management::{ApiError, stored_keys};
use crate::model::{App, Status};
use crate::moment::Moment;
use crate::org::Times;
use crate::protocol::jose::Jwk;

/// Gives each key of an app an id.
pub(super) fn complete(app: &mut App, moment: &mut Moment<'_>) {
    let keys = app.settings.oauth_client.jwks.iter_mut().flat_map(|set| &mut set.keys);
    for key in keys.filter(|key| key.id.is_none()) {
        key.id = Some(moment.id("pks"));
    }
}

/// The keys of a client.
#[must_use]
pub fn all(app: &App) -> &[Jwk] {
    stored_keys::all(app.oauth().jwks.as_ref())
}

/// One key.
///
/// # Errors
/// There is none with that id.
pub fn get<'a>(app: &'a App, id: &str) -> Result<&'a Jwk, ApiError> {
    stored_keys::get(app.oauth().jwks.as_ref(), id)
}

/// The app with another key, which is returned too.
///
/// # Errors
/// The key is not usable, or there is one with that `kid`.
pub fn add(app: &App, body: Value, moment: &mut Moment<'_>) -> Result<(App, Jwk), ApiError> {
    let mut changed = app.clone();
    let key = stored_keys::add(&mut changed.settings.oauth_client.jwks, body, moment)?;
    Ok((changed, key))
}

/// The app with a key of another status.
///
/// # Errors
/// There is no such key.
pub fn set_status(app: &App, id: &str, status: Status) -> Result<(App, Jwk), ApiError> {
    let mut changed = app.clone();
    let key = stored_keys::set_status(&mut changed.settings.oauth_client.jwks, id, status)?;
    Ok((changed, key))
}

/// The app without a key. Okta: which has to be inactive.
///
/// # Errors
/// There is no such key, or it is active.
pub fn remove(app: &App, id: &str) -> Result<App, ApiError> {
    let mut changed = app.clone();
    stored_keys::remove(&mut changed.settings.oauth_client.jwks, id)?;
    Ok(changed)
}

/// A key in answers.
#[must_use]
pub fn view(base: &str, app: &App, key: &Jwk, times: Times) -> Value {
    stored_keys::view(base, &format!("/api/v1/apps/{}/credentials/jwks", app.id), key, times)
}
