//! What a mapping maps until it is changed, and what it can map.

use super::ends::{MappedProfile, MappingEnd, ProfileKind};
use crate::claims::{CLIENT_PROFILE, FROM_OIDC, FROM_SOCIAL};
use crate::management::schemas::{app_attributes, app_schema, user_attributes};
use crate::org::Tables;

/// Target attributes with their expressions.
pub(super) fn expressions(source: ProfileKind, target: ProfileKind) -> Vec<(String, String)> {
    let owned = |(name, expression): &(&str, &str)| ((*name).to_owned(), (*expression).to_owned());
    match (source, target) {
        (ProfileKind::OidcProvider, _) => FROM_OIDC.iter().map(owned).collect(),
        (ProfileKind::OtherProvider, _) => FROM_SOCIAL.iter().map(owned).collect(),
        // Okta: as recorded of an app whose users have nothing but a name.
        (ProfileKind::Client | ProfileKind::OtherApp, _) => vec![("email".to_owned(), "appuser.userName".to_owned())],
        (_, ProfileKind::Client) => {
            CLIENT_PROFILE.iter().filter_map(|(name, expression)| Some(owned(&(*name, (*expression)?)))).collect()
        }
        _ => Vec::new(),
    }
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
        MappedProfile::IdentityProvider(_) => provider_attributes(end.kind()),
    }
}

/// The attributes of a provider's users: those that the default mapping reads.
fn provider_attributes(kind: ProfileKind) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (_, expression) in expressions(kind, ProfileKind::UserType) {
        let name = expression.rsplit("appuser.").next().unwrap_or_default().to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
