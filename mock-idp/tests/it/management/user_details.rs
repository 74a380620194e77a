//! `/api/v1/users/{id}/risk`, `…/subscriptions`, `…/appLinks`, `…/idps`, `…/blocks`.

use serde_json::json;

use super::{Api, keys, values};
use crate::org::TestOrg;

const BUYER: &str = "/api/v1/users/00ubuyer0000000005d7";

#[tokio::test]
async fn the_risk_is_none_until_an_administrator_sets_it() {
    let api = Api::market().await;
    let path = format!("{BUYER}/risk");
    let unset = api.get(&path).await;
    assert_eq!((unset.keys(), &unset.body["riskLevel"]), (vec!["riskLevel", "_links"], &json!("NONE")));
    let set = api.put(&path, json!({ "riskLevel": "HIGH" })).await;
    assert_eq!((set.status.as_u16(), &set.body["reason"]), (201, &json!("Admin override risk")));
    assert_eq!(keys(&set.body["_links"]), ["user", "self"]);
    assert_eq!(api.get(&path).await.body, set.body);
    let again = api.put(&path, json!({ "riskLevel": "LOW", "riskReason": "checked" })).await;
    assert_eq!((again.status.as_u16(), &again.body["reason"]), (200, &json!("checked")));
    for (body, code) in [
        (json!({}), "E0000001"),
        (json!({ "riskLevel": "NONE" }), "E0000003"),
        (json!({ "riskLevel": 3 }), "E0000003"),
        (json!({ "riskLevel": "LOW", "riskReason": "x".repeat(501) }), "E0000001"),
    ] {
        assert_eq!(api.put(&path, body.clone()).await.error().1, code, "{body}");
    }
    assert_eq!(api.get(&path).await.body["riskLevel"], "LOW");
    assert_eq!(api.get("/api/v1/users/00uunknown/risk").await.error().0, 404);
}

#[tokio::test]
async fn subscriptions_are_changed_one_by_one() {
    let api = Api::market().await;
    let all = format!("{BUYER}/subscriptions");
    let listed = api.get(&all).await.body;
    assert_eq!(listed.as_array().unwrap().len(), 13);
    assert!(values(&listed, "/status").iter().all(|status| *status == "unsubscribed"));
    let one = format!("{all}/OKTA_UPDATE");
    let reply = api.post(&format!("{one}/subscribe"), json!({})).await;
    assert_eq!((reply.status.as_u16(), reply.body), (200, json!(null)));
    let shown = api.get(&one).await;
    assert_eq!(shown.keys(), ["notificationType", "channels", "status", "_links"]);
    assert_eq!(
        (&shown.body["status"], keys(&shown.body["_links"])),
        (&json!("subscribed"), vec!["unsubscribe", "self"])
    );
    api.post(&format!("{one}/unsubscribe"), json!({})).await;
    assert_eq!(api.get(&one).await.body["status"], "unsubscribed");
    assert_eq!(api.get(&format!("{all}/MAGIC")).await.error().0, 404);
}

#[tokio::test]
async fn the_subscription_of_a_role_overrides_those_of_its_users() {
    let api = Api::market().await;
    let role = "/api/v1/roles/SUPER_ADMIN/subscriptions";
    let (of_role, of_user) =
        (format!("{role}/OKTA_UPDATE"), "/api/v1/users/00uadmin0000000005d7/subscriptions/OKTA_UPDATE");
    assert_eq!(api.get(role).await.body.as_array().unwrap().len(), 13);
    let shown = api.get(&of_role).await;
    assert_eq!(shown.keys(), ["notificationType", "channels", "status", "_links"]);
    assert_eq!(shown.body["_links"]["self"]["href"], format!("{}{of_role}", api.base()));
    let status = async || {
        let (role, user) = (api.get(&of_role).await.body, api.get(of_user).await.body);
        [role, user].map(|shown| shown["status"].as_str().unwrap().to_owned())
    };
    for (path, expected) in [
        (format!("{of_role}/subscribe"), ["subscribed", "subscribed"]),
        (format!("{of_user}/unsubscribe"), ["subscribed", "unsubscribed"]),
        (format!("{of_role}/subscribe"), ["subscribed", "subscribed"]),
        (format!("{of_role}/unsubscribe"), ["unsubscribed", "unsubscribed"]),
    ] {
        let reply = api.post(&path, json!({})).await;
        assert_eq!((reply.status.as_u16(), reply.body), (200, json!(null)), "{path}");
        assert_eq!(status().await, expected, "{path}");
    }
    let buyer = format!("{BUYER}/subscriptions/OKTA_UPDATE");
    api.post(&format!("{of_role}/subscribe"), json!({})).await;
    assert_eq!(api.get(&buyer).await.body["status"], "unsubscribed");
    for unknown in [format!("{role}/MAGIC"), "/api/v1/roles/MAGICIAN/subscriptions".to_owned()] {
        assert_eq!(api.get(&unknown).await.refusal(), (404, "E0000007"), "{unknown}");
    }
    let custom = json!({ "label": "Readers", "description": "Read users", "permissions": ["okta.users.read"] });
    let custom = api.create("/api/v1/iam/roles", custom).await["id"].as_str().unwrap().to_owned();
    let custom = format!("/api/v1/roles/{custom}/subscriptions/USER_LOCKED_OUT");
    assert_eq!(api.post(&format!("{custom}/subscribe"), json!({})).await.status, 200);
    assert_eq!(api.get(&custom).await.body["status"], "subscribed");
}

