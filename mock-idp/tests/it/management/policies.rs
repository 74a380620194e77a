//! `/api/v1/policies`.

use serde_json::{Value, json};

use super::{Api, SERVICE, keys, values};
use crate::flow::{WEB, authorize, browser, code_request, parameter};
use crate::session_policy::{after, control, signed_in};

const PATH: &str = "/api/v1/policies";

#[tokio::test]
async fn every_org_has_the_policies_of_a_fresh_one() {
    let api = Api::market().await;
    for (kind, names) in [
        (
            "ACCESS_POLICY",
            vec![
                "Okta Admin Console",
                "Okta Dashboard",
                "Okta Browser Plugin",
                "Any two factors",
                "Okta Account Management Policy",
                "Okta End User Settings",
            ],
        ),
        ("PASSWORD", vec!["Default Policy"]),
        ("MFA_ENROLL", vec!["Default Policy"]),
        ("OKTA_SIGN_ON", vec!["Default Policy"]),
        ("PROFILE_ENROLLMENT", vec!["Default Policy"]),
        ("IDP_DISCOVERY", vec!["Idp Discovery Policy"]),
        ("POST_AUTH_SESSION", vec!["Post Auth Policy"]),
        ("SESSION_VIOLATION_DETECTION", vec!["Session Violation Detection Policy"]),
    ] {
        let list = api.get(&format!("{PATH}?type={kind}")).await;
        // The market has policies of its own.
        let of_every_org: Vec<&str> =
            values(&list.body, "/name").into_iter().filter(|name| !name.starts_with("Market ")).collect();
        assert_eq!(of_every_org, names, "{kind}");
        assert_eq!(list.links, [format!("<{}{PATH}?type={kind}>; rel=\"self\"", api.base())]);
        let id = list.body[0]["id"].as_str().unwrap();
        assert_eq!(id.len(), 20);
        let rules = api.get(&format!("{PATH}/{id}/rules")).await.body;
        assert!(!rules.as_array().unwrap().is_empty(), "{kind}");
    }
    assert_eq!(api.get(PATH).await.error().1, "E0000028");
}

#[tokio::test]
async fn a_new_access_policy_has_a_rule_that_catches_all() {
    let api = Api::market().await;
    let created = api.post(PATH, json!({ "type": "ACCESS_POLICY", "name": "Strict", "priority": 5 })).await;
    assert_eq!(created.status, 200);
    assert_eq!(
        created.keys(),
        ["id", "status", "name", "priority", "system", "conditions", "created", "lastUpdated", "_links", "type"]
    );
    assert_eq!((&created.body["priority"], &created.body["conditions"]), (&json!(1), &json!(null)));
    assert_eq!(keys(&created.body["_links"]), ["mappings", "self", "rules", "deactivate"]);
    let path = format!("{PATH}/{}", created.body["id"].as_str().unwrap());
    let rules = api.get(&format!("{path}/rules")).await.body;
    assert_eq!((values(&rules, "/name"), &rules[0]["priority"]), (vec!["Catch-all Rule"], &json!(99)));
    assert_eq!(rules[0]["_links"]["self"]["hints"]["allow"], json!(["GET", "PUT"]));
    let catch_all = format!("{path}/rules/{}", rules[0]["id"].as_str().unwrap());
    assert_eq!(api.delete(&catch_all).await.status, 403);

    let rule = json!({
        "type": "ACCESS_POLICY", "name": "Desktop", "priority": 0,
        "conditions": {
            "network": { "connection": "ANYWHERE" },
            "platform": { "include": [{ "os": { "expression": null, "type": "OTHER" }, "type": "DESKTOP" }] },
        },
        "actions": { "appSignOn": { "access": "ALLOW", "verificationMethod": {
            "factorMode": "2FA", "inactivityPeriod": "PT1H", "reauthenticateIn": "PT0S", "type": "AUTH_METHOD_CHAIN",
            "chains": [],
        } } },
    });
    let created = api.post(&format!("{path}/rules"), rule).await;
    assert_eq!((created.status.as_u16(), &created.body["priority"]), (200, &json!(0)));
    assert_eq!(
        created.body["conditions"],
        json!({
            "people": { "users": { "exclude": [] } },
            "network": { "connection": "ANYWHERE" },
            "platform": { "include": [{ "type": "DESKTOP", "os": { "type": "OTHER" } }], "exclude": [] },
            "riskScore": { "level": "ANY" },
            "userType": { "include": [], "exclude": [] },
        })
    );
    assert_eq!(
        created.body["actions"]["appSignOn"],
        json!({
            "access": "ALLOW",
            "verificationMethod": { "type": "AUTH_METHOD_CHAIN", "chains": [], "reauthenticateIn": "PT0S" },
            "keepMeSignedIn": { "postAuth": "NOT_ALLOWED" },
        })
    );
    let rules = api.get(&format!("{path}/rules")).await.body;
    assert_eq!(values(&rules, "/name"), ["Desktop", "Catch-all Rule"]);
    assert_eq!(api.delete(&path).await.status, 204);
    assert!(api.get(&path).await.error().2.ends_with("(Policy)"));
}

