//! All mappings of an org.

use super::ends::MappingEnd;
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::{Tables, derived_id};

const KIND: DirectoryKind = DirectoryKind::ProfileMapping;

/// A mapping of one profile to another.
#[derive(Clone, Debug)]
pub(super) struct ProfileMapping<'t> {
    pub(super) id: String,
    pub(super) source: MappingEnd<'t>,
    pub(super) target: MappingEnd<'t>,
    /// What has been written of it.
    pub(super) written: Option<&'t DirectoryObject>,
}

impl ProfileMapping<'_> {
    /// The app or identity provider.
    pub(super) fn app_id(&self) -> &str {
        if self.source.is_user_type() { self.target.id } else { self.source.id }
    }
}

/// All mappings of an org, in the order in which apps and identity providers were created. Okta: those of an identity provider are with
/// each user type, those of an app with the default one.
pub(super) fn mappings(org: &Tables) -> impl Iterator<Item = ProfileMapping<'_>> {
    let types = || org.objects(DirectoryKind::UserType);
    let is_default = |kind: &&DirectoryObject| kind.members.get("default") == Some(&true.into());
    let apps = org.apps().map(MappingEnd::of_app).flat_map(move |app| {
        types().filter(is_default).flat_map(move |kind| both_ways(org, &app, &MappingEnd::of_user_type(kind)))
    });
    let providers = org.objects(DirectoryKind::IdentityProvider).map(MappingEnd::of_identity_provider);
    let providers = providers.flat_map(move |provider| {
        // Okta: the default type comes first.
        let others = types().filter(move |kind| !is_default(kind));
        let kinds = types().filter(is_default).chain(others);
        kinds.flat_map(move |kind| both_ways(org, &provider, &MappingEnd::of_user_type(kind)))
    });
    apps.chain(providers)
}

fn both_ways<'t>(org: &'t Tables, one: &MappingEnd<'t>, other: &MappingEnd<'t>) -> [ProfileMapping<'t>; 2] {
    let mapping = |source: &MappingEnd<'t>, target: &MappingEnd<'t>| {
        let owner = if source.is_user_type() { target.id } else { source.id };
        let is = |mapping: &&DirectoryObject, member: &str, id: &str| {
            mapping.members.get(member).is_some_and(|end| end["id"] == id)
        };
        let mut written = org.objects_of(KIND, owner);
        let written = written.find(|mapping| is(mapping, "source", source.id) && is(mapping, "target", target.id));
        let derived = || derived_id(KIND.prefix(), &[&org.identity().id, source.id, target.id, source.name()]);
        let id = written.map_or_else(derived, |written| written.id.clone());
        ProfileMapping { id, source: source.clone(), target: target.clone(), written }
    };
    [mapping(one, other), mapping(other, one)]
}
