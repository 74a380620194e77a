//! Claims with their meaning, origin and readable dates.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::decision::Note;
use crate::timestamp;

/// What defines a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClaimOrigin {
    /// A specification: JWT, OpenID Connect, OAuth.
    Standard,
    /// Okta, for all its tokens.
    Okta,
    /// An administrator, for this authorization server.
    Custom,
}

impl ClaimOrigin {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Okta => "Okta",
            Self::Custom => "custom",
        }
    }
}

/// One row of a claims table.
#[derive(Debug, Serialize)]
pub(crate) struct Claim {
    pub(crate) name: String,
    pub(crate) value: Value,
    /// The value as the table shows it.
    pub(crate) shown: String,
    pub(crate) kind: ClaimOrigin,
    pub(crate) meaning: String,
    /// For dates: the date as text.
    pub(crate) time: Option<String>,
    /// The source of the value, if the issuer is the mock.
    pub(crate) because: Option<String>,
}

struct GlossaryRow(&'static str, ClaimOrigin, &'static str);

const DATES: &[&str] = &["exp", "iat", "nbf", "auth_time", "updated_at"];

#[rustfmt::skip]
const GLOSSARY: &[GlossaryRow] = &[
    GlossaryRow("iss", ClaimOrigin::Standard, "Issuer: the URL of the authorization server that issued the token."),
    GlossaryRow("sub", ClaimOrigin::Standard, "Subject: the user or client that the token is about. In an ID token Okta's user id; in an access token the login, or the client id of a service."),
    GlossaryRow("aud", ClaimOrigin::Standard, "Audience: who may accept the token. The client id in an ID token, the API in an access token."),
    GlossaryRow("exp", ClaimOrigin::Standard, "Expires: the token must not be accepted from this time on."),
    GlossaryRow("iat", ClaimOrigin::Standard, "Issued at."),
    GlossaryRow("nbf", ClaimOrigin::Standard, "Not before: the token must not be accepted before this time."),
    GlossaryRow("jti", ClaimOrigin::Standard, "Id of the token."),
    GlossaryRow("nonce", ClaimOrigin::Standard, "The random value from the app's request. It connects the ID token with this sign-in."),
    GlossaryRow("at_hash", ClaimOrigin::Standard, "The left half of the hash of the access token issued with it."),
    GlossaryRow("c_hash", ClaimOrigin::Standard, "The left half of the hash of the code issued with it."),
    GlossaryRow("auth_time", ClaimOrigin::Standard, "When the user last authenticated."),
    GlossaryRow("amr", ClaimOrigin::Standard, "Authentication methods: pwd, mfa, otp and so on (RFC 8176)."),
    GlossaryRow("acr", ClaimOrigin::Standard, "Authentication context class: how strong the authentication was."),
    GlossaryRow("azp", ClaimOrigin::Standard, "The client that the token was issued to."),
    GlossaryRow("sid", ClaimOrigin::Standard, "Id of the session at the issuer."),
    GlossaryRow("name", ClaimOrigin::Standard, "Full name, by the scope profile."),
    GlossaryRow("given_name", ClaimOrigin::Standard, "First name, by the scope profile."),
    GlossaryRow("family_name", ClaimOrigin::Standard, "Last name, by the scope profile."),
    GlossaryRow("middle_name", ClaimOrigin::Standard, "Middle name, by the scope profile."),
    GlossaryRow("nickname", ClaimOrigin::Standard, "Nickname, by the scope profile."),
    GlossaryRow("preferred_username", ClaimOrigin::Standard, "The login, by the scope profile. May change, so do not use it as a key."),
    GlossaryRow("profile", ClaimOrigin::Standard, "Address of a profile page."),
    GlossaryRow("picture", ClaimOrigin::Standard, "Address of a picture."),
    GlossaryRow("website", ClaimOrigin::Standard, "Address of a web site."),
    GlossaryRow("email", ClaimOrigin::Standard, "E-mail address, by the scope email."),
    GlossaryRow("email_verified", ClaimOrigin::Standard, "Whether the issuer has checked the address."),
    GlossaryRow("gender", ClaimOrigin::Standard, "Gender, by the scope profile."),
    GlossaryRow("birthdate", ClaimOrigin::Standard, "Birthday, by the scope profile."),
    GlossaryRow("zoneinfo", ClaimOrigin::Standard, "Time zone, by the scope profile."),
    GlossaryRow("locale", ClaimOrigin::Standard, "Language and region, by the scope profile."),
    GlossaryRow("updated_at", ClaimOrigin::Standard, "When the profile last changed."),
    GlossaryRow("address", ClaimOrigin::Standard, "Postal address, by the scope address."),
    GlossaryRow("phone_number", ClaimOrigin::Standard, "Telephone number, by the scope phone."),
    GlossaryRow("scope", ClaimOrigin::Standard, "The granted scopes, as one string (RFC 9068). Okta uses scp."),
    GlossaryRow("client_id", ClaimOrigin::Standard, "The client (RFC 9068). Okta uses cid."),
    GlossaryRow("cnf", ClaimOrigin::Standard, "The key to which the token is bound (RFC 7800)."),
    GlossaryRow("ver", ClaimOrigin::Okta, "Version of the token format."),
    GlossaryRow("idp", ClaimOrigin::Okta, "Who authenticated the user: the id of the org or of an external identity provider."),
    GlossaryRow("cid", ClaimOrigin::Okta, "Client id: the app that requested the access token."),
    GlossaryRow("uid", ClaimOrigin::Okta, "User id. The token of a service has none."),
    GlossaryRow("scp", ClaimOrigin::Okta, "The granted scopes, as an array."),
    GlossaryRow("ds_hash", ClaimOrigin::Okta, "The left half of the hash of the device secret issued with it."),
    GlossaryRow("groups", ClaimOrigin::Custom, "Custom claim from group membership: the groups that match the claim's filter."),
    GlossaryRow("feature_access", ClaimOrigin::Custom, "Custom claim from the user's profile for this app: the features they may use."),
    GlossaryRow("app_permissions", ClaimOrigin::Custom, "Custom claim from the user's profile for this app: what they may do in it."),
    GlossaryRow("market_role", ClaimOrigin::Custom, "Custom claim computed from group membership."),
];

