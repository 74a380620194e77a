//! Large org documents.

use std::fmt::Write as _;

/// Groups of a large org, without the built-in one.
pub(crate) const GROUPS: usize = 500;

/// An id of Okta's length.
pub(crate) fn id(prefix: &str, number: usize) -> String {
    format!("{prefix}{number:0>17}")
}

/// An org with a service client, a rule for it, groups, and users with a few attributes and two groups each.
pub(crate) fn large(users: usize) -> String {
    let mut yaml = format!(
        "org: {{ id: {org}, name: Large, subdomain: large }}\n\
         apiTokens: [\"{API_TOKEN}\"]\n\
         apps:\n  - id: {client}\n    label: Service\n\
         \x20   credentials: {{ oauthClient: {{ client_secret: {SECRET} }} }}\n\
         \x20   settings: {{ oauthClient: {{ application_type: service, grant_types: [client_credentials] }} }}\n\
         authorizationServers:\n  - id: {server}\n    name: Default\n    default: true\n    audiences: [\"api://default\"]\n\
         \x20   scopes: [{{ id: {scope}, name: read }}]\n\
         \x20   policies:\n      - id: {policy}\n        name: All\n        priority: 1\n\
         \x20       conditions: {{ clients: {{ include: [ALL_CLIENTS] }} }}\n\
         \x20       rules:\n          - {{ id: {rule}, name: All, priority: 1, conditions: {{ grantTypes: {{ include: [client_credentials] }}, scopes: {{ include: [\"*\"] }} }}, actions: {{ token: {{}} }} }}\n\
         groups:\n  - {{ id: {everyone}, type: BUILT_IN, profile: {{ name: Everyone }} }}\n",
        org = id("00o", 0),
        client = id("0oa", 0),
        server = id("aus", 0),
        scope = id("scp", 0),
        policy = id("00p", 0),
        rule = id("0pr", 0),
        everyone = id("00g", 0),
    );
    for group in 1..=GROUPS {
        let _ = writeln!(yaml, "  - {{ id: {}, profile: {{ name: Group {group} }} }}", id("00g", group));
    }
    yaml.push_str(if users == 0 { "users: []\n" } else { "users:\n" });
    for user in 0..users {
        let (first, second) = (1 + user % GROUPS, 1 + (user / GROUPS + user + 7) % GROUPS);
        let _ = writeln!(
            yaml,
            "  - id: {}\n    profile:\n      login: user{user}@example.test\n      email: user{user}@example.test\n\
             \x20     firstName: Uwe\n      lastName: User {user}\n      department: Sales\n      employeeNumber: \"{user}\"\n\
             \x20   credentials: {{ password: {{ value: Password-{user} }} }}\n    groupIds: [{}, {}]",
            id("00u", user),
            id("00g", first),
            id("00g", second),
        );
    }
    yaml
}

pub(crate) const API_TOKEN: &str = "00benchmarkApiToken0123456789abcdefghijklm";
pub(crate) const SECRET: &str = "benchmark-secret-0123456789";

/// An org with about a thousand token requests: a web app, a custom claim, and users. `role` is the value of the claim.
pub(crate) fn thousand_cases(role: &str) -> String {
    let mut yaml = format!(
        "apps:\n  - label: Web\n    settings: {{ oauthClient: {{ application_type: web, grant_types: [authorization_code, refresh_token], redirect_uris: [\"http://localhost:3000/callback\"] }} }}\n\
         authorizationServers:\n  - name: Default\n    default: true\n    audiences: [\"api://default\"]\n\
         \x20   scopes: [{{ name: read }}, {{ name: write }}]\n\
         \x20   claims: [{{ name: role, claimType: RESOURCE, value: '{role}', conditions: {{ scopes: [write] }} }}]\nusers:\n"
    );
    for user in 0..28 {
        let _ = writeln!(
            yaml,
            "  - profile: {{ login: user{user}@example.test, email: user{user}@example.test, firstName: Uwe, lastName: User {user} }}\n\
             \x20   credentials: {{ password: {{ value: Password-{user} }} }}",
        );
    }
    yaml
}