#[tokio::test]
async fn policies_for_people_are_numbered_before_the_default_one() {
    let api = Api::market().await;
    let people = json!({ "people": { "groups": { "include": ["00gbuyers000000005d7"] } } });
    let mut ids = Vec::new();
    for name in ["one", "two"] {
        let body = json!({ "type": "PASSWORD", "name": name, "conditions": people });
        let policy = api.create(PATH, body).await;
        assert_eq!(keys(&policy["settings"]["password"]), ["complexity", "age", "lockout", "breachedProtection"]);
        ids.push(policy["id"].as_str().unwrap().to_owned());
    }
    let list = format!("{PATH}?type=PASSWORD");
    let priorities = |list: &Value| -> Vec<u64> {
        list.as_array().unwrap().iter().map(|policy| policy["priority"].as_u64().unwrap()).collect()
    };
    let all = api.get(&list).await.body;
    assert_eq!(
        (values(&all, "/name"), priorities(&all)),
        (vec!["Market passwords", "one", "two", "Default Policy"], vec![1, 2, 3, 4])
    );
    let moved = json!({ "type": "PASSWORD", "name": "two", "priority": 1, "conditions": people, "status": "INACTIVE" });
    let moved = api.put(&format!("{PATH}/{}", ids[1]), moved).await.body;
    assert_eq!((&moved["priority"], &moved["status"]), (&json!(1), &json!("ACTIVE")));
    let all = api.get(&list).await.body;
    assert_eq!(
        (values(&all, "/name"), priorities(&all)),
        (vec!["two", "Market passwords", "one", "Default Policy"], vec![1, 2, 3, 4])
    );
    assert_eq!(api.delete(&format!("{PATH}/{}", ids[1])).await.status, 204);
    assert_eq!(priorities(&api.get(&list).await.body), [1, 2, 3]);
    let default = api.get(&list).await.body[2]["id"].as_str().unwrap().to_owned();
    assert_eq!(api.delete(&format!("{PATH}/{default}")).await.status, 403);
}

#[tokio::test]
async fn the_limits_of_a_session_policy_are_those_of_the_next_session() {
    let api = Api::market().await;
    let policy = json!({
        "type": "OKTA_SIGN_ON", "name": "Buyers", "description": "Short",
        "conditions": { "people": { "groups": { "include": ["00gbuyers000000005d7"] } } },
    });
    let policy = api.create(PATH, policy).await;
    assert_eq!((&policy["description"], &policy["priority"]), (&json!("Short"), &json!(2)));
    let path = format!("{PATH}/{}", policy["id"].as_str().unwrap());
    let rule = json!({
        "type": "SIGN_ON", "name": "Short",
        "conditions": { "network": { "connection": "ANYWHERE" }, "riskScore": { "level": "LOW" } },
        "actions": { "signon": { "access": "ALLOW", "requireFactor": false, "session": {
            "maxSessionIdleMinutes": 30, "maxSessionLifetimeMinutes": 60, "usePersistentCookie": false,
        } } },
    });
    let rule = api.create(&format!("{path}/rules"), rule).await;
    assert_eq!((&rule["type"], &rule["priority"]), (&json!("SIGN_ON"), &json!(1)));
    assert_eq!(
        rule["conditions"],
        json!({
            "people": { "users": { "exclude": [] } }, "network": { "connection": "ANYWHERE" },
            "risk": { "behaviors": [] }, "riskScore": { "level": "LOW" },
        })
    );
    assert_eq!(rule["actions"]["signon"]["primaryFactor"], "PASSWORD_IDP_ANY_FACTOR");
    let read = api.get(&format!("{path}/rules/{}", rule["id"].as_str().unwrap())).await.body;
    assert_eq!((&read["conditions"], &read["actions"]), (&rule["conditions"], &rule["actions"]));
    control(&api.mock, json!({ "set": "2027-01-15T08:00:00Z", "freeze": true })).await;
    let buyer = signed_in(&api.mock, "buyer@example.test").await;
    assert_eq!(after(&api.mock, 29, &buyer).await, None);
    assert_eq!(after(&api.mock, 30, &buyer).await.as_deref(), Some("login_required"));
}

