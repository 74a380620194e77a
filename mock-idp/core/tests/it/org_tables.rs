//! The tables of an org: import and export lose nothing, and a change checks and copies only what it touches.

use std::sync::Arc;

use mock_idp_core::model::{App, Assignment, Group, User};
use mock_idp_core::org::{Document, Draft, Org, Problems};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::market::{MARKET, NOW, market};

const WEB: &str = "0oamarketweb000005d7";

fn changed<T>(org: &Org, change: impl FnOnce(&mut Draft) -> T) -> Result<Org, Problems> {
    let mut draft = Draft::new(org, NOW);
    change(&mut draft);
    draft.finish()
}

fn problem<T>(org: &Org, change: impl FnOnce(&mut Draft) -> T) -> String {
    changed(org, change).unwrap_err().to_string()
}

fn edit(draft: &mut Draft, user_id: &str, change: impl FnOnce(&mut User)) {
    let edited = draft.change_user(user_id, |user| {
        change(user);
        Some(())
    });
    edited.unwrap();
}

fn user(org: &Org, name: &str) -> User {
    org.user_by_identifier(name).unwrap().clone()
}

#[test]
fn the_market_is_exported_as_it_was_imported() {
    let document: Document =
        serde_json::from_value(serde_json::to_value(Document::parse(MARKET).unwrap()).unwrap()).unwrap();
    assert_eq!(Org::from_document(document.clone()).unwrap().to_document(), document);
    assert_eq!(Org::parse(MARKET).unwrap().to_document(), document);
}

fn id(prefix: &str, number: usize) -> String {
    format!("{prefix}{number:0>17}")
}

/// How many objects of each kind a document has, and which refer to which others.
#[derive(Clone, Debug)]
struct Shape {
    groups: usize,
    users: Vec<Vec<usize>>,
    apps: Vec<(Vec<usize>, Vec<usize>)>,
    servers: Vec<(usize, Vec<usize>)>,
    origins: usize,
}

fn shape() -> impl Strategy<Value = Shape> {
    let some = |most: usize| prop::collection::vec(0..100_usize, 0..most);
    (
        1..6_usize,
        prop::collection::vec(some(4), 1..300),
        prop::collection::vec((some(4), some(4)), 1..5),
        prop::collection::vec((0..4_usize, some(4)), 0..4),
        0..3_usize,
    )
        .prop_map(|(groups, users, apps, servers, origins)| Shape { groups, users, apps, servers, origins })
}

