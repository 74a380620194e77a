//! Which user of the org a user of the provider is.

use serde_json::{Value, json};

use super::{BUYER, BUYERS, Federation, PARTNER_BUYER, PAT, TOKEN, post};
use crate::factors::{app_policy, with_authenticators};
use crate::flow::{browser, location, parameter};
use crate::market::shared;

fn set(pointer: &'static str, value: Value) -> impl FnOnce(&mut Value) {
    move |provider| *provider.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value
}

#[tokio::test]
async fn a_user_who_matches_is_linked_and_gets_tokens_of_the_provider() {
    let federation = Federation::offered(|_| {}).await;
    let redirect = federation.sign_in("buyer@example.test").await;
    let claims = federation.id_token(&redirect).await;
    assert_eq!(
        (&claims["sub"], &claims["idp"], &claims["amr"], &claims["nonce"]),
        (&json!(BUYER), &json!(federation.provider), &json!(["pwd"]), &json!("n-1"))
    );
    assert_eq!(federation.links().await, [(BUYER.to_owned(), PARTNER_BUYER.to_owned())]);
    // The provider is not the source of the profile.
    assert_eq!(claims["name"], "Ben Buyer");
    let url = format!("{}/api/v1/sessions/me", federation.mock.url());
    let session: Value = federation.get(&url).await.json().await.unwrap();
    assert_eq!(session["idp"], json!({ "id": federation.provider, "type": "SOCIAL" }));
    // The session counts for the next request.
    let again = federation.authorize(&[("prompt", "none")]).await;
    assert_eq!(federation.id_token(&location(&again)).await["idp"], federation.provider);
}

#[tokio::test]
async fn a_linked_user_is_found_by_the_link_and_not_by_the_name() {
    let federation = Federation::offered(|_| {}).await;
    let path = format!("/api/v1/idps/{}/users/{BUYER}", federation.provider);
    federation.api(&path, Some(json!({ "externalId": PAT }))).await;
    let redirect = federation.sign_in("pat@partners.test").await;
    assert_eq!(federation.id_token(&redirect).await["sub"], BUYER);
}

#[tokio::test]
async fn a_user_who_does_not_match_is_created_with_the_mapped_profile_and_groups() {
    let federation = Federation::offered(|_| {}).await;
    let redirect = federation.sign_in("pat@partners.test").await;
    let claims = federation.id_token(&redirect).await;
    assert_eq!(
        (&claims["name"], &claims["email"], &claims["preferred_username"]),
        (&json!("Pat Partner"), &json!("pat@partners.test"), &json!("pat@partners.test"))
    );
    let id = claims["sub"].as_str().unwrap();
    assert_eq!(federation.links().await, [(id.to_owned(), PAT.to_owned())]);
    let user = federation.api(&format!("/api/v1/users/{id}"), None).await;
    assert_eq!((&user["status"], &user["profile"]["firstName"]), (&json!("ACTIVE"), &json!("Pat")));
    let groups = federation.api(&format!("/api/v1/users/{id}/groups"), None).await;
    let ids: Vec<&Value> = groups.as_array().unwrap().iter().map(|group| &group["id"]).collect();
    assert!(ids.contains(&&json!(BUYERS)), "{groups}");
}

#[tokio::test]
async fn without_account_links_a_user_who_matches_is_refused() {
    let federation = Federation::offered(set("/policy/accountLink/action", json!("DISABLED"))).await;
    let page = federation.sign_in("buyer@example.test").await;
    federation.assert_fails(&page, "another user has the user name buyer@example.test").await;
}

#[tokio::test]
async fn users_outside_the_groups_of_the_filter_are_not_linked() {
    let filter = json!({ "groups": { "include": ["00gadmins000000005d7"] } });
    let federation = Federation::offered(|provider| {
        provider["policy"]["accountLink"]["filter"] = filter;
        provider["policy"]["provisioning"]["action"] = json!("DISABLED");
    })
    .await;
    let page = federation.sign_in("buyer@example.test").await;
    federation.assert_fails(&page, "is in none of the groups whose members are linked").await;
}

#[tokio::test]
async fn without_provisioning_an_unknown_user_is_refused() {
    let federation = Federation::offered(set("/policy/provisioning/action", json!("DISABLED"))).await;
    let page = federation.sign_in("pat@partners.test").await;
    federation.assert_fails(&page, "no user is linked or can be linked, and Partners creates none").await;
}

