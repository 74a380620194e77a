//! What a password policy of the API decides about.

use serde_json::{Value, json};

use super::{Api, Reply};
use crate::factors::{idx_by_password, names};
use crate::flow::{WEB, browser, code_request, state_handle};
use crate::org::TestOrg;

const POLICIES: &str = "/api/v1/policies";
const USERS: &str = "/api/v1/users";
const STRONG: &str = "Correct-Horse7";
/// The default policy allows it.
const SHORT: &str = "Horse-7a";
const REQUIREMENTS: &str = "Password requirements: at least 12 characters, a lowercase letter, an uppercase letter, a number, a symbol, no parts of your username, does not include your first name, does not include your last name. Your password cannot be any of your last 2 passwords.";

fn refusal() -> String {
    format!("Password requirements were not met. {REQUIREMENTS}")
}

/// A group, and a password policy that covers its members.
async fn strict(api: &Api, age: Value, lockout: Value) -> (String, Value) {
    let group = api.create("/api/v1/groups", json!({ "profile": { "name": "Strict" } })).await;
    let group = group["id"].as_str().unwrap().to_owned();
    let policy = json!({
        "type": "PASSWORD", "name": "Strict", "priority": 1, "conditions": { "people": { "groups": { "include": [group] } } },
        "settings": {
            "password": {
                "complexity": { "minLength": 12, "minSymbol": 1, "excludeAttributes": ["firstName", "lastName"] },
                "age": age, "lockout": lockout,
            },
            "recovery": { "factors": {
                "recovery_question": { "status": "ACTIVE", "properties": { "complexity": { "minLength": 7 } } },
                "okta_email": { "status": "ACTIVE" },
            } },
        },
    });
    let policy = api.create(POLICIES, policy).await;
    let path = format!("{POLICIES}/{}/rules", policy["id"].as_str().unwrap());
    let allow = json!({ "access": "ALLOW" });
    let actions = json!({ "passwordChange": allow, "selfServicePasswordReset": allow, "selfServiceUnlock": allow });
    api.create(&path, json!({ "type": "PASSWORD", "name": "All", "actions": actions })).await;
    (group, policy)
}

fn user(login: &str, groups: &[&str], password: &str) -> Value {
    json!({
        "profile": { "firstName": "Nora", "lastName": "Newman", "login": login, "email": login },
        "groupIds": groups, "credentials": { "password": { "value": password } },
    })
}

async fn authn(api: &Api, path: &str, body: Value) -> Reply {
    let url = format!("{}/api/v1/authn{path}", api.base());
    Reply::read(api.client.post(url).json(&body).send().await.unwrap()).await
}

/// The status of a sign-in, or the code of the error.
async fn signed_in(api: &Api, login: &str, password: &str) -> Value {
    let reply = authn(api, "", json!({ "username": login, "password": password })).await;
    reply.body.get("status").or(reply.body.get("errorCode")).cloned().unwrap()
}

