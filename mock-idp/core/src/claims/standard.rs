//! The standard claims of OpenID Connect, from the profile. OIDC Core 5.1; Okta: scope-dependent claims and their attributes.

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Subject;
use crate::model::{User, UserProfile};

/// A standard claim of a user.
pub(super) struct Standard {
    pub(super) name: &'static str,
    pub(super) scope: &'static str,
    /// The profile attribute that it is taken from.
    pub(super) attribute: &'static str,
    pub(super) value: Option<Value>,
}

/// The standard claims, in Okta's recorded userinfo order.
pub(super) fn of(subject: &Subject<'_>) -> Vec<Standard> {
    let Some(user) = subject.user else { return Vec::new() };
    let profile = &user.profile;
    let text = |name: &str| profile.text(name).map(Value::from);
    let flag = |name: &str| Value::from(profile.others.get(name).and_then(Value::as_bool).unwrap_or(true));
    let complete = subject.org.behavior().completes_standard_claims();
    let phone = if profile.text("primaryPhone").is_some() { "primaryPhone" } else { "mobilePhone" };
    let claims = [
        ("name", "profile", "displayName", Some(profile.display_name().into())),
        ("nickname", "profile", "nickName", text("nickName")),
        ("locale", "profile", "locale", Some(locale_claim(profile).into())),
        ("email", "email", "email", Some(profile.email.as_str().into())),
        ("preferred_username", "profile", "login", Some(profile.login.as_str().into())),
        ("given_name", "profile", "firstName", Some(profile.first_name.as_str().into())),
        ("middle_name", "profile", "middleName", text("middleName")),
        ("family_name", "profile", "lastName", Some(profile.last_name.as_str().into())),
        // Okta: the org's default time zone where the profile has none.
        ("zoneinfo", "profile", "timezone", Some(profile.text("timezone").unwrap_or("America/Los_Angeles").into())),
        ("profile", "profile", "profileUrl", text("profileUrl")),
        ("picture", "profile", "picture", text("picture")),
        ("website", "profile", "website", text("website")),
        ("gender", "profile", "gender", text("gender")),
        ("birthdate", "profile", "birthdate", text("birthdate")),
        ("updated_at", "profile", "lastUpdated", updated_at(user).map(Value::from)),
        ("email_verified", "email", "emailVerified", Some(flag("emailVerified"))),
        ("address", "address", "streetAddress, city, state, zipCode, countryCode", address_claim(profile, complete)),
        ("phone_number", "phone", phone, text(phone)),
    ];
    let mut claims: Vec<Standard> =
        claims.into_iter().map(|(name, scope, attribute, value)| Standard { name, scope, attribute, value }).collect();
    // Okta leaves it out; OIDC Core 5.4 has it in the scope.
    if complete {
        let value = text(phone).map(|_| flag("phoneNumberVerified"));
        let verified =
            Standard { name: "phone_number_verified", scope: "phone", attribute: "phoneNumberVerified", value };
        claims.insert(claims.len() - 1, verified);
    }
    claims
}

/// BCP 47, as OIDC Core 5.1 wants it; Okta's profiles write `en_US`.
#[must_use]
pub fn locale_claim(profile: &UserProfile) -> String {
    profile.text("locale").unwrap_or("en_US").replace('_', "-")
}

/// Seconds since the epoch. OIDC Core 5.1.
#[must_use]
pub fn updated_at(user: &User) -> Option<i64> {
    let instant = user.last_updated.as_deref()?;
    OffsetDateTime::parse(instant, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp)
}

/// OIDC Core 5.1.1, from Okta's address attributes; `None` when the profile has none of them. `formatted`, one line a part of
/// it, only when it is to be complete.
#[must_use]
pub fn address_claim(profile: &UserProfile, complete: bool) -> Option<Value> {
    let members = [
        ("street_address", "streetAddress"),
        ("locality", "city"),
        ("region", "state"),
        ("postal_code", "zipCode"),
        ("country", "countryCode"),
    ];
    let mut address: Map<String, Value> = members
        .into_iter()
        .filter_map(|(member, attribute)| Some((member.to_owned(), profile.text(attribute)?.into())))
        .collect();
    if complete && !address.is_empty() {
        let lines: Vec<&str> = address.values().filter_map(Value::as_str).collect();
        address.insert("formatted".to_owned(), lines.join("\n").into());
    }
    (!address.is_empty()).then_some(Value::Object(address))
}