#[tokio::test]
async fn mappings_are_made_by_apps_only() {
    let api = Api::market().await;
    let policy = api.create(PATH, json!({ "type": "ACCESS_POLICY", "name": "Strict" })).await;
    let path = format!("{PATH}/{}/mappings", policy["id"].as_str().unwrap());
    assert_eq!(api.get(&path).await.body, json!([]));
    let summary = "Api validation failed: Policy mappings are no longer supported on this endpoint.";
    assert_eq!(api.post(&path, json!({ "resourceId": "x" })).await.error(), (400, "E0000001", summary, vec![]));
}

#[tokio::test]
async fn a_simulation_names_the_policy_and_rule_that_would_decide() {
    let api = Api::market().await;
    let simulate = "/api/v1/policies/simulate";
    let people = json!({ "people": { "groups": { "include": ["00gbuyers000000005d7"] } } });
    let policy = json!({ "type": "OKTA_SIGN_ON", "name": "Buyers", "conditions": people });
    let id = api.create("/api/v1/policies", policy).await["id"].as_str().unwrap().to_owned();
    let rule = |name: &str, network: Value| json!({ "type": "SIGN_ON", "name": name, "conditions": { "network": network }, "actions": { "signon": { "access": "ALLOW" } } });
    for (name, network) in [
        ("Office", json!({ "connection": "ZONE", "include": ["nzooffice"] })),
        ("Anywhere", json!({ "connection": "ANYWHERE" })),
    ] {
        api.create(&format!("/api/v1/policies/{id}/rules"), rule(name, network)).await;
    }
    let question = |user: &str, zones: &[&str]| {
        json!({ "policyTypes": ["OKTA_SIGN_ON"], "policyContext": {
            "user": { "id": user }, "groups": { "ids": [] }, "zones": { "ids": zones },
        } })
    };
    for (user, zones, expected) in [
        ("00ubuyer0000000005d7", &["nzooffice"][..], ["Buyers", "Office"]),
        ("00ubuyer0000000005d7", &[], ["Buyers", "Anywhere"]),
        ("00uunassigned00005d7", &[], ["Default Policy", "Default Rule"]),
    ] {
        let found = api.post(simulate, question(user, zones)).await.body;
        assert_eq!((&found[0]["status"], &found[0]["policyType"]), (&json!("MATCH"), &json!(["OKTA_SIGN_ON"])));
        let policy = &found[0]["result"]["policies"][0];
        assert_eq!(
            [&policy["name"], &policy["rules"][0]["name"]],
            [&json!(expected[0]), &json!(expected[1])],
            "{user}"
        );
    }
    let evaluated = api.post(&format!("{simulate}?expand=EVALUATED"), question("00uunassigned00005d7", &[])).await.body;
    assert_eq!(values(&evaluated[0]["evaluated"]["policies"], "/status"), ["NOT_MATCH", "NOT_MATCH"]);
    assert_eq!(api.post(simulate, json!([])).await.error().1, "E0000003");
    assert_eq!(api.post(simulate, json!({ "appInstance": "0oaunknown" })).await.error().0, 404);
    assert_eq!(api.post(simulate, json!({ "policyTypes": ["PASSWORD"] })).await.error().1, "E0000001");
    let app = api.post(simulate, json!({ "appInstance": WEB, "policyTypes": ["ACCESS_POLICY"] })).await.body;
    assert_eq!(app[0]["result"]["policies"][0]["name"], "Any two factors");
}