#[tokio::test]
async fn the_first_policy_that_covers_the_user_decides_about_passwords() {
    let api = Api::market().await;
    let (group, policy) = strict(&api, json!({ "historyCount": 2 }), json!({})).await;
    let members = [&*group];
    for weak in [SHORT, "Correct-Horse", "CorrectHorse77", "Correct-Nora-77", "Newman-Correct7"] {
        let reply = api.post(USERS, user("weak@new.test", &members, weak)).await;
        let causes = format!("password: {}", refusal());
        assert_eq!(reply.error(), (400, "E0000001", "Api validation failed: password", vec![&*causes]), "{weak}");
    }
    api.create(USERS, user("other@new.test", &[], SHORT)).await;
    let created = api.create(USERS, user("strict@new.test", &members, STRONG)).await;
    let path = format!("{USERS}/{}", created["id"].as_str().unwrap());
    let put = async |password: &str| {
        api.post(&path, json!({ "credentials": { "password": { "value": password } } })).await.status.as_u16()
    };
    assert_eq!((put(SHORT).await, put(STRONG).await), (400, 200));

    let change = async |old: &str, new: &str| {
        let body = json!({ "oldPassword": { "value": old }, "newPassword": { "value": new } });
        let reply = api.post(&format!("{path}/credentials/change_password"), body).await;
        (reply.status.as_u16(), reply.error().3.first().map(|cause| (*cause).to_owned()).unwrap_or_default())
    };
    let (status, cause) = change(STRONG, SHORT).await;
    assert_eq!((status, cause), (400, format!("password: {}", refusal())));
    assert_eq!(change(STRONG, "Another-Horse1").await.0, 200);
    assert_eq!(change("Another-Horse1", STRONG).await.1, "Password has been used too recently");
    assert_eq!(change("Another-Horse1", "Another-Horse2").await.0, 200);
    assert_eq!(change("Another-Horse2", STRONG).await.0, 200, "two are remembered");

    let question = async |answer: &str| {
        let body =
            json!({ "password": { "value": STRONG }, "recovery_question": { "question": "Q?", "answer": answer } });
        let reply = api.post(&format!("{path}/credentials/change_recovery_question"), body).await;
        reply.error().3.first().map(|cause| (*cause).to_owned())
    };
    let cause = "The security question answer must be at least 7 characters in length";
    assert_eq!((question("sixsix").await.as_deref(), question("seven77").await), (Some(cause), None));

    let body = json!({
        "type": "PASSWORD", "name": "Strict", "conditions": policy["conditions"],
        "settings": { "password": { "complexity": { "minLength": 6 } } },
    });
    let replaced = api.put(&format!("{POLICIES}/{}", policy["id"].as_str().unwrap()), body).await;
    assert_eq!(replaced.body["settings"]["password"]["complexity"]["minSymbol"], 0);
    assert_eq!(put("Short7").await, 200, "a change of the policy counts at once");
}

#[tokio::test]
async fn programs_pages_and_the_idx_api_name_the_requirements_of_the_users_policy() {
    let api = Api::market().await;
    let (group, _) = strict(&api, json!({ "historyCount": 2 }), json!({})).await;
    let login = "expired@new.test";
    api.create(&format!("{USERS}?nextLogin=changePassword"), user(login, &[&*group], STRONG)).await;
    let state = authn(&api, "", json!({ "username": login, "password": STRONG })).await.body;
    assert_eq!(
        state["_embedded"]["policy"]["complexity"],
        json!({
            "minLength": 12, "minLowerCase": 1, "minUpperCase": 1, "minNumber": 1, "minSymbol": 1, "excludeUsername": true,
            "excludeAttributes": ["firstName", "lastName"],
        })
    );
    let body = json!({ "stateToken": state["stateToken"], "oldPassword": STRONG, "newPassword": SHORT });
    let refused = authn(&api, "/credentials/change_password", body).await;
    assert_eq!(refused.error().3, [format!("newPassword: {}", refusal())]);

    let client = browser();
    let url = format!("{}/v1/authorize", api.mock.issuer());
    let page = client.get(url).query(&code_request(WEB, "openid")).send().await.unwrap().text().await.unwrap();
    let post = async |page: &str, path: &str, field: (&str, &str)| {
        let form = [("stateHandle", &*state_handle(page)), field];
        let url = format!("{}/signin/{path}", api.base());
        client.post(url).form(&form).send().await.unwrap().text().await.unwrap()
    };
    let page = post(&page, "identify", ("identifier", login)).await;
    let page = post(&page, "challenge", ("credentials.passcode", STRONG)).await;
    assert!(page.contains(REQUIREMENTS), "{page}");

    let buyer = "00ubuyer0000000005d7";
    api.put(&format!("/api/v1/groups/{group}/users/{buyer}"), json!({})).await;
    api.post(&format!("{USERS}/{buyer}/lifecycle/expire_password"), json!({})).await;
    let (_, document) = idx_by_password(&api.mock, &browser()).await;
    assert!(names(&document).contains(&"reenroll-authenticator"), "{document}");
    let settings = &document["currentAuthenticator"]["value"]["settings"];
    assert_eq!((&settings["complexity"]["minLength"], &settings["age"]["historyCount"]), (&json!(12), &json!(2)));
}

