//! ID tokens (OIDC Core 2, 3.1.3.7).

use serde_json::Value;

use super::checks;
use super::{signed_token, standard_claims};
use crate::record::Recorder;
use crate::wire::jwt::{Jwt, left_half, seconds};
use crate::wire::keys::KeySet;

checks! {
    PRESENT = Must "id-token.present", "There is an ID token", ["OIDC Core 3.1.3.3"];
    READABLE = Must "id-token.readable", "It is a signed token in compact form", ["OIDC Core 2", "RFC 7515 7.1"];
    ALGORITHM = Must "id-token.alg", "It is signed with a private key, at Okta with RS256", ["OIDC Core 3.1.3.7 step 7", "OIDC Core 15.1"];
    RS256 = Must "id-token.rs256", "It is signed with RS256, the default of a registration", ["OIDC Registration 2", "OIDF oidcc-idtoken-signature"];
    NAMES_KEY = Must "id-token.names-key", "Its header has a kid", ["OIDC Core 10.1", "OIDF oidcc-idtoken-signature"];
    REGISTERED = Must "id-token.claim-types", "Every registered claim has its JSON type", ["OIDC Core 2", "OIDC Core 3.3.2.11", "RFC 7519 4.1"];
    STATE_HASH = Must "id-token.s-hash", "s_hash, if present, is that of the state", ["FAPI 1 Advanced 5.1.1", "OIDF fapi2-security-profile-final-happy-flow"];
    KEY_ID = Must "id-token.kid", "Its header names a published key", ["OIDC Core 10.1", "OIDF oidcc-idtoken-signature"];
    SIGNATURE = Must "id-token.signature", "Its signature verifies with the published key", ["OIDC Core 3.1.3.7 step 6"];
    ISSUER = Must "id-token.iss", "Its issuer is exactly the issuer of the server", ["OIDC Core 3.1.3.7 step 2"];
    AUDIENCE = Must "id-token.aud", "Its audience is the client", ["OIDC Core 3.1.3.7 step 3"];
    AUDIENCE_TEXT = Should "id-token.aud-text", "Its audience is one string, as Okta sends it", ["Okta: ID token claims"];
    EXPIRY = Must "id-token.exp", "It has not expired, and expires within fifty years", ["OIDC Core 3.1.3.7 step 9"];
    ISSUED = Must "id-token.iat", "It was issued within the last minutes", ["OIDC Core 3.1.3.7 step 10", "OIDF oidcc-server"];
    LIFETIME = Must "id-token.lifetime", "It lives for one hour", ["Okta: ID token lifetime"];
    NONCE = Must "id-token.nonce", "It carries the nonce of the request", ["OIDC Core 3.1.3.7 step 11"];
    NO_NONCE = Must "id-token.no-nonce", "Without a nonce in the request it has none", ["OIDC Core 2"];
    NO_REFRESHED_NONCE = Should "id-token.refreshed-nonce", "A refreshed ID token has no nonce", ["OIDC Core 12.2"];
    SUBJECT = Must "id-token.sub", "Its subject has 1 to 255 ASCII characters", ["OIDC Core 2", "OIDF oidcc-server"];
    AUTH_TIME = Must "id-token.auth-time", "The time of the sign-in is present and not in the future", ["OIDC Core 2", "Okta: ID token claims"];
    SAME_AUTH_TIME = Must "id-token.same-auth-time", "Without a new sign-in auth_time does not change", ["OIDC Core 12.2", "OIDF oidcc-prompt-none-logged-in"];
    NEWER_AUTH_TIME = Must "id-token.newer-auth-time", "A new sign-in has a later auth_time", ["OIDC Core 3.1.2.1", "OIDF oidcc-prompt-login"];
    SAME_SUBJECT = Must "id-token.same-sub", "The subject is the same as before", ["OIDC Core 12.2", "OIDF oidcc-prompt-none-logged-in"];
    ACCESS_TOKEN_HASH = Must "id-token.at-hash", "at_hash is that of the access token", ["OIDC Core 3.1.3.8", "OIDC Core 3.2.2.9"];
    CODE_HASH = Must "id-token.c-hash", "c_hash is that of the code", ["OIDC Core 3.3.2.10"];
    NO_ACCESS_TOKEN_HASH = Must "id-token.no-at-hash", "Without an access token there is no at_hash", ["OIDC Core 3.2.2.10"];
    TYPES = Must "id-token.types", "Claims have the specified types", ["OIDC Core 5.1", "OIDF oidcc-server"];
    CONTEXT = Must "id-token.acr", "acr, if present, is not empty", ["OIDC Core 2", "OIDF oidcc-server"];
    VERSION = Must "id-token.ver", "ver is the number 1", ["Okta: ID token claims"];
    METHODS = Should "id-token.amr", "amr lists the authentication methods", ["OIDC Core 2", "RFC 8176", "Okta: ID token claims"];
    FACTORS = Must "id-token.amr-factors", "amr lists the factors that the user has proved, and mfa for several", ["RFC 8176 2", "Okta: ID token claims"];
    CONTEXT_MET = Must "id-token.acr-met", "acr is the authentication context that was requested and reached", ["OIDC Core 2", "Okta: step-up authentication"];
    IDENTITY_PROVIDER = Should "id-token.idp", "idp names the org or the identity provider", ["Okta: ID token claims"];
    TOKEN_ID = Must "id-token.jti", "jti is ID. and 43 characters", ["Okta: ID token claims"];
    HEADER = Must "id-token.header", "The header has kid and alg and nothing else", ["Okta: ID token header"];
    THIN = Must "id-token.thin", "With an access token it contains name, user name and email only", ["Okta: scope-dependent claims", "OIDC Core 5.4"];
    FAT = Must "id-token.fat", "Without an access token it contains all claims of its scopes", ["Okta: scope-dependent claims", "OIDC Core 5.4"];
}

