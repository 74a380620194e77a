//! The values of the market org in claim expressions: users, groups, apps and sessions.

use mock_idp_core::claims::ClaimSubject;
use mock_idp_core::expression::{Expression, Value};
use mock_idp_core::ledger::Authentication;
use mock_idp_core::protocol::Scopes;
use serde_json::{Value as Json, json};

use crate::market::changed;

const WEB: &str = "0oamarketweb000005d7";

/// The value of an expression for a user of the market, or for a client without a user.
fn value(user: Option<&str>, expression: &str) -> Json {
    let org = changed(|document| {
        let web = document.apps.iter_mut().find(|app| app.id == WEB).unwrap();
        web.profile.insert("groupallowlist".to_owned(), json!(["00gadmins000000005d7"]));
        web.profile.insert("tier".to_owned(), json!("gold"));
    });
    let user = user.map(|login| org.user_by_identifier(login).unwrap());
    let authentication = user.map(|user| Authentication {
        user_id: user.id.clone(),
        auth_time: 1_438_363_117,
        amr: vec!["pwd".to_owned()],
        proofs: Vec::new(),
        idp: None,
        session_id: "102session".to_owned(),
    });
    let scopes = Scopes::parse("openid orders:read");
    let subject =
        ClaimSubject::new(&org, org.client(WEB).unwrap(), user, authentication.as_ref(), &scopes, 1_438_363_117);
    let value: Value = Expression::parse(expression).unwrap().evaluate(&subject).unwrap();
    value.into()
}

#[test]
fn every_documented_root_has_values_for_a_user() {
    let admin = |expression| value(Some("admin@example.test"), expression);
    assert_eq!(admin("user.firstName + ' ' + user.profile.lastName"), json!("Ada Admin"));
    assert_eq!(admin("{user.id, user.status}"), json!(["00uadmin0000000005d7", "ACTIVE"]));
    assert_eq!(admin("appuser.app_features"), json!(["basic", "premium"]));
    assert_eq!(
        admin("{app.id, app.clientId, app.profile.label, app.profile.tier}"),
        json!([WEB, WEB, "Market demo", "gold"])
    );
    assert_eq!(admin("org.name"), json!("Market"));
    assert_eq!(admin("{session.id, session.amr}"), json!(["102session", ["pwd"]]));
    assert_eq!(admin("String.replace(Arrays.toCsvString(access.scope), ',', ' ')"), json!("openid orders:read"));
    assert_eq!(admin("Time.now()"), json!("2015-07-31T17:18:37.000Z"));
}

#[test]
fn group_functions_use_the_groups_of_the_user() {
    let admin = |expression| value(Some("admin@example.test"), expression);
    assert_eq!(admin(r#"isMemberOfGroupName("Admins") ? "admin" : "shopper""#), json!("admin"));
    assert_eq!(admin("getFilteredGroups(app.profile.groupallowlist, 'group.name', 40)"), json!(["Admins"]));
    assert_eq!(admin("Groups.startsWith('OKTA', 'b', 10)"), json!(["Buyers"]));
    let described = "user.getGroups({'group.profile.name': 'Adm'}).![{id, profile.description}]";
    assert_eq!(admin(described), json!([["00gadmins000000005d7", "Run the market"]]));
    assert_eq!(admin("user.getGroups({'group.type': 'BUILT_IN'}).![name]"), json!(["Everyone"]));
}

#[test]
fn a_client_without_a_user_has_null_user_values() {
    let client = |expression| value(None, expression);
    assert_eq!(client("appuser.app_features"), Json::Null);
    assert_eq!(client("user.email"), Json::Null);
    assert_eq!(client("session.amr"), Json::Null);
    assert_eq!(client("Groups.contains('OKTA', '', 10)"), Json::Null);
    assert_eq!(client(r#"isMemberOfGroupName("Admins") ? "admin" : "shopper""#), json!("shopper"));
    assert_eq!(client("app.label"), json!("Market demo"));
}
