//! Conditions of policies about sign-ins: networks, platforms and expressions.

use mock_idp_core::model::{DirectoryKind, GlobalSessionPolicy};
use serde_json::{Value, json};

use crate::factors::{LOGIN, PASSWORD, app_policy, authn, by_password, with_factors};
use crate::flow::parameter;
use crate::market::{journal, stopped};
use crate::org::{TestOrg, model};

const HOME: &str = "nzohome0000000005d7a";
const OFFICE: &str = "nzooffice00000005d7a";
const PLACES: &str = "nzoplaces00000005d7a";
const WINDOWS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36";

/// The zone of these tests, another one, and one that depends on locations.
fn with_zones(org: TestOrg) -> TestOrg {
    org.edit(|document| {
        let zone = |id: &str, name: &str, address: &str| {
            let gateways = json!([{ "type": "CIDR", "value": address }]);
            model(json!({ "id": id, "name": name, "type": "IP", "status": "ACTIVE", "gateways": gateways }))
        };
        let zones = document.directory.entry(DirectoryKind::NetworkZone).or_default();
        zones.push(zone(HOME, "Home", "127.0.0.0/8"));
        zones.push(zone(OFFICE, "Office", "192.0.2.0/24"));
        zones.push(model(json!({
            "id": PLACES, "name": "Places", "type": "DYNAMIC", "status": "ACTIVE",
            "locations": [{ "country": "DE", "region": null }],
        })));
    })
}

/// The market, whose apps deny access by a rule with this condition, and need a password otherwise.
fn denied_if(name: &str, condition: &Value) -> TestOrg {
    let method = json!({ "type": "ASSURANCE", "factorMode": "1FA", "reauthenticateIn": "PT12H" });
    app_policy(with_zones(with_factors()), &method).edit(|document| {
        let policies = document.directory.get_mut(&DirectoryKind::Policy).unwrap();
        let policy = policies.iter_mut().find(|policy| policy.name() == "Two factors").unwrap();
        policy.members["rules"].as_array_mut().unwrap().push(json!({
            "id": "rulcondition000005d7", "name": "Condition", "priority": 1, "status": "ACTIVE",
            "conditions": { name: condition }, "actions": { "appSignOn": { "access": "DENY" } },
        }));
    })
}

/// A sign-in of the buyer with this user agent: whether the rule with the condition has decided, and why not.
async fn decided(org: &TestOrg, user_agent: &str) -> (bool, String) {
    let mock = stopped(org).await;
    let headers = [(reqwest::header::USER_AGENT, user_agent.parse().unwrap())].into_iter().collect();
    let client = crate::flow::browser_with(headers);
    let (status, arrived) = by_password(&mock, &client, &[]).await;
    assert_eq!(status, 302, "{arrived}");
    (parameter(&arrived, "error").as_deref() == Some("access_denied"), journal(&mock).await)
}

async fn assert_holds(name: &str, condition: Value) {
    assert!(decided(&denied_if(name, &condition), WINDOWS).await.0, "{name} {condition}");
}

async fn assert_passed_over(name: &str, condition: Value, because: &str) {
    let (decided, journal) = decided(&denied_if(name, &condition), WINDOWS).await;
    assert!(!decided, "{name} {condition}");
    assert!(journal.contains(&format!("Two factors, Condition: {because}")), "{because} is not in {journal}");
}

#[tokio::test]
async fn a_rule_for_a_zone_is_for_the_clients_whose_address_is_in_it() {
    let zone = |include: Value, exclude: Value| json!({ "connection": "ZONE", "include": include, "exclude": exclude });
    assert_holds("network", zone(json!([HOME]), json!([]))).await;
    assert_holds("network", zone(json!([OFFICE, HOME]), json!([]))).await;
    assert_holds("network", zone(json!([]), json!([OFFICE]))).await;
    assert_holds("network", json!({ "connection": "ANYWHERE" })).await;
    let because = "the address 127.0.0.1 is not in the zone Office";
    assert_passed_over("network", zone(json!([OFFICE]), json!([])), because).await;
    let because = "the address 127.0.0.1 is in the excluded zone Home";
    assert_passed_over("network", zone(json!([]), json!([HOME])), because).await;
    let because = "the mock does not evaluate the zone Places: it knows no locations";
    assert_passed_over("network", zone(json!([PLACES]), json!([])), because).await;
}

