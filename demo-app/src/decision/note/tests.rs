use serde_json::{Value, json};

use super::Note;

fn read(detail: Value) -> (String, String) {
    let note = json!({"verdict": "passed_over", "subject": "not used", "because": "not used", "detail": detail});
    let note = Note::from_journal(&note).unwrap();
    (note.subject, note.because)
}

fn rule(condition: &str, wanted: &[&str], had: &[&str]) -> String {
    let detail = json!({
        "kind": "rule", "policy": {"id": "00p1", "name": "Apps"}, "rule": {"id": "0pr1", "name": "Staff"},
        "condition": condition, "wanted": wanted, "had": had,
    });
    let (subject, because) = read(detail);
    assert_eq!(subject, "Rule \u{201c}Staff\u{201d} of policy \u{201c}Apps\u{201d}");
    because
}

fn claim(fields: Value) -> String {
    let mut detail = json!({"kind": "claim", "token": "id_token", "claim": "team"});
    detail.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let (subject, because) = read(detail);
    assert_eq!(subject, "Claim team of the ID token");
    because
}

#[test]
fn a_policy_for_other_clients_names_them_and_the_client() {
    let (subject, because) = read(json!({
        "kind": "policy", "policy": {"id": "00p1", "name": "Apps"}, "condition": "clients", "wanted": ["a", "b"], "had": ["c"],
    }));
    assert_eq!(subject, "Policy \u{201c}Apps\u{201d}");
    assert_eq!(because, "It is for the clients a, b; the client is c.");
}

#[test]
fn each_unmet_condition_of_a_rule_names_the_values_compared() {
    for (condition, because) in [
        ("grantTypes.include", "It allows the grant types a, b; the request uses b, c."),
        ("people.users.exclude", "It excludes the users a, b; the user is b, c."),
        ("people.groups.exclude", "It excludes the groups a, b; the user is in b, c."),
        ("people.groups.include", "It includes only a, b; the user is in the groups b, c."),
        ("scopes.include", "It covers the scopes a, b; the request also asks for b, c."),
        ("network.connection", "Its condition network.connection is not met: expected a, b; found b, c."),
    ] {
        assert_eq!(rule(condition, &["a", "b"], &["b", "c"]), because);
    }
    assert_eq!(rule("scopes.include", &[], &["x"]), "It covers the scopes (none); the request also asks for x.");
}

#[test]
fn a_rule_without_an_unmet_condition_meets_all_of_them() {
    let met = json!({"kind": "rule", "policy": {"name": "Apps"}, "rule": {"name": "Staff"}});
    assert_eq!(read(met).1, "All conditions are met.");
}

#[test]
fn lifetimes_are_shown_in_units_with_their_rule() {
    let (subject, because) = read(json!({
        "kind": "lifetimes", "access_token": 3600, "refresh_token": null, "refresh_window": 604_800,
        "source": "not used", "rule": {"id": "0pr1", "name": "Staff"},
    }));
    assert_eq!(subject, "Token lifetimes");
    assert_eq!(
        because,
        "Access token 1 h; refresh token unlimited, or 7 d without use. Set by the rule \u{201c}Staff\u{201d}."
    );
    let fixed =
        json!({"kind": "lifetimes", "access_token": 90, "refresh_token": 90_000, "refresh_window": 60, "rule": null});
    assert_eq!(
        read(fixed).1,
        "Access token 1 min 30 s; refresh token 1 d 1 h, or 1 min without use. Fixed for the org authorization server."
    );
}

#[test]
fn each_scope_is_listed_with_source_cover_and_consent() {
    let (subject, because) = read(json!({"kind": "scopes", "scopes": [
        {"scope": "openid", "granted": true, "source": "asked", "cover": "openid_implied", "consent": "not_needed"},
        {"scope": "a", "granted": true, "source": "default", "cover": "listed", "consent": "allowed"},
        {"scope": "b", "granted": false, "source": "earlier_grant", "cover": "no_rule", "consent": "missing"},
        {"scope": "c", "granted": false, "source": "elsewhere", "cover": "half_a_rule"},
    ]}));
    assert_eq!(subject, "Scopes");
    assert_eq!(
        because,
        "openid granted (requested, an OpenID scope that needs no listing); a granted (default scope, listed in the rule, \
         consent given); b not granted (earlier grant, no rule covers the request, consent missing); c not granted \
         (elsewhere, half a rule)"
    );
}

#[test]
fn a_claim_names_its_source_or_why_it_is_absent() {
    for (fields, because) in [
        (
            json!({"source": "standard", "attribute": "nickName", "scope": "profile", "value": "x"}),
            "From the profile attribute nickName, for the scope profile.",
        ),
        (
            json!({"source": "expression", "rule": "ocl1", "expression": "user.team", "value": "x"}),
            "From the expression user.team.",
        ),
        (
            json!({"source": "groups", "rule": "ocl1", "filter": "STARTS_WITH", "operand": "Buy", "value": []}),
            "From the user's groups, by the filter STARTS_WITH Buy.",
        ),
        (
            json!({"source": "app_groups", "filter": "REGEX", "operand": ".*", "value": []}),
            "From the groups claim of the app, by the filter REGEX .*.",
        ),
        (json!({"source": "moon", "value": 1}), "From the source moon."),
        (json!({"source": "expression", "expression": "x", "absent": "null"}), "Its value is null."),
        (json!({"source": "expression", "expression": "x", "absent": "too_large"}), "Absent: too large."),
    ] {
        assert_eq!(claim(fields), because);
    }
}

#[test]
fn data_of_an_unknown_kind_is_listed() {
    let (subject, because) = read(json!({"kind": "network_zone", "zone": {"id": "nzo1"}, "matched_by": "ip"}));
    assert_eq!(subject, "network zone");
    assert_eq!(because, "zone: {\"id\":\"nzo1\"}; matched by: ip");
}

#[test]
fn a_note_without_data_keeps_its_text() {
    let note = json!({"verdict": "matched", "subject": "password", "because": "ann@example.test"});
    let note = Note::from_journal(&note).unwrap();
    assert_eq!((note.subject.as_str(), note.because.as_str()), ("password", "ann@example.test"));
    assert!(Note::from_journal(&json!({"subject": "x"})).is_none());
}
