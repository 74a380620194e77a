//! Which members of directory objects name other objects.

use serde_json::Value;

use super::defaults::derived_id;
use crate::model::{DirectoryKind, DirectoryObject, SessionConditions};

/// What a member names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Named {
    User,
    Group,
    App,
    UserOrGroup,
    /// An app or an identity provider: both have keys and mappings.
    AppOrProvider,
    /// One side of a profile mapping.
    MappingEnd,
    Object(DirectoryKind),
}

/// The member `owner`, in paths.
const OWNER: &str = "/owner";

/// The members of a kind of objects that name others, as JSON pointers; `*` is each element of a list.
pub(super) fn references(kind: DirectoryKind) -> &'static [(&'static str, Named)] {
    use DirectoryKind as Kind;
    use Named::{App, AppOrProvider, Group, MappingEnd, Object, User, UserOrGroup};
    match kind {
        Kind::UserSchema => &[(OWNER, Object(Kind::UserType))],
        Kind::AppUserSchema
        | Kind::AppLogo
        | Kind::AppConnection
        | Kind::ProvisioningConnection
        | Kind::ProvisioningFeature => &[(OWNER, App)],
        Kind::LinkedUser => &[(OWNER, User), ("/associated", User)],
        Kind::UserRisk | Kind::UserClassification | Kind::IdentityProviderUser => &[(OWNER, User)],
        Kind::Subscription => &[(OWNER, User)],
        Kind::AppAuthenticator => &[(OWNER, User), ("/authenticatorId", Object(Kind::Authenticator))],
        Kind::GroupOwner => &[(OWNER, Group), ("/ownerId", UserOrGroup)],
        Kind::SigningKey | Kind::SigningRequest => &[(OWNER, AppOrProvider)],
        Kind::ProfileMapping => &[(OWNER, AppOrProvider), ("/source/id", MappingEnd), ("/target/id", MappingEnd)],
        Kind::CustomAaguid => &[(OWNER, Object(Kind::Authenticator))],
        Kind::GroupRule => &[
            ("/conditions/people/users/exclude/*", User),
            ("/conditions/people/groups/exclude/*", Group),
            ("/actions/assignUserToGroups/groupIds/*", Group),
        ],
        Kind::Policy => &[
            ("/conditions/people/users/include/*", User),
            ("/conditions/people/users/exclude/*", User),
            ("/conditions/people/groups/include/*", Group),
            ("/conditions/people/groups/exclude/*", Group),
            ("/rules/*/conditions/people/users/include/*", User),
            ("/rules/*/conditions/people/users/exclude/*", User),
            ("/rules/*/conditions/people/groups/include/*", Group),
            ("/rules/*/conditions/people/groups/exclude/*", Group),
            ("/rules/*/conditions/network/include/*", Object(Kind::NetworkZone)),
            ("/rules/*/conditions/network/exclude/*", Object(Kind::NetworkZone)),
            ("/rules/*/conditions/app/include/*/id", App),
            ("/rules/*/conditions/app/exclude/*/id", App),
            ("/rules/*/conditions/userType/include/*", Object(Kind::UserType)),
            ("/rules/*/conditions/userType/exclude/*", Object(Kind::UserType)),
            ("/rules/*/conditions/identityProvider/idpIds/*", Object(Kind::IdentityProvider)),
            ("/rules/*/actions/idp/providers/*/id", Object(Kind::IdentityProvider)),
            ("/rules/*/actions/profileEnrollment/targetGroupIds/*", Group),
            ("/rules/*/actions/profileEnrollment/preRegistrationInlineHooks/*/inlineHookId", Object(Kind::InlineHook)),
        ],
        Kind::IdentityProvider => &[
            ("/policy/provisioning/groups/assignments/*", Group),
            ("/policy/accountLink/filter/groups/include/*", Group),
        ],
        Kind::InlineHook | Kind::EventHook => &[("/channel/config/hookKeyId", Object(Kind::HookKey))],
        Kind::ResourceSet => &[("/bindings/*/role", Object(Kind::CustomRole))],
        Kind::Brand => &[("/defaultApp/appInstanceId", App)],
        _ => &[],
    }
}

/// The members that end with the id or name of a user, a group or an app: paths such as `/api/v1/users/ada@example.test`, and resource
/// names such as `orn:okta:directory:00o…:groups:Staff`.
fn paths(kind: DirectoryKind) -> &'static [&'static str] {
    match kind {
        DirectoryKind::ResourceSet => &["/bindings/*/members/*/path", "/resources/*/orn"],
        _ => &[],
    }
}

