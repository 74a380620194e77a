//! Certificate signing requests. Okta: `…/credentials/csrs`. A request is published with the certificate that an authority has issued, and
//! becomes a signing key.

use serde_json::{Map, Value, json};

use super::members::{invalid_certificate, key_members};
use super::owner::{owned, owned_id};
use super::{KeyOwner, signing_keys};
use crate::management::{ApiError, BodyMembers, Links, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;
use crate::protocol::certificate::{CertifiedKey, X509Certificate};
use crate::system_log::EventType;

const KIND: DirectoryKind = DirectoryKind::SigningRequest;
const TYPE_NAME: &str = "Csr";

/// Okta: a certificate has to be valid for 90 days and more.
const SHORTEST: i64 = 90 * 24 * 60 * 60;

/// The names of the body, and what RFC 4519 calls them.
const SUBJECT: [(&str, &str); 6] = [
    ("countryName", "C"),
    ("stateOrProvinceName", "ST"),
    ("localityName", "L"),
    ("organizationName", "O"),
    ("organizationalUnitName", "OU"),
    ("commonName", "CN"),
];

/// A signing request of a new key.
#[derive(Clone, Debug)]
pub struct SigningRequest {
    /// DER in base64.
    pub csr: String,
    pub key: CertifiedKey,
}

/// The names that a signing request asks for.
#[derive(Clone, Debug)]
pub struct RequestedNames {
    /// With the names that RFC 4519 has for them.
    pub subject: Vec<(&'static str, String)>,
    pub dns: Vec<String>,
}

/// The names of a body.
///
/// # Errors
/// The body is not valid.
pub fn names(body: &Map<String, Value>) -> Result<RequestedNames, ApiError> {
    let body = BodyMembers::of(body);
    let mut subject = Vec::new();
    if let Some(written) = body.object("subject")? {
        for (member, name) in SUBJECT {
            subject.extend(written.text(member)?.map(|text| (name, text.to_owned())));
        }
    }
    let dns = body.object("subjectAltNames")?.map(|names| names.texts("dnsNames")).transpose()?.flatten();
    Ok(RequestedNames { subject, dns: dns.unwrap_or_default() })
}

/// The requests of an app or provider.
///
/// # Errors
/// There is no such app or provider.
pub fn list(org: &Tables, call: ManagementCall<'_>, kind: KeyOwner, owner: &str) -> Result<Vec<Value>, ApiError> {
    let owner = kind.find(org, owner)?;
    Ok(org.objects_of(KIND, &owner).map(|request| show(call, kind, request)).collect())
}

/// One request.
///
/// # Errors
/// There is no such app, provider or request.
pub fn get(org: &Tables, call: ManagementCall<'_>, kind: KeyOwner, owner: &str, id: &str) -> Result<Value, ApiError> {
    let owner = kind.find(org, owner)?;
    owned(org, KIND, &owner, id, TYPE_NAME).map(|request| show(call, kind, request))
}

/// Stores a request.
///
/// # Errors
/// There is no such app or provider.
pub fn create(
    change: &mut ManagementChange<'_, '_>,
    kind: KeyOwner,
    owner: &str,
    request: &SigningRequest,
) -> Result<Value, ApiError> {
    let owner = kind.find(change.draft, owner)?;
    let id = change.moment.token();
    let mut members = key_members(&request.key);
    for (name, text) in [("id", &id), ("created", &change.now()), ("csr", &request.csr)] {
        members.insert(name.to_owned(), text.as_str().into());
    }
    let request = DirectoryObject { id: owned_id(&owner, &id), owner, members };
    let shown = show(change.call, kind, &request);
    signing_keys::log(change, kind, &request.owner, EventType::CsrGenerate);
    change.draft.put_object(KIND, request);
    Ok(shown)
}

/// Revokes a request.
///
/// # Errors
/// There is no such app, provider or request.
pub fn revoke(change: &mut ManagementChange<'_, '_>, kind: KeyOwner, owner: &str, id: &str) -> Result<(), ApiError> {
    let owner = kind.find(change.draft, owner)?;
    let id = owned(change.draft, KIND, &owner, id, TYPE_NAME)?.id.clone();
    change.draft.remove_object(KIND, &id);
    signing_keys::log(change, kind, &owner, EventType::CsrRevoke);
    Ok(())
}

/// Publishes a request with a certificate in DER, PEM or base64.
///
/// # Errors
/// There is no such app, provider or request; the certificate is none, is of another key, or is not valid long enough.
pub fn publish(
    change: &mut ManagementChange<'_, '_>,
    kind: KeyOwner,
    owner: &str,
    id: &str,
    certificate: &[u8],
) -> Result<Value, ApiError> {
    let owner = kind.find(change.draft, owner)?;
    let request = owned(change.draft, KIND, &owner, id, TYPE_NAME)?;
    let certificate = X509Certificate::read(certificate).ok_or_else(|| invalid_certificate("certificate"))?;
    let is_of_key = key_members(&certificate.key).iter().all(|(name, value)| request.members.get(name) == Some(value));
    if !is_of_key || certificate.not_after - certificate.not_before < SHORTEST {
        return Err(invalid_certificate("certificate"));
    }
    let id = request.id.clone();
    change.draft.remove_object(KIND, &id);
    signing_keys::log(change, kind, &owner, EventType::CsrPublish);
    Ok(signing_keys::put(change, kind, &owner, &certificate))
}

fn show(call: ManagementCall<'_>, kind: KeyOwner, request: &DirectoryObject) -> Value {
    let id = request.text("id").unwrap_or_default();
    let own = format!("{}/credentials/csrs/{id}", kind.path(&request.owner));
    let links = Links::at(call.base()).allowing("self", &own, &["GET", "DELETE"]).allowing(
        "publish",
        &format!("{own}/lifecycle/publish"),
        &["POST"],
    );
    let member = |name: &str| request.members.get(name).cloned().unwrap_or_default();
    json!({
        "id": id, "created": member("created"), "csr": member("csr"), "kty": member("kty"), "_links": links.in_order(),
    })
}
