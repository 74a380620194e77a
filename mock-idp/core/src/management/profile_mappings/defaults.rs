//! What a mapping maps until it is changed, and what it can map.

use super::ends::{MappedProfile, MappingEnd};
use crate::management::apps::assignments::CLIENT_PROFILE;
use crate::management::schemas::{app_attributes, app_schema, user_attributes};
use crate::model::DirectoryObject;
use crate::org::Tables;

/// Attribute of the user, and the expression about the user of the provider. Okta: as recorded.
const FROM_OIDC: [(&str, &str); 15] = [
    ("login", "appuser.email"),
    ("displayName", "appuser.displayName"),
    ("nickName", "appuser.nickname"),
    ("firstName", "appuser.firstName"),
    ("middleName", "appuser.middleName"),
    ("lastName", "appuser.lastName"),
    ("email", "appuser.email"),
    ("profileUrl", "appuser.profile"),
    ("timezone", "appuser.zoneinfo == null ? \"America/Los_Angeles\" : appuser.zoneinfo"),
    ("primaryPhone", "appuser.phoneNumber"),
    ("streetAddress", "appuser.street_address"),
    ("city", "appuser.locality"),
    ("state", "appuser.region"),
    ("zipCode", "appuser.postalCode"),
    ("countryCode", "appuser.country"),
];

/// The same for providers of other types. Okta: as recorded of Google.
const FROM_SOCIAL: [(&str, &str); 9] = [
    ("login", "appuser.email"),
    ("email", "appuser.email"),
    ("firstName", "appuser.firstName"),
    ("middleName", "appuser.middleName"),
    ("lastName", "appuser.lastName"),
    ("honorificPrefix", "appuser.honorificPrefix"),
    ("honorificSuffix", "appuser.honorificSuffix"),
    ("displayName", "appuser.displayName"),
    ("profileUrl", "appuser.profileUrl"),
];

/// Target attributes with their expressions.
pub(super) fn expressions(source: &MappingEnd<'_>, target: &MappingEnd<'_>) -> Vec<(String, String)> {
    let owned = |(name, expression): &(&str, &str)| ((*name).to_owned(), (*expression).to_owned());
    match (source.profile, target.profile) {
        (MappedProfile::IdentityProvider(provider), _) => from_provider(provider).iter().map(owned).collect(),
        // Okta: as recorded of an app whose users have nothing but a name.
        (MappedProfile::App(_), _) => vec![("email".to_owned(), "appuser.userName".to_owned())],
        (_, MappedProfile::App(app)) if app.is_client() => {
            let mapped = CLIENT_PROFILE.iter().filter(|(name, source)| !source.is_empty() || *name == "name");
            mapped.map(to_client).collect()
        }
        _ => Vec::new(),
    }
}

fn from_provider(provider: &DirectoryObject) -> &'static [(&'static str, &'static str)] {
    if provider.text("type") == Some("OIDC") { &FROM_OIDC } else { &FROM_SOCIAL }
}

fn to_client((name, source): &(&str, &str)) -> (String, String) {
    let expression = match *name {
        "name" => "user.firstName + \" \" + user.lastName".to_owned(),
        "zoneinfo" => format!("user.{source} == null ? \"America/Los_Angeles\" : user.{source}"),
        "locale" => format!("user.{source} == null ? \"en_US\" : user.{source}"),
        _ => format!("user.{source}"),
    };
    ((*name).to_owned(), expression)
}

/// The names of the attributes of an end.
pub(super) fn attributes(org: &Tables, end: &MappingEnd<'_>) -> Vec<String> {
    match end.profile {
        MappedProfile::UserType(kind) => {
            user_attributes(org, &kind.id).into_iter().map(|rules| rules.name.to_owned()).collect()
        }
        MappedProfile::App(app) => {
            let schema = app_schema(org, app);
            app_attributes(&schema).into_iter().map(|rules| rules.name.to_owned()).collect()
        }
        MappedProfile::IdentityProvider(provider) => provider_attributes(provider),
    }
}

/// The attributes of a provider's users: those that the default mapping reads.
fn provider_attributes(provider: &DirectoryObject) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (_, expression) in from_provider(provider) {
        let name = expression.rsplit("appuser.").next().unwrap_or_default().to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
