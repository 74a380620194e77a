//! Random orgs and random questions about them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{CALLBACK, SECRET, SESSION_BEGAN};

const GROUPS: usize = 4;
const SCOPES: [&str; 4] = ["a", "b", "c", "d"];
const OIDC: [&str; 6] = ["openid", "profile", "email", "phone", "offline_access", "groups"];
const EXPRESSIONS: [&str; 8] = [
    "user.login",
    "appuser.color",
    "appuser != null ? appuser.userName : app.clientId",
    "isMemberOfGroupName(\"g1\") ? \"in\" : \"out\"",
    "access.scope",
    "String.toUpperCase(user.firstName)",
    "user.nothing",
    "user.login.toUpperCase()",
];
const STATUSES: [&str; 4] = ["ACTIVE", "ACTIVE", "ACTIVE", "SUSPENDED"];

/// A subset of a list.
fn some(of: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    proptest::sample::subsequence(of, 0..=of.len())
}

/// All of a list, or a subset, so that not all questions are refused.
fn most(of: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    prop_oneof![3 => Just(of.to_vec()), 1 => some(of)]
}

fn groups() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(1..=GROUPS, 0..3).prop_map(|numbers| {
        let mut ids: Vec<String> = numbers.into_iter().map(group).collect();
        ids.sort();
        ids.dedup();
        ids
    })
}

fn group(number: usize) -> String {
    format!("00g{number:0>17}")
}

fn user() -> impl Strategy<Value = (usize, Vec<String>, Option<&'static str>)> {
    (0..STATUSES.len(), groups(), proptest::option::of(Just("Nick")))
}

fn scope() -> impl Strategy<Value = (usize, bool)> {
    (0..3_usize, any::<bool>())
}

fn rule() -> impl Strategy<Value = Value> {
    let grants = most(&["authorization_code", "implicit", "client_credentials", "password"]);
    let listed = prop_oneof![
        2 => some(&SCOPES).prop_map(|scopes| json!(scopes)),
        3 => Just(json!(["*"])),
        1 => Just(json!(["openid", "profile", "a"])),
    ];
    let minutes = prop_oneof![Just(5), Just(60)];
    let exclude = prop_oneof![3 => Just(Vec::new()), 1 => groups()];
    (grants, groups(), exclude, proptest::bool::weighted(0.7), listed, minutes).prop_map(
        |(grants, include, exclude, everyone, scopes, minutes)| {
            let include = if everyone { vec!["EVERYONE".to_owned()] } else { include };
            json!({
                "conditions": {
                    "people": {"groups": {"include": include, "exclude": exclude}},
                    "grantTypes": {"include": grants},
                    "scopes": {"include": scopes},
                },
                "actions": {"token": {"accessTokenLifetimeMinutes": minutes}},
            })
        },
    )
}

fn claim() -> impl Strategy<Value = Value> {
    let what = prop_oneof![
        2 => (0..EXPRESSIONS.len()).prop_map(|at| json!({"valueType": "EXPRESSION", "value": EXPRESSIONS[at]})),
        1 => Just(json!({"valueType": "GROUPS", "group_filter_type": "STARTS_WITH", "value": "g"})),
    ];
    (
        what,
        any::<bool>(),
        any::<bool>(),
        some(&["a", "profile"]),
        prop_oneof![4 => Just("ACTIVE"), 1 => Just("INACTIVE")],
    )
        .prop_map(|(mut claim, resource, always, scopes, status)| {
            claim["claimType"] = if resource { "RESOURCE".into() } else { "IDENTITY".into() };
            claim["alwaysIncludeInToken"] = always.into();
            claim["conditions"] = json!({"scopes": scopes});
            claim["status"] = status.into();
            claim
        })
}