/// The expected content of an ID token.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedIdToken<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: Option<&'a str>,
    /// The issuer's time.
    pub now: i64,
    pub access_token: Option<&'a str>,
    pub code: Option<&'a str>,
    /// Whether the hashes are required: always in the front channel and with Okta.
    pub hashes_required: bool,
    pub speaks_okta: bool,
}

const YEAR: i64 = 31_557_600;

/// The tolerated clock skew in seconds.
const SKEW: i64 = 300;

/// Checks an ID token, in the order of OIDC Core 3.1.3.7. Returns it if it can be parsed.
pub fn judge(recorder: &Recorder, raw: Option<&str>, keys: &KeySet, expected: ExpectedIdToken<'_>) -> Option<Jwt> {
    PRESENT.present(recorder, "an ID token", raw.filter(|raw| !raw.is_empty()).map(|_| "an ID token"));
    let token = signed_token::readable(recorder, &READABLE, raw?)?;
    signature(recorder, &token, keys, expected.speaks_okta);
    ISSUER.equals(recorder, expected.issuer, token.text("iss"));
    audience(recorder, &token, expected);
    times(recorder, &token, expected);
    match expected.nonce {
        Some(nonce) => NONCE.equals(recorder, nonce, token.text("nonce")),
        None => NO_NONCE.absent(recorder, "nonce", shown(&token, "nonce").as_deref()),
    };
    let subject = token.text("sub").unwrap_or_default();
    let legal = !subject.is_empty() && subject.len() <= 255 && subject.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    SUBJECT.holds(recorder, legal, "1 to 255 ASCII characters", subject);
    hashes(recorder, &token, expected);
    let wrong = standard_claims::wrong(&token.claims, expected.now);
    let actual = wrong.map_or("all right".to_owned(), |(name, value)| format!("{name} is {value}"));
    TYPES.holds(recorder, actual == "all right", "texts that are not blank, booleans, seconds, dates, objects", actual);
    let wrong = token.claims.iter().find(|(name, value)| !has_type(name, value));
    REGISTERED.absent(
        recorder,
        "claim of another type",
        wrong.map(|(name, value)| format!("{name} {value}")).as_deref(),
    );
    if let Some(acr) = token.claims.get("acr") {
        CONTEXT.holds(recorder, acr.as_str().is_some_and(|acr| !acr.is_empty()), "a text that is not empty", acr);
    }
    if expected.speaks_okta {
        okta(recorder, &token);
    }
    Some(token)
}

/// Whether a registered claim has its JSON type.
fn has_type(name: &str, value: &Value) -> bool {
    let texts = |value: &Value| value.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(Value::is_string));
    match name {
        "exp" | "iat" | "nbf" | "auth_time" => value.is_number(),
        "aud" => value.is_string() || texts(value),
        "amr" => texts(value),
        "iss" | "sub" | "nonce" | "acr" | "azp" | "jti" | "at_hash" | "c_hash" | "s_hash" | "sid" => value.is_string(),
        _ => true,
    }
}

