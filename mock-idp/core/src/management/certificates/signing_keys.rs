//! The keys that apps and identity providers sign with. Okta: `/api/v1/apps/{id}/credentials/keys`, `/api/v1/idps/{id}/credentials/keys`.

use serde_json::{Map, Value};

use super::KeyOwner;
use super::members::{certified, invalid_certificate, shown};
use super::owner::{owned, owned_id};
use crate::management::{ApiError, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::moment::timestamp;
use crate::org::Tables;
use crate::protocol::certificate::X509Certificate;
use crate::system_log::{EventType, LogEvent};

const KIND: DirectoryKind = DirectoryKind::SigningKey;
pub(super) const KEY: &str = "JsonWebKey";

/// Okta: the years that a certificate may be valid.
const YEARS: std::ops::RangeInclusive<i64> = 2..=10;

/// In Okta's order.
const MEMBERS: [&str; 12] =
    ["created", "lastUpdated", "expiresAt", "kid", "kty", "use", "x5c", "x5t#S256", "e", "n", "x", "y"];

/// The keys of an app or provider.
///
/// # Errors
/// There is no such app or provider.
pub fn list(org: &Tables, kind: KeyOwner, owner: &str) -> Result<Vec<Value>, ApiError> {
    let owner = kind.find(org, owner)?;
    Ok(org.objects_of(KIND, &owner).map(|key| shown(&key.members, &MEMBERS)).collect())
}

/// The key that a provider signs with. Okta: an empty list if there is none.
///
/// # Errors
/// There is no such provider.
pub fn active(org: &Tables, provider: &str) -> Result<Option<Value>, ApiError> {
    let owner = KeyOwner::IdentityProvider.find(org, provider)?;
    let provider = org.object(DirectoryKind::IdentityProvider, &owner);
    let kid =
        provider.and_then(|provider| provider.members.get("protocol")?.pointer("/credentials/signing/kid")?.as_str());
    let key = kid.and_then(|kid| org.object(KIND, &owned_id(&owner, kid)));
    Ok(key.map(|key| shown(&key.members, &MEMBERS)))
}

/// One key.
///
/// # Errors
/// There is no such app, provider or key.
pub fn get(org: &Tables, kind: KeyOwner, owner: &str, kid: &str) -> Result<Value, ApiError> {
    let owner = kind.find(org, owner)?;
    owned(org, KIND, &owner, kid, KEY).map(|key| shown(&key.members, &MEMBERS))
}

/// The years of a request to generate a key.
///
/// # Errors
/// They are missing, or not within what Okta allows.
pub fn validity(years: Option<&str>) -> Result<i64, ApiError> {
    let years = years.and_then(|years| years.parse().ok()).filter(|years| YEARS.contains(years));
    years.ok_or_else(|| invalid_certificate("validityYears"))
}

/// Gives a generated key to an app or provider.
///
/// # Errors
/// There is no such app or provider.
pub fn add(
    change: &mut ManagementChange<'_, '_>,
    kind: KeyOwner,
    owner: &str,
    certificate: &X509Certificate,
) -> Result<Value, ApiError> {
    let owner = kind.find(change.draft, owner)?;
    log(change, kind, &owner, EventType::AppKeyGenerate);
    Ok(put(change, kind, &owner, certificate))
}

/// Stores the key of a certificate.
pub(super) fn put(
    change: &mut ManagementChange<'_, '_>,
    kind: KeyOwner,
    owner: &str,
    certificate: &X509Certificate,
) -> Value {
    let kid = match kind {
        KeyOwner::App => change.moment.token(),
        KeyOwner::IdentityProvider => change.moment.uuid(),
    };
    let mut members = certified(certificate, &[certificate.x5c()]);
    let now = timestamp(change.moment.now);
    for (name, text) in [("created", &now), ("lastUpdated", &now), ("kid", &kid)] {
        members.insert(name.to_owned(), text.as_str().into());
    }
    store(change, owner, &kid, members)
}

fn store(change: &mut ManagementChange<'_, '_>, owner: &str, kid: &str, members: Map<String, Value>) -> Value {
    let key = shown(&members, &MEMBERS);
    change.draft.put_object(KIND, DirectoryObject { id: owned_id(owner, kid), owner: owner.to_owned(), members });
    key
}

/// Gives a key of an app or provider to another one.
///
/// # Errors
/// There is no such app, provider or key; the other one is not named, or has the key.
pub fn clone_to(
    change: &mut ManagementChange<'_, '_>,
    kind: KeyOwner,
    owner: &str,
    kid: &str,
    target: Option<&str>,
) -> Result<Value, ApiError> {
    let owner = kind.find(change.draft, owner)?;
    let members = owned(change.draft, KIND, &owner, kid, KEY)?.members.clone();
    let parameter = if kind == KeyOwner::App { "targetAid" } else { "targetIdpId" };
    let target = target.ok_or_else(|| ApiError::invalid(parameter, "The field cannot be left blank"))?;
    let target = kind.find(change.draft, target)?;
    // Okta: a key that the target has is refused.
    if change.draft.object(KIND, &owned_id(&target, kid)).is_some() {
        return Err(invalid_certificate("kid"));
    }
    let cloned = store(change, &target, kid, members);
    log(change, kind, &target, EventType::AppKeyClone);
    Ok(cloned)
}

/// Okta: events about keys of apps.
pub(super) fn log(change: &mut ManagementChange<'_, '_>, kind: KeyOwner, owner: &str, event: EventType) {
    let app = change.draft.app(owner).filter(|_| kind == KeyOwner::App);
    if let Some(entity) = app.map(|app| app.event_entity()) {
        change.moment.trace.event(LogEvent::new(event).on(entity));
    }
}
