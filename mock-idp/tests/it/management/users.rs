//! `/api/v1/users`.

use serde_json::{Value, json};

use super::{Api, Reply, keys, values};
use crate::flow::{WEB, WEB_SECRET, authorize, browser, code_request, parameter, redeem};

const PATH: &str = "/api/v1/users";
const PASSWORD: &str = "Correct-Horse7";

fn profile(login: &str) -> Value {
    json!({ "firstName": "Nora", "lastName": "New", "login": login, "email": login })
}

fn body(login: &str) -> Value {
    json!({ "profile": profile(login), "credentials": { "password": { "value": PASSWORD } } })
}

async fn create(api: &Api, query: &str, body: Value) -> Value {
    api.create(&format!("{PATH}{query}"), body).await
}

fn id(user: &Value) -> &str {
    user["id"].as_str().unwrap()
}

/// Signs in with a password: the status of `/api/v1/authn`.
async fn authn(api: &Api, login: &str, password: &str) -> (u16, Value) {
    let body = json!({ "username": login, "password": password });
    let request = api.client.post(format!("{}/api/v1/authn", api.base())).json(&body);
    let reply = Reply::read(request.send().await.unwrap()).await;
    (reply.status.as_u16(), reply.body["status"].clone())
}

#[tokio::test]
async fn the_status_of_a_new_user_depends_on_password_and_activation() {
    let api = Api::market().await;
    let without = json!({ "profile": profile("a@new.test") });
    for (login, query, with_password, status, times) in [
        ("a@new.test", "", false, "PROVISIONED", [true, true, false]),
        ("b@new.test", "?activate=true", true, "ACTIVE", [true, true, true]),
        ("c@new.test", "?activate=false", false, "STAGED", [false, false, false]),
        ("d@new.test", "?activate=false", true, "STAGED", [false, true, true]),
        ("e@new.test", "?activate=true&nextLogin=changePassword", true, "PASSWORD_EXPIRED", [true, true, true]),
    ] {
        let body = if with_password { body(login) } else { json!({ "profile": profile(login), "credentials": null }) };
        let user = create(&api, query, body).await;
        let set = ["activated", "statusChanged", "passwordChanged"].map(|time| user[time].is_string());
        assert_eq!((user["status"].as_str(), set), (Some(status), times), "{query} {with_password}");
        assert_eq!(api.get(&format!("{PATH}/{}", id(&user))).await.body, user);
    }
    let mut expiring = without.clone();
    expiring["profile"] = profile("f@new.test");
    let reply = api.post(&format!("{PATH}?nextLogin=changePassword"), expiring).await;
    assert_eq!((reply.status.as_u16(), reply.error().1), (400, "E0000124"));
    let reply = api.post(&format!("{PATH}?nextLogin=changePassword&activate=false"), body("f@new.test")).await;
    assert_eq!((reply.status.as_u16(), reply.error().1), (400, "E0000125"));
}

#[tokio::test]
async fn a_user_is_shown_in_oktas_order_without_secrets() {
    let api = Api::market().await;
    let mut body = body("nora@new.test");
    body["credentials"]["recovery_question"] = json!({ "question": "Who?", "answer": "Nobody" });
    body["profile"]["nickName"] = "No".into();
    let created = api.post(PATH, body).await;
    assert_eq!(
        created.keys(),
        [
            "id",
            "status",
            "created",
            "activated",
            "statusChanged",
            "lastLogin",
            "lastUpdated",
            "passwordChanged",
            "realmId",
            "type",
            "profile",
            "credentials",
            "_links",
        ]
    );
    let user = &created.body;
    assert_eq!(
        keys(&user["profile"]),
        ["firstName", "lastName", "mobilePhone", "nickName", "secondEmail", "login", "email"]
    );
    assert_eq!(
        user["credentials"],
        json!({
            "password": {}, "recovery_question": { "question": "Who?" },
            "emails": [{ "value": "nora@new.test", "status": "VERIFIED", "type": "PRIMARY" }],
            "provider": { "type": "OKTA", "name": "OKTA" },
        })
    );
    assert_eq!(
        keys(&user["_links"]),
        [
            "suspend",
            "schema",
            "resetPassword",
            "forgotPassword",
            "expirePassword",
            "changeRecoveryQuestion",
            "self",
            "resetFactors",
            "type",
            "changePassword",
            "deactivate",
        ]
    );
    let own = format!("{}{PATH}/{}", api.base(), id(user));
    assert_eq!(
        user["_links"]["forgotPassword"],
        json!({ "href": format!("{own}/credentials/forgot_password"), "method": "POST" })
    );
    assert_eq!(user["_links"]["self"], json!({ "href": own }));
}

