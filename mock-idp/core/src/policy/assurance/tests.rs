//! Which proofs are next, by policies, proofs and what users have.

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::demand::{Demand, next_proofs};
use super::verification::{VerificationMethod, seconds};
use super::{Assurance, AssuranceRequest, NextProof, decide};
use crate::ledger::Proof;
use crate::model::SignInMethod::{self, GoogleOtp, OktaVerifyPush, Password, SecurityQuestion, WebAuthn};
use crate::moment::{Moment, RequestOrigin};
use crate::org::Org;
use crate::trace::Trace;

const NOW: i64 = 1_800_000_000;

fn demand(method: Value) -> Demand {
    let method: VerificationMethod = serde_json::from_value(method).unwrap();
    Demand::of_rule("P, R", method).unwrap()
}

fn proofs(methods: &[SignInMethod], at: i64) -> Vec<Proof> {
    methods.iter().map(|method| Proof::by(*method, at)).collect()
}

fn is_met(demand: &Demand, methods: &[SignInMethod]) -> bool {
    demand.is_met(&proofs(methods, NOW), i64::MAX, NOW)
}

#[test]
fn two_factors_are_of_two_classes() {
    let two = demand(json!({ "type": "ASSURANCE", "factorMode": "2FA" }));
    for (methods, met) in [
        (&[Password][..], false),
        (&[Password, SecurityQuestion], false),
        (&[Password, GoogleOtp], true),
        (&[SecurityQuestion, GoogleOtp], true),
    ] {
        assert_eq!(is_met(&two, methods), met, "{methods:?}");
    }
    let second = Demand::second_authenticator(String::new());
    assert!(is_met(&second, &[Password, SecurityQuestion]));
    assert!(!is_met(&second, &[Password]));
}

#[test]
fn a_passkey_that_verifies_the_user_is_two_factors() {
    let two = demand(json!({ "type": "ASSURANCE", "factorMode": "2FA" }));
    let verified = json!([{ "possession": { "userVerification": "REQUIRED", "phishingResistant": "REQUIRED" } }]);
    let verified = demand(json!({ "type": "ASSURANCE", "factorMode": "1FA", "constraints": verified }));
    let second = Demand::second_authenticator(String::new());
    for user_verified in [false, true] {
        let passkey = Proof { user_verified, ..Proof::by(WebAuthn, NOW) };
        assert_eq!(two.is_met(&[passkey], i64::MAX, NOW), user_verified);
        assert_eq!(verified.is_met(&[passkey], i64::MAX, NOW), user_verified);
        assert!(two.is_met(&[passkey, Proof::by(Password, NOW)], i64::MAX, NOW));
        assert!(!second.is_met(&[passkey], i64::MAX, NOW), "it is one authenticator");
    }
}

#[test]
fn constraints_are_alternatives_whose_parts_all_hold() {
    let one =
        |constraints: Value| demand(json!({ "type": "ASSURANCE", "factorMode": "1FA", "constraints": constraints }));
    let password = json!({ "knowledge": { "types": ["password"] } });
    let app = json!({ "possession": { "deviceBound": "REQUIRED" } });
    let resistant = json!({ "possession": { "phishingResistant": "REQUIRED" } });
    let named = json!({ "possession": { "authenticationMethods": [{ "key": "google_otp", "method": "otp" }] } });
    let excluded = json!({ "possession": { "excludedAuthenticationMethods": [{ "key": "google_otp" }] } });
    let optional = json!({ "possession": { "required": false, "phishingResistant": "REQUIRED" } });
    for (constraints, methods, met) in [
        (json!([password]), &[Password][..], true),
        (json!([password]), &[SecurityQuestion], false),
        (json!([password, app]), &[GoogleOtp], true),
        (json!([{ "knowledge": { "types": ["password"] }, "possession": {} }]), &[Password], false),
        (json!([{ "knowledge": { "types": ["password"] }, "possession": {} }]), &[Password, GoogleOtp], true),
        (json!([resistant]), &[GoogleOtp], false),
        (json!([named]), &[GoogleOtp], true),
        (json!([excluded]), &[GoogleOtp], false),
        (json!([optional]), &[Password], true),
        (json!([{}]), &[Password], true),
    ] {
        assert_eq!(is_met(&one(constraints.clone()), methods), met, "{constraints} {methods:?}");
    }
}

