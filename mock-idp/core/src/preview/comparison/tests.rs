use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::preview::TokenCase;

fn result(value: Value) -> Map<String, Value> {
    let Value::Object(members) = value else { panic!("an object") };
    members
}

fn changes(before: &Value, after: &Value) -> Vec<Changed> {
    let (before, after) = (result(before.clone()), result(after.clone()));
    compare(DecidedResult { result: &before, notes: &[] }, DecidedResult { result: &after, notes: &[] })
}

fn what(changes: &[Changed]) -> Vec<&str> {
    changes.iter().map(|changed| changed.what.as_str()).collect()
}

#[test]
fn each_part_of_an_answer_is_a_field_of_its_own() {
    let before = json!({
        "outcome": "granted",
        "token": {"scope": "a", "access_token": {"header": {"alg": "RS256"}, "payload": {"sub": "x", "roles": ["a"]}}},
        "userinfo": {"sub": "x"},
    });
    let after = json!({
        "outcome": "granted",
        "token": {"scope": "a b", "access_token": {"header": {"alg": "ES256"}, "payload": {"sub": "x", "roles": ["b"]},
            "encrypted": {"alg": "RSA-OAEP"}}, "id_token": {"payload": {"sub": "y"}}},
        "userinfo": {"sub": "x", "name": "N"},
    });
    let changes = changes(&before, &after);
    let expected = [
        "token.scope",
        "header alg of token.access_token",
        "token.access_token.roles",
        "encryption of token.access_token",
        "token.id_token.sub",
        "userinfo.name",
    ];
    let mut found = what(&changes);
    found.sort_unstable();
    let mut expected_sorted = expected;
    expected_sorted.sort_unstable();
    assert_eq!(found, expected_sorted);
}

#[test]
fn a_refusal_instead_of_tokens_is_reported_without_each_claim() {
    let before = json!({"outcome": "granted", "token": {"scope": "a", "access_token": {"payload": {"sub": "x"}}}});
    let refusal = json!({"shown": "redirect", "error": "access_denied", "error_description": "d", "reason": "r"});
    let after = json!({"outcome": "refused", "refusal": refusal});
    assert_eq!(what(&changes(&before, &after)), ["outcome", "token.scope", "error"]);
}

#[test]
fn a_refusal_for_another_reason_is_a_change() {
    let refused = |reason: &str| json!({"outcome": "refused", "refusal": {"error": "access_denied", "reason": reason}});
    assert_eq!(what(&changes(&refused("a"), &refused("b"))), ["reason"]);
}

#[test]
fn claims_come_first_and_cases_with_the_same_change_are_together() {
    let case = |user: &str| TokenCase {
        user: Some(user.to_owned()),
        user_id: None,
        client: "Web".to_owned(),
        client_id: "0oaweb".to_owned(),
        grant: "authorization_code",
        server: "default".to_owned(),
        scope: None,
    };
    let changed = |what: &str, is_claim, after: &str| Changed {
        what: what.to_owned(),
        is_claim,
        before: Value::Null,
        after: after.into(),
        cause: "a rule".to_owned(),
    };
    let alterations = [
        Alteration { case: case("a"), changes: vec![changed("token.scope", false, "x"), changed("role", true, "x")] },
        Alteration { case: case("b"), changes: vec![changed("role", true, "x")] },
        Alteration { case: case("c"), changes: vec![changed("role", true, "y")] },
    ];
    let groups = grouped(&alterations);
    let summary: Vec<(&str, Vec<usize>)> =
        groups.iter().map(|group| (group.what, group.values.iter().map(|value| value.cases.len()).collect())).collect();
    assert_eq!(summary, [("role", vec![2, 1]), ("token.scope", vec![1])]);
}

#[test]
fn refusals_by_the_same_rule_are_one_change_whatever_the_clients_users_and_scopes() {
    let granted = result(json!({"outcome": "granted", "token": {"scope": "a", "access_token": {"payload": {}}}}));
    let alteration = |id: &'static str, client: usize, scope: &str| {
        let case = TokenCase {
            user: Some(format!("user {client}")),
            user_id: None,
            client: format!("Client {client}"),
            client_id: format!("0oaclient{client}"),
            grant: "authorization_code",
            server: "default".to_owned(),
            scope: Some(scope.to_owned()),
        };
        let reason = format!("user {client} of client {client} requesting {scope}");
        let refusal =
            json!({"shown": "redirect", "error": "access_denied", "error_description": "d", "reason": reason});
        let refused = result(json!({"outcome": "refused", "refusal": refusal}));
        let mut trace = crate::trace::Trace::default();
        trace.note(crate::trace::NoteStatus::Refused, id, reason);
        let after = DecidedResult { result: &refused, notes: &trace.notes };
        Alteration { case, changes: compare(DecidedResult { result: &granted, notes: &[] }, after) }
    };
    let of = |id: &'static str| (0..5).flat_map(move |client| ["a", "a b", "b", "c"].map(|scope| (id, client, scope)));
    let all = of("no_matching_policy").chain(of("user_not_assigned"));
    let alterations: Vec<Alteration> = all.map(|(id, client, scope)| alteration(id, client, scope)).collect();
    let groups = grouped(&alterations);
    let found: Vec<_> = groups.iter().map(|group| (group.what, group.cause, group.cases())).collect();
    let causes = ["no rule of the access policies matches", "user not assigned"];
    assert_eq!(found, causes.map(|cause| ("outcome", cause, 20)));
    assert_eq!(groups[0].values.len(), 1);
    let value = &groups[0].values[0];
    assert_eq!((&value.before, &value.after), (&json!("granted"), &json!("refused: access_denied")));
}

/// A JSON value of some depth.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z]{0,4}".prop_map(Value::from)
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map("[a-c]", inner, 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_claim_is_reported_if_and_only_if_it_differs(
        place in prop_oneof![Just("access_token"), Just("id_token")],
        name in "[a-z]{1,6}",
        was in any_value(),
        is in any_value(),
    ) {
        let document = |value: &Value| json!({
            "outcome": "granted",
            "token": {place: {"header": {}, "payload": {"sub": "x", name.clone(): value}}},
        });
        let found = changes(&document(&was), &document(&is));
        let expected = if was == is { vec![] } else { vec![format!("token.{place}.{name}")] };
        prop_assert_eq!(what(&found), expected);
    }
}
