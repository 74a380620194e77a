//! `/api/v1/org`, `/api/v1/features`.

use serde_json::json;

use super::{Api, keys, values};

#[tokio::test]
async fn settings_are_merged_by_post_and_replaced_by_put() {
    let api = Api::market().await;
    let org = api.get("/api/v1/org").await;
    assert_eq!(
        org.keys(),
        [
            "id",
            "subdomain",
            "companyName",
            "status",
            "expiresAt",
            "created",
            "lastUpdated",
            "website",
            "phoneNumber",
            "endUserSupportHelpURL",
            "supportPhoneNumber",
            "address1",
            "address2",
            "city",
            "state",
            "country",
            "postalCode",
            "_links",
        ]
    );
    assert_eq!(
        keys(&org.body["_links"]),
        ["preferences", "uploadLogo", "oktaCommunication", "logo", "oktaSupport", "contacts"]
    );
    let changed = api.post("/api/v1/org", json!({ "supportPhoneNumber": "1234567890", "id": "00oother" })).await.body;
    assert_eq!((&changed["supportPhoneNumber"], &changed["id"]), (&json!("1234567890"), &org.body["id"]));
    let changed = api.post("/api/v1/org", json!({ "city": "Bern" })).await.body;
    assert_eq!((&changed["supportPhoneNumber"], &changed["city"]), (&json!("1234567890"), &json!("Bern")));
    let replaced = api.put("/api/v1/org", json!({ "companyName": "Shop" })).await.body;
    assert_eq!((&replaced["supportPhoneNumber"], &replaced["city"]), (&json!(""), &json!(null)));
    assert_eq!(api.get("/api/v1/org").await.body, replaced);
    assert_eq!(api.post("/api/v1/org", json!({ "companyName": "" })).await.error().1, "E0000001");
    assert_eq!(api.post("/api/v1/org", json!({ "city": 3 })).await.error().1, "E0000003");
}

#[tokio::test]
async fn contacts_are_the_first_administrator_until_they_are_changed() {
    let api = Api::market().await;
    assert_eq!(values(&api.get("/api/v1/org/contacts").await.body, "/contactType"), ["BILLING", "TECHNICAL"]);
    let billing = api.get("/api/v1/org/contacts/BILLING").await;
    assert_eq!((billing.keys(), &billing.body["userId"]), (vec!["userId", "_links"], &json!("00uadmin0000000005d7")));
    let changed = api.put("/api/v1/org/contacts/billing", json!({ "userId": "00ubuyer0000000005d7" })).await.body;
    assert_eq!(api.get("/api/v1/org/contacts/BILLING").await.body, changed);
    assert_eq!(api.get("/api/v1/org/contacts/TECHNICAL").await.body["userId"], "00uadmin0000000005d7");
    assert_eq!(api.put("/api/v1/org/contacts/BILLING", json!({ "userId": "00uunknown" })).await.error().0, 404);
    assert_eq!(api.put("/api/v1/org/contacts/BILLING", json!({})).await.error().1, "E0000001");
    assert_eq!(api.get("/api/v1/org/contacts/MAGIC").await.error().0, 404);
}

#[tokio::test]
async fn a_switch_links_to_the_operation_that_changes_it() {
    let api = Api::market().await;
    for (path, member, operation, other) in [
        ("/api/v1/org/preferences", "showEndUserFooter", "hideEndUserFooter", "showEndUserFooter"),
        ("/api/v1/org/privacy/oktaCommunication", "optOutEmailUsers", "optIn", "optOut"),
    ] {
        let before = api.get(path).await.body;
        assert_eq!((&before[member], keys(&before["_links"])), (&json!(true), vec![operation]));
        let after = api.post(&format!("{path}/{operation}"), json!({})).await.body;
        assert_eq!((&after[member], keys(&after["_links"])), (&json!(false), vec![other]));
        assert_eq!(api.get(path).await.body, after);
        assert_eq!(api.post(&format!("{path}/{other}"), json!({})).await.body, before);
    }
    let support = api.get("/api/v1/org/privacy/oktaSupport").await.body;
    assert_eq!((&support["support"], &support["expiration"]), (&json!("DISABLED"), &json!(null)));
}