#[tokio::test]
async fn a_user_is_found_by_id_login_short_name_and_me() {
    let api = Api::market().await;
    for name in ["00uadmin0000000005d7", "admin@example.test", "ADMIN@example.test", "admin", "me"] {
        let reply = api.get(&format!("{PATH}/{name}")).await;
        assert_eq!(reply.body["id"], "00uadmin0000000005d7", "{name}: {}", reply.body);
    }
    let summary = "Not found: Resource not found: nobody (User)";
    assert_eq!(api.get(&format!("{PATH}/nobody")).await.error(), (404, "E0000007", summary, vec![]));
}

#[tokio::test]
async fn invalid_users_are_refused_with_oktas_causes() {
    let api = Api::market().await;
    let taken = "login: An object with this field already exists in the current organization";
    let weak = "password: Password requirements were not met. Password requirements: at least 8 characters, a lowercase letter, an \
                uppercase letter, a number, no parts of your username. Your password cannot be any of your last 4 passwords.";
    let mut unknown = body("x@new.test");
    unknown["profile"]["shoe"] = 44.into();
    let mut weak_password = body("x@new.test");
    weak_password["credentials"]["password"]["value"] = "abc".into();
    let mut no_mail = body("x@new.test");
    no_mail["profile"]["login"] = "x".into();
    no_mail["profile"]["email"] = "y".into();
    for (body, member, causes) in [
        (body("admin@example.test"), "login", vec![taken]),
        (unknown, "newUser", vec!["Property name 'shoe' is not defined in profile"]),
        (weak_password, "password", vec![weak]),
        (
            no_mail,
            "login",
            vec!["login: Username must be in the form of an email address", "email: Does not match required pattern"],
        ),
    ] {
        let reply = api.post(PATH, body).await;
        let (status, code, summary, found) = reply.error();
        let summary = (status, code, summary.strip_prefix("Api validation failed: ").unwrap_or_default());
        assert_eq!(summary, (400, "E0000001", member));
        for cause in causes {
            assert!(found.contains(&cause), "{found:?}");
        }
    }
    let missing = api.post(PATH, json!({ "profile": { "login": "x@new.test" } })).await;
    let blank = |name: &str| format!("{name}: The field cannot be left blank");
    assert_eq!(missing.error().3, [blank("firstName"), blank("lastName"), blank("email")]);
    for body in [json!([]), json!({ "profile": "x" }), json!({ "profile": profile("x@new.test"), "groupIds": "x" })] {
        assert_eq!(api.post(PATH, body).await.error().1, "E0000003");
    }
}

#[tokio::test]
async fn post_merges_a_profile_and_put_replaces_it() {
    let api = Api::market().await;
    let mut body = body("nora@new.test");
    body["profile"]["nickName"] = "No".into();
    body["profile"]["mobilePhone"] = "+1".into();
    let path = format!("{PATH}/{}", id(&create(&api, "", body).await));
    let merged = api.post(&path, json!({ "profile": { "title": "Dr", "nickName": null } })).await.body;
    assert_eq!(
        (&merged["profile"]["title"], &merged["profile"]["nickName"], &merged["profile"]["mobilePhone"]),
        (&json!("Dr"), &Value::Null, &json!("+1"))
    );
    let replaced = api.put(&path, json!({ "profile": profile("nora2@new.test") })).await.body;
    assert_eq!(keys(&replaced["profile"]), ["firstName", "lastName", "mobilePhone", "secondEmail", "login", "email"]);
    assert_eq!(replaced["profile"]["mobilePhone"], Value::Null);
    assert_eq!(replaced["credentials"]["password"], json!({}), "credentials stay");
    let with_password = json!({ "credentials": { "password": { "value": "Another-Horse8" } } });
    assert_eq!(api.put(&path, with_password).await.body["profile"], replaced["profile"]);
    assert_eq!(authn(&api, "nora2@new.test", "Another-Horse8").await, (200, json!("SUCCESS")));
}