#[tokio::test]
async fn policies_and_rules_are_created_inactive_on_request_and_decide_nothing_then() {
    let api = Api::market().await;
    let people = json!({ "people": { "groups": { "include": ["00gbuyers000000005d7"] } } });
    let settings = json!({ "password": { "complexity": { "minLength": 30 } } });
    let policy =
        json!({ "type": "PASSWORD", "name": "Long", "priority": 1, "conditions": people, "settings": settings });
    let policy = api.create(&format!("{PATH}?activate=false"), policy).await;
    assert_eq!(policy["status"], "INACTIVE");
    let path = format!("{PATH}/{}", policy["id"].as_str().unwrap());
    let password = json!({ "credentials": { "password": { "value": "Not-30-long" } } });
    let buyer = "/api/v1/users/00ubuyer0000000005d7";
    assert_eq!(api.post(buyer, password.clone()).await.status, 200);
    assert_eq!(api.post(&format!("{path}/lifecycle/activate"), json!({})).await.status, 204);
    assert_eq!(api.post(buyer, password).await.status, 400);
    let rule = json!({ "type": "PASSWORD", "name": "Rule", "actions": { "passwordChange": { "access": "ALLOW" } } });
    let rule = api.create(&format!("{path}/rules?activate=false"), rule).await;
    assert_eq!(rule["status"], "INACTIVE");
}

#[tokio::test]
async fn one_mapping_of_a_policy_is_read() {
    let api = Api::market().await;
    let policies = api.get(&format!("{PATH}?type=ACCESS_POLICY")).await.body;
    for policy in policies.as_array().unwrap() {
        let path = format!("{PATH}/{}/mappings", policy["id"].as_str().unwrap());
        for mapping in api.get(&path).await.body.as_array().unwrap() {
            assert_eq!(api.get(&format!("{path}/{}", mapping["id"].as_str().unwrap())).await.body, *mapping);
        }
        assert_eq!(api.get(&format!("{path}/unknown")).await.refusal(), (404, "E0000007"));
    }
}

#[tokio::test]
async fn policies_are_listed_in_pages_and_by_name() {
    let api = Api::market().await;
    for name in ["Zebra", "apple"] {
        api.create(PATH, json!({ "type": "ACCESS_POLICY", "name": name })).await;
    }
    let all = api.get(&format!("{PATH}?type=ACCESS_POLICY&sortBy=name")).await;
    let names = values(&all.body, "/name");
    assert_eq!((names[0], *names.last().unwrap()), ("Any two factors", "Zebra"), "{names:?}");
    assert!(names.iter().position(|name| *name == "apple") < names.iter().position(|name| *name == "Zebra"));
    assert_eq!(all.links, [format!("<{}{PATH}?type=ACCESS_POLICY>; rel=\"self\"", api.base())]);
    let pages = api.pages(&format!("{PATH}?type=ACCESS_POLICY&sortBy=name&limit=2")).await;
    assert!(pages.iter().all(|page| page.as_array().unwrap().len() <= 2), "{pages:?}");
    assert_eq!(pages.iter().flat_map(|page| values(page, "/name")).collect::<Vec<_>>(), names);
    let page = api.get(&format!("{PATH}?type=ACCESS_POLICY&status=ACTIVE&expand=rules&sortBy=name&limit=1")).await;
    let next = "&limit=1&type=ACCESS_POLICY&status=ACTIVE&sortBy=name&expand=rules>; rel=\"next\"";
    assert!(page.links[1].ends_with(next), "{:?}", page.links);
    let reply = api.get(&format!("{PATH}?type=ACCESS_POLICY&after=rstgone")).await;
    assert_eq!(reply.refusal(), (400, "E0000029"));
}

#[tokio::test]
async fn a_copy_of_a_policy_has_its_rules_and_no_apps() {
    let api = Api::market().await;
    let policy = api.create(PATH, json!({ "type": "ACCESS_POLICY", "name": "Strict" })).await;
    let path = format!("{PATH}/{}", policy["id"].as_str().unwrap());
    let rule = json!({ "type": "ACCESS_POLICY", "name": "Office", "actions": { "appSignOn": { "access": "DENY" } } });
    api.create(&format!("{path}/rules"), rule).await;
    assert_eq!(
        api.put(&format!("/api/v1/apps/{}/policies/{}", WEB, policy["id"].as_str().unwrap()), json!({})).await.status,
        204
    );
    let copy = api.post(&format!("{path}/clone"), json!({})).await;
    assert_eq!((copy.status.as_u16(), &copy.body["name"]), (200, &json!("[cloned] Strict")));
    assert_eq!((&copy.body["type"], &copy.body["system"]), (&json!("ACCESS_POLICY"), &json!(false)));
    let own = format!("{PATH}/{}", copy.body["id"].as_str().unwrap());
    assert_ne!(own, path);
    let (rules, copied) = (api.get(&format!("{path}/rules")).await.body, api.get(&format!("{own}/rules")).await.body);
    assert_eq!(
        (values(&copied, "/name"), values(&copied, "/status")),
        (values(&rules, "/name"), values(&rules, "/status"))
    );
    assert_eq!(copied[0]["actions"], rules[0]["actions"]);
    assert!(values(&copied, "/id").iter().all(|id| !values(&rules, "/id").contains(id)));
    assert_eq!(api.get(&format!("{own}/mappings")).await.body, json!([]));
    assert_eq!(api.delete(&own).await.status, 204);
    assert_eq!(api.get(&format!("{path}/rules")).await.body, rules);
    assert_eq!(api.post(&format!("{PATH}/rstunknown/clone"), json!({})).await.refusal(), (404, "E0000007"));
}