/// An org with three clients: one for users, a service, and one that every user may sign in to.
pub(super) fn document() -> impl Strategy<Value = Value> {
    let users = proptest::collection::vec(user(), 1..4);
    let scopes = proptest::collection::vec(scope(), SCOPES.len());
    let policies = proptest::collection::vec((0..5_usize, proptest::collection::vec(rule(), 1..4)), 1..4);
    let claims = proptest::collection::vec(claim(), 0..5);
    let client = (
        most(&["authorization_code", "implicit", "refresh_token", "password"]),
        most(&["code", "token", "id_token"]),
        any::<bool>(),
        any::<bool>(),
        prop_oneof![2 => Just(vec![group(0)]), 1 => groups()],
    );
    (users, scopes, policies, claims, client).prop_map(|(users, scopes, policies, claims, client)| {
        let (grants, responses, consent, pkce, assigned) = client;
        let id = |prefix: &str, number: usize| format!("{prefix}{number:0>17}");
        let groups: Vec<Value> = std::iter::once(json!({
            "id": group(0), "type": "BUILT_IN", "profile": {"name": "Everyone"}
        }))
        .chain((1..=GROUPS).map(|number| json!({"id": group(number), "profile": {"name": format!("g{number}")}})))
        .collect();
        let users: Vec<Value> = users
            .into_iter()
            .enumerate()
            .map(|(at, (status, groups, nick))| {
                let login = format!("u{at}@example.test");
                json!({
                    "id": id("00u", at), "status": STATUSES[status], "groupIds": groups,
                    "profile": {"login": login, "email": login, "firstName": "Uwe", "lastName": "User", "nickName": nick},
                    "credentials": {"password": {"value": "Passw0rd!"}},
                })
            })
            .collect();
        let scopes: Vec<Value> = scopes
            .into_iter()
            .enumerate()
            .map(|(at, (consent, default))| {
                let consent = ["IMPLICIT", "REQUIRED", "FLEXIBLE"][consent];
                json!({"id": id("scp", at), "name": SCOPES[at], "consent": consent, "default": default})
            })
            .collect();
        let mut rules = 0;
        let policies: Vec<Value> = policies
            .into_iter()
            .enumerate()
            .map(|(at, (clients, of))| {
                let clients = match clients {
                    0 => json!([id("0oa", 1)]),
                    1 => json!([id("0oa", 2)]),
                    _ => json!(["ALL_CLIENTS"]),
                };
                let of = of.into_iter().enumerate().map(|(priority, mut rule)| {
                    rules += 1;
                    rule["id"] = id("0pr", rules).into();
                    rule["name"] = format!("r{rules}").into();
                    rule["priority"] = (priority + 1).into();
                    rule
                });
                let of: Vec<Value> = of.collect();
                json!({
                    "id": id("00p", at), "name": format!("p{at}"), "priority": at + 1, "rules": of,
                    "conditions": {"clients": {"include": clients}},
                })
            })
            .collect();
        let claims: Vec<Value> = claims
            .into_iter()
            .enumerate()
            .map(|(at, mut claim)| {
                claim["id"] = id("ocl", at).into();
                claim["name"] = format!("claim_{at}").into();
                claim
            })
            .collect();
        let credentials = |pkce: bool| {
            json!({"oauthClient": {
                "client_secret": SECRET, "token_endpoint_auth_method": "client_secret_basic", "pkce_required": pkce
            }})
        };
        let assigned: Vec<Value> =
            assigned.into_iter().map(|id| json!({"id": id, "profile": {"color": "red"}})).collect();
        let web = json!({
            "id": id("0oa", 1), "label": "Web", "credentials": credentials(pkce),
            "settings": {
                "oauthClient": {
                    "application_type": "web", "grant_types": grants, "response_types": responses,
                    "redirect_uris": [CALLBACK],
                    "consent_method": if consent { "REQUIRED" } else { "TRUSTED" },
                },
                "idToken": {"name": "groups", "groupFilterType": "REGEX", "value": "g.*"},
            },
            "assignments": {"users": [{"id": id("00u", 0)}], "groups": assigned},
        });
        let service = json!({
            "id": id("0oa", 2), "label": "Service", "credentials": credentials(false),
            "settings": {"oauthClient": {"application_type": "service", "grant_types": ["client_credentials"]}},
        });
        let session = json!({
            "id": id("0oa", 3), "label": "Session", "credentials": credentials(false),
            "settings": {"oauthClient": {
                "application_type": "web", "grant_types": ["authorization_code"], "response_types": ["code"],
                "redirect_uris": [CALLBACK],
            }},
            "assignments": {"groups": [{"id": group(0)}]},
        });
        json!({
            "org": {"id": id("00o", 1), "name": "Generated", "subdomain": "generated"},
            "groups": groups, "users": users, "apps": [web, service, session],
            "authorizationServers": [{
                "id": id("aus", 1), "name": "default", "default": true, "audiences": ["api://default"],
                "scopes": scopes, "claims": claims, "policies": policies,
            }],
        })
    })
}

pub(super) fn question() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let oidc = prop_oneof![3 => Just(vec!["openid", "profile", "offline_access"]), 1 => some(&OIDC)];
    let custom = prop_oneof![1 => Just(vec!["a"]), 1 => some(&SCOPES)];
    let scopes = (oidc, custom, proptest::option::weighted(0.05, Just("unknown")));
    let request = prop_oneof![
        4 => Just(("authorization_code", None)),
        1 => Just(("authorization_code", Some("code id_token"))),
        1 => Just(("authorization_code", Some("code id_token token"))),
        1 => Just(("implicit", Some("id_token"))),
        1 => Just(("implicit", Some("token"))),
        1 => Just(("implicit", Some("id_token token"))),
        1 => Just(("password", None)),
        1 => Just(("refresh_token", None)),
        2 => Just(("client_credentials", None)),
    ];
    let prompt = proptest::option::weighted(0.2, prop_oneof![Just("none"), Just("consent"), Just("login")]);
    let server = prop_oneof![4 => Just("default"), 1 => Just("org")];
    (scopes, request, prompt, server, any::<bool>(), any::<bool>(), 0..3_usize).prop_map(
        |((oidc, custom, unknown), (grant, response_type), prompt, server, consent, session, user)| {
            let itself = grant == "client_credentials";
            // Client credentials may not request scopes of OpenID Connect; some of these questions do.
            let oidc = if itself && user > 0 { Vec::new() } else { oidc };
            let scopes: Vec<&str> = oidc.into_iter().chain(custom).chain(unknown).collect();
            let mut question = vec![("grant", grant.to_owned()), ("server", server.to_owned())];
            question.push(("client", if itself { "Service" } else { "Web" }.to_owned()));
            question.push(("scope", scopes.join(" ")));
            if !itself {
                question.push(("user", format!("u{user}@example.test")));
            }
            question.extend(response_type.map(|words: &str| ("response_type", words.to_owned())));
            question.extend(prompt.map(|prompt: &str| ("prompt", prompt.to_owned())));
            question.extend((!consent).then(|| ("consent", "missing".to_owned())));
            question
                .extend((session && grant != "password" && !itself).then(|| ("auth_time", SESSION_BEGAN.to_string())));
            question
        },
    )
}
