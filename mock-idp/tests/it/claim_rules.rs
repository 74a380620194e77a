//! Claim rules, default scopes, and values of users and groups in expressions, tested with previews.

use mock_idp_core::model::{ClaimRule, Group, Status};
use mock_idp_core::org::Document;
use mock_idp_core::preview::{self, Preview, PreviewOutcome, Question, Shown};
use mock_idp_core::protocol::GrantType;
use serde_json::{Value, json};

use crate::preview::{SharedOrg, changed, preview_of, remedies};

const WEB: &str = "0oamarketweb000005d7";
const SERVICE: &str = "0oamarketservice05d7";

fn ask(org: &SharedOrg, parameters: &[(&str, &str)]) -> Preview {
    let question = Question::read(org, parameters.iter().copied()).unwrap();
    preview_of(org, &question)
}

/// The market with more claim rules.
fn with_claims(claims: Value) -> SharedOrg {
    changed(|document| {
        let more: Vec<ClaimRule> = serde_json::from_value(claims).unwrap();
        document.authorization_servers[0].claims.extend(more);
    })
}

fn claim(number: usize, name: &str, claim_type: &str, value: &str) -> Value {
    json!({
        "id": format!("ocl{number:0>17}"), "name": name, "claimType": claim_type, "valueType": "EXPRESSION", "value": value,
        "alwaysIncludeInToken": true,
    })
}

const BUYER: &[(&str, &str)] = &[("client", WEB), ("user", "buyer"), ("scope", "openid profile")];

/// One claim of the access token, the ID token and userinfo of a preview.
fn everywhere(preview: &Preview, name: &str) -> [Option<Value>; 3] {
    let PreviewOutcome::Granted(granted) = &preview.outcome else { panic!("{:?}", preview.outcome) };
    let answer = granted.token.as_ref().unwrap();
    let of =
        |token: &Option<preview::PreviewedToken>| token.as_ref().and_then(|token| token.payload.get(name).cloned());
    [
        of(&answer.access_token),
        of(&answer.id_token),
        granted.userinfo.as_ref().and_then(|claims| claims.get(name).cloned()),
    ]
}

/// Why a claim is absent, by token.
fn absences(preview: &Preview, name: &str) -> Vec<(&'static str, &'static str)> {
    let why = preview::Why::of(&preview.notes);
    let absent = |claim: &preview::ClaimWhy| Some((claim.token.text(), claim.absent?));
    why.claims.iter().filter(|claim| claim.claim == name).filter_map(absent).collect()
}

#[test]
fn a_groups_claim_lists_at_most_a_hundred_groups() {
    let crowded = |count: usize| {
        changed(|document: &mut Document| {
            for number in 0..count {
                let id = format!("00gcrowd{number:0>12}");
                let group = json!({"id": id, "profile": {"name": format!("Crowd {number}")}});
                document.groups.push(serde_json::from_value::<Group>(group).unwrap());
                document.users[1].group_ids.push(id);
            }
        })
    };
    // The user is already in Everyone and Buyers.
    let [_, groups, _] = everywhere(&ask(&crowded(98), BUYER), "groups");
    assert_eq!(groups.unwrap().as_array().unwrap().len(), 100);
    let preview = ask(&crowded(99), BUYER);
    let PreviewOutcome::Refused(refused) = &preview.outcome else { panic!("{:?}", preview.outcome) };
    assert_eq!((refused.shown, refused.status, refused.error.as_str()), (Shown::TokenResponse, 400, "server_error"));
    assert_eq!(
        refused.error_description,
        "The groups claim matched too many groups and must be configured to match fewer groups."
    );
}