#[tokio::test]
async fn the_copy_of_a_policy_of_the_system_has_no_rule_of_the_system_but_a_catch_all_rule() {
    let api = Api::market().await;
    for (kind, system, deleted) in
        [("PASSWORD", false, 204), ("OKTA_SIGN_ON", false, 204), ("ACCESS_POLICY", true, 403)]
    {
        let policies = api.get(&format!("{PATH}?type={kind}")).await.body;
        let default = policies.as_array().unwrap().iter().find(|policy| policy["system"] == true).unwrap();
        let default = format!("{PATH}/{}", default["id"].as_str().unwrap());
        let rules = api.get(&format!("{default}/rules")).await.body;
        assert_eq!(rules[0]["system"], true, "{kind}: {rules}");
        let copy = api.post(&format!("{default}/clone"), json!({})).await;
        assert_eq!(copy.status, 200, "{kind}: {}", copy.body);
        let copied = format!("{PATH}/{}/rules", copy.body["id"].as_str().unwrap());
        let rule = api.get(&copied).await.body[0].clone();
        assert_eq!(rule["system"], system, "{kind}");
        let reply = api.delete(&format!("{copied}/{}", rule["id"].as_str().unwrap())).await;
        assert_eq!(reply.status, deleted, "{kind}");
    }
}

#[tokio::test]
async fn an_app_whose_mapping_is_removed_has_the_policy_of_the_system() {
    let api = Api::market().await;
    let web = WEB;
    let policies = api.get(&format!("{PATH}?type=ACCESS_POLICY")).await.body;
    let system = policies.as_array().unwrap().iter().find(|policy| policy["system"] == true).unwrap();
    let system = format!("{PATH}/{}/mappings/{web}", system["id"].as_str().unwrap());
    let policy = api.create(PATH, json!({ "type": "ACCESS_POLICY", "name": "Strict" })).await["id"].clone();
    let policy = policy.as_str().unwrap();
    assert_eq!(api.put(&format!("/api/v1/apps/{web}/policies/{policy}"), json!({})).await.status, 204);
    assert_eq!(api.get(&system).await.status, 404);
    let mapping = format!("{PATH}/{policy}/mappings/{web}");
    assert_eq!(api.delete(&mapping).await.status, 204);
    assert_eq!((api.get(&mapping).await.status.as_u16(), api.get(&system).await.status.as_u16()), (404, 200));
    assert_eq!(api.delete(&mapping).await.refusal(), (404, "E0000007"));
    assert_eq!(api.delete(&system).await.refusal(), (403, "E0000006"));
}

#[tokio::test]
async fn policies_of_authorization_servers_are_listed_by_the_server() {
    let api = Api::market().await;
    let list = format!("{PATH}?type=OAUTH_AUTHORIZATION_POLICY");
    let own = api.get("/api/v1/authorizationServers/default/policies").await.body;
    assert!(!own.as_array().unwrap().is_empty());
    let id = api.get("/api/v1/authorizationServers/default").await.body["id"].clone();
    let found = api.get(&format!("{list}&resourceId={}&expand=rules", id.as_str().unwrap())).await.body;
    assert_eq!(values(&found, "/id"), values(&own, "/id"));
    let rules = format!("/api/v1/authorizationServers/default/policies/{}/rules", own[0]["id"].as_str().unwrap());
    assert_eq!(found[0]["_embedded"]["rules"], api.get(&rules).await.body);
    let server = json!({ "name": "Empty", "description": "", "audiences": ["api://empty"] });
    let empty = api.create("/api/v1/authorizationServers", server).await["id"].as_str().unwrap().to_owned();
    assert_eq!(api.get(&format!("{list}&resourceId={empty}")).await.body, json!([]));
    assert!(values(&api.get(&list).await.body, "/id").contains(&own[0]["id"].as_str().unwrap()));
    assert_eq!(api.get(&format!("{list}&resourceId=ausunknown")).await.refusal(), (404, "E0000007"));
}