fn document(shape: &Shape) -> Value {
    let group = |number: usize| {
        let kind = if number == 0 { "BUILT_IN" } else { "OKTA_GROUP" };
        json!({"id": id("00g", number), "type": kind, "profile": {"name": format!("Group {number}")}})
    };
    let user = |(number, groups): (usize, &Vec<usize>)| {
        json!({
            "id": id("00u", number), "groupIds": groups.iter().map(|group| id("00g", group % shape.groups)).collect::<Vec<_>>(),
            "profile": {"login": format!("User{number}@example.test"), "email": "e@example.test", "firstName": "F",
                "lastName": "L", "custom": [number, null, {"deep": true}]},
        })
    };
    let assigned = |prefix: &str, numbers: &[usize], most: usize| {
        let assignment = |number: &usize| json!({"id": id(prefix, number % most), "profile": {"role": number}});
        numbers.iter().map(assignment).collect::<Vec<_>>()
    };
    let app = |(number, (users, groups)): (usize, &(Vec<usize>, Vec<usize>))| {
        json!({
            "id": id("0oa", number), "label": format!("App {number}"),
            "credentials": {"oauthClient": {"client_secret": "secret-0123456789"}},
            "settings": {"oauthClient": {"application_type": "service", "grant_types": ["client_credentials"]}},
            "assignments": {
                "users": assigned("00u", users, shape.users.len()), "groups": assigned("00g", groups, shape.groups),
            },
        })
    };
    let server = |(number, (scopes, rules)): (usize, &(usize, Vec<usize>))| {
        let scope = |scope| json!({"id": id("scp", number * 100 + scope), "name": format!("s{scope}")});
        let rule = |(position, user): (usize, &usize)| {
            json!({
                "id": id("0pr", number * 100 + position), "name": format!("Rule {user}"), "priority": user,
                "conditions": {
                    "people": {"users": {"include": [id("00u", user % shape.users.len())]}},
                    "grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": ["*"]},
                },
                "actions": {"token": {}},
            })
        };
        let policy = |policy: usize| {
            let rules: Vec<Value> = rules.iter().enumerate().skip(policy * 2).take(2).map(rule).collect();
            json!({
                "id": id("00p", number * 10 + policy), "name": format!("Policy {policy}"), "priority": policy + 1,
                "conditions": {"clients": {"include": [id("0oa", 0), "ALL_CLIENTS"]}}, "rules": rules,
            })
        };
        let claim = json!({"id": id("ocl", number), "name": "c", "claimType": "RESOURCE", "valueType": "EXPRESSION",
            "value": "user.login"});
        json!({
            "id": id("aus", number), "name": format!("Server {number}"), "audiences": ["api://x"],
            "scopes": (0..*scopes).map(scope).collect::<Vec<_>>(), "claims": [claim],
            "policies": (0..2).map(policy).collect::<Vec<_>>(),
        })
    };
    let origin = |number| json!({"id": id("tos", number), "name": "o", "origin": format!("https://o{number}.test"), "scopes": []});
    json!({
        "org": {"id": id("00o", 0), "name": "Generated", "subdomain": "generated"},
        "groups": (0..shape.groups).map(group).collect::<Vec<_>>(),
        "users": shape.users.iter().enumerate().map(user).collect::<Vec<_>>(),
        "apps": shape.apps.iter().enumerate().map(app).collect::<Vec<_>>(),
        "authorizationServers": shape.servers.iter().enumerate().map(server).collect::<Vec<_>>(),
        "trustedOrigins": (0..shape.origins).map(origin).collect::<Vec<_>>(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_generated_document_is_exported_as_it_was_imported(shape in shape()) {
        let document: Document = serde_json::from_value(document(&shape)).unwrap();
        let yaml = document.to_yaml().unwrap();
        prop_assert_eq!(Org::parse(&yaml).unwrap().to_document(), document);
    }

    #[test]
    fn changed_tables_equal_those_of_the_changed_document(shape in shape(), chosen in 0..300_usize) {
        let document: Document = serde_json::from_value(document(&shape)).unwrap();
        let org = Org::from_document(document.clone()).unwrap();
        let chosen = chosen % document.users.len();
        let mut expected = document;
        expected.users[chosen].profile.login = "renamed@example.test".to_owned();
        let user = expected.users[chosen].clone();
        let next = changed(&org, |draft| draft.put_user(user)).unwrap();
        prop_assert_eq!(next.to_document(), expected.clone());
        prop_assert_eq!(&next.user_by_identifier("renamed").unwrap().id, &expected.users[chosen].id);
        let old = format!("user{chosen}@example.test");
        prop_assert!(next.user_by_identifier(&old).is_none());
        let fresh = Org::from_document(expected).unwrap();
        for (server, known) in next.servers().iter().zip(fresh.servers()) {
            prop_assert_eq!(format!("{server:?}"), format!("{known:?}"));
        }
    }
}

#[test]
fn a_user_is_found_by_login_and_short_name_before_and_after_a_rename() {
    let org = market();
    let buyer = user(&org, "buyer");
    let next = changed(&org, |draft| {
        draft.change_user(&buyer.id, |user| {
            user.profile.login = "Customer@example.test".to_owned();
            Some(())
        })
    })
    .unwrap();
    assert_eq!(next.user_by_identifier("CUSTOMER").map(|user| &user.id), Some(&buyer.id));
    assert!(next.user_by_identifier("buyer@example.test").is_none());
    assert_eq!(user(&org, "buyer").id, buyer.id, "the old snapshot is unchanged");
}

#[test]
fn a_change_sets_the_times_of_its_rows_only() {
    let org = market();
    let (buyer, admin) = (user(&org, "buyer").id, user(&org, "admin").id);
    let before = org.times(&buyer).unwrap();
    let next = changed(&org, |draft| draft.change_user(&buyer, |_| Some(()))).unwrap();
    let times = next.times(&buyer).unwrap();
    assert_eq!((times.created, times.last_updated), (before.created, NOW));
    assert_eq!(next.times(&admin), org.times(&admin));
}

#[test]
fn a_change_prepares_only_the_servers_that_it_touches() {
    let org = market();
    let buyer = user(&org, "buyer").id;
    let moved = changed(&org, |draft| edit(draft, &buyer, |user| user.group_ids.clear())).unwrap();
    assert!(moved.servers().iter().zip(org.servers()).all(|(next, server)| Arc::ptr_eq(next, server)));
    let (touched, other) = (&org.servers()[1], org.org_server());
    let renamed =
        changed(&org, |draft| draft.change_server(&touched.id, |server| server.name = "New".to_owned())).unwrap();
    assert_eq!(renamed.server_by_id(&touched.id).unwrap().name, "New");
    assert!(Arc::ptr_eq(renamed.server_by_id(&other.id).unwrap(), other));
}

#[test]
fn a_renamed_group_shows_in_the_rules_that_name_it() {
    let org = market();
    let admins = org.groups().find(|group| group.profile.name == "Admins").unwrap().clone();
    let mut renamed = admins.clone();
    renamed.profile.name = "Operators".to_owned();
    let next = changed(&org, |draft| draft.put_group(renamed)).unwrap();
    let named = |org: &Org, name: &str| {
        let rules = org.servers().iter().flat_map(|server| &server.policies).flat_map(|policy| &policy.rules);
        rules.filter(|rule| rule.summary.groups_included.iter().any(|group| group == name)).count()
    };
    assert!(named(&org, "Admins") > 0);
    assert_eq!((named(&next, "Admins"), named(&next, "Operators")), (0, named(&org, "Admins")));
}

#[test]
fn a_change_is_rejected_with_the_place_of_the_problem() {
    let org = market();
    let buyer = user(&org, "buyer");
    let position = org.users().position(|user| user.id == buyer.id).unwrap();
    let message = problem(&org, |draft| edit(draft, &buyer.id, |user| user.group_ids.push("00gnone".to_owned())));
    let member = buyer.group_ids.len();
    assert!(
        message.starts_with(&format!("no group has the id or name `00gnone` (at /users/{position}/groupIds/{member})")),
        "{message}"
    );
    let taken =
        problem(&org, |draft| edit(draft, &buyer.id, |user| user.profile.login = "ADMIN@example.test".to_owned()));
    assert_eq!(taken, format!("two users have the login `ADMIN@example.test` (at /users/{position}/profile/login)"));
    let app: App = App { credentials: Default::default(), ..org.client(WEB).unwrap().clone() };
    let index = org.apps().position(|app| app.id == WEB).unwrap();
    assert_eq!(
        problem(&org, |draft| draft.put_app(app)),
        format!(
            "a client that authenticates by secret needs `client_secret` (at /apps/{index}/credentials/oauthClient/client_secret)"
        )
    );
}

#[test]
fn a_removed_object_that_others_refer_to_is_a_problem_of_theirs() {
    let org = market();
    let admins = org.groups().find(|group| group.profile.name == "Admins").unwrap().id.clone();
    let message = problem(&org, |draft| draft.remove_group(&admins));
    assert!(message.contains(&format!("no group has the id or name `{admins}` (at /users/0/groupIds/0)")), "{message}");
    assert!(message.contains("/conditions/people/groups/"), "{message}");
    let everyone = org.everyone().unwrap().to_owned();
    assert!(
        problem(&org, |draft| draft.remove_group(&everyone)).contains("exactly one group must have `type: BUILT_IN`")
    );
}

#[test]
fn a_removed_client_leaves_policies_and_assignments() {
    let org = market();
    let service = "0oamarketservice05d7";
    let before = org
        .policies(&org.servers()[1].id)
        .filter(|policy| policy.conditions.clients.include.iter().any(|id| id == service));
    assert_eq!(before.count(), 1);
    let next = changed(&org, |draft| draft.remove_client(service)).unwrap();
    assert!(next.client(service).is_none());
    let yaml = next.to_document().to_yaml().unwrap();
    assert!(!yaml.contains(service), "{yaml}");
    assert_eq!(Document::parse(&yaml).unwrap(), next.to_document());
}

#[test]
fn a_removed_scope_must_not_be_referred_to() {
    let org = market();
    let server = &org.servers()[1].id;
    let read = org.scopes(server).find(|scope| scope.name == "products:read").unwrap().id.clone();
    let message = problem(&org, |draft| draft.remove_scope(&read));
    assert!(
        message.contains("the authorization server has no scope `products:read` (at /authorizationServers/0/"),
        "{message}"
    );
    assert!(message.contains("(at /apps/"), "{message}");
}

#[test]
fn a_removed_server_takes_its_scopes_claims_and_policies_with_it() {
    let org = market();
    let mut server = org.to_document().authorization_servers[0].clone();
    let first = server.id.clone();
    assert!(problem(&org, |draft| draft.remove_server(&first)).contains("no authorization server has the id"));

    // A second server that nothing refers to.
    server.id = id("aus", 2);
    server.default = false;
    let letter = |id: &str| format!("{}x", &id[..19]);
    server.scopes.iter_mut().for_each(|scope| scope.id = letter(&scope.id));
    server.claims.iter_mut().for_each(|claim| claim.id = letter(&claim.id));
    for policy in server.policies.iter_mut().flatten() {
        policy.id = letter(&policy.id);
        policy.rules.iter_mut().for_each(|rule| rule.id = letter(&rule.id));
    }
    let two = changed(&org, |draft| draft.put_server(server)).unwrap();
    assert_eq!(two.servers().len(), org.servers().len() + 1);
    let back = changed(&two, |draft| draft.remove_server(&id("aus", 2))).unwrap();
    assert_eq!(back.to_document(), org.to_document());
    assert!(back.server_by_id(&id("aus", 2)).is_none());
}

#[test]
fn a_row_of_an_unknown_owner_is_a_problem() {
    let org = market();
    let scope = org.scopes(&org.servers()[1].id).next().unwrap().clone();
    let message = problem(&org, |draft| draft.put_scope(&id("aus", 9), scope));
    assert!(
        message.starts_with(&format!("no authorization server has the id or name `{}`", id("aus", 9))),
        "{message}"
    );
    let assignment = Assignment::of(user(&org, "buyer").id);
    let message = problem(&org, |draft| draft.assign_user(&id("0oa", 9), assignment));
    assert!(message.starts_with(&format!("no app has the id or label `{}`", id("0oa", 9))), "{message}");
}

#[test]
fn many_rows_can_come_and_go() {
    let mut org = market();
    let before = org.to_document();
    let app = |number: usize| App { id: id("0oa", number), label: format!("App {number}"), ..org_app() };
    for round in 0..5 {
        for number in 0..100 {
            org = changed(&org, |draft| draft.put_app(app(round * 100 + number))).unwrap();
        }
        assert_eq!(org.apps().count(), before.apps.len() + 100);
        assert_eq!(org.client(&id("0oa", round * 100 + 50)).unwrap().label, format!("App {}", round * 100 + 50));
        for number in 0..100 {
            org = changed(&org, |draft| draft.remove_client(&id("0oa", round * 100 + number))).unwrap();
        }
    }
    assert_eq!(org.to_document(), before);
}

fn org_app() -> App {
    serde_json::from_value(json!({
        "id": id("0oa", 0), "label": "App", "credentials": {"oauthClient": {"client_secret": "secret-0123456789"}},
        "settings": {"oauthClient": {"application_type": "service", "grant_types": ["client_credentials"]}},
    }))
    .unwrap()
}

#[test]
fn a_group_can_be_added_and_used_in_one_change() {
    let org = market();
    let group: Group = serde_json::from_value(json!({"id": id("00g", 1), "profile": {"name": "New"}})).unwrap();
    let buyer = user(&org, "buyer").id;
    let next = changed(&org, |draft| {
        edit(draft, &buyer, |user| user.group_ids.push(id("00g", 1)));
        draft.put_group(group);
    })
    .unwrap();
    let names: Vec<_> = next.group_views(next.user(&buyer).unwrap()).map(|group| group.name.clone()).collect();
    assert_eq!(names.last().map(String::as_str), Some("New"));
}

#[test]
fn an_alias_bomb_is_rejected_in_plain_words() {
    let mut yaml = "org: { id: 00o, name: x, subdomain: &a0 [x, x, x, x, x, x, x, x, x, x] }\n".to_owned();
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        yaml += &format!("k{level}: &a{level} [{aliases}]\n");
    }
    let message = Org::parse(&yaml).unwrap_err().to_string();
    assert!(message.contains("its anchors and aliases (`&`, `*`) expand to too much"), "{message}");
}

/// The default of the YAML reader is 250,000 values.
#[test]
fn a_document_of_more_than_250_000_values_is_read() {
    let login = "      login: admin@example.test\n";
    assert_eq!(MARKET.matches(login).count(), 1);
    let list = vec!["0"; 251_000].join(",");
    let yaml = MARKET.replacen(login, &format!("{login}      many: [{list}]\n"), 1);
    let org = Org::parse(&yaml).unwrap();
    let many = user(&org, "admin").profile.attribute("many").unwrap();
    assert_eq!(many.as_array().map(Vec::len), Some(251_000));
}
