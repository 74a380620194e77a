//! The events of changes to keys, providers, authenticators, brands and accounts, one request after the other on one org.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::event_table::{Row, check};
use super::{Api, values};
use crate::flow::WEB;

fn keys_and_providers() -> Vec<Row> {
    let none = || json!({});
    let provider = |name: &str| {
        json!({
            "type": "GOOGLE", "name": name,
            "protocol": { "credentials": { "client": { "client_id": "c", "client_secret": "s" } }, "scopes": ["openid"] },
            "policy": { "subject": { "userNameTemplate": { "template": "idpuser.email" } } },
        })
    };
    vec![
        Row("POST", "/api/v1/idps", provider("Events"), "idp", &["system.idp.lifecycle.create"]),
        Row("PUT", "/api/v1/idps/{idp}", provider("Renamed"), "", &["system.idp.lifecycle.update"]),
        Row("POST", "/api/v1/idps/{idp}/lifecycle/deactivate", none(), "", &["system.idp.lifecycle.deactivate"]),
        Row("POST", "/api/v1/idps/{idp}/lifecycle/activate", none(), "", &["system.idp.lifecycle.activate"]),
        Row("DELETE", "/api/v1/idps/{idp}", none(), "", &["system.idp.lifecycle.delete"]),
        Row("POST", "/api/v1/hook-keys", json!({ "name": "Events" }), "key", &["system.hook.key.created"]),
        Row("PUT", "/api/v1/hook-keys/{key}", json!({ "name": "Renamed" }), "", &["system.hook.key.updated"]),
        Row("DELETE", "/api/v1/hook-keys/{key}", none(), "", &["system.hook.key.deleted"]),
        Row(
            "POST",
            "/api/v1/authorizationServers/default/credentials/lifecycle/keyRotate",
            json!({ "use": "sig" }),
            "",
            &["app.oauth2.as.key.rollover"],
        ),
        Row(
            "POST",
            "/api/v1/apps/{web}/users/00ubuyer0000000005d7",
            json!({ "profile": { "nickname": "Bee" } }),
            "",
            // The user had the app through a group.
            &["application.user_membership.add"],
        ),
        Row(
            "POST",
            "/api/v1/apps/{web}/users/00ubuyer0000000005d7",
            json!({ "profile": { "nickname": "Bumblebee" } }),
            "",
            &["application.user_membership.update"],
        ),
    ]
}

fn authenticators_and_brands() -> Vec<Row> {
    let none = || json!({});
    let settings = |verification: &str| json!({ "appInstanceId": "0oa1", "userVerification": verification });
    let authenticator = |name: &str| json!({ "key": "custom_app", "name": name, "settings": settings("REQUIRED") });
    let mail = |subject: &str, is_default: bool| json!({ "language": "en", "isDefault": is_default, "subject": subject, "body": "${resetPasswordLink}" });
    vec![
        Row(
            "POST",
            "/api/v1/authenticators",
            authenticator("Events"),
            "authenticator",
            &["security.authenticator.lifecycle.create"],
        ),
        Row(
            "PUT",
            "/api/v1/authenticators/{authenticator}",
            authenticator("Renamed"),
            "",
            &["security.authenticator.lifecycle.update"],
        ),
        Row(
            "POST",
            "/api/v1/authenticators/{authenticator}/lifecycle/activate",
            none(),
            "",
            // The enrollment policy of the system gets a setting for it.
            &["policy.lifecycle.update", "security.authenticator.lifecycle.activate"],
        ),
        Row(
            "POST",
            "/api/v1/authenticators/{question}/lifecycle/deactivate",
            none(),
            "",
            &["security.authenticator.lifecycle.deactivate"],
        ),
        Row("POST", "/api/v1/brands", json!({ "name": "Events" }), "brand", &["system.brand.create"]),
        Row(
            "PUT",
            "/api/v1/brands/{brand}",
            json!({ "name": "Renamed", "agreeToCustomPrivacyPolicy": false }),
            "",
            &["system.brand.update"],
        ),
        Row(
            "POST",
            "/api/v1/brands/{brand}/templates/email/ForgotPassword/customizations",
            mail("Reset", true),
            "mail",
            &["system.email.template.create"],
        ),
        Row(
            "PUT",
            "/api/v1/brands/{brand}/templates/email/ForgotPassword/customizations/{mail}",
            mail("Reset now", true),
            "",
            &["system.email.template.update"],
        ),
        Row(
            "DELETE",
            "/api/v1/brands/{brand}/templates/email/ForgotPassword/customizations",
            none(),
            "",
            &["system.email.template.delete"],
        ),
        Row("DELETE", "/api/v1/brands/{brand}", none(), "", &["system.brand.delete"]),
    ]
}