fn signature(recorder: &Recorder, token: &Jwt, keys: &KeySet, speaks_okta: bool) {
    let algorithm = token.header_text("alg");
    if speaks_okta {
        ALGORITHM.equals(recorder, "RS256", algorithm);
    } else {
        let asymmetric =
            algorithm.is_some_and(|name| ["RS", "PS", "ES", "Ed"].iter().any(|kind| name.starts_with(kind)));
        ALGORITHM.holds(recorder, asymmetric, "an algorithm with a public key", algorithm.unwrap_or("nothing"));
    }
    signed_token::key_id(recorder, &KEY_ID, token, keys);
    signed_token::signature(recorder, &SIGNATURE, token, keys);
}

fn audience(recorder: &Recorder, token: &Jwt, expected: ExpectedIdToken<'_>) {
    let audience = token.claims.get("aud");
    let is_client = match audience {
        Some(Value::String(one)) => one == expected.client_id,
        Some(Value::Array(many)) => many.iter().any(|one| one.as_str() == Some(expected.client_id)),
        _ => false,
    };
    let actual = audience.map_or_else(|| "nothing".to_owned(), Value::to_string);
    AUDIENCE.holds(recorder, is_client, expected.client_id, &actual);
    if expected.speaks_okta {
        AUDIENCE_TEXT.holds(recorder, audience.is_some_and(Value::is_string), "a string", actual);
    }
}

fn times(recorder: &Recorder, token: &Jwt, expected: ExpectedIdToken<'_>) {
    let now = expected.now;
    let (exp, iat) = (token.number("exp").unwrap_or_default(), token.number("iat").unwrap_or_default());
    let in_time = exp > now && exp < now + 50 * YEAR;
    EXPIRY.holds(recorder, in_time, format!("later than {now}, by less than 50 years"), exp);
    let just_now = (now - SKEW..=now + SKEW).contains(&iat);
    ISSUED.holds(recorder, just_now, format!("{now}, {SKEW} s more or less"), iat);
    if expected.speaks_okta {
        LIFETIME.holds(recorder, exp - iat == 3600, "3600 s", format!("{} s", exp - iat));
    }
    match token.claims.get("auth_time").map(|time| seconds(time).unwrap_or_default()) {
        Some(time) => {
            let plausible = (now - YEAR..=now + SKEW).contains(&time);
            AUTH_TIME.holds(recorder, plausible, format!("at most {now}, and within a year"), time);
        }
        None if expected.speaks_okta => drop(AUTH_TIME.present(recorder, "a time", None)),
        None => AUTH_TIME.skip(recorder, "auth_time is optional without max_age"),
    }
}

fn hashes(recorder: &Recorder, token: &Jwt, expected: ExpectedIdToken<'_>) {
    match expected.access_token {
        None => drop(NO_ACCESS_TOKEN_HASH.absent(recorder, "at_hash", shown(token, "at_hash").as_deref())),
        Some(access_token) => {
            hash(recorder, &ACCESS_TOKEN_HASH, token, "at_hash", access_token, expected.hashes_required);
        }
    }
    if let Some(code) = expected.code {
        hash(recorder, &CODE_HASH, token, "c_hash", code, true);
    }
}

/// Checks the hashes of the code and the state, if the token has them.
pub fn hashes_of_response(recorder: &Recorder, token: &Jwt, code: Option<&str>, state: Option<&str>) {
    for (check, claim, value) in [(&CODE_HASH, "c_hash", code), (&STATE_HASH, "s_hash", state)] {
        if let Some(value) = value.filter(|_| token.claims.contains_key(claim)) {
            hash(recorder, check, token, claim, value, true);
        }
    }
}

fn hash(recorder: &Recorder, check: &super::Check, token: &Jwt, claim: &str, value: &str, required: bool) {
    let actual = shown(token, claim);
    if actual.is_none() && !required {
        check.skip(recorder, format!("{claim} is optional here"));
        return;
    }
    let right = left_half(token.header_text("alg").unwrap_or_default(), value);
    check.equals(recorder, &right, actual.as_deref());
}

