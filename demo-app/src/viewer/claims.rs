//! Claims for people: what each one means, whose word it is, and dates in readable form.

use serde::Serialize;
use serde_json::{Map, Value};

use super::time;
use crate::decision::Note;

/// Who defined a claim.
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
    /// For dates: the same moment for people.
    pub(crate) time: Option<String>,
    /// Where the value came from, when the issuer says.
    pub(crate) because: Option<String>,
}

struct Entry(&'static str, ClaimOrigin, &'static str);

const DATES: &[&str] = &["exp", "iat", "nbf", "auth_time", "updated_at"];

#[rustfmt::skip]
const GLOSSARY: &[Entry] = &[
    Entry("iss", ClaimOrigin::Standard, "Issuer: the URL of the authorization server that made the token."),
    Entry("sub", ClaimOrigin::Standard, "Subject: whom the token is about. In an ID token Okta's user id; in an access token the login, or the client id of a service."),
    Entry("aud", ClaimOrigin::Standard, "Audience: who may accept the token. The client id in an ID token, the API in an access token."),
    Entry("exp", ClaimOrigin::Standard, "Expires: from this moment on nobody may accept the token."),
    Entry("iat", ClaimOrigin::Standard, "Issued at."),
    Entry("nbf", ClaimOrigin::Standard, "Not before: from this moment on the token may be accepted."),
    Entry("jti", ClaimOrigin::Standard, "Id of this one token."),
    Entry("nonce", ClaimOrigin::Standard, "The random value that the app put into its request. It ties the ID token to this sign-in."),
    Entry("at_hash", ClaimOrigin::Standard, "Half of the hash of the access token that came along. It ties the two together."),
    Entry("c_hash", ClaimOrigin::Standard, "Half of the hash of the code that came along."),
    Entry("auth_time", ClaimOrigin::Standard, "When the person last proved who they are."),
    Entry("amr", ClaimOrigin::Standard, "How they proved it: pwd, mfa, otp and so on (RFC 8176)."),
    Entry("acr", ClaimOrigin::Standard, "How strong the proof was."),
    Entry("azp", ClaimOrigin::Standard, "The client for which the token was made."),
    Entry("sid", ClaimOrigin::Standard, "Id of the session at the issuer."),
    Entry("name", ClaimOrigin::Standard, "Full name, by the scope profile."),
    Entry("given_name", ClaimOrigin::Standard, "First name, by the scope profile."),
    Entry("family_name", ClaimOrigin::Standard, "Last name, by the scope profile."),
    Entry("middle_name", ClaimOrigin::Standard, "Middle name, by the scope profile."),
    Entry("nickname", ClaimOrigin::Standard, "Nickname, by the scope profile."),
    Entry("preferred_username", ClaimOrigin::Standard, "The login, by the scope profile. May change: never a key."),
    Entry("profile", ClaimOrigin::Standard, "Address of a profile page."),
    Entry("picture", ClaimOrigin::Standard, "Address of a picture."),
    Entry("website", ClaimOrigin::Standard, "Address of a web site."),
    Entry("email", ClaimOrigin::Standard, "E-mail address, by the scope email."),
    Entry("email_verified", ClaimOrigin::Standard, "Whether the issuer has checked the address."),
    Entry("gender", ClaimOrigin::Standard, "Gender, by the scope profile."),
    Entry("birthdate", ClaimOrigin::Standard, "Birthday, by the scope profile."),
    Entry("zoneinfo", ClaimOrigin::Standard, "Time zone, by the scope profile."),
    Entry("locale", ClaimOrigin::Standard, "Language and region, by the scope profile."),
    Entry("updated_at", ClaimOrigin::Standard, "When the profile last changed."),
    Entry("address", ClaimOrigin::Standard, "Postal address, by the scope address."),
    Entry("phone_number", ClaimOrigin::Standard, "Telephone number, by the scope phone."),
    Entry("scope", ClaimOrigin::Standard, "What the client may do, as one string (RFC 9068). Okta uses scp."),
    Entry("client_id", ClaimOrigin::Standard, "The client (RFC 9068). Okta uses cid."),
    Entry("cnf", ClaimOrigin::Standard, "The key to which the token is bound (RFC 7800)."),
    Entry("ver", ClaimOrigin::Okta, "Version of the token's form."),
    Entry("idp", ClaimOrigin::Okta, "Who authenticated the person: the id of the org, or of an outside identity provider."),
    Entry("cid", ClaimOrigin::Okta, "Client id: the app that asked for the access token."),
    Entry("uid", ClaimOrigin::Okta, "User id. A service signs in without a user and has none."),
    Entry("scp", ClaimOrigin::Okta, "The granted scopes, as an array: what this token may be used for."),
    Entry("ds_hash", ClaimOrigin::Okta, "Half of the hash of the device secret that came along."),
    Entry("groups", ClaimOrigin::Custom, "Custom claim from group membership: the groups that the claim's filter lets through."),
    Entry("feature_access", ClaimOrigin::Custom, "Custom claim from the profile that the person has at this app: which features they may use."),
    Entry("app_permissions", ClaimOrigin::Custom, "Custom claim from the profile that the person has at this app: what they may do in it."),
    Entry("market_role", ClaimOrigin::Custom, "Custom claim computed from group membership."),
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
        time: value.as_i64().filter(|_| DATES.contains(&name)).map(|at| time::full(at, now)),
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