#[tokio::test]
async fn the_lifecycle_decides_about_sign_in() {
    let api = Api::market().await;
    let user = create(&api, "", body("nora@new.test")).await;
    let path = format!("{PATH}/{}", id(&user));
    let sign_in = || authn(&api, "nora@new.test", PASSWORD);
    assert_eq!(sign_in().await.0, 200);
    for (step, status, may_sign_in) in [
        ("suspend", "SUSPENDED", false),
        ("unsuspend", "ACTIVE", true),
        ("deactivate", "DEPROVISIONED", false),
        ("activate", "PROVISIONED", false),
    ] {
        let reply = api.post(&format!("{path}/lifecycle/{step}"), json!({})).await;
        assert_eq!((reply.status.as_u16(), reply.body), (200, json!({})), "{step}");
        assert_eq!(api.get(&path).await.body["status"], status, "{step}");
        assert_eq!(sign_in().await.0 == 200, may_sign_in, "{step}");
    }
}

#[tokio::test]
async fn steps_that_the_status_does_not_allow_are_refused() {
    let api = Api::market().await;
    let active = format!("{PATH}/{}", id(&create(&api, "", body("a@new.test")).await));
    let staged = format!("{PATH}/{}", id(&create(&api, "?activate=false", body("b@new.test")).await));
    for (user, step, expected) in [
        (&active, "activate", (403, "E0000016", vec![])),
        (&active, "unlock", (403, "E0000032", vec!["The user is not locked out."])),
        (&active, "unsuspend", (400, "E0000001", vec!["Cannot unsuspend a user that is not suspended"])),
        (&active, "reactivate", (403, "E0000038", vec![])),
        (&staged, "suspend", (400, "E0000001", vec!["Cannot suspend a user that is not active"])),
        (&staged, "expire_password", (403, "E0000038", vec![])),
    ] {
        let reply = api.post(&format!("{user}/lifecycle/{step}"), json!({})).await;
        let (status, code, _, causes) = reply.error();
        assert_eq!((status, code, causes), expected, "{step}");
    }
}

#[tokio::test]
async fn links_are_in_the_answer_unless_they_are_mailed() {
    let api = Api::market().await;
    let staged = format!("{PATH}/{}", id(&create(&api, "?activate=false", body("b@new.test")).await));
    let activated = api.post(&format!("{staged}/lifecycle/activate?sendEmail=false"), json!({})).await.body;
    let token = activated["activationToken"].as_str().unwrap();
    assert_eq!(token.len(), 20);
    assert_eq!(activated["activationUrl"], format!("{}/tokens/{token}/verify", api.base()));
    assert_eq!(api.get(&staged).await.body["status"], "ACTIVE");
    let reset = api.post(&format!("{staged}/lifecycle/reset_password?sendEmail=false"), json!({})).await.body;
    assert!(reset["resetPasswordUrl"].as_str().unwrap().starts_with(&format!("{}/reset_password/", api.base())));
    assert_eq!(api.get(&staged).await.body["status"], "RECOVERY");
    let expired = api.post(&format!("{staged}/lifecycle/expire_password_with_temp_password"), json!({})).await.body;
    let temporary = expired["tempPassword"].as_str().unwrap().to_owned();
    let chosen = json!({ "oldPassword": { "value": temporary }, "newPassword": { "value": "Chosen-Pass9" } });
    let changed = api.post(&format!("{staged}/credentials/change_password"), chosen).await;
    assert_eq!(changed.body, json!({ "password": {}, "provider": { "type": "OKTA", "name": "OKTA" } }));
    assert_eq!(authn(&api, "b@new.test", "Chosen-Pass9").await.0, 200);
}

#[tokio::test]
async fn credentials_are_changed_with_the_old_password_only() {
    let api = Api::market().await;
    let path = format!("{PATH}/{}/credentials", id(&create(&api, "", body("a@new.test")).await));
    let new = json!({ "value": "Another-Horse8" });
    let wrong = json!({ "oldPassword": { "value": "wrong" }, "newPassword": new });
    assert_eq!(api.post(&format!("{path}/change_password"), wrong).await.error().1, "E0000014");
    let question = json!({ "question": "Who?", "answer": "Nobody" });
    let body = json!({ "password": { "value": PASSWORD }, "recovery_question": question });
    let reply = api.post(&format!("{path}/change_recovery_question"), body).await;
    assert_eq!(reply.body["recovery_question"], json!({ "question": "Who?" }));
    let forgot = |answer: &str| json!({ "password": new, "recovery_question": { "answer": answer } });
    assert_eq!(api.post(&format!("{path}/forgot_password"), forgot("Somebody")).await.error().1, "E0000087");
    assert_eq!(api.post(&format!("{path}/forgot_password"), forgot("nobody")).await.status, 200);
    assert_eq!(authn(&api, "a@new.test", "Another-Horse8").await.0, 200);
}

