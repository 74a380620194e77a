//! The assertion by which the client of a hook authenticates at its token endpoint. RFC 7523 2.2, 3.

use serde_json::json;

use crate::model::{HookChannel, HookCredential};
use crate::moment::Moment;
use crate::tokens::sign::{SignatureAlgorithm, SigningKey};

/// How long an assertion can be used, in seconds.
const LIFETIME: i64 = 300;

/// The assertion of a channel whose client has a key; `None` if it has none that can be used.
#[must_use]
pub fn client_assertion(channel: &HookChannel, moment: &mut Moment<'_>) -> Option<String> {
    let client = channel.oauth.as_ref()?;
    let HookCredential::Key { id, pem } = &client.credential else { return None };
    let claims = json!({
        "iss": client.client_id,
        "sub": client.client_id,
        "aud": client.token_url,
        "iat": moment.now,
        "exp": moment.now + LIFETIME,
        "jti": moment.uuid(),
    });
    SigningKey::from_pem(pem, SignatureAlgorithm::Rs256).ok()?.sign_as(id, &claims).ok()
}