#[tokio::test]
async fn the_policy_says_how_many_wrong_passwords_lock_an_account_and_for_how_long() {
    let api = Api::market().await;
    let lockout = json!({ "maxAttempts": 2, "autoUnlockMinutes": 5, "showLockoutFailures": true });
    let (group, policy) = strict(&api, json!({}), lockout).await;
    assert_eq!(policy["settings"]["password"]["lockout"]["maxAttempts"], 2);
    let (login, other) = ("strict@new.test", "other@new.test");
    api.create(USERS, user(login, &[&*group], STRONG)).await;
    api.create(USERS, user(other, &[], STRONG)).await;
    api.create("/_mock/clock", json!({ "freeze": true })).await;
    for name in [login, other, login, other] {
        assert_eq!(signed_in(&api, name, "wrong").await, "E0000004", "{name}");
    }
    assert_eq!(signed_in(&api, login, STRONG).await, "LOCKED_OUT");
    assert_eq!(signed_in(&api, other, STRONG).await, "SUCCESS", "the market's policy allows ten");
    api.create("/_mock/clock", json!({ "advance": 300 })).await;
    assert_eq!(signed_in(&api, login, STRONG).await, "SUCCESS");
}

/// Okta: neither by the user nor by a link before the time is over.
#[tokio::test]
async fn a_password_is_not_changed_before_its_least_age() {
    let api = Api::market().await;
    let (group, _) = strict(&api, json!({ "minAgeMinutes": 120 }), json!({})).await;
    api.create("/_mock/clock", json!({ "freeze": true })).await;
    let created = api.create(USERS, user("strict@new.test", &[&*group], STRONG)).await;
    let path = format!("{USERS}/{}/credentials/change_password", created["id"].as_str().unwrap());
    let body = json!({ "oldPassword": { "value": STRONG }, "newPassword": { "value": "Another-Horse1" } });
    let refused = api.post(&format!("{path}?strict=true"), body.clone()).await;
    let text = "At least 2 hour(s) must have elapsed since you last changed your password.";
    assert!(refused.error().3.iter().all(|cause| cause.ends_with(text)) && refused.status == 400, "{}", refused.body);
    let recovery = json!({ "username": "strict@new.test", "factorType": "EMAIL" });
    authn(&api, "/recovery/password", recovery.clone()).await;
    let links = async || {
        let inbox = api.get("/_mock/inbox").await.body;
        let messages = inbox.as_array().unwrap().iter();
        messages.map(|message| message["link"].is_string()).collect::<Vec<_>>()
    };
    assert_eq!(links().await, [false], "the message says that it is not possible");
    api.create("/_mock/clock", json!({ "advance": 7200 })).await;
    authn(&api, "/recovery/password", recovery).await;
    assert_eq!(links().await, [true, false], "now there is a link");
    assert_eq!(api.post(&format!("{path}?strict=true"), body).await.status, 200);
    // Okta: without `strict`, an administrator need not wait.
    let body = json!({ "oldPassword": { "value": "Another-Horse1" }, "newPassword": { "value": "Third-Horse12" } });
    assert_eq!(api.post(&path, body).await.status, 200);
}

#[tokio::test]
async fn the_settings_of_the_org_are_the_lockout_of_policies_that_say_nothing_of_it() {
    let org = TestOrg::market().edit(|document| document.settings.lockout.max_attempts = 3);
    let api = Api::of(org.start().await);
    let shown = api.get(&format!("{POLICIES}?type=PASSWORD")).await.body;
    for policy in shown.as_array().unwrap() {
        assert_eq!(policy["settings"]["password"]["lockout"]["maxAttempts"], 3, "{policy}");
    }
}
