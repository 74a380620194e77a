//! Which user a provider's user is, and which groups the user is in.

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::{ProviderUser, sign_in};
use crate::ledger::{FailedSignIns, Stage};
use crate::model::{Lockout, User};
use crate::moment::{Moment, RequestOrigin};
use crate::org::Org;
use crate::sign_in::answer::SignInEffect;
use crate::trace::Trace;

const PROVIDER: &str = "0oaprovider000000000";
const KNOWN: &str = "00uknown000000000000";

/// An org with one user and a provider with this policy.
fn org(policy: &Value) -> Org {
    let endpoint = json!({ "url": "https://provider.test/", "binding": "HTTP-REDIRECT" });
    let group = |id: &str, name: &str| json!({ "id": id, "profile": { "name": name } });
    let document = json!({
        "groups": [group("00gred00000000000000", "Red"), group("00ggreen000000000000", "Green"), group("00gblue0000000000000", "Blue")],
        "users": [{
            "id": KNOWN, "groupIds": ["00gred00000000000000", "00gblue0000000000000"],
            "profile": {
                "login": "known@example.test", "email": "other@example.test", "firstName": "K", "lastName": "N", "badge": "b-7",
            },
        }],
        "directory": { "identityProviders": [{
            "id": PROVIDER, "type": "OIDC", "name": "P", "status": "ACTIVE", "policy": policy,
            "protocol": { "type": "OIDC", "endpoints": { "authorization": endpoint, "token": endpoint, "jwks": endpoint } },
        }] },
    });
    Org::parse(&document.to_string()).unwrap()
}

/// The same org, in which the user is linked to a user of the provider.
fn org_with_link(external_id: &str) -> Org {
    let policy = json!({ "accountLink": { "action": "AUTO" }, "subject": { "matchType": "USERNAME" } });
    let mut document = serde_json::to_value(org(&policy).to_document()).unwrap();
    let link = json!({
        "id": format!("{PROVIDER}/{KNOWN}"), "owner": KNOWN, "provider": PROVIDER, "externalId": external_id,
    });
    document["directory"]["identityProviderUsers"] = json!([link]);
    Org::parse(&document.to_string()).unwrap()
}

#[test]
fn a_user_who_is_linked_is_not_linked_to_another_user_of_the_provider() {
    let claims = json!({ "sub": "x-1", "email": "known@example.test" });
    assert_eq!(resolved(&org_with_link("x-1"), &claims).unwrap().id, KNOWN);
    let refused = resolved(&org_with_link("x-2"), &claims).unwrap_err();
    assert_eq!(refused, "no user is linked or can be linked, and P creates none");
}

#[test]
fn wrong_passwords_lock_sign_ins_at_the_provider_too() {
    let mut failed = FailedSignIns::default();
    (0..20).for_each(|_| failed.add_code(&Lockout::default(), 1_800_000_000));
    let claims = json!({ "sub": "x-1", "email": "known@example.test" });
    let refused = resolved_after(&org_with_link("x-1"), &claims, &failed).unwrap_err();
    assert_eq!(refused, "known@example.test is locked by wrong passwords and codes");
}

/// The user whom the provider's user becomes, or the inside reason.
fn resolved(org: &Org, claims: &Value) -> Result<User, String> {
    resolved_after(org, claims, &FailedSignIns::default())
}

/// The same, after wrong passwords of the user.
fn resolved_after(org: &Org, claims: &Value, failed: &FailedSignIns) -> Result<User, String> {
    let (mut rng, mut trace) = (StdRng::seed_from_u64(1), Trace::default());
    let mut moment = Moment { now: 1_800_000_000, origin: &RequestOrigin::default(), rng: &mut rng, trace: &mut trace };
    let claims = claims.as_object().unwrap().clone();
    let found = ProviderUser { provider: PROVIDER.to_owned(), external_id: "x-1".to_owned(), claims };
    match sign_in(org, &found, failed, &mut moment) {
        Ok((Stage::SignedIn(proof), effects)) => {
            assert_eq!(proof.idp.as_deref(), Some(PROVIDER));
            let changed = effects.iter().find_map(SignInEffect::new_user);
            Ok(changed.or_else(|| org.user(&proof.user_id)).unwrap().clone())
        }
        Ok(other) => panic!("{other:?}"),
        Err((_, problem)) => Err(problem.reason),
    }
}

#[test]
fn the_match_type_names_the_attribute_that_the_user_name_is_compared_with() {
    for (kind, name, matches) in [
        ("USERNAME", "Known@example.test", true),
        ("USERNAME", "other@example.test", false),
        ("EMAIL", "other@example.test", true),
        ("EMAIL", "known@example.test", false),
        ("USERNAME_OR_EMAIL", "known@example.test", true),
        ("USERNAME_OR_EMAIL", "other@example.test", true),
        ("CUSTOM_ATTRIBUTE", "b-7", true),
        ("CUSTOM_ATTRIBUTE", "known@example.test", false),
    ] {
        let subject = json!({
            "matchType": kind, "matchAttribute": "badge", "userNameTemplate": { "template": "idpuser.name" },
        });
        let org = org(&json!({ "accountLink": { "action": "AUTO" }, "subject": subject }));
        let user = resolved(&org, &json!({ "sub": "x-1", "name": name }));
        assert_eq!(user.is_ok_and(|user| user.id == KNOWN), matches, "{kind} {name}");
    }
}

#[test]
fn groups_are_appended_or_synchronized_within_the_filter() {
    for (action, expected) in [
        ("NONE", &["00gred00000000000000", "00gblue0000000000000"][..]),
        ("APPEND", &["00gred00000000000000", "00gblue0000000000000", "00ggreen000000000000"]),
        ("SYNC", &["00gblue0000000000000", "00ggreen000000000000"]),
    ] {
        let groups = json!({
            "action": action, "sourceAttributeName": "Teams", "filter": ["00gred00000000000000", "00ggreen000000000000"],
        });
        let org = org(&json!({
            "accountLink": { "action": "AUTO" }, "provisioning": { "action": "AUTO", "groups": groups },
        }));
        let claims = json!({ "sub": "x-1", "email": "known@example.test", "teams": ["Green", "Unknown"] });
        assert_eq!(resolved(&org, &claims).unwrap().group_ids, expected, "{action}");
    }
}

#[test]
fn a_user_without_a_user_name_or_an_email_address_is_not_created() {
    let org = org(&json!({
        "provisioning": { "action": "AUTO" }, "subject": { "userNameTemplate": { "template": "idpuser.preferred_username" } },
    }));
    for (claims, reason) in [
        (json!({ "sub": "x-1" }), "the user name template `idpuser.preferred_username` gives no text"),
        (json!({ "sub": "x-1", "preferred_username": "new" }), "the mapped profile of new has no email address"),
    ] {
        assert_eq!(resolved(&org, &claims).unwrap_err(), reason);
    }
    let claims = json!({ "sub": "x-1", "preferred_username": "new", "email": "new@example.test", "given_name": "Nea" });
    let user = resolved(&org, &claims).unwrap();
    assert_eq!((&*user.profile.login, &*user.profile.first_name), ("new", "Nea"));
}
