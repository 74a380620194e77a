//! Which rule matches, which do not, and because of which condition.

use mock_idp_core::model::{DirectoryKind, DirectoryObject, InlineHook};
use mock_idp_core::policy::{PolicyRequest, evaluate};
use mock_idp_core::protocol::{ErrorId, GrantType, Scopes};
use mock_idp_core::trace::NoteStatus;

use crate::market::{NOW, ask_at, changed, market, texts};

const WEB: &str = "0oamarketweb000005d7";
const PARTNER: &str = "0oamarketpartner05d7";
const SERVICE: &str = "0oamarketservice05d7";

/// The matching rule and the access token's lifetime in minutes, or the error id; and the notes on what was passed over.
fn decided(
    org: &mock_idp_core::org::Org,
    login: Option<&str>,
    client: &str,
    grant_type: GrantType,
    scopes: &str,
) -> (Result<(String, u32), ErrorId>, Vec<String>) {
    let scopes = Scopes::parse(scopes);
    let user = login.map(|login| org.user_by_identifier(login).unwrap());
    let request = PolicyRequest { client: org.client(client).unwrap(), user, grant_type, scopes: &scopes };
    let (decision, notes) = ask_at(NOW, |moment| evaluate(org, org.server("default").unwrap(), request, moment));
    let matched = texts(&notes, NoteStatus::Matched).into_iter().next().unwrap_or_default();
    let result = decision
        .map(|decision| (matched, decision.lifetimes.access_token_lifetime_minutes))
        .map_err(|refusal| refusal.id);
    (result, texts(&notes, NoteStatus::PassedOver))
}

fn rule(policy: &str, rule: &str, minutes: u32) -> Result<(String, u32), ErrorId> {
    Ok((format!("policy \"{policy}\", rule \"{rule}\": every condition holds"), minutes))
}

#[test]
fn the_first_rule_whose_conditions_all_hold_matches() {
    let org = market();
    let code = GrantType::AuthorizationCode;
    for (login, client, grant, scopes, expected) in [
        (Some("admin"), WEB, code, "openid products:read orders:update", rule("Market apps", "Administrators", 15)),
        (Some("admin"), WEB, code, "openid", rule("Market apps", "Administrators", 15)),
        (Some("buyer"), WEB, code, "openid profile offline_access products:read", rule("Market apps", "Everyone", 60)),
        (Some("buyer"), WEB, code, "orders:update", Err(ErrorId::NoMatchingPolicy)),
        (Some("buyer"), WEB, GrantType::DeviceCode, "openid", Err(ErrorId::NoMatchingPolicy)),
        (Some("denied"), WEB, code, "openid", Err(ErrorId::NoMatchingPolicy)),
        (Some("buyer"), PARTNER, code, "openid orders:read:user", rule("Partners", "Own orders", 10)),
        (Some("buyer"), PARTNER, code, "openid orders:read:user products:read", Err(ErrorId::NoMatchingPolicy)),
        (None, SERVICE, GrantType::ClientCredentials, "orders:update", rule("Fulfilment", "Fulfil orders", 120)),
        (
            None,
            "0oamarketreports05d7",
            GrantType::ClientCredentials,
            "products:read",
            rule("Reports", "Read products", 60),
        ),
        (None, "0oamarketreports05d7", GrantType::ClientCredentials, "orders:read", Err(ErrorId::NoMatchingPolicy)),
    ] {
        assert_eq!(decided(&org, login, client, grant, scopes).0, expected, "{login:?} {client} {scopes}");
    }
}

