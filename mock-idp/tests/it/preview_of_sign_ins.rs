//! Previews of sign-ins that authentication policies and global session policies refuse: what would grant them.

use mock_idp_core::model::{DirectoryKind, GlobalSessionPolicy};
use mock_idp_core::org::Document;
use mock_idp_core::preview::{Preview, PreviewOutcome, Question, Remedy};
use serde_json::{Value, json};

use crate::org::model;
use crate::preview::{SharedOrg, changed, preview_of, remedies};

const WEB: &str = "0oamarketweb000005d7";
const BUYER: &str = "00ubuyer0000000005d7";
const POLICY: &str = "rstlimited00000005d7";

/// The web app has a policy with these rules.
fn with_rules(document: &mut Document, rules: &Value) {
    let policy = model(json!({
        "id": POLICY, "name": "Limited", "type": "ACCESS_POLICY", "status": "ACTIVE", "rules": rules,
    }));
    document.directory.entry(DirectoryKind::Policy).or_default().push(policy);
    let app = document.apps.iter_mut().find(|app| app.id == WEB).unwrap();
    app.access_policy = Some(POLICY.to_owned());
}

fn rule(id: &str, priority: u8, conditions: &Value, actions: &Value) -> Value {
    json!({
        "id": id, "name": id, "priority": priority, "status": "ACTIVE", "conditions": conditions,
        "actions": { "appSignOn": actions },
    })
}

fn one_factor() -> Value {
    json!({ "access": "ALLOW", "verificationMethod": { "type": "ASSURANCE", "factorMode": "1FA" } })
}

fn asked(org: &SharedOrg) -> (Question, Preview) {
    let question = Question::read(org, [("client", WEB), ("user", "buyer"), ("scope", "openid")]).unwrap();
    let preview = preview_of(org, &question);
    (question, preview)
}

fn reason(preview: &Preview) -> &str {
    match &preview.outcome {
        PreviewOutcome::Refused(refused) => &refused.reason,
        other => panic!("{other:?}"),
    }
}

fn words(found: &[Remedy]) -> Vec<&str> {
    found.iter().map(|remedy| remedy.words.as_str()).collect()
}

#[test]
fn a_rule_that_denies_access_could_allow_it_or_another_could_cover_the_user() {
    let admins = json!({ "people": { "groups": { "include": ["00gadmins000000005d7"] } } });
    let org = changed(|document| {
        let rules = [
            rule("rulstaff0000000005d7", 1, &admins, &one_factor()),
            rule("rulothers000000005d7", 2, &json!({}), &json!({ "access": "DENY" })),
        ];
        with_rules(document, &json!(rules));
    });
    let (question, preview) = asked(&org);
    assert_eq!(reason(&preview), "the authentication policy Limited, rulothers000000005d7 denies access");
    let found = remedies(&org, &question);
    assert_eq!(
        words(&found),
        [
            "add buyer@example.test to the group Admins",
            "include buyer@example.test in the people of the rule \"rulstaff0000000005d7\" of authentication policy \
             \"Limited\"",
            "allow access in the rule \"rulothers000000005d7\" of authentication policy \"Limited\"",
        ]
    );
}

#[test]
fn a_user_whom_every_rule_excludes_and_an_inactive_rule_are_found() {
    let without =
        json!({ "people": { "users": { "exclude": [BUYER] }, "groups": { "exclude": ["00gbuyers000000005d7"] } } });
    let without_user = json!({ "people": { "users": { "exclude": [BUYER] } } });
    let org = changed(|document| {
        let mut inactive = rule("rulinactive0000005d7", 1, &json!({}), &one_factor());
        inactive["status"] = "INACTIVE".into();
        let rules = [
            inactive,
            rule("rulothers000000005d7", 2, &without_user, &one_factor()),
            rule("rulneither00000005d7", 3, &without, &one_factor()),
        ];
        with_rules(document, &json!(rules));
    });
    let (question, preview) = asked(&org);
    assert_eq!(reason(&preview), "no rule of the authentication policy Limited matches");
    assert_eq!(
        words(&remedies(&org, &question)),
        [
            "activate the rule \"rulinactive0000005d7\" of authentication policy \"Limited\"",
            "include buyer@example.test in the people of the rule \"rulothers000000005d7\" of authentication policy \
             \"Limited\"",
        ]
    );
}

#[test]
fn a_demand_that_nothing_meets_could_be_one_factor() {
    let elsewhere = json!({
        "access": "ALLOW",
        "verificationMethod": {
            "type": "ASSURANCE", "factorMode": "2FA",
            "constraints": [{ "possession": { "required": true, "authenticationMethods": [{ "key": "duo" }] } }],
        },
    });
    let org = changed(|document| {
        with_rules(document, &json!([rule("rulstrict000000005d7", 1, &json!({}), &elsewhere)]));
    });
    let (question, preview) = asked(&org);
    assert!(reason(&preview).contains("nothing that the user has enrolled or can enroll is enough"), "{preview:?}");
    let found = remedies(&org, &question);
    assert_eq!(
        words(&found),
        ["demand one factor in the rule \"rulstrict000000005d7\" of authentication policy \"Limited\""]
    );
}

#[test]
fn a_rule_of_a_global_session_policy_that_denies_access_could_allow_it() {
    let policy: GlobalSessionPolicy = model(json!({
        "id": "00plimited00000005d7", "name": "No buyers", "priority": 1,
        "conditions": { "people": { "groups": { "include": ["00gbuyers000000005d7"] } } },
        "rules": [{
            "id": "0prlimited00000005d7", "name": "Denied", "priority": 1,
            "actions": { "signon": { "access": "DENY" } },
        }],
    }));
    let org = changed(|document| document.global_session_policies.push(policy));
    let (question, preview) = asked(&org);
    assert!(reason(&preview).contains("No buyers, Denied denies access"), "{preview:?}");
    let found = remedies(&org, &question);
    assert_eq!(words(&found), ["allow access in the rule \"Denied\" of global session policy \"No buyers\""]);
}