/// Names in conditions that are not ids. Okta: `EVERYONE` is the group of all users, `ALL_ZONES` each network zone.
pub(crate) fn is_word(name: &str) -> bool {
    matches!(name, "" | "EVERYONE" | "ALL_ZONES")
}

/// Calls a function with each name that an object has, the path in the object, and what is named.
pub(super) fn each_reference(
    kind: DirectoryKind,
    object: &mut DirectoryObject,
    mut found: impl FnMut(&str, Named, &mut String),
) {
    for (pointer, named) in references(kind) {
        let mut found = |path: &str, name: &mut String| {
            if !is_word(name) {
                found(path, *named, name);
            }
        };
        if *pointer == OWNER {
            found(OWNER, &mut object.owner);
        } else {
            each_text_at(object, pointer, &mut found);
        }
    }
    for pointer in paths(kind) {
        each_text_at(object, pointer, &mut |path, text| end_of_path(text, |named, end| found(path, named, end)));
    }
}

fn each_text_at(object: &mut DirectoryObject, pointer: &str, found: &mut dyn FnMut(&str, &mut String)) {
    let mut segments = pointer.split('/').skip(1);
    let first = segments.next().unwrap_or_default();
    if let Some(member) = object.members.get_mut(first) {
        each_text(member, &segments.collect::<Vec<_>>(), &format!("/{first}"), found);
    }
}

/// Calls a function with the last part of a path or resource name, if that is a user, a group or an app.
fn end_of_path(path: &mut String, found: impl FnOnce(Named, &mut String)) {
    let parts: Vec<&str> = path.split(['/', ':']).collect();
    let named = match parts[..] {
        [.., "users", _] => Named::User,
        [.., "groups", _] => Named::Group,
        [.., "apps", _, _] => Named::App,
        _ => return,
    };
    let mut end = parts.last().copied().unwrap_or_default().to_owned();
    let before = path.len() - end.len();
    found(named, &mut end);
    path.replace_range(before.., &end);
}

/// The id of an object that has none of its own, from what it names. Documents leave it out.
pub(super) fn id_by_content(kind: DirectoryKind, object: &DirectoryObject) -> Option<String> {
    let text = |name| object.text(name).unwrap_or_default();
    let owner = object.owner.as_str();
    match kind {
        DirectoryKind::GroupOwner => Some(format!("{owner}/{}", text("ownerId"))),
        DirectoryKind::LinkedUser => Some(format!("{}/{}", text("name"), text("associated"))),
        DirectoryKind::CustomAaguid => Some(format!("{owner}/{}", text("aaguid"))),
        DirectoryKind::Subscription => Some(format!("{owner}/{}", text("notificationType"))),
        DirectoryKind::RoleSubscription => Some(format!("{}/{}", text("role"), text("notificationType"))),
        DirectoryKind::UserRisk | DirectoryKind::UserClassification => Some(owner.to_owned()),
        DirectoryKind::LinkedObject => {
            let primary = object.members.get("primary").and_then(|primary| primary["name"].as_str());
            Some(primary.unwrap_or_default().to_owned())
        }
        DirectoryKind::ProfileMapping => {
            let end = |name| object.members.get(name).and_then(|end| end["id"].as_str()).unwrap_or_default();
            Some(derived_id(kind.prefix(), &[owner, end("source"), end("target")]))
        }
        _ => None,
    }
}

impl SessionConditions {
    /// The same of the conditions of a global session policy or rule, without people.
    pub(super) fn each_reference(&mut self, mut found: impl FnMut(&str, DirectoryKind, &mut String)) {
        let mut each = |member: &mut Option<Value>, path: &str, list: &str, kind| {
            let mut found = |path: &str, name: &mut String| {
                if !is_word(name) {
                    found(path, kind, name);
                }
            };
            if let Some(member) = member {
                each_text(member, &[list, "*"], path, &mut found);
            }
        };
        each(&mut self.network, "/network", "include", DirectoryKind::NetworkZone);
        each(&mut self.network, "/network", "exclude", DirectoryKind::NetworkZone);
        each(&mut self.identity_provider, "/identityProvider", "idpIds", DirectoryKind::IdentityProvider);
    }
}

fn each_text(value: &mut Value, segments: &[&str], path: &str, found: &mut dyn FnMut(&str, &mut String)) {
    match (segments, value) {
        ([], Value::String(text)) => found(path, text),
        (["*", rest @ ..], Value::Array(elements)) => {
            for (index, element) in elements.iter_mut().enumerate() {
                each_text(element, rest, &format!("{path}/{index}"), found);
            }
        }
        ([name, rest @ ..], Value::Object(members)) => {
            if let Some(member) = members.get_mut(*name) {
                each_text(member, rest, &format!("{path}/{name}"), found);
            }
        }
        _ => {}
    }
}
