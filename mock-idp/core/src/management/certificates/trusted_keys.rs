//! The certificates that identity providers are trusted by. Okta: `/api/v1/idps/credentials/keys`.

use serde_json::{Map, Value};

use super::members::{certified, invalid_certificate, shown};
use super::signing_keys::KEY;
use crate::management::{ApiError, BodyMembers, ListQuery, ListStyle, ListedPage, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::moment::timestamp;
use crate::org::Tables;
use crate::protocol::Parameters;
use crate::protocol::certificate::X509Certificate;

const KIND: DirectoryKind = DirectoryKind::IdentityProviderKey;
const PATH: &str = "/api/v1/idps/credentials/keys";
/// Okta: unless the request has another limit.
const LIMIT: usize = 20;

/// In Okta's order, as recorded.
const MEMBERS: [&str; 13] =
    ["kty", "created", "lastUpdated", "expiresAt", "alg", "kid", "use", "x5c", "x5t#S256", "e", "n", "x", "y"];

/// A page of the keys. Okta: it always has a link to a next page, and none to itself.
///
/// # Errors
/// An invalid limit or cursor.
pub fn list(org: &Tables, call: ManagementCall<'_>, query: &Parameters) -> Result<ListedPage, ApiError> {
    let paging = ListQuery::read(query, ListStyle::paged(LIMIT, 200))?;
    let (page, _) = paging.page(org.objects(KIND), |key: &DirectoryObject| &key.id)?;
    let last = page.last().map(|key| key.id.clone());
    let objects = page.into_iter().map(|key| shown(&key.members, &MEMBERS)).collect();
    let limit = paging.limit.unwrap_or(LIMIT);
    let next = last.map(|last| format!("<{}{PATH}?after={last}&limit={limit}>; rel=\"next\"", call.base()));
    Ok(ListedPage { objects, links: next.into_iter().collect() })
}

/// One key.
///
/// # Errors
/// There is none with that id.
pub fn get(org: &Tables, kid: &str) -> Result<Value, ApiError> {
    find(org, kid).map(|key| shown(&key.members, &MEMBERS))
}

/// Adds a key.
///
/// # Errors
/// The body has no certificate of an RSA or EC key.
pub fn add(change: &mut ManagementChange<'_, '_>, body: &Map<String, Value>) -> Result<Value, ApiError> {
    let members = read(body)?;
    let kid = change.moment.uuid();
    let created = change.now();
    Ok(put(change, &kid, &created, members))
}

/// Replaces the certificate of a key.
///
/// # Errors
/// There is none with that id, or the body has no certificate of an RSA or EC key.
pub fn replace(change: &mut ManagementChange<'_, '_>, kid: &str, body: &Map<String, Value>) -> Result<Value, ApiError> {
    let created = find(change.draft, kid)?.text("created").unwrap_or_default().to_owned();
    let members = read(body)?;
    Ok(put(change, kid, &created, members))
}

/// Removes a key. Okta: one that a provider uses stays.
///
/// # Errors
/// There is none with that id, or a provider uses it.
pub fn remove(change: &mut ManagementChange<'_, '_>, kid: &str) -> Result<(), ApiError> {
    let id = find(change.draft, kid)?.id.clone();
    let trusts = |provider: &&DirectoryObject| {
        let trust = provider.members.get("protocol").and_then(|protocol| protocol.pointer("/credentials/trust"));
        trust.is_some_and(|trust| {
            trust["kid"] == kid || trust["additionalKids"].as_array().is_some_and(|more| more.contains(&kid.into()))
        })
    };
    if let Some(provider) = change.draft.objects(DirectoryKind::IdentityProvider).find(trusts) {
        return Err(ApiError::access_denied(format!("the identity provider {} uses the key", provider.name())));
    }
    change.draft.remove_object(KIND, &id);
    Ok(())
}

fn find<'t>(org: &'t Tables, kid: &str) -> Result<&'t DirectoryObject, ApiError> {
    org.object(KIND, kid).ok_or_else(|| ApiError::not_found(kid, KEY))
}

fn read(body: &Map<String, Value>) -> Result<Map<String, Value>, ApiError> {
    let x5c = BodyMembers::of(body).texts("x5c")?.unwrap_or_default();
    let [written] = x5c.as_slice() else { return Err(ApiError::invalid("x5c", "The field cannot be left blank")) };
    let certificate = X509Certificate::read(written.as_bytes()).ok_or_else(|| invalid_certificate("x5c"))?;
    let mut members = certified(&certificate, &x5c);
    let kty = members.get("kty").cloned().unwrap_or_default();
    members.insert("alg".to_owned(), kty);
    Ok(members)
}

fn put(change: &mut ManagementChange<'_, '_>, kid: &str, created: &str, mut members: Map<String, Value>) -> Value {
    let now = timestamp(change.moment.now);
    for (name, text) in [("kid", kid), ("created", created), ("lastUpdated", &now)] {
        members.insert(name.to_owned(), text.into());
    }
    let key = shown(&members, &MEMBERS);
    change.draft.put_object(KIND, DirectoryObject { id: kid.to_owned(), owner: String::new(), members });
    key
}