#[tokio::test]
async fn app_links_are_those_of_assigned_active_apps() {
    let api = Api::market().await;
    let body = json!({
        "name": "bookmark", "label": "News", "signOnMode": "BOOKMARK",
        "settings": { "app": { "url": "https://news.example" } },
    });
    let app = api.create("/api/v1/apps", body).await["id"].as_str().unwrap().to_owned();
    let labels = async || values(&api.get(&format!("{BUYER}/appLinks")).await.body, "/label").join(",");
    assert!(!labels().await.contains("News"));
    let user = json!({ "id": "00ubuyer0000000005d7" });
    api.create(&format!("/api/v1/apps/{app}/users"), user).await;
    let links = api.get(&format!("{BUYER}/appLinks")).await.body;
    let link = links.as_array().unwrap().iter().find(|link| link["label"] == "News").unwrap();
    assert_eq!((&link["appName"], &link["hidden"]), (&json!("bookmark"), &json!(false)));
    assert!(link["linkUrl"].as_str().unwrap().contains(&format!("/home/bookmark/{app}/")), "{link}");
    api.post(&format!("/api/v1/apps/{app}/lifecycle/deactivate"), json!({})).await;
    assert!(!labels().await.contains("News"));
}

#[tokio::test]
async fn a_user_is_linked_to_an_identity_provider() {
    let api = Api::market().await;
    let provider = json!({
        "type": "GOOGLE", "name": "Google", "protocol": {
            "type": "OIDC", "scopes": ["email"], "credentials": { "client": { "client_id": "a", "client_secret": "b" } },
        },
        "policy": { "subject": { "userNameTemplate": { "template": "idpuser.email" } } },
    });
    let id = api.create("/api/v1/idps", provider).await["id"].as_str().unwrap().to_owned();
    assert_eq!(api.get(&format!("{BUYER}/idps")).await.body, json!([]));
    let own = format!("/api/v1/idps/{id}/users/00ubuyer0000000005d7");
    assert_eq!(api.post(&own, json!({})).await.error().1, "E0000001");
    let linked = api.post(&own, json!({ "externalId": "121749775026145" })).await;
    assert_eq!(linked.keys(), ["id", "externalId", "created", "lastUpdated", "profile", "_links"]);
    assert_eq!(api.get(&own).await.body, linked.body);
    assert_eq!(values(&api.get(&format!("{BUYER}/idps")).await.body, "/name"), ["Google"]);
    assert_eq!(values(&api.get(&format!("/api/v1/idps/{id}/users")).await.body, "/id"), ["00ubuyer0000000005d7"]);
    assert_eq!(api.delete(&own).await.status, 204);
    assert_eq!(api.get(&own).await.status, 404);
}

#[tokio::test]
async fn licences_decide_about_blocks_aaguids_and_authorization_servers() {
    let denied = "You do not have permission to access the feature you are requesting";
    let api = Api::market().await;
    let key = async |api: &Api| {
        let all = api.get("/api/v1/authenticators").await.body;
        let all = all.as_array().unwrap();
        let webauthn = all.iter().find(|one| one["key"] == "webauthn").unwrap();
        format!("/api/v1/authenticators/{}/aaguids", webauthn["id"].as_str().unwrap())
    };
    for path in [format!("{BUYER}/blocks"), key(&api).await] {
        assert_eq!(api.get(&path).await.error(), (401, "E0000015", denied, vec![]), "{path}");
    }
    let authenticator = api.get(key(&api).await.trim_end_matches("/aaguids")).await.body;
    assert!(authenticator["_links"].get("aaguids").is_none(), "{authenticator}");
    assert_eq!(api.get("/api/v1/authorizationServers").await.status, 200);
    let org = TestOrg::market().edit(|document| {
        let features = &mut document.settings.features;
        features.user_blocks = true;
        features.custom_aaguids = true;
        features.api_access_management = false;
    });
    let api = Api::of(org.start().await);
    assert_eq!(api.get(&format!("{BUYER}/blocks")).await.body, json!([]));
    assert_eq!(api.get("/api/v1/authorizationServers/default").await.error(), (401, "E0000015", denied, vec![]));
    let models = key(&api).await;
    assert_eq!(api.get(&models).await.body, json!([]));
    let authenticator = api.get(models.trim_end_matches("/aaguids")).await.body;
    assert_eq!(keys(&authenticator["_links"])[0], "aaguids");
    assert_eq!(authenticator["_links"]["aaguids"]["href"], format!("{}{models}", api.base()));
    let aaguid = "2FC0579F-8113-47EA-B116-BB5A8DB9202A";
    let body =
        json!({ "aaguid": aaguid, "name": "Key", "authenticatorCharacteristics": { "hardwareProtected": true } });
    let model = api.create(&models, body.clone()).await;
    assert_eq!(keys(&model), ["aaguid", "name", "authenticatorCharacteristics", "_links"]);
    assert_eq!(api.post(&models, body).await.error().1, "E0000001");
    assert_eq!(api.post(&models, json!({ "aaguid": "x" })).await.error().1, "E0000001");
    let own = format!("{models}/{aaguid}");
    let patched = api.patch(&own, json!({ "name": "Other" })).await.body;
    assert_eq!((&patched["name"], patched.get("authenticatorCharacteristics").is_some()), (&json!("Other"), true));
    let replaced = api.put(&own, json!({ "name": "Third" })).await.body;
    assert_eq!(keys(&replaced), ["aaguid", "name", "_links"]);
    assert_eq!(api.delete(&own).await.status, 204);
    assert_eq!(api.get(&own).await.status, 404);
}