#[tokio::test]
async fn policies_of_authorization_servers_are_for_callers_who_may_read_these() {
    let api = Api::market().await;
    let list = format!("{PATH}?type=OAUTH_AUTHORIZATION_POLICY");
    for kind in ["policies", "authorizationServers"] {
        for access in ["read", "manage"] {
            let grant = json!({ "scopeId": format!("okta.{kind}.{access}"), "issuer": api.base() });
            api.create(&format!("/api/v1/apps/{SERVICE}/grants"), grant).await;
        }
    }
    for (scope, expected) in [
        ("okta.policies.read", 403),
        ("okta.policies.read okta.authorizationServers.read", 200),
        ("okta.policies.manage okta.authorizationServers.manage", 200),
    ] {
        let caller = api.with_access_token(&api.service_token(scope).await);
        assert_eq!(caller.get(&list).await.status, expected, "{scope}");
        assert_eq!(caller.get(&format!("{PATH}?type=ACCESS_POLICY")).await.status, 200, "{scope}");
    }
}

#[tokio::test]
async fn a_sign_on_rule_of_the_api_decides_about_the_next_sign_in() {
    let api = Api::market().await;
    let request = code_request(WEB, "openid");
    let signs_in = async || {
        let arrived = authorize(&api.mock, &browser(), "buyer@example.test", &request).await;
        (arrived.starts_with("http") && parameter(&arrived, "code").is_some(), arrived)
    };
    assert!(signs_in().await.0);
    let policy = api.create(PATH, json!({ "type": "ACCESS_POLICY", "name": "Closed" })).await;
    let id = policy["id"].as_str().unwrap();
    let deny = json!({ "type": "ACCESS_POLICY", "name": "Buyers", "priority": 1,
        "conditions": { "people": { "groups": { "include": ["00gbuyers000000005d7"] } } },
        "actions": { "appSignOn": { "access": "DENY" } } });
    let rule = api.create(&format!("{PATH}/{id}/rules"), deny).await;
    assert!(signs_in().await.0, "the app does not have the policy");
    assert_eq!(api.put(&format!("/api/v1/apps/{WEB}/policies/{id}"), json!({})).await.status, 204);
    let (gets_code, arrived) = signs_in().await;
    assert!(!gets_code, "{arrived}");
    let rule = format!("{PATH}/{id}/rules/{}", rule["id"].as_str().unwrap());
    assert_eq!(api.post(&format!("{rule}/lifecycle/deactivate"), json!({})).await.status, 204);
    // The catch-all rule of a new policy asks for two factors.
    let (_, arrived) = signs_in().await;
    assert!(!arrived.contains("access_denied"), "{arrived}");
}

#[tokio::test]
async fn an_enrollment_policy_of_the_api_decides_about_the_next_sign_in() {
    let api = Api::market().await;
    let request = code_request(WEB, "openid");
    let sign_in = async |login: &str| {
        let arrived = authorize(&api.mock, &browser(), login, &request).await;
        (arrived.starts_with("http") && parameter(&arrived, "code").is_some(), arrived)
    };
    let policy = json!({ "type": "MFA_ENROLL", "name": "Premium",
        "conditions": { "people": { "groups": { "include": ["00gpremium00000005d7"] } } },
        "settings": { "type": "AUTHENTICATORS", "authenticators": [
            { "key": "google_otp", "enroll": { "self": "REQUIRED" } },
        ] } });
    let policy = api.create(PATH, policy).await;
    let rules = format!("{PATH}/{}/rules", policy["id"].as_str().unwrap());
    assert!(sign_in("premium@example.test").await.0, "the policy has no rule");
    let rule =
        json!({ "type": "MFA_ENROLL", "name": "At the next sign-in", "actions": { "enroll": { "self": "LOGIN" } } });
    let rule = api.create(&rules, rule).await;
    let (gets_code, page) = sign_in("premium@example.test").await;
    assert!(!gets_code && page.contains("Google Authenticator"), "{page}");
    assert!(sign_in("buyer@example.test").await.0, "the policy is for others");
    assert_eq!(api.delete(&format!("{rules}/{}", rule["id"].as_str().unwrap())).await.status, 204);
    assert!(sign_in("premium@example.test").await.0);
}