#[test]
fn the_steps_of_a_chain_need_a_proof_each() {
    let chain = demand(json!({ "type": "AUTH_METHOD_CHAIN", "chains": [{
        "authenticationMethods": [{ "key": "okta_password" }, { "key": "security_question" }],
        "next": [{ "authenticationMethods": [{ "key": "google_otp" }, { "key": "okta_password" }] }],
    }] }));
    assert!(!is_met(&chain, &[Password]), "one proof stands for one step");
    assert!(is_met(&chain, &[Password, GoogleOtp]));
    assert!(is_met(&chain, &[Password, SecurityQuestion]), "the question comes first, and then the password");
    assert!(!is_met(&chain, &[GoogleOtp]));
}

#[test]
fn proofs_are_too_old_after_the_time_of_the_rule_unless_they_are_of_this_sign_in() {
    let hour = demand(json!({ "type": "ASSURANCE", "factorMode": "1FA", "reauthenticateIn": "PT1H" }));
    let always = demand(json!({ "type": "ASSURANCE", "factorMode": "1FA", "reauthenticateIn": "PT0S" }));
    let at = |demand: &Demand, age: i64, began: i64| demand.is_met(&proofs(&[Password], NOW - age), began, NOW);
    assert!(at(&hour, 3600, i64::MAX) && !at(&hour, 3601, i64::MAX));
    assert!(at(&hour, 3601, NOW - 3601));
    assert!(!at(&always, 0, i64::MAX) && at(&always, 5, NOW - 5));
    let default = demand(json!({ "type": "ASSURANCE", "factorMode": "1FA" }));
    assert!(at(&default, 12 * 3600, i64::MAX) && !at(&default, 12 * 3600 + 1, i64::MAX));
}

#[test]
fn durations_have_their_seconds() {
    for (text, expected) in [
        ("PT0S", Some(0)),
        ("PT12H", Some(43_200)),
        ("P30D", Some(2_592_000)),
        ("PT43800H", Some(157_680_000)),
        ("PT2H30M", Some(9_000)),
        ("12 hours or so", None),
    ] {
        assert_eq!(seconds(text), expected, "{text}");
    }
}

#[test]
fn the_next_proofs_are_those_of_the_smallest_sets() {
    let two = demand(json!({ "type": "ASSURANCE", "factorMode": "2FA" }));
    let met = |proofs: &[Proof]| two.is_met(proofs, i64::MIN, NOW);
    let next = |proved: &[SignInMethod], has: &[SignInMethod]| {
        next_proofs(&met, &proofs(proved, NOW), has, |method| Proof::by(method, NOW))
    };
    let all = [Password, SecurityQuestion, GoogleOtp];
    assert_eq!(next(&[Password], &all), [GoogleOtp]);
    assert_eq!(next(&[GoogleOtp], &all), [Password, SecurityQuestion]);
    assert_eq!(next(&[], &all), all);
    assert_eq!(next(&[Password], &[Password, SecurityQuestion]), []);
}

#[test]
fn methods_that_the_mock_does_not_know_are_an_error_and_not_a_permission() {
    for method in [json!({ "type": "ID_PROOFING" }), json!({ "type": "ASSURANCE", "factorMode": "3FA" })] {
        let method: VerificationMethod = serde_json::from_value(method).unwrap();
        assert!(Demand::of_rule("P, R", method).is_err());
    }
}

/// The decision about a user with a password, for an app with these rules.
fn decided(rules: &Value, user: &Value, proved: &[SignInMethod]) -> (Assurance, Vec<String>) {
    let document = json!({
        "users": [user],
        "apps": [{ "label": "App", "accessPolicy": "rstpolicy000000005d7",
            "settings": { "oauthClient": { "application_type": "web", "redirect_uris": ["https://app.example.test/cb"] } } }],
        "directory": {
            "policies": [{ "id": "rstpolicy000000005d7", "type": "ACCESS_POLICY", "name": "P", "rules": rules }],
            "authenticators": [{ "name": "Google Authenticator", "type": "app", "key": "google_otp", "status": "ACTIVE" }],
            "userTypes": [{ "id": "otyother000000000000", "name": "other", "displayName": "Other" }],
        },
    });
    let org = Org::parse(&document.to_string()).unwrap();
    let (user, client) = (org.users().next().unwrap(), org.clients().next().unwrap());
    let (mut rng, mut trace) = (StdRng::seed_from_u64(1), Trace::default());
    let mut moment = Moment { now: NOW, origin: &RequestOrigin::default(), rng: &mut rng, trace: &mut trace };
    let proved = proofs(proved, NOW);
    let request = AssuranceRequest {
        remembered: None,
        user,
        client: Some(client),
        acr_values: None,
        acr_is_voluntary: false,
        proofs: &proved,
        began: NOW,
        begins_session: true,
        idp: None,
        has_provider: false,
    };
    let decision = decide(&org, request, &mut moment);
    (decision, trace.notes.iter().map(|note| format!("{}: {}", note.subject(), note.because())).collect())
}

