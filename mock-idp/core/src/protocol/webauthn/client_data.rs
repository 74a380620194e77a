//! What the browser says about a ceremony: `clientDataJSON`. WebAuthn 5.8.1.

use serde::Deserialize;
use url::Url;

use super::ceremony::{Ceremony, CeremonyError};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: Option<bool>,
    #[serde(default)]
    token_binding: Option<TokenBinding>,
}

#[derive(Deserialize)]
struct TokenBinding {
    status: String,
}

/// Checks client data, and returns the RP ID. The steps are those of 7.1; those of 7.2 are the same, four numbers later.
pub(super) fn check(json: &[u8], kind: &str, ceremony: Ceremony<'_>) -> Result<String, CeremonyError> {
    // WebAuthn 7.1 steps 5 and 6.
    let data: ClientData = serde_json::from_slice(json).map_err(|_| CeremonyError::ClientData)?;
    // WebAuthn 7.1 step 7.
    if data.kind != kind {
        return Err(CeremonyError::Type(data.kind));
    }
    // WebAuthn 7.1 step 8.
    if data.challenge != ceremony.challenge {
        return Err(CeremonyError::Challenge);
    }
    // WebAuthn 7.1 step 9.
    if !ceremony.origins.contains(&data.origin) {
        return Err(CeremonyError::Origin(data.origin));
    }
    // WebAuthn Level 3, 7.1: `crossOrigin`. No page of the org is embedded in one of another origin.
    if data.cross_origin == Some(true) {
        return Err(CeremonyError::CrossOrigin);
    }
    // WebAuthn 7.1 step 10.
    if data.token_binding.is_some_and(|binding| binding.status == "present") {
        return Err(CeremonyError::TokenBinding);
    }
    // Okta: the host of the page, unless an RP ID is configured. No document of this mock names one.
    let host = Url::parse(&data.origin).ok().and_then(|origin| origin.host_str().map(str::to_owned));
    host.ok_or(CeremonyError::Origin(data.origin))
}

/// The challenge of client data, before anything is checked.
#[must_use]
pub fn challenge_of(json: &[u8]) -> Option<String> {
    serde_json::from_slice::<ClientData>(json).ok().map(|data| data.challenge)
}