#[tokio::test]
async fn an_imported_hash_verifies_its_password() {
    let api = Api::market().await;
    // From the test vectors of OpenBSD's bcrypt: the password `U*U`.
    let hash = json!({
        "algorithm": "BCRYPT", "workFactor": 5, "salt": "CCCCCCCCCCCCCCCCCCCCC.", "value": "E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
    });
    let body = json!({ "profile": profile("i@new.test"), "credentials": { "password": { "hash": hash } } });
    let user = create(&api, "", body).await;
    assert_eq!(user["credentials"]["provider"], json!({ "type": "IMPORT", "name": "IMPORT" }));
    assert_eq!(authn(&api, "i@new.test", "U*U").await.0, 200);
    assert_eq!(authn(&api, "i@new.test", "U*V").await.0, 401);
}

#[tokio::test]
async fn the_work_factor_of_an_imported_hash_has_oktas_bounds() {
    let api = Api::market().await;
    let body = |factor: u32| {
        let hash = json!({
            "algorithm": "BCRYPT", "workFactor": factor, "salt": "CCCCCCCCCCCCCCCCCCCCC.", "value": "E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        });
        let login = format!("i{factor}@new.test");
        json!({ "profile": profile(&login), "credentials": { "password": { "hash": hash } } })
    };
    for factor in [0, 21] {
        let path = format!("{PATH}?activate=true");
        assert_eq!(api.post(&path, body(factor)).await.error().1, "E0000001", "{factor}");
    }
    for (factor, reason) in [
        (1, Some("BCRYPT has no work factor below 4")),
        (3, Some("BCRYPT has no work factor below 4")),
        (4, None),
        (15, Some("the mock computes no BCRYPT hash with a work factor above 14")),
        (20, Some("the mock computes no BCRYPT hash with a work factor above 14")),
    ] {
        assert_eq!(create(&api, "", body(factor)).await["status"], "ACTIVE", "{factor}");
        let login = format!("i{factor}@new.test");
        assert_eq!(authn(&api, &login, "U*U").await.0, 401, "{factor}");
        let id = api.get("/_mock/requests?path=/api/v1/authn&limit=1").await.body[0]["request_id"].clone();
        let entry = api.get(&format!("/_mock/requests/{}", id.as_str().unwrap())).await.body;
        let explained = entry.to_string();
        assert!(explained.contains(&format!("wrong password for {login}: 1 in a row")), "{explained}");
        let explains = |reason: &str| explained.contains(reason);
        assert!(reason.map_or(!explains("BCRYPT"), explains), "{factor}: {explained}");
    }
}

#[tokio::test]
async fn a_user_is_removed_by_the_second_delete() {
    let api = Api::market().await;
    let path = format!("{PATH}/{}", id(&create(&api, "", body("a@new.test")).await));
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(api.get(&path).await.body["status"], "DEPROVISIONED");
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(api.get(&path).await.status, 404);
    create(&api, "", body("a@new.test")).await;
}

#[tokio::test]
async fn lists_are_searched_filtered_and_paged() {
    let api = Api::market().await;
    let mut in_ops = Vec::new();
    for (login, department) in [("n1@new.test", "Ops"), ("n2@new.test", "Dev"), ("n3@new.test", "Ops")] {
        let mut body = body(login);
        body["profile"]["department"] = department.into();
        let user = create(&api, "", body).await;
        if department == "Ops" {
            in_ops.push((id(&user).to_owned(), login));
        }
    }
    // Okta: users with the same value are ordered by id.
    in_ops.sort();
    let [first_in_ops, second_in_ops] = [in_ops[0].1, in_ops[1].1];
    let logins =
        |reply: &Reply| values(&reply.body, "/profile/login").into_iter().map(str::to_owned).collect::<Vec<_>>();
    for (query, expected) in [
        ("search=profile.department+eq+%22ops%22+and+profile.login+sw+%22n%22", vec!["n1@new.test", "n3@new.test"]),
        (
            "search=profile.login+co+%22new.test%22&sortBy=profile.department",
            vec!["n2@new.test", first_in_ops, second_in_ops],
        ),
        ("filter=profile.login+eq+%22n2%40new.test%22", vec!["n2@new.test"]),
        ("q=n3%40", vec!["n3@new.test"]),
    ] {
        assert_eq!(logins(&api.get(&format!("{PATH}?{query}")).await), expected, "{query}");
    }
    let first = api.get(&format!("{PATH}?limit=1&search=profile.department+eq+%22Ops%22+and+id+gt+%2200u%22")).await;
    assert_eq!(first.body.as_array().unwrap().len(), 1);
    assert_eq!(first.links.len(), 2);
    assert!(first.links[1].contains("&limit=1&search=profile.department+eq+%22Ops%22"), "{}", first.links[1]);
    assert_eq!(keys(&first.body[0]["_links"]), ["self"]);
    let sorted = "search=profile.login+co+%22new.test%22&sortBy=profile.department&sortOrder=desc&fields=profile";
    let pages = api.pages(&format!("{PATH}?limit=2&{sorted}")).await;
    let found: Vec<&str> = pages.iter().flat_map(|page| values(page, "/profile/login")).collect();
    assert_eq!((pages.len(), found), (2, vec![first_in_ops, second_in_ops, "n2@new.test"]));
    assert_eq!(keys(&pages[1][0]), ["id", "profile"]);
    assert_eq!(api.get(&format!("{PATH}?filter=profile.department+eq+%22Ops%22")).await.error().1, "E0000031");
    assert_eq!(api.get(&format!("{PATH}?search=x&filter=y")).await.error().1, "E0000033");
}

#[tokio::test]
async fn roles_are_assigned_once_and_removed() {
    let api = Api::market().await;
    let path = format!("{PATH}/00ubuyer0000000005d7/roles");
    let role = api.post(&path, json!({ "type": "APP_ADMIN" })).await;
    assert_eq!(role.status, 201);
    assert_eq!(role.keys(), ["id", "label", "type", "status", "created", "lastUpdated", "assignmentType", "_links"]);
    assert_eq!(
        (role.body["id"].as_str(), role.body["label"].as_str()),
        (Some("IFIFAX2BIRGUSTQ"), Some("Application Administrator"))
    );
    assert_eq!(api.get(&path).await.body, json!([role.body]));
    assert_eq!(api.post(&path, json!({ "type": "APP_ADMIN" })).await.error().0, 409);
    assert_eq!(api.delete(&format!("{path}/IFIFAX2BIRGUSTQ")).await.status, 204);
    assert_eq!(api.get(&path).await.body, json!([]));
}

#[tokio::test]
async fn sessions_end_on_request_and_with_deactivation() {
    let api = Api::market().await;
    let (buyer, client) = (format!("{PATH}/00ubuyer0000000005d7"), browser());
    let request = code_request(WEB, "openid offline_access");
    let sign_in = async || {
        let arrived = authorize(&api.mock, &client, "buyer@example.test", &request).await;
        let tokens: Value = redeem(&api.mock, &parameter(&arrived, "code").unwrap()).await.json().await.unwrap();
        tokens["refresh_token"].as_str().unwrap().to_owned()
    };
    // The error of a sign-in without a page, if there is no session.
    let without_page = async || {
        let silent = [request.clone(), vec![("prompt", "none")]].concat();
        parameter(&authorize(&api.mock, &client, "buyer@example.test", &silent).await, "error")
    };
    let refreshed = async |token: &str| {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        let call = api.client.post(format!("{}/v1/token", api.mock.issuer())).basic_auth(WEB, Some(WEB_SECRET));
        call.form(&form).send().await.unwrap().status().as_u16()
    };
    let token = sign_in().await;
    assert_eq!(without_page().await, None);
    assert_eq!(api.delete(&format!("{buyer}/sessions")).await.status, 204);
    assert_eq!(without_page().await.as_deref(), Some("login_required"));
    assert_eq!(refreshed(&token).await, 200, "only oauthTokens=true revokes tokens");
    let token = sign_in().await;
    assert_eq!(api.delete(&format!("{buyer}/sessions?oauthTokens=true")).await.status, 204);
    assert_eq!((without_page().await.as_deref(), refreshed(&token).await), (Some("login_required"), 400));
    let token = sign_in().await;
    assert_eq!(api.post(&format!("{buyer}/lifecycle/deactivate"), json!({})).await.status, 200);
    assert_eq!(refreshed(&token).await, 400);
    assert_eq!(api.post(&format!("{buyer}/lifecycle/activate?sendEmail=false"), json!({})).await.status, 200);
    assert_eq!(without_page().await.as_deref(), Some("login_required"), "the session has ended with the deactivation");
    assert_eq!(api.delete(&format!("{PATH}/nobody/sessions")).await.status, 404);
}

#[tokio::test]
async fn a_user_cannot_choose_one_of_the_last_four_passwords() {
    let api = Api::market().await;
    let path = "/api/v1/users/00ubuyer0000000005d7/credentials/change_password";
    let change = async |old: &str, new: &str| {
        let body = json!({ "oldPassword": { "value": old }, "newPassword": { "value": new } });
        api.post(path, body).await
    };
    let failed = |cause| (403, "E0000014", "Update of credentials failed", vec![cause]);
    let current = change("Passw0rd!", "Passw0rd!").await;
    assert_eq!(current.error(), failed("Password cannot be your current password"));
    let mut last = "Passw0rd!".to_owned();
    for number in 1..=3 {
        let next = format!("Other{number}pass");
        assert_eq!(change(&last, &next).await.status, 200);
        last = next;
    }
    assert_eq!(change(&last, "Passw0rd!").await.error(), failed("Password has been used too recently"));
    assert_eq!(change(&last, "Other4pass").await.status, 200);
    assert_eq!(change("Other4pass", "Passw0rd!").await.status, 200);
    // An administrator may set any.
    let body = json!({ "credentials": { "password": { "value": "Other4pass" } } });
    assert_eq!(api.post("/api/v1/users/00ubuyer0000000005d7", body).await.status, 200);
}

/// A cursor is the last row of the page before.
#[tokio::test]
async fn a_cursor_whose_user_has_been_removed_is_refused() {
    let api = Api::market().await;
    let first = api.get(&format!("{PATH}?limit=2")).await;
    let next = first.links.iter().find_map(|link| link.strip_suffix(">; rel=\"next\"")).unwrap();
    let next = next.strip_prefix(&format!("<{}", api.base())).unwrap();
    assert_eq!(api.get(next).await.status, 200);
    let last = format!("{PATH}/{}", first.body[1]["id"].as_str().unwrap());
    for _ in 0..2 {
        assert_eq!(api.delete(&last).await.status, 204);
    }
    let stale = api.get(next).await;
    assert_eq!(stale.refusal(), (400, "E0000029"), "{}", stale.body);
}

/// Okta: a hook checks the password at the first sign-in. The mock does not call hooks of this type.
#[tokio::test]
async fn a_user_whose_password_a_hook_would_check_is_active_and_cannot_sign_in() {
    let api = Api::market().await;
    let hook = json!({ "password": { "hook": { "type": "default" } } });
    let user = create(&api, "", json!({ "profile": profile("hook@new.test"), "credentials": hook })).await;
    assert_eq!((&user["status"], &user["credentials"]["provider"]["type"]), (&json!("ACTIVE"), &json!("IMPORT")));
    for password in ["wrong", PASSWORD] {
        assert_eq!(authn(&api, "hook@new.test", password).await.0, 401, "{password}");
    }
    let body = json!({ "credentials": { "password": { "value": PASSWORD } } });
    assert_eq!(api.post(&format!("{PATH}/{}", id(&user)), body).await.status, 200);
    assert_eq!(authn(&api, "hook@new.test", PASSWORD).await, (200, json!("SUCCESS")));
}

#[tokio::test]
async fn answers_have_the_fields_that_a_request_asks_for() {
    let api = Api::market().await;
    let user = create(&api, "", body("shape@new.test")).await;
    let list = format!("{PATH}?search=profile.login+eq+%22shape%40new.test%22");
    let listed = async |more: &str| api.get(&format!("{list}{more}")).await.body[0].clone();
    let some = listed("&fields=status,profile:(login,lastName)").await;
    let expected = json!({ "login": "shape@new.test", "lastName": "New" });
    assert_eq!(keys(&some), ["id", "status", "profile"]);
    assert_eq!((&some["id"], &some["profile"]), (&user["id"], &expected));
    assert_eq!(api.get(&format!("{list}&fields=profile:(login")).await.refusal(), (400, "E0000001"));

    let asked = async |path: &str, response: &str| {
        let request =
            api.client.get(format!("{}{path}", api.base())).header("authorization", format!("SSWS {}", api.token));
        let request = request.header("content-type", format!("application/json; okta-response={response}"));
        Reply::read(request.send().await.unwrap()).await.body
    };
    let own = format!("{PATH}/{}", id(&user));
    let whole = api.get(&own).await.body;
    let short = asked(&own, "omitCredentials,omitCredentialsLinks").await;
    assert_eq!(short["credentials"], Value::Null);
    let left = ["suspend", "schema", "expirePassword", "self", "type", "deactivate"];
    assert_eq!(keys(&short["_links"]), left);
    assert_eq!(asked(&own, "omitTransitioningToStatus").await, whole);
    assert_eq!(asked(&own, "\"omitCredentials,omitCredentialsLinks\"; charset=utf-8").await, short);
    assert_eq!(api.get(&format!("{own}?fields=status")).await.body, whole, "only lists have fields");
    assert_eq!(asked(&list, "omitCredentials").await[0]["credentials"], Value::Null);
}

#[tokio::test]
async fn users_are_classified_and_shown_with_their_classification() {
    let api = Api::market().await;
    let user = create(&api, "", body("lite@new.test")).await;
    let own = format!("{PATH}/{}", id(&user));
    let path = format!("{own}/classification");
    assert_eq!(api.get(&path).await.body, json!({ "type": "STANDARD", "lastUpdated": user["created"] }));
    let lite = api.put(&path, json!({ "type": "LITE" })).await;
    assert_eq!((lite.status.as_u16(), &lite.body["type"]), (200, &json!("LITE")));
    assert_eq!(api.get(&path).await.body, lite.body);
    assert_eq!(
        api.get(&format!("{own}?expand=classification")).await.body["_embedded"],
        json!({ "classification": lite.body })
    );
    let listed = api.get(&format!("{PATH}?q=lite%40&expand=classification")).await.body;
    assert_eq!(listed[0]["_embedded"]["classification"], lite.body);
    assert_eq!(api.get(&own).await.body["_embedded"], Value::Null);
    assert_eq!(api.put(&path, json!({ "type": "HEAVY" })).await.refusal(), (400, "E0000003"));
    assert_eq!(api.put(&path, json!({})).await.error().3, ["type: The field cannot be left blank"]);
    assert_eq!(api.get(&format!("{PATH}/unknown/classification")).await.refusal(), (404, "E0000007"));
}

#[tokio::test]
async fn a_strict_change_of_a_password_by_an_administrator_obeys_age_and_history() {
    let api = Api::market().await;
    let user = create(&api, "", body("strict@new.test")).await;
    let path = format!("{PATH}/{}", id(&user));
    let credentials = |password: &str| json!({ "credentials": { "password": { "value": password } } });
    let strict = format!("{path}?strict=true");
    let current = api.post(&strict, credentials(PASSWORD)).await;
    assert_eq!(current.error().3, ["Password cannot be your current password"]);
    let whole = json!({ "profile": profile("strict@new.test"), "credentials": { "password": { "value": PASSWORD } } });
    assert_eq!(api.put(&strict, whole.clone()).await.refusal(), (403, "E0000014"));
    assert_eq!(api.put(&path, whole).await.status, 200, "otherwise an administrator may set any");
    assert_eq!(api.post(&strict, credentials("Another-Horse7")).await.status, 200);
}

#[tokio::test]
async fn steps_about_passwords_end_sessions_on_request() {
    let api = Api::market().await;
    let buyer = format!("{PATH}/00ubuyer0000000005d7");
    let request = code_request(WEB, "openid");
    let (signed_in, client) = (code_request(WEB, "openid offline_access"), browser());
    let has_session = async || {
        let silent = [request.clone(), vec![("prompt", "none")]].concat();
        parameter(&authorize(&api.mock, &client, "buyer@example.test", &silent).await, "error").is_none()
    };
    let change = |old: &str, revoke: bool| {
        let new = json!({ "value": "Another-Horse7" });
        json!({ "oldPassword": { "value": old }, "newPassword": new, "revokeSessions": revoke })
    };
    for path in [
        "credentials/change_password",
        "lifecycle/reset_password?sendEmail=false&revokeSessions=",
        "lifecycle/expire_password_with_temp_password?revokeSessions=",
    ] {
        for revoke in [false, true] {
            let password = json!({ "credentials": { "password": { "value": "Passw0rd!" } } });
            assert_eq!(api.post(&buyer, password).await.status, 200);
            if !has_session().await {
                authorize(&api.mock, &client, "buyer@example.test", &signed_in).await;
            }
            assert!(has_session().await, "{path}");
            let (query, body) = match path.contains('?') {
                true => (revoke.to_string(), json!({})),
                false => (String::new(), change("Passw0rd!", revoke)),
            };
            let reply = api.post(&format!("{buyer}/{path}{query}"), body).await;
            assert_eq!(reply.status, 200, "{path} {}", reply.body);
            if path.contains('?') {
                // A user who waits for a password can do nothing with a session.
                let old = reply.body["tempPassword"].as_str().unwrap_or("Passw0rd!");
                let changed = api.post(&format!("{buyer}/credentials/change_password"), change(old, false)).await;
                assert_eq!(changed.status, 200, "{path} {}", changed.body);
            }
            assert_eq!(has_session().await, !revoke, "{path} {revoke}");
        }
    }
}

#[tokio::test]
async fn the_answer_to_the_recovery_question_sets_a_password() {
    let api = Api::market().await;
    let mut body = body("asked@new.test");
    body["credentials"]["recovery_question"] = json!({ "question": "Who?", "answer": "Somebody" });
    let user = create(&api, "", body).await;
    let path = format!("{PATH}/{}/credentials/forgot_password_recovery_question", id(&user));
    let answer =
        |answer: &str| json!({ "password": { "value": "Another-Horse7" }, "recovery_question": { "answer": answer } });
    assert_eq!(api.post(&path, answer("Wrong")).await.status, 403);
    let blank = api.post(&path, json!({ "recovery_question": { "answer": "Somebody" } })).await;
    assert_eq!(blank.error().3, ["password: The field cannot be left blank"]);
    let reply = api.post(&path, answer("Somebody")).await;
    assert_eq!((reply.status.as_u16(), &reply.body["recovery_question"]), (200, &json!({ "question": "Who?" })));
    assert_eq!(authn(&api, "asked@new.test", "Another-Horse7").await, (200, json!("SUCCESS")));
}

#[tokio::test]
async fn a_user_is_changed_only_in_the_state_that_if_match_names() {
    let api = Api::market().await;
    let url = format!("{}/api/v1/users/00ubuyer0000000005d7", api.base());
    let send = async |method: reqwest::Method, expected: &str, name: &str| {
        let body = json!({ "profile": { "nickName": name } });
        let request = api.client.request(method, &url).header("authorization", format!("SSWS {}", api.token));
        let response = request.header("if-match", expected).json(&body).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let tag = async || {
        let request = api.client.get(&url).header("authorization", format!("SSWS {}", api.token));
        request.send().await.unwrap().headers()["etag"].to_str().unwrap().to_owned()
    };
    let first = tag().await;
    assert!(first.starts_with("W/\"") && first.len() == 20 && first == tag().await, "{first}");
    let (status, changed) = send(reqwest::Method::POST, &first, "Benny").await;
    assert_eq!((status, &changed["profile"]["nickName"]), (200, &json!("Benny")));
    let second = tag().await;
    assert_ne!(first, second);
    for method in [reqwest::Method::POST, reqwest::Method::PUT] {
        let (status, error) = send(method, &first, "Bo").await;
        assert_eq!(
            (status, &error["errorCode"], &error["errorSummary"]),
            (412, &json!("E0000231"), &json!("ETag value doesn't match."))
        );
    }
    assert_eq!(tag().await, second, "nothing has changed");
    let either = format!("{first}, {second}");
    assert_eq!(send(reqwest::Method::POST, &either, "Bo").await.1["profile"]["nickName"], "Bo");
    assert_eq!(send(reqwest::Method::POST, "*", "Bob").await.0, 200);
}