/// A claim as it is shown in reports.
fn shown(token: &Jwt, claim: &str) -> Option<String> {
    let value = token.claims.get(claim)?;
    Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

/// Checks the factors that the user has proved, by their values of RFC 8176.
pub fn factors(recorder: &Recorder, token: &Jwt, proved: &[&str]) {
    let listed = token.claims.get("amr").and_then(Value::as_array);
    let lists = |value: &&str| listed.is_some_and(|listed| listed.iter().any(|method| method == value));
    let actual = token.claims.get("amr").map_or("nothing".to_owned(), Value::to_string);
    FACTORS.holds(recorder, proved.iter().all(lists), format!("an array with {}", proved.join(", ")), actual);
}

/// Checks the authentication context of a request with `acr_values`.
pub fn context(recorder: &Recorder, token: &Jwt, requested: &str) {
    CONTEXT_MET.equals(recorder, requested, token.text("acr"));
}

/// Checks a token of a client that was registered without an algorithm, or with RS256.
pub fn rs256(recorder: &Recorder, token: &Jwt) {
    RS256.equals(recorder, "RS256", token.header_text("alg"));
    NAMES_KEY.present(recorder, "a kid", token.header_text("kid"));
}

fn okta(recorder: &Recorder, token: &Jwt) {
    signed_token::okta_version(recorder, &VERSION, token);
    let methods = token.claims.get("amr").and_then(Value::as_array);
    let listed = methods.is_some_and(|methods| methods.iter().any(|method| method == "pwd"));
    let actual = token.claims.get("amr").map_or("nothing".to_owned(), Value::to_string);
    METHODS.holds(recorder, listed, "an array with \"pwd\"", actual);
    let provider = token.text("idp").unwrap_or_default();
    let known = provider.starts_with("00o") || provider.starts_with("0oa");
    IDENTITY_PROVIDER.holds(recorder, known, "00o… or 0oa…", provider);
    let id = token.text("jti").unwrap_or_default();
    let shaped = id.strip_prefix("ID.").is_some_and(|rest| rest.len() == 43);
    TOKEN_ID.holds(recorder, shaped, "ID. and 43 characters", id);
    signed_token::okta_header(recorder, &HEADER, token);
}

/// Claims of the profile, email, address and phone scopes that only a fat token has.
const FAT_ONLY: &[&str] = &[
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "email_verified",
    "zoneinfo",
    "locale",
    "updated_at",
    "address",
    "phone_number",
];

/// Checks that a token issued with an access token is thin.
pub fn thin(recorder: &Recorder, token: &Jwt) {
    let fat = FAT_ONLY.iter().find(|claim| token.claims.contains_key(**claim)).copied();
    THIN.holds(recorder, fat.is_none(), "name, preferred_username and email only", fat.unwrap_or("those only"));
}

/// Checks that a token issued without an access token, for profile and email, is fat.
pub fn fat(recorder: &Recorder, token: &Jwt) {
    let wanted = [
        "name",
        "preferred_username",
        "given_name",
        "family_name",
        "email",
        "email_verified",
        "zoneinfo",
        "updated_at",
    ];
    let missing: Vec<&str> = wanted.into_iter().filter(|claim| !token.claims.contains_key(*claim)).collect();
    FAT.holds(recorder, missing.is_empty(), wanted.join(" "), token.claim_names());
}

/// Checks two ID tokens of one user without a new sign-in between them.
pub fn same_sign_in(recorder: &Recorder, before: &Jwt, after: &Jwt) {
    match (before.number("auth_time"), after.number("auth_time")) {
        (Some(first), Some(second)) => drop(SAME_AUTH_TIME.holds(recorder, first == second, first, second)),
        _ => SAME_AUTH_TIME.skip(recorder, "auth_time is optional without max_age"),
    }
    same_person(recorder, before, after);
}

/// Checks two ID tokens of one user with a new sign-in between them.
pub fn new_sign_in(recorder: &Recorder, before: &Jwt, after: &Jwt) {
    let (first, second) = (before.number("auth_time"), after.number("auth_time"));
    let number = |time: Option<i64>| time.map_or("nothing".to_owned(), |time| time.to_string());
    NEWER_AUTH_TIME.holds(recorder, second > first, format!("later than {}", number(first)), number(second));
    same_person(recorder, before, after);
}

fn same_person(recorder: &Recorder, before: &Jwt, after: &Jwt) {
    SAME_SUBJECT.equals(recorder, before.text("sub").unwrap_or_default(), after.text("sub"));
}
