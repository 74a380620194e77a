//! The standard claims of OpenID Connect, from the profile. OIDC Core 5.1; Okta: scope-dependent claims and their attributes.

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Subject;
use crate::model::{User, UserProfile};

/// A standard claim.
pub(super) struct Standard {
    pub(super) name: &'static str,
    pub(super) scope: &'static str,
    from: From,
}

/// Where a standard claim is taken from.
#[derive(Clone, Copy, Eq, PartialEq)]
enum From {
    /// A profile attribute of that name, as it is.
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

const fn row(name: &'static str, scope: &'static str, from: From) -> Standard {
    Standard { name, scope, from }
}

/// The standard claims, in Okta's recorded userinfo order.
const STANDARD: [Standard; 19] = [
    row("name", "profile", From::DisplayName),
    row("nickname", "profile", From::Text("nickName")),
    row("locale", "profile", From::Locale),
    row("email", "email", From::Email),
    row("preferred_username", "profile", From::Login),
    row("given_name", "profile", From::FirstName),
    row("middle_name", "profile", From::Text("middleName")),
    row("family_name", "profile", From::LastName),
    row("zoneinfo", "profile", From::TimeZone),
    row("profile", "profile", From::Text("profileUrl")),
    row("picture", "profile", From::Text("picture")),
    row("website", "profile", From::Text("website")),
    row("gender", "profile", From::Text("gender")),
    row("birthdate", "profile", From::Text("birthdate")),
    row("updated_at", "profile", From::LastUpdated),
    row("email_verified", "email", From::EmailVerified),
    row("address", "address", From::Address),
    row("phone_number_verified", "phone", From::PhoneVerified),
    row("phone_number", "phone", From::Phone),
];

/// The standard claims that there are of a subject.
pub(super) fn of(subject: &Subject<'_>) -> impl Iterator<Item = &'static Standard> {
    let complete = subject.org.behavior().completes_standard_claims();
    // Okta leaves it out; OIDC Core 5.4 has it in the scope.
    let known = move |claim: &&Standard| complete || claim.from != From::PhoneVerified;
    STANDARD.iter().filter(|_| subject.user.is_some()).filter(known)
}

impl Standard {
    /// The profile attribute that it is taken from.
    pub(super) fn attribute(&self, subject: &Subject<'_>) -> &'static str {
        match self.from {
            From::Text(attribute) => attribute,
            From::DisplayName => "displayName",
            From::Locale => "locale",
            From::Email => "email",
            From::Login => "login",
            From::FirstName => "firstName",
            From::LastName => "lastName",
            From::TimeZone => "timezone",
            From::LastUpdated => "lastUpdated",
            From::EmailVerified => "emailVerified",
            From::Address => "streetAddress, city, state, zipCode, countryCode",
            From::Phone => subject.user.map_or("primaryPhone", |user| phone(&user.profile)),
            From::PhoneVerified => "phoneNumberVerified",
        }
    }

    /// Its value; `None` when the user has none.
    pub(super) fn value(&self, subject: &Subject<'_>) -> Option<Value> {
        let user = subject.user?;
        let profile = &user.profile;
        let text = |name: &str| profile.text(name).map(Value::from);
        let flag = |name: &str| Value::from(profile.others.get(name).and_then(Value::as_bool).unwrap_or(true));
        match self.from {
            From::Text(attribute) => text(attribute),
            From::DisplayName => Some(profile.display_name().into()),
            From::Locale => Some(locale_claim(profile).into()),
            From::Email => Some(profile.email.as_str().into()),
            From::Login => Some(profile.login.as_str().into()),
            From::FirstName => Some(profile.first_name.as_str().into()),
            From::LastName => Some(profile.last_name.as_str().into()),
            // Okta: the org's default time zone where the profile has none.
            From::TimeZone => Some(profile.text("timezone").unwrap_or("America/Los_Angeles").into()),
            From::LastUpdated => updated_at(user).map(Value::from),
            From::EmailVerified => Some(flag("emailVerified")),
            From::Address => address_claim(profile, subject.org.behavior().completes_standard_claims()),
            From::Phone => text(phone(profile)),
            From::PhoneVerified => text(phone(profile)).map(|_| flag("phoneNumberVerified")),
        }
    }
}

fn phone(profile: &UserProfile) -> &'static str {
    if profile.text("primaryPhone").is_some() { "primaryPhone" } else { "mobilePhone" }
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
