//! The lists of Okta's API that an import reads, as a tree: lists that belong to objects are below the list of these objects.

use serde_json::Value;

use super::left_out::LeftOut;
use crate::model::RoleType;

/// A list, or one object.
#[derive(Debug)]
pub struct ApiList {
    /// What progress calls it.
    pub name: &'static str,
    /// `{}` stands for an object that it belongs to, the outermost first.
    pub path: &'static str,
    pub query: &'static str,
    /// The member of the answer that has the list. `None`: the answer is the list or the object.
    pub member: Option<&'static str>,
    /// Whether the object that it belongs to has it.
    pub of: fn(&Value) -> bool,
    /// What stands in the paths of the lists below. `None`: the object has none.
    pub key: fn(&Value) -> Option<&str>,
    pub below: &'static [ApiList],
}

const LEAF: ApiList = ApiList { name: "", path: "", query: "", member: None, of: |_| true, key: |_| None, below: &[] };

const fn list(name: &'static str, path: &'static str, query: &'static str) -> ApiList {
    ApiList { name, path, query, ..LEAF }
}

fn id(object: &Value) -> Option<&str> {
    object["id"].as_str()
}

/// The last segment of a link of the object.
fn linked<'v>(object: &'v Value, link: &str) -> Option<&'v str> {
    object["_links"][link]["href"].as_str()?.rsplit('/').next()
}

const fn of_clients(name: &'static str, path: &'static str) -> ApiList {
    ApiList { of: |app| app["signOnMode"] == "OPENID_CONNECT", ..list(name, path, "") }
}

/// Okta: policies are listed by their type.
const fn policies(name: &'static str, query: &'static str) -> ApiList {
    ApiList { key: id, below: POLICY_RULES, ..list(name, "/api/v1/policies", query) }
}

/// Okta: the targets of roles that can have some.
const fn role_targets(path: &'static [&'static str; 2]) -> [ApiList; 2] {
    [
        ApiList {
            of: |role| role_of(role).is_some_and(RoleType::has_group_targets),
            ..list("role targets", path[0], "")
        },
        ApiList {
            of: |role| role_of(role).is_some_and(RoleType::has_app_targets),
            ..list("role targets", path[1], "")
        },
    ]
}

fn role_of(role: &Value) -> Option<RoleType> {
    RoleType::named(role["type"].as_str()?)
}

const USER_ROLE_TARGETS: &[ApiList] =
    &role_targets(&["/api/v1/users/{}/roles/{}/targets/groups", "/api/v1/users/{}/roles/{}/targets/catalog/apps"]);
const GROUP_ROLE_TARGETS: &[ApiList] =
    &role_targets(&["/api/v1/groups/{}/roles/{}/targets/groups", "/api/v1/groups/{}/roles/{}/targets/catalog/apps"]);
const CLIENT_ROLE_TARGETS: &[ApiList] = &role_targets(&[
    "/oauth2/v1/clients/{}/roles/{}/targets/groups",
    "/oauth2/v1/clients/{}/roles/{}/targets/catalog/apps",
]);

const POLICY_RULES: &[ApiList] = &[list("policy rules", "/api/v1/policies/{}/rules", "")];

/// What Okta's API has and an import does not read: what it is, and why. Nothing of it is in the document.
const NOT_READ: &[(&str, &str)] = &[
    ("factors of users", "their secrets and keys are not shown"),
    ("links between users", "imports do not read them"),
    ("risk of users", "imports do not read it"),
    ("notification subscriptions", "imports do not read them"),
    ("consents and refresh tokens of users", "they belong to sign-ins of the org"),
    ("users of identity providers", "imports do not read how users are linked"),
    ("apps that trust each other", "imports do not read interclient trust"),
    ("connections for cross-app access", "imports do not read them"),
    ("provisioning connections and features of apps", "imports do not read them"),
    ("logos of apps", "imports do not read them"),
    ("certificate signing requests", "their private keys are not shown"),
    ("keys of resource servers", "imports do not read them"),
    ("hook keys", "their private keys are not shown"),
    ("brands, themes and email customizations", "imports do not read them"),
    ("contacts, preferences and address of the org", "imports do not read them"),
    ("behaviors, devices, domains, log streams, realms and other objects", "the mock does not have them"),
];

/// The entries of a report about what is never read.
pub fn not_read() -> impl Iterator<Item = LeftOut> {
    NOT_READ.iter().map(|(kind, reason)| LeftOut::new(kind, "", "", *reason))
}