#[test]
fn rules_that_do_not_match_are_noted_with_their_condition() {
    let org = market();
    let (_, passed) = decided(&org, Some("buyer"), PARTNER, GrantType::AuthorizationCode, "orders:read:user");
    assert_eq!(
        passed,
        [
            "policy \"Market apps\", rule \"Administrators\": people: groups Admins do not contain buyer@example.test",
            "policy \"Market apps\", rule \"Everyone\": scopes: products:read, orders:create does not cover orders:read:user",
            "policy \"Fulfilment\": clients: 0oamarketservice05d7 does not contain 0oamarketpartner05d7",
            "policy \"Reports\": clients: 0oamarketreports05d7, 0oamarketledger005d7, 0oamarketkeyjwt005d7 does not contain 0oamarketpartner05d7",
        ]
    );
    let (_, passed) = decided(&org, Some("denied"), WEB, GrantType::AuthorizationCode, "openid");
    assert_eq!(
        passed[0],
        "policy \"Market apps\", rule \"Administrators\": people: groups Auditors are excluded, denied@example.test is in one"
    );
}

#[test]
fn rules_are_evaluated_by_priority_and_only_if_active() {
    let swapped = changed(|document| {
        let rules = &mut document.authorization_servers[0].policies.as_mut().unwrap()[0].rules;
        rules[0].priority = 9;
    });
    let code = GrantType::AuthorizationCode;
    let (decision, _) = decided(&swapped, Some("admin"), WEB, code, "openid products:read");
    assert_eq!(decision, rule("Market apps", "Everyone", 60));

    let inactive = changed(|document| {
        document.authorization_servers[0].policies.as_mut().unwrap()[0].status = mock_idp_core::model::Status::Inactive;
    });
    let (decision, passed) = decided(&inactive, Some("admin"), WEB, code, "openid");
    assert_eq!(decision, Err(ErrorId::NoMatchingPolicy));
    let others = inactive.policies(&inactive.servers()[1].id).count() - 1;
    assert_eq!(passed.len(), others, "an inactive policy is not looked at");
}

#[test]
fn a_list_with_an_openid_scope_covers_only_the_openid_scopes_in_it() {
    let narrow = changed(|document| {
        for rule in &mut document.authorization_servers[0].policies.as_mut().unwrap()[0].rules {
            rule.conditions.scopes.include = vec!["openid".into(), "profile".into()];
        }
    });
    let code = GrantType::AuthorizationCode;
    assert!(decided(&narrow, Some("buyer"), WEB, code, "openid profile").0.is_ok());
    assert_eq!(decided(&narrow, Some("buyer"), WEB, code, "openid email").0, Err(ErrorId::NoMatchingPolicy));

    let any = changed(|document| {
        document.authorization_servers[0].policies.as_mut().unwrap()[0].rules[1].conditions.scopes.include =
            vec!["*".into()];
    });
    assert!(decided(&any, Some("buyer"), WEB, code, "openid orders:update").0.is_ok());
}

#[test]
fn a_decision_names_its_rule_and_whether_the_rule_has_an_inline_hook() {
    let hooked = changed(|document| {
        let rule = &mut document.authorization_servers[0].policies.as_mut().unwrap()[0].rules[1];
        rule.actions.token.inline_hook = Some(InlineHook { id: "calhook0000000005d7a".to_owned() });
        let hook = DirectoryObject { id: "calhook0000000005d7a".to_owned(), ..DirectoryObject::default() };
        document.directory.entry(DirectoryKind::InlineHook).or_default().push(hook);
    });
    let scopes = Scopes::parse("openid");
    for (org, has_hook) in [(market(), false), (hooked, true)] {
        let request = PolicyRequest {
            client: org.client(WEB).unwrap(),
            user: org.user_by_identifier("buyer"),
            grant_type: GrantType::AuthorizationCode,
            scopes: &scopes,
        };
        let server = org.server("default").unwrap();
        let (decision, _) = ask_at(NOW, |moment| evaluate(&org, server, request, moment));
        let decision = decision.unwrap();
        let rule = &server.policies[0].rules[1].summary;
        assert_eq!((decision.rule_id(), decision.has_hook()), (Some(rule.id.as_str()), has_hook), "{}", rule.name);
    }
}