fn user(factors: Value) -> Value {
    json!({
        "profile": { "login": "a@example.test", "email": "a@example.test", "firstName": "A", "lastName": "A" },
        "credentials": { "password": { "value": "Passw0rd!" } },
        "factors": factors,
    })
}

#[test]
fn the_first_rule_whose_conditions_hold_decides_and_the_notes_say_why_others_do_not() {
    let allow = json!({ "appSignOn": {
        "access": "ALLOW", "verificationMethod": { "type": "ASSURANCE", "factorMode": "1FA" },
    } });
    let rules = json!([
        { "name": "Catch-all", "priority": 99, "actions": allow },
        { "name": "Off", "priority": 1, "status": "INACTIVE", "actions": allow },
        { "name": "Risk", "priority": 2, "conditions": { "riskScore": { "level": "HIGH" } }, "actions": allow },
        { "name": "Device", "priority": 3, "conditions": { "device": { "registered": true } }, "actions": allow },
        { "name": "Type", "priority": 4, "conditions": { "userType": { "include": ["otyother000000000000"] } }, "actions": allow },
        { "name": "Zone", "priority": 5, "conditions": { "network": { "connection": "ZONE" } }, "actions": allow },
        { "name": "EL", "priority": 6, "conditions": { "elCondition": { "condition": "false" } }, "actions": allow },
    ]);
    let (decision, notes) = decided(&rules, &user(json!([])), &[Password]);
    assert_eq!(decision, Assurance::Met { acr: None });
    assert_eq!(
        notes,
        [
            "authentication policy: P, Off: it is inactive",
            "authentication policy: P, Risk: the condition on the risk does not hold: here it is LOW, and not HIGH",
            "authentication policy: P, Device: the condition on devices does not hold: here none is registered",
            "authentication policy: P, Type: the condition on user types does not hold",
            "authentication policy: P, Zone: the condition on the network does not hold: the address of the client is not known",
            "authentication policy: P, EL: the expression `false` is not true",
            "authentication policy: P, Catch-all demands one factor",
        ]
    );
    assert!(matches!(decided(&json!([]), &user(json!([])), &[Password]).0, Assurance::Denied(_)), "no rule");
}

#[test]
fn what_a_user_has_is_proved_and_what_is_missing_is_enrolled() {
    let rules = json!([{ "name": "R", "priority": 1, "actions": { "appSignOn": {
        "access": "ALLOW", "verificationMethod": { "type": "ASSURANCE", "factorMode": "2FA" },
    } } }]);
    let totp = json!({ "factorType": "token:software:totp", "provider": "GOOGLE", "sharedSecret": "JBSWY3DPEHPK3PXP" });
    let pending = json!({
        "factorType": "token:software:totp", "provider": "GOOGLE", "sharedSecret": "JBSWY3DPEHPK3PXP",
        "status": "PENDING_ACTIVATION",
    });
    assert_eq!(
        decided(&rules, &user(json!([totp])), &[Password]).0,
        Assurance::Prove(NextProof { methods: vec![GoogleOtp], verifies_user: false })
    );
    assert_eq!(decided(&rules, &user(json!([totp])), &[Password, GoogleOtp]).0, Assurance::Met { acr: None });
    // The enrollment policy of a fresh org lists Okta Verify, and not Google Authenticator.
    for factors in [json!([]), json!([pending])] {
        assert_eq!(decided(&rules, &user(factors), &[Password]).0, Assurance::Enroll(vec![OktaVerifyPush]));
    }
}