/// Everything, in the order in which it is read.
pub static WALK: &[ApiList] = &[
    list("organization", "/.well-known/okta-organization", ""),
    list("org settings", "/api/v1/org", ""),
    list("features", "/api/v1/features", ""),
    ApiList {
        key: |kind| linked(kind, "schema"),
        below: &[list("user schemas", "/api/v1/meta/schemas/user/{}", "")],
        ..list("user types", "/api/v1/meta/types/user", "")
    },
    list("group schema", "/api/v1/meta/schemas/group/default", ""),
    list("linked objects", "/api/v1/meta/schemas/user/linkedObjects", ""),
    list("users", "/api/v1/users", "limit=200"),
    list("deactivated users", "/api/v1/users", "limit=200&filter=status%20eq%20%22DEPROVISIONED%22"),
    ApiList {
        member: Some("value"),
        key: id,
        below: &[ApiList {
            key: id,
            below: USER_ROLE_TARGETS,
            ..list("administrator roles", "/api/v1/users/{}/roles", "")
        }],
        ..list("administrators", "/api/v1/iam/assignees/users", "")
    },
    ApiList {
        // Okta: all users are members of the built-in groups.
        key: |group| id(group).filter(|_| group["type"] != "BUILT_IN"),
        below: &[
            list("memberships", "/api/v1/groups/{}/users", "limit=200"),
            list("group owners", "/api/v1/groups/{}/owners", ""),
            ApiList { key: id, below: GROUP_ROLE_TARGETS, ..list("group roles", "/api/v1/groups/{}/roles", "") },
        ],
        ..list("groups", "/api/v1/groups", "limit=200")
    },
    list("group rules", "/api/v1/groups/rules", "limit=200"),
    ApiList {
        key: id,
        below: &[
            list("app users", "/api/v1/apps/{}/users", "limit=200"),
            list("app groups", "/api/v1/apps/{}/groups", "limit=200"),
            of_clients("client secrets", "/api/v1/apps/{}/credentials/secrets"),
            ApiList {
                of: |app| app["signOnMode"] != "OPENID_CONNECT",
                ..list("signing keys", "/api/v1/apps/{}/credentials/keys", "")
            },
            of_clients("scope grants", "/api/v1/apps/{}/grants"),
            of_clients("groups claims", "/api/v1/internal/apps/{}/settings/oauth/idToken"),
            list("app schemas", "/api/v1/meta/schemas/apps/{}/default", ""),
        ],
        ..list("apps", "/api/v1/apps", "limit=200")
    },
    ApiList {
        key: |client| client["client_id"].as_str(),
        below: &[ApiList {
            key: id,
            below: CLIENT_ROLE_TARGETS,
            ..list("client roles", "/oauth2/v1/clients/{}/roles", "")
        }],
        ..list("clients", "/oauth2/v1/clients", "limit=200")
    },
    ApiList {
        key: id,
        below: &[
            list("scopes", "/api/v1/authorizationServers/{}/scopes", ""),
            list("claims", "/api/v1/authorizationServers/{}/claims", ""),
            list("associated servers", "/api/v1/authorizationServers/{}/associatedServers", "trusted=true"),
            ApiList {
                key: id,
                below: &[list("access policy rules", "/api/v1/authorizationServers/{}/policies/{}/rules", "")],
                ..list("access policies", "/api/v1/authorizationServers/{}/policies", "")
            },
        ],
        ..list("authorization servers", "/api/v1/authorizationServers", "limit=200")
    },
    policies("global session policies", "type=OKTA_SIGN_ON"),
    policies("password policies", "type=PASSWORD"),
    policies("enrollment policies", "type=MFA_ENROLL"),
    policies("routing policies", "type=IDP_DISCOVERY"),
    policies("app sign-in policies", "type=ACCESS_POLICY"),
    policies("profile enrollment policies", "type=PROFILE_ENROLLMENT"),
    policies("session protection policies", "type=POST_AUTH_SESSION"),
    policies("session violation policies", "type=SESSION_VIOLATION_DETECTION"),
    list("trusted origins", "/api/v1/trustedOrigins", ""),
    list("network zones", "/api/v1/zones", ""),
    ApiList {
        key: id,
        below: &[ApiList {
            // Okta: orgs that can name models link to them.
            of: |authenticator| authenticator["_links"]["aaguids"].is_object(),
            ..list("models of security keys", "/api/v1/authenticators/{}/aaguids", "")
        }],
        ..list("authenticators", "/api/v1/authenticators", "")
    },
    ApiList {
        key: id,
        below: &[list("signing keys", "/api/v1/idps/{}/credentials/keys", "")],
        ..list("identity providers", "/api/v1/idps", "limit=200")
    },
    list("keys of identity providers", "/api/v1/idps/credentials/keys", "limit=200"),
    ApiList {
        key: id,
        below: &[list("mapped attributes", "/api/v1/mappings/{}", "")],
        ..list("profile mappings", "/api/v1/mappings", "limit=200")
    },
    list("inline hooks", "/api/v1/inlineHooks", ""),
    list("event hooks", "/api/v1/eventHooks", ""),
    ApiList {
        member: Some("roles"),
        key: id,
        below: &[ApiList {
            member: Some("permissions"),
            ..list("permissions", "/api/v1/iam/roles/{}/permissions", "")
        }],
        ..list("custom roles", "/api/v1/iam/roles", "")
    },
    ApiList {
        member: Some("resource-sets"),
        key: id,
        below: &[
            ApiList { member: Some("resources"), ..list("resources", "/api/v1/iam/resource-sets/{}/resources", "") },
            ApiList {
                member: Some("roles"),
                key: id,
                below: &[ApiList {
                    member: Some("members"),
                    ..list("bound members", "/api/v1/iam/resource-sets/{}/bindings/{}/members", "")
                }],
                ..list("bindings", "/api/v1/iam/resource-sets/{}/bindings", "")
            },
        ],
        ..list("resource sets", "/api/v1/iam/resource-sets", "")
    },
    list("API tokens", "/api/v1/api-tokens", ""),
];

impl ApiList {
    /// The path for the objects that it belongs to.
    #[must_use]
    pub fn path_of(&self, keys: &[&str]) -> String {
        keys.iter().fold(self.path.to_owned(), |path, key| path.replacen("{}", key, 1))
    }
}
