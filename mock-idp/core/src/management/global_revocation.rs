//! The user whose tokens and sessions are revoked. RFC 9493 3.2; Okta: `/oauth2/v1/global-token-revocation`.

use serde::Deserialize;
use serde_json::Value;

use super::ApiError;
use crate::model::User;
use crate::org::{Org, Urls};

/// The formats of a subject identifier.
#[derive(Debug, Deserialize)]
#[serde(tag = "format", rename_all = "snake_case")]
enum SubjectId {
    /// Okta: by the id.
    Opaque { id: String },
    /// As an ID token names them: by one of the org's issuers and the user's id.
    IssSub { iss: String, sub: String },
}

/// The user that a body names.
///
/// # Errors
/// No user is named.
pub fn user<'a>(org: &'a Org, urls: &Urls, body: &Value) -> Result<&'a User, ApiError> {
    let refused = |cause: String| ApiError::validation("sub_id", vec![format!("sub_id: {cause}")]);
    let subject = SubjectId::deserialize(&body["sub_id"]).map_err(|error| refused(error.to_string()))?;
    let id = match subject {
        SubjectId::Opaque { id } => id,
        SubjectId::IssSub { iss, sub } if org.servers().iter().any(|server| urls.issuer(server) == iss) => sub,
        SubjectId::IssSub { iss, .. } => return Err(refused(format!("`{iss}` is not an issuer of this org"))),
    };
    org.user(&id).ok_or_else(|| refused(format!("no user has the id `{id}`")))
}
