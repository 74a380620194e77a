//! The standard claims of OpenID Connect, from the profile. OIDC Core 5.1; Okta: scope-dependent claims and their attributes.

use serde_json::{Map, Value};

use super::ClaimSubject;
use crate::model::unix_time::from_rfc3339;
use crate::model::{User, UserProfile};

/// A standard claim.
pub(super) struct StandardClaim {
    pub(super) name: &'static str,
    pub(super) scope: &'static str,
    source: AttributeSource,
}

/// Where the value of a standard claim comes from.
#[derive(Clone, Copy, Eq, PartialEq)]
enum AttributeSource {
    /// A profile attribute of that name.
    Text(&'static str),
    DisplayName,
    Locale,
    Email,
    Login,
    FirstName,
    LastName,
    TimeZone,
    LastUpdated,
    EmailVerified,
    Address,
    Phone,
    PhoneVerified,
}

const fn row(name: &'static str, scope: &'static str, source: AttributeSource) -> StandardClaim {
    StandardClaim { name, scope, source }
}

/// The standard claims, in Okta's recorded userinfo order.
const STANDARD: [StandardClaim; 19] = [
    row("name", "profile", AttributeSource::DisplayName),
    row("nickname", "profile", AttributeSource::Text("nickName")),
    row("locale", "profile", AttributeSource::Locale),
    row("email", "email", AttributeSource::Email),
    row("preferred_username", "profile", AttributeSource::Login),
    row("given_name", "profile", AttributeSource::FirstName),
    row("middle_name", "profile", AttributeSource::Text("middleName")),
    row("family_name", "profile", AttributeSource::LastName),
    row("zoneinfo", "profile", AttributeSource::TimeZone),
    row("profile", "profile", AttributeSource::Text("profileUrl")),
    row("picture", "profile", AttributeSource::Text("picture")),
    row("website", "profile", AttributeSource::Text("website")),
    row("gender", "profile", AttributeSource::Text("gender")),
    row("birthdate", "profile", AttributeSource::Text("birthdate")),
    row("updated_at", "profile", AttributeSource::LastUpdated),
    row("email_verified", "email", AttributeSource::EmailVerified),
    row("address", "address", AttributeSource::Address),
    row("phone_number_verified", "phone", AttributeSource::PhoneVerified),
    row("phone_number", "phone", AttributeSource::Phone),
];

/// The standard claims of a subject.
pub(super) fn of(subject: &ClaimSubject<'_>) -> impl Iterator<Item = &'static StandardClaim> {
    let complete = subject.org.behavior().completes_standard_claims();
    // OIDC Core 5.4 has it in the scope. Okta does not return it.
    let included = move |claim: &&StandardClaim| complete || claim.source != AttributeSource::PhoneVerified;
    STANDARD.iter().filter(|_| subject.user.is_some()).filter(included)
}

impl StandardClaim {
    /// The profile attribute that it comes from.
    pub(super) fn attribute(&self, subject: &ClaimSubject<'_>) -> &'static str {
        match self.source {
            AttributeSource::Text(attribute) => attribute,
            AttributeSource::DisplayName => "displayName",
            AttributeSource::Locale => "locale",
            AttributeSource::Email => "email",
            AttributeSource::Login => "login",
            AttributeSource::FirstName => "firstName",
            AttributeSource::LastName => "lastName",
            AttributeSource::TimeZone => "timezone",
            AttributeSource::LastUpdated => "lastUpdated",
            AttributeSource::EmailVerified => "emailVerified",
            AttributeSource::Address => "streetAddress, city, state, zipCode, countryCode",
            AttributeSource::Phone => subject.user.map_or("primaryPhone", |user| phone(&user.profile)),
            AttributeSource::PhoneVerified => "phoneNumberVerified",
        }
    }

    /// Its value; `None` when the user has none.
    pub(super) fn value(&self, subject: &ClaimSubject<'_>) -> Option<Value> {
        let user = subject.user?;
        let profile = &user.profile;
        let text = |name: &str| profile.text(name).map(Value::from);
        let flag = |name: &str| Value::from(profile.others.get(name).and_then(Value::as_bool).unwrap_or(true));
        match self.source {
            AttributeSource::Text(attribute) => text(attribute),
            AttributeSource::DisplayName => Some(profile.display_name().into()),
            AttributeSource::Locale => Some(locale_claim(profile).into()),
            AttributeSource::Email => Some(profile.email.as_str().into()),
            AttributeSource::Login => Some(profile.login.as_str().into()),
            AttributeSource::FirstName => Some(profile.first_name.as_str().into()),
            AttributeSource::LastName => Some(profile.last_name.as_str().into()),
            // Okta: the org's default time zone where the profile has none.
            AttributeSource::TimeZone => Some(profile.text("timezone").unwrap_or("America/Los_Angeles").into()),
            AttributeSource::LastUpdated => updated_at(user).map(Value::from),
            AttributeSource::EmailVerified => Some(flag("emailVerified")),
            AttributeSource::Address => address_claim(profile, subject.org.behavior().completes_standard_claims()),
            AttributeSource::Phone => text(phone(profile)),
            AttributeSource::PhoneVerified => text(phone(profile)).map(|_| flag("phoneNumberVerified")),
        }
    }
}

fn phone(profile: &UserProfile) -> &'static str {
    if profile.text("primaryPhone").is_some() { "primaryPhone" } else { "mobilePhone" }
}

/// OIDC Core 5.1: BCP 47. Okta's profiles contain `en_US`.
#[must_use]
pub fn locale_claim(profile: &UserProfile) -> String {
    profile.text("locale").unwrap_or("en_US").replace('_', "-")
}

/// Seconds since the epoch. OIDC Core 5.1.
#[must_use]
pub fn updated_at(user: &User) -> Option<i64> {
    from_rfc3339(user.last_updated.as_deref()?)
}

/// OIDC Core 5.1.1, from Okta's address attributes; `None` when the profile has none of them. `complete` adds `formatted`, with
/// one line for each part.
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