fn accounts() -> Vec<Row> {
    let none = || json!({});
    let profile =
        json!({ "login": "account@new.test", "email": "account@new.test", "firstName": "A", "lastName": "C" });
    vec![
        Row(
            "POST",
            "/api/v1/users",
            json!({ "profile": profile }),
            "user",
            &["user.lifecycle.create", "user.lifecycle.activate"],
        ),
        Row("POST", "/api/v1/users/{user}/lifecycle/deactivate", none(), "", &["user.lifecycle.deactivate"]),
        Row(
            "POST",
            "/api/v1/users/{user}/lifecycle/activate?sendEmail=false",
            none(),
            "",
            &["user.lifecycle.activate"],
        ),
        Row("DELETE", "/api/v1/users/{user}/sessions", none(), "", &["user.session.clear"]),
        Row(
            "POST",
            "/api/v1/meta/types/user",
            json!({ "name": "events", "displayName": "E" }),
            "type",
            &["directory.non_default_user_profile.create"],
        ),
        Row(
            "PUT",
            "/api/v1/users/{user}",
            json!({ "type": { "id": "{type}" }, "profile": profile }),
            "",
            &["user.account.update_user_type"],
        ),
    ]
}

#[tokio::test]
async fn each_change_about_security_has_the_events_of_oktas_catalogue() {
    let api = Api::market().await;
    let authenticators = api.get("/api/v1/authenticators").await.body;
    let place = values(&authenticators, "/key").iter().position(|key| *key == "security_question").unwrap();
    let question = authenticators[place]["id"].as_str().unwrap().to_owned();
    // Policies that enroll an authenticator keep it from being deactivated.
    let policies = api.get("/api/v1/policies?type=MFA_ENROLL").await.body;
    for policy in policies.as_array().unwrap().iter().filter(|policy| policy["system"] == false) {
        api.delete(&format!("/api/v1/policies/{}", policy["id"].as_str().unwrap())).await;
    }
    let ids = HashMap::from([("web", WEB.to_owned()), ("question", question)]);
    check(&api, ids, keys_and_providers().into_iter().chain(accounts()).chain(authenticators_and_brands())).await;
}

#[tokio::test]
async fn unlocking_an_account_and_revoking_a_token_are_events() {
    let api = Api::market().await;
    let types = async || {
        let events = api.get("/api/v1/logs?limit=1000&sortOrder=DESCENDING").await.body;
        values(&events, "/eventType").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    for _ in 0..10 {
        let body = json!({ "username": "buyer@example.test", "password": "wrong" });
        api.client.post(format!("{}/api/v1/authn", api.base())).json(&body).send().await.unwrap();
    }
    let unlock = "/api/v1/users/00ubuyer0000000005d7/lifecycle/unlock";
    assert_eq!(api.post(unlock, json!({})).await.status, 200);
    assert_eq!(types().await[0], "user.account.unlock_by_admin");
    let tokens: Value = api.get("/api/v1/api-tokens").await.body;
    let own = format!("/api/v1/api-tokens/{}", tokens[0]["id"].as_str().unwrap());
    let log = api.with_token(&api.token);
    let before = log.get("/api/v1/logs?limit=1000").await.body.as_array().unwrap().len();
    assert_eq!(api.delete(&own).await.status, 204);
    assert_eq!(api.get("/api/v1/logs").await.status, 401, "the token is the one of the calls");
    assert!(before > 0);
}
