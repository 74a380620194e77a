//! Sessions of browsers. Okta: `/api/v1/sessions`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{ApiError, Links};
use crate::ledger::Session;
use crate::model::{Factor, SignInMethod};
use crate::moment::{Moment, timestamp};
use crate::org::{Org, Urls};

/// What the ids begin with.
const PREFIX: &str = "102";

/// What the session cookies begin with.
const COOKIE_PREFIX: &str = "idx";

/// How many random bytes an id has.
const SALT: usize = 8;

/// A session as the caller sees it.
#[derive(Clone, Copy, Debug)]
pub struct ShownSession<'a> {
    pub session: &'a Session,
    /// The name of the session in its links: its id, or `me`.
    pub name: &'a str,
    pub id: &'a str,
}

/// The object, members in Okta's order.
///
/// # Errors
/// The user has been removed.
pub fn show(org: &Org, urls: &Urls, shown: ShownSession<'_>) -> Result<Value, ApiError> {
    let ShownSession { session, name, id } = shown;
    let user = org.user(&session.user_id).ok_or_else(|| ApiError::not_found(id, "AppSession"))?;
    let profile = &user.profile;
    let own = format!("/api/v1/sessions/{name}");
    let user_path = if name == "me" { "/api/v1/users/me".to_owned() } else { format!("/api/v1/users/{}", user.id) };
    let last = |is_meant: fn(SignInMethod) -> bool| {
        session.proofs.iter().filter(|proof| is_meant(proof.method)).map(|proof| proof.at).max()
    };
    let links = Links::at(&urls.endpoint_base);
    let user_link = json!({
        "name": format!("{} {}", profile.first_name, profile.last_name),
        "href": links.url(&user_path),
        "hints": { "allow": ["GET"] },
    });
    let links = links
        .allowing("self", &own, &["GET", "DELETE"])
        .allowing("refresh", &format!("{own}/lifecycle/refresh"), &["POST"])
        .with("user", user_link);
    Ok(json!({
        "id": id,
        "userId": user.id,
        "login": profile.login,
        "createdAt": timestamp(session.began),
        "expiresAt": timestamp(session.expires()),
        "status": "ACTIVE",
        "lastPasswordVerification": timestamp(last(|method| method == SignInMethod::Password).unwrap_or(session.auth_time)),
        "lastFactorVerification": last(|method| method != SignInMethod::Password).map(timestamp),
        "amr": session.amr,
        "idp": session.provider(&org.identity().id),
        "mfaActive": user.factors.iter().any(Factor::is_active),
        "_links": links.in_order(),
    }))
}

/// An id for a session. Okta: each answer has another id for the same session.
pub fn id(cookie: &str, moment: &mut Moment<'_>) -> String {
    let salt = moment.bytes::<SALT>();
    let token = cookie.strip_prefix(COOKIE_PREFIX).unwrap_or(cookie);
    let mut bytes = salt.to_vec();
    bytes.extend(masked(&salt, &URL_SAFE_NO_PAD.decode(token).unwrap_or_default()));
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The cookie of the session with this id, if it is one.
#[must_use]
pub fn cookie(id: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(id.strip_prefix(PREFIX)?).ok()?;
    let (salt, token) = bytes.split_at_checked(SALT)?;
    Some(format!("{COOKIE_PREFIX}{}", URL_SAFE_NO_PAD.encode(masked(salt, token))))
}

fn masked(salt: &[u8], token: &[u8]) -> Vec<u8> {
    token.iter().zip(Sha256::digest(salt)).map(|(byte, mask)| byte ^ mask).collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;
    use crate::moment::RequestOrigin;
    use crate::trace::Trace;

    #[test]
    fn two_ids_of_a_session_differ_and_lead_to_its_cookie() {
        let (mut rng, mut trace) = (StdRng::seed_from_u64(1), Trace::default());
        let mut moment = Moment { now: 0, origin: &RequestOrigin::default(), rng: &mut rng, trace: &mut trace };
        let session = format!("idx{}", moment.token());
        let (first, second) = (id(&session, &mut moment), id(&session, &mut moment));
        assert_ne!(first, second);
        assert_eq!(cookie(&first).as_deref(), Some(session.as_str()));
        assert_eq!(cookie(&second).as_deref(), Some(session.as_str()));
        for malformed in ["", "102", "102x", "201abc", "me"] {
            assert_eq!(cookie(malformed), None, "{malformed}");
        }
    }
}
