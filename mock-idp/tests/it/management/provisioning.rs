//! `/api/v1/apps/{id}/connections/default`, `/api/v1/apps/{id}/features`.

use serde_json::{Value, json};

use super::{Api, keys, values};
use crate::flow::WEB;

fn connection() -> Value {
    json!({ "baseUrl": "https://target.example", "profile": { "authScheme": "TOKEN", "token": "s3cret" } })
}

#[tokio::test]
async fn a_connection_is_set_activated_and_deactivated() {
    let api = Api::market().await;
    let own = format!("/api/v1/apps/{WEB}/connections/default");
    let unknown = json!({ "status": "UNKNOWN", "profile": { "authScheme": "UNKNOWN" } });
    assert_eq!(api.get(&own).await.body, unknown);
    assert_eq!(api.post(&format!("{own}/lifecycle/activate"), json!({})).await.status, 204);
    assert_eq!(api.get(&own).await.body, unknown, "an app without provisioning stays as it is");

    let set = api.post(&own, connection()).await;
    assert_eq!((set.status.as_u16(), set.keys()), (200, vec!["authScheme", "status", "baseUrl", "profile", "_links"]));
    assert_eq!((&set.body["status"], keys(&set.body["_links"])), (&json!("DISABLED"), vec!["activate", "self"]));
    assert_eq!(set.body["profile"], json!({ "authScheme": "TOKEN" }), "the token is not shown");
    assert_eq!(api.post(&format!("{own}/lifecycle/activate"), json!({})).await.status, 204);
    let active = api.get(&own).await.body;
    assert_eq!((&active["status"], keys(&active["_links"])), (&json!("ENABLED"), vec!["self", "deactivate"]));
    assert_eq!(api.post(&own, connection()).await.body["status"], "ENABLED", "it stays active");
    assert_eq!(api.post(&format!("{own}/lifecycle/deactivate"), json!({})).await.status, 204);
    assert_eq!(api.get(&own).await.body["status"], "DISABLED");
    let oauth = json!({ "profile": { "authScheme": "OAUTH2", "clientId": "c" } });
    let set = api.post(&format!("{own}?activate=true"), oauth).await.body;
    assert_eq!((keys(&set), &set["status"]), (vec!["status", "profile", "_links"], &json!("ENABLED")));
    for wrong in [json!({}), json!({ "profile": {} }), json!({ "profile": { "authScheme": "BASIC" } })] {
        assert_eq!(api.post(&own, wrong).await.error().1, "E0000001");
    }
    assert_eq!(api.post("/api/v1/apps/unknown/connections/default", connection()).await.error().0, 404);
}

#[tokio::test]
async fn an_app_with_an_active_connection_has_features() {
    let api = Api::market().await;
    let (own, apps) = (format!("/api/v1/apps/{WEB}/features"), format!("/api/v1/apps/{WEB}"));
    let unsupported = (400, "E0000001", "Api validation failed: feature", vec!["Provisioning is not supported."]);
    api.create(&format!("{apps}/connections/default"), connection()).await;
    assert_eq!(api.get(&own).await.error(), unsupported);
    api.post(&format!("{apps}/connections/default/lifecycle/activate"), json!({})).await;
    let listed = api.get(&own).await.body;
    assert_eq!(values(&listed, "/name"), ["USER_PROVISIONING", "INBOUND_PROVISIONING"]);
    assert_eq!(keys(&listed[0]), ["name", "status", "description", "capabilities", "_links"]);
    assert_eq!(values(&listed, "/status"), ["DISABLED", "ENABLED"]);
    let users = format!("{own}/USER_PROVISIONING");
    let body = json!({
        "create": { "lifecycleCreate": { "status": "ENABLED" } },
        "update": { "password": { "change": "CHANGE", "seed": "OKTA", "status": "ENABLED" } }, "other": 1,
    });
    let set = api.put(&users, body).await;
    assert_eq!((set.status.as_u16(), &set.body["status"]), (200, &json!("ENABLED")));
    assert_eq!(
        set.body["capabilities"],
        json!({
            "create": { "lifecycleCreate": { "status": "ENABLED" } },
            "update": {
                "profile": { "status": "DISABLED" },
                "lifecycleDeactivate": { "status": "DISABLED" },
                "password": { "status": "ENABLED", "seed": "OKTA", "change": "CHANGE" },
            },
        })
    );
    assert_eq!(api.get(&users).await.body, set.body);
    for wrong in [
        json!({ "create": 1 }),
        json!({ "create": { "lifecycleCreate": { "status": "ON" } } }),
        json!({ "update": { "password": { "seed": "OTHER" } } }),
    ] {
        assert_eq!(api.put(&users, wrong).await.error().1, "E0000003");
    }
    assert_eq!(api.get(&users).await.body, set.body, "refused bodies change nothing");
    let inbound = format!("{own}/INBOUND_PROVISIONING");
    let rules = json!({ "importRules": { "userCreateAndMatch": { "autoActivateNewUsers": true } } });
    let set = api.put(&inbound, rules).await.body;
    let rules = &set["capabilities"]["importRules"]["userCreateAndMatch"];
    assert_eq!((&rules["autoActivateNewUsers"], &rules["allowPartialMatch"]), (&json!(true), &json!(true)));
    let summary = "Not found: Resource not found: OTHER (PublicAppFeatureSetName)";
    assert_eq!(api.put(&format!("{own}/OTHER"), json!({})).await.error(), (404, "E0000007", summary, vec![]));
}