#[test]
fn a_claim_that_is_not_always_included_is_at_userinfo_only() {
    let mut seldom = claim(1, "seldom", "IDENTITY", "user.department");
    seldom["alwaysIncludeInToken"] = false.into();
    let org = with_claims(json!([seldom]));
    let preview = ask(&org, BUYER);
    assert_eq!(everywhere(&preview, "seldom"), [None, None, Some("Purchasing".into())]);
    assert_eq!(absences(&preview, "seldom"), [("ID token", "thin_id_token")]);

    let alone = [BUYER, &[("grant", "implicit"), ("response_type", "id_token")]].concat();
    let PreviewOutcome::Granted(granted) = ask(&org, &alone).outcome else { panic!("no ID token") };
    let fat = granted.authorize.unwrap().id_token.unwrap();
    assert_eq!(fat.payload["seldom"], "Purchasing");
    assert_eq!(fat.payload["given_name"], "Ben");
}

#[test]
fn an_access_token_contains_its_claims_whatever_the_flag() {
    let mut flagless = claim(1, "flagless", "RESOURCE", "user.department");
    flagless["alwaysIncludeInToken"] = false.into();
    assert_eq!(
        everywhere(&ask(&with_claims(json!([flagless])), BUYER), "flagless"),
        [Some("Purchasing".into()), None, None]
    );
}

#[test]
fn a_claim_with_scopes_requires_one_of_them() {
    let mut scoped = claim(1, "scoped", "RESOURCE", "user.department");
    scoped["conditions"] = json!({"scopes": ["email", "products:read"]});
    let org = with_claims(json!([scoped]));
    let preview = ask(&org, BUYER);
    assert_eq!(everywhere(&preview, "scoped")[0], None);
    assert_eq!(absences(&preview, "scoped"), [("access token", "scope_not_granted")]);
    let asked = [("client", WEB), ("user", "buyer"), ("scope", "openid products:read")];
    assert_eq!(everywhere(&ask(&org, &asked), "scoped")[0], Some("Purchasing".into()));
}

#[test]
fn null_inactive_and_system_claims_are_omitted() {
    let mut inactive = claim(1, "asleep", "RESOURCE", "user.department");
    inactive["status"] = "INACTIVE".into();
    let mut system = claim(2, "given_name", "IDENTITY", "given_name");
    system["valueType"] = "SYSTEM".into();
    let org = with_claims(json!([inactive, system, claim(3, "nothing", "RESOURCE", "user.nothing")]));
    let preview = ask(&org, BUYER);
    assert_eq!(everywhere(&preview, "asleep")[0], None);
    assert_eq!(absences(&preview, "asleep"), [("access token", "inactive")]);
    assert_eq!(everywhere(&preview, "nothing")[0], None);
    assert_eq!(absences(&preview, "nothing"), [("access token", "null")]);
    // The built-in claims are the server's own; a document may list them as Okta's export does.
    assert_eq!(everywhere(&preview, "given_name"), [None, None, Some("Ben".into())]);
}

#[test]
fn a_claim_that_fails_ends_the_request_with_oktas_error() {
    let org = with_claims(json!([claim(1, "broken", "RESOURCE", "user.nothing.toUpperCase()")]));
    let preview = ask(&org, BUYER);
    let PreviewOutcome::Refused(refused) = &preview.outcome else { panic!("{:?}", preview.outcome) };
    assert_eq!((refused.status, refused.error.as_str()), (400, "server_error"));
    assert_eq!(refused.error_description, "The 'broken' user claim could not be evaluated.");
    assert_eq!(absences(&preview, "broken"), [("access token", "failed")]);
    let question = Question::read(&org, BUYER.iter().copied()).unwrap();
    let remedies = remedies(&org, &question);
    assert_eq!(remedies[0].words, "deactivate the claim broken, or mend its expression");
}

