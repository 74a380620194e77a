//! The device authorization endpoint. RFC 8628 3.1, 3.2; Okta: `/v1/device/authorize`.

use serde_json::{Map, Value};

use crate::ledger::PolledRequest;
use crate::model::App;
use crate::moment::Moment;
use crate::org::{CompiledServer, Org, Urls};
use crate::policy::{grant_rules, scope_rules};
use crate::protocol::{ErrorId, GrantType, OAuthError, Parameters, Scopes};

/// Seconds that a user has to activate the device. Okta: 600.
pub const LIFETIME: i64 = 600;

/// RFC 8628 6.1: letters that are not confused with each other and do not form words. Okta: eight capitals, no hyphen.
const USER_CODE_ALPHABET: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";
const USER_CODE_LENGTH: usize = 8;

/// Checks a request of a device.
///
/// # Errors
/// Okta's errors.
pub fn begin(
    org: &Org,
    server: &CompiledServer,
    client: &App,
    body: &Parameters,
    now: i64,
) -> Result<PolledRequest, OAuthError> {
    if !body.duplicates().is_empty() {
        return Err(OAuthError::new(ErrorId::DuplicateOauthParameters, body.duplicates().join(", ")));
    }
    grant_rules::may_use(client, GrantType::DeviceCode)?;
    let requested = Scopes::parse(body.get("scope").unwrap_or_default());
    // Okta: there are no default scopes here.
    if requested.is_empty() {
        return Err(OAuthError::new(ErrorId::MissingScopes, "no scope was requested"));
    }
    let scopes = scope_rules::resolve(org, server, client, &requested)?;
    scope_rules::check_openid(&scopes, false)?;
    Ok(PolledRequest::pending(&server.id, client.client_id(), scopes, now + LIFETIME))
}

/// A new code for a user to type.
pub fn user_code(moment: &mut Moment<'_>) -> String {
    moment.letters(USER_CODE_ALPHABET, USER_CODE_LENGTH)
}

/// A user code in canonical form. RFC 8628 6.1: case and punctuation do not matter.
#[must_use]
pub fn normalized_user_code(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

/// The answer. Okta: in this order.
#[must_use]
pub fn answer(urls: &Urls, device_code: &str, user_code: &str) -> Map<String, Value> {
    let page = format!("{}/activate", urls.issuer_base);
    let complete = format!("{page}?user_code={user_code}");
    let members: [(&str, Value); 6] = [
        ("device_code", device_code.into()),
        ("user_code", user_code.into()),
        ("verification_uri", page.into()),
        ("verification_uri_complete", complete.into()),
        ("expires_in", LIFETIME.into()),
        ("interval", PolledRequest::INTERVAL.into()),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