#[tokio::test]
async fn a_feature_is_enabled_and_disabled() {
    let api = Api::market().await;
    let listed = api.get("/api/v1/features").await.body;
    assert_eq!(keys(&listed[0]), ["id", "type", "status", "name", "description", "stage", "_links"]);
    let own = format!("/api/v1/features/{}", listed[0]["id"].as_str().unwrap());
    assert_eq!(api.get(&own).await.body, listed[0]);
    assert_eq!(api.post(&format!("{own}/enable"), json!({})).await.body["status"], "ENABLED");
    assert_eq!(api.post(&format!("{own}/DISABLE"), json!({})).await.body["status"], "DISABLED");
    assert_eq!(api.post(&format!("{own}/toggle"), json!({})).await.error().1, "E0000001");
    for list in ["dependencies", "dependents"] {
        assert_eq!(api.get(&format!("{own}/{list}")).await.body, json!([]));
        assert_eq!(api.get(&format!("/api/v1/features/ftrunknown/{list}")).await.error().0, 404);
    }
}

#[tokio::test]
async fn settings_about_new_clients_and_administrators_are_kept() {
    let api = Api::market().await;
    for (method, path, name) in [
        ("PUT", "/api/v1/org/settings/clientPrivilegesSetting", "clientPrivilegesSetting"),
        ("POST", "/api/v1/org/settings/autoAssignAdminAppSetting", "autoAssignAdminAppSetting"),
        ("POST", "/api/v1/org/orgSettings/thirdPartyAdminSetting", "thirdPartyAdmin"),
    ] {
        let send = async |body| api.send(method.parse().unwrap(), path, Some(body)).await;
        assert_eq!(api.get(path).await.body, json!({ name: false }));
        assert_eq!(send(json!({ name: true })).await.body, json!({ name: true }));
        assert_eq!(send(json!({})).await.body, json!({ name: true }));
        assert_eq!(send(json!({ name: "yes" })).await.error().1, "E0000003");
        assert_eq!(api.get(path).await.body, json!({ name: true }));
    }
}

#[tokio::test]
async fn the_access_of_oktas_support_ends_by_itself() {
    let api = Api::market().await;
    crate::market::stop_clock(&api.mock).await;
    let path = "/api/v1/org/privacy/oktaSupport";
    let post = async |operation: &str| api.post(&format!("{path}/{operation}"), json!({})).await;
    let disabled = api.get(path).await.body;
    assert_eq!(post("extend").await.refusal(), (403, "E0000006"), "there is no access");
    let granted = post("grant").await.body;
    assert_eq!((&granted["support"], keys(&granted["_links"])), (&json!("ENABLED"), vec!["extend", "revoke"]));
    assert_eq!(granted["expiration"], "2027-01-15T16:00:00.000Z");
    assert_eq!(post("extend").await.body["expiration"], "2027-01-16T16:00:00.000Z");
    crate::market::advance(&api.mock, 32 * 3600 - 1).await;
    assert_eq!(api.get(path).await.body["support"], "ENABLED");
    crate::market::advance(&api.mock, 1).await;
    assert_eq!(api.get(path).await.body, disabled);
    post("grant").await;
    assert_eq!(post("revoke").await.body, disabled);
    assert_eq!(api.get(&format!("{path}/cases")).await.body, json!({ "supportCases": [] }));
}

#[tokio::test]
async fn new_service_apps_are_super_administrators_if_the_org_wants_that() {
    let api = Api::market().await;
    let roles = async |kind: &str, grant: &str, label: &str| {
        let client = json!({ "application_type": kind, "grant_types": [grant],
            "redirect_uris": ["https://a.example/cb"], "response_types": ["code"] });
        let app = json!({ "name": "oidc_client", "label": label, "signOnMode": "OPENID_CONNECT",
            "settings": { "oauthClient": client } });
        let id = api.create("/api/v1/apps", app).await["id"].as_str().unwrap().to_owned();
        let roles = api.get(&format!("/oauth2/v1/clients/{id}/roles")).await.body;
        values(&roles, "/type").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(roles("service", "client_credentials", "Before").await, Vec::<String>::new());
    let setting = json!({ "clientPrivilegesSetting": true });
    api.put("/api/v1/org/settings/clientPrivilegesSetting", setting).await;
    assert_eq!(roles("service", "client_credentials", "Service").await, ["SUPER_ADMIN"]);
    assert_eq!(roles("web", "authorization_code", "Web").await, Vec::<String>::new());
}