#[test]
fn expressions_read_the_times_of_a_user_and_the_source_of_a_group() {
    let org = changed(|document| {
        let user = &mut document.users[1];
        user.created = Some("2025-03-01T08:00:00.000Z".to_owned());
        user.password_changed = Some("2026-02-01T08:00:00.000Z".to_owned());
        let group = json!({
            "id": "00gdirectory00000000", "type": "APP_GROUP", "profile": {"name": "Directory"},
            "source": {"id": "0oadirectory00000000"},
        });
        document.groups.push(serde_json::from_value(group).unwrap());
        document.users[1].group_ids.push("00gdirectory00000000".to_owned());
        let claims = json!([
            claim(1, "created", "RESOURCE", "user.getInternalProperty(\"created\")"),
            claim(2, "changed", "RESOURCE", "user.getInternalProperty(\"passwordChanged\")"),
            claim(3, "never", "RESOURCE", "user.getInternalProperty(\"lastLogin\")"),
            claim(4, "from", "RESOURCE", "Groups.startsWith(\"0oadirectory00000000\", \"\", 10)"),
            {
                "name": "filtered", "status": "ACTIVE", "claimType": "RESOURCE", "valueType": "GROUPS",
                "group_filter_type": "REGEX", "value": ".*", "conditions": {"scopes": []}, "alwaysIncludeInToken": true,
            },
        ]);
        let more: Vec<ClaimRule> = serde_json::from_value(claims).unwrap();
        document.authorization_servers[0].claims.extend(more);
    });
    let preview = ask(&org, BUYER);
    assert_eq!(everywhere(&preview, "created")[0], Some("2025-03-01T08:00:00.000Z".into()));
    assert_eq!(everywhere(&preview, "changed")[0], Some("2026-02-01T08:00:00.000Z".into()));
    assert_eq!(everywhere(&preview, "never")[0], None);
    assert_eq!(everywhere(&preview, "from")[0], Some(json!(["Directory"])));
    // Okta: a filter finds the groups of Okta itself only.
    let filtered = everywhere(&preview, "filtered")[0].clone().unwrap();
    let filtered: Vec<&str> = filtered.as_array().unwrap().iter().filter_map(|name| name.as_str()).collect();
    assert!(filtered.contains(&"Everyone") && !filtered.contains(&"Directory"), "{filtered:?}");
}

#[test]
fn a_request_without_scopes_gets_the_default_scopes() {
    let org = changed(|document| {
        for scope in &mut document.authorization_servers[0].scopes {
            scope.default = scope.name == "products:read";
        }
    });
    for parameters in [&[("client", WEB), ("user", "buyer")][..], &[("client", SERVICE)]] {
        let preview = ask(&org, parameters);
        let PreviewOutcome::Granted(granted) = &preview.outcome else { panic!("{:?}", preview.outcome) };
        assert_eq!(granted.token.as_ref().unwrap().scope, "products:read");
        let why = preview::Why::of(&preview.notes);
        assert_eq!(why.scopes[0].because, "a default scope, listed by the rule");
    }
}

#[test]
fn an_inactive_server_is_not_found() {
    let org = changed(|document| document.authorization_servers[0].status = Status::Inactive);
    let preview = ask(&org, BUYER);
    let PreviewOutcome::Refused(refused) = &preview.outcome else { panic!("{:?}", preview.outcome) };
    assert_eq!((refused.shown, refused.status, refused.error.as_str()), (Shown::Api, 404, "E0000007"));
}

#[test]
fn a_client_with_bound_tokens_has_to_prove_possession_of_its_key() {
    let org = changed(|document| {
        let client = &mut document.apps[0].settings.oauth_client;
        client.dpop_bound_access_tokens = true;
        // The authorization endpoint accepts no proofs.
        client.grant_types.retain(|grant| *grant != GrantType::Implicit);
    });
    let preview = ask(&org, BUYER);
    let PreviewOutcome::Granted(granted) = &preview.outcome else { panic!("{:?}", preview.outcome) };
    let answer = granted.token.as_ref().unwrap();
    assert_eq!(answer.token_type, "DPoP");
    assert_eq!(answer.access_token.as_ref().unwrap().payload["cnf"], json!({"jkt": "preview"}));
    let unproved = [BUYER, &[("dpop", "missing")]].concat();
    let PreviewOutcome::Refused(refused) = ask(&org, &unproved).outcome else { panic!("granted without a proof") };
    assert_eq!(
        (refused.status, refused.error.as_str(), refused.error_description.as_str()),
        (400, "invalid_dpop_proof", "The DPoP proof JWT header is missing.")
    );
}