#[tokio::test]
async fn a_rule_for_a_platform_is_for_its_user_agents() {
    let platform =
        |list: &str, device: &str, system: &str| json!({ list: [{ "type": device, "os": { "type": system } }] });
    assert_holds("platform", platform("include", "DESKTOP", "WINDOWS")).await;
    assert_holds("platform", platform("include", "ANY", "ANY")).await;
    assert_holds("platform", platform("exclude", "MOBILE", "ANY")).await;
    let because = "the user agent is DESKTOP WINDOWS, which is not included";
    assert_passed_over("platform", platform("include", "MOBILE", "IOS"), because).await;
    let because = "the user agent is DESKTOP WINDOWS, which is excluded";
    assert_passed_over("platform", platform("exclude", "DESKTOP", "ANY"), because).await;
    let version = json!({ "include": [{ "type": "ANY", "os": { "type": "ANY", "version": { "value": "10" } } }] });
    assert_passed_over("platform", version, "the mock does not evaluate versions of platforms").await;
    let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)";
    assert!(decided(&denied_if("platform", &platform("include", "MOBILE", "IOS")), phone).await.0);
}

#[tokio::test]
async fn a_rule_with_an_expression_is_for_the_users_for_whom_it_is_true() {
    let expression = |text: &str| json!({ "condition": text });
    assert_holds("elCondition", expression("user.profile.department == \"Purchasing\"")).await;
    assert_holds("elCondition", expression("security.risk.level == 'LOW'")).await;
    assert_holds("elCondition", expression("isMemberOfGroupName('Buyers')")).await;
    assert_holds("elCondition", expression("")).await;
    let because = "the expression `user.profile.department == 'Sales'` is not true";
    assert_passed_over("elCondition", expression("user.profile.department == 'Sales'"), because).await;
    assert_passed_over("elCondition", expression("user.profile."), "the mock cannot read the expression").await;
}

#[tokio::test]
async fn a_global_session_policy_asks_for_a_second_factor_outside_of_a_zone() {
    for (zone, expected) in [(HOME, "SUCCESS"), (OFFICE, "MFA_REQUIRED")] {
        let policy: GlobalSessionPolicy = model(json!({
            "id": "00pzones00000000005d", "name": "Zones", "priority": 1,
            "rules": [
                {
                    "id": "0prinside0000000005d", "name": "Inside", "priority": 1,
                    "conditions": { "network": { "connection": "ZONE", "include": [zone] } },
                    "actions": { "signon": { "access": "ALLOW", "requireFactor": false } },
                },
                {
                    "id": "0proutside000000005d", "name": "Outside", "priority": 2,
                    "actions": { "signon": { "access": "ALLOW", "requireFactor": true, "factorPromptMode": "ALWAYS" } },
                },
            ],
        }));
        let mock = stopped(&with_zones(with_factors()).with_session_policy(policy)).await;
        let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
        assert_eq!(body["status"], expected, "{body}");
        let because = "Zones, Inside: the address 127.0.0.1 is not in the zone Office";
        assert_eq!(journal(&mock).await.contains(because), zone == OFFICE);
    }
}

#[tokio::test]
async fn a_rule_of_a_global_session_policy_that_does_not_apply_denies_nothing() {
    for (conditions, because) in [
        (json!({ "riskScore": { "level": "HIGH" } }), Some("the condition on the risk does not hold")),
        (json!({ "risk": { "behaviors": ["beh1"] } }), Some("the condition on the behavior of users does not hold")),
        (json!({ "authContext": { "authType": "RADIUS" } }), Some("the condition on the kind of authentication")),
        (
            json!({ "identityProvider": { "provider": "SPECIFIC_IDP", "idpIds": [] } }),
            Some("the condition on identity providers does not hold"),
        ),
        (
            json!({
                "riskScore": { "level": "ANY" }, "risk": { "behaviors": [] }, "authContext": { "authType": "ANY" },
                "identityProvider": { "provider": "ANY" }, "network": { "connection": "ANYWHERE" },
            }),
            None,
        ),
        (json!({ "riskScore": { "level": "LOW" } }), None),
        (json!({ "identityProvider": { "provider": "OKTA" } }), None),
    ] {
        let policy: GlobalSessionPolicy = model(json!({
            "name": "Sessions", "priority": 1,
            "rules": [
                {
                    "name": "Denied", "priority": 1, "conditions": conditions,
                    "actions": { "signon": { "access": "DENY" } },
                },
                { "name": "Others", "priority": 2, "actions": { "signon": { "access": "ALLOW" } } },
            ],
        }));
        let mock = stopped(&TestOrg::market().with_session_policy(policy)).await;
        let (status, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
        assert_eq!(status == 200, because.is_some(), "{conditions}: {body}");
        if let Some(because) = because {
            let note = format!("Sessions, Denied: {because}");
            assert!(journal(&mock).await.contains(&note), "{conditions}");
        }
    }
}