/// The claims of a token (`id_token` or `access_token`) in its order, each with the issuer's note about it.
pub(crate) fn table(token: &str, payload: &Map<String, Value>, notes: &[Note], now: i64) -> Vec<Claim> {
    let because = |name: &str| {
        let note = notes.iter().find(|note| note.is_about_claim(token, name));
        note.map(|note| note.because.clone())
    };
    payload.iter().map(|(name, value)| claim(name, value, because(name), now)).collect()
}

fn claim(name: &str, value: &Value, because: Option<String>, now: i64) -> Claim {
    let entry = GLOSSARY.iter().find(|entry| entry.0 == name);
    Claim {
        name: name.to_owned(),
        value: value.clone(),
        shown: match value {
            Value::String(text) => text.clone(),
            Value::Array(list) if list.iter().all(Value::is_string) => {
                list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
            }
            other => other.to_string(),
        },
        kind: entry.map_or(ClaimOrigin::Custom, |entry| entry.1),
        meaning: entry
            .map_or("Custom claim, defined by an administrator of this authorization server.", |entry| entry.2)
            .to_owned(),
        time: value.as_i64().filter(|_| DATES.contains(&name)).map(|at| timestamp::full(at, now)),
        because,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glossary_lists_each_claim_once() {
        for (at, entry) in GLOSSARY.iter().enumerate() {
            assert!(GLOSSARY[at + 1..].iter().all(|later| later.0 != entry.0), "{} is listed twice", entry.0);
        }
    }

    #[test]
    fn a_claim_outside_the_glossary_is_custom_and_a_note_explains_its_own_token_only() {
        let payload = serde_json::json!({"exp": 1_700_000_000, "shoe_size": [42, 43], "amr": ["pwd", "mfa"]});
        let note = |token: &str, attribute: &str| {
            Note::from_journal(&serde_json::json!({"verdict": "added", "detail": {
                "kind": "claim", "token": token, "claim": "amr", "source": "standard", "attribute": attribute, "scope": "profile",
            }}))
        };
        let notes = [note("id_token", "first").unwrap(), note("access_token", "second").unwrap()];
        let rows = table("access_token", payload.as_object().unwrap(), &notes, 1_700_000_000);
        assert_eq!(rows[0].time.as_deref(), Some("2023-11-14 22:13:20 UTC (now)"));
        assert_eq!((rows[1].kind, rows[1].shown.as_str()), (ClaimOrigin::Custom, "[42,43]"));
        assert_eq!((rows[2].kind, rows[2].shown.as_str()), (ClaimOrigin::Standard, "pwd, mfa"));
        assert_eq!(
            (rows[1].because.as_deref(), rows[2].because.as_deref()),
            (None, Some("From the profile attribute second, for the scope profile."))
        );
    }
}