#[tokio::test]
async fn a_filter_refuses_user_names_that_it_does_not_match() {
    let federation =
        Federation::offered(|provider| provider["policy"]["subject"]["filter"] = json!("(\\S+@example\\.test)")).await;
    let page = federation.sign_in("pat@partners.test").await;
    federation.assert_fails(&page, "does not match the user name pat@partners.test").await;
}

#[tokio::test]
async fn the_source_of_profiles_changes_the_profile_and_not_the_user_name() {
    let federation = Federation::offered(set("/policy/provisioning/profileMaster", json!(true))).await;
    let redirect = federation.sign_in("buyer@example.test").await;
    let claims = federation.id_token(&redirect).await;
    assert_eq!((&claims["sub"], &claims["name"]), (&json!(BUYER), &json!("Benjamin Other")));
    assert_eq!(claims["preferred_username"], "buyer@example.test");
}

#[tokio::test]
async fn a_suspended_user_is_refused_unless_the_provider_unsuspends_users() {
    for (action, signs_in) in [("NONE", false), ("UNSUSPEND", true)] {
        let federation =
            Federation::offered(set("/policy/provisioning/conditions/suspended/action", json!(action))).await;
        federation.api(&format!("/api/v1/users/{BUYER}/lifecycle/suspend"), Some(json!({}))).await;
        let arrived = federation.sign_in("buyer@example.test").await;
        if signs_in {
            assert_eq!(federation.id_token(&arrived).await["sub"], BUYER);
            let user = federation.api(&format!("/api/v1/users/{BUYER}"), None).await;
            assert_eq!(user["status"], "ACTIVE");
        } else {
            federation.assert_fails(&arrived, "buyer@example.test is SUSPENDED").await;
        }
    }
}

#[tokio::test]
async fn wrong_passwords_lock_a_user_who_is_not_linked_yet() {
    let mut federation = Federation::offered(|_| {}).await;
    let wrong = json!({ "username": "buyer@example.test", "password": "wrong" });
    for _ in 0..10 {
        let url = format!("{}/api/v1/authn", federation.mock.url());
        assert_eq!(shared().post(url).json(&wrong).send().await.unwrap().status(), 401);
    }
    let page = federation.sign_in("buyer@example.test").await;
    assert!(page.contains("buyer@example.test is locked by wrong passwords and codes"), "{page}");
    assert_eq!(federation.links().await, []);
    federation.browser = browser();
    let other = federation.sign_in("pat@partners.test").await;
    assert_eq!(federation.id_token(&other).await["email"], "pat@partners.test");
}

#[tokio::test]
async fn a_user_without_a_password_authenticates_again_at_the_provider() {
    let method = json!({ "type": "ASSURANCE", "factorMode": "1FA", "reauthenticateIn": "PT1H" });
    let org = app_policy(with_authenticators(), &method);
    let federation = Federation::start_in(org.yaml(), |_| {}).await;
    federation.route(json!({}), true).await;
    let redirect = federation.sign_in("pat@partners.test").await;
    assert_eq!(federation.id_token(&redirect).await["email"], "pat@partners.test");
    for org in ["", "/_org/partners"] {
        post(&federation.mock, &format!("{org}/_mock/clock"), json!({ "advance": 3_700 })).await;
    }
    let silent = location(&federation.authorize(&[("prompt", "none")]).await);
    assert_eq!(parameter(&silent, "error").as_deref(), Some("login_required"), "{silent}");
    let request = location(&federation.authorize(&[]).await);
    let partners = format!("{}/_org/partners/oauth2/v1/authorize?", federation.mock.url());
    assert!(request.starts_with(&partners), "{request}");
    let callback = federation.sign_in_there_or_return(&request, "pat@partners.test").await;
    let again = federation.id_token(&federation.arrive(&callback).await).await;
    assert_eq!((&again["email"], &again["idp"]), (&json!("pat@partners.test"), &json!(federation.provider)));
}

#[tokio::test]
async fn a_user_of_the_provider_is_not_asked_for_a_password_that_expires() {
    let federation = Federation::offered(|_| {}).await;
    let path = "/api/v1/policies/00ppasswords000005d7";
    let mut policy = federation.api(path, None).await;
    // Every password is in the time of the warning.
    policy["settings"]["password"]["age"] = json!({ "maxAgeDays": 999, "expireWarnDays": 999, "historyCount": 4 });
    let url = format!("{}{path}", federation.mock.url());
    let request = shared().put(url).header("authorization", format!("SSWS {TOKEN}")).json(&policy);
    assert_eq!(request.send().await.unwrap().status(), 200);
    let redirect = federation.sign_in("pat@partners.test").await;
    assert_eq!(federation.id_token(&redirect).await["email"], "pat@partners.test");
}
