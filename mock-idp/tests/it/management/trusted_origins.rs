//! `/api/v1/trustedOrigins`.

use serde_json::json;

use super::{Api, keys, values};

const PATH: &str = "/api/v1/trustedOrigins";

#[tokio::test]
async fn an_origin_is_created_replaced_deactivated_and_removed() {
    let api = Api::market().await;
    let scopes = json!([{ "type": "REDIRECT" }, { "type": "CORS" }]);
    let created = api.post(PATH, json!({ "name": "a", "origin": "https://a.example", "scopes": scopes })).await;
    assert_eq!(created.status, 200);
    assert_eq!(
        created.keys(),
        ["id", "name", "origin", "scopes", "status", "created", "createdBy", "lastUpdated", "lastUpdatedBy", "_links"]
    );
    assert_eq!((&created.body["status"], &created.body["scopes"]), (&json!("ACTIVE"), &scopes));
    assert!(created.body["createdBy"].as_str().unwrap().starts_with("00u"));
    assert_eq!(created.body["created"], created.body["lastUpdated"]);
    assert_eq!(keys(&created.body["_links"]), ["self", "deactivate"]);
    let path = format!("{PATH}/{}", created.body["id"].as_str().unwrap());
    assert_eq!(api.get(&path).await.body, created.body);
    assert!(reads_answers(&api).await);

    let body =
        json!({ "name": "b", "origin": "https://a.example", "scopes": [{ "type": "CORS" }], "status": "INACTIVE" });
    let replaced = api.put(&path, body).await;
    assert_eq!((&replaced.body["name"], &replaced.body["status"]), (&json!("b"), &json!("INACTIVE")));
    assert_eq!(keys(&replaced.body["_links"]), ["activate", "self"]);
    assert!(!reads_answers(&api).await);
    let active = api.post(&format!("{path}/lifecycle/activate"), json!({})).await;
    assert_eq!((active.status.as_u16(), &active.body["status"]), (200, &json!("ACTIVE")));
    let inactive = api.post(&format!("{path}/lifecycle/deactivate"), json!({})).await;
    assert_eq!(inactive.body["status"], "INACTIVE");
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(api.get(&path).await.error().1, "E0000007");
}

/// Whether scripts of the origin's pages may read answers.
async fn reads_answers(api: &Api) -> bool {
    let request = api.client.get(format!("{}{PATH}", api.base())).header("origin", "https://a.example");
    let response = request.header("authorization", format!("SSWS {}", api.token)).send().await.unwrap();
    response.headers().contains_key("access-control-allow-origin")
}

#[tokio::test]
async fn origins_are_listed_by_name_and_in_pages() {
    let api = Api::market().await;
    let ports = api.get(&format!("{PATH}?q=port&limit=3")).await;
    assert_eq!(values(&ports.body, "/name"), ["Port 3000", "Port 4200", "Port 5173"]);
    let after = ports.body[2]["id"].as_str().unwrap();
    let next = format!("{PATH}?after={after}&limit=3&q=port");
    assert_eq!(ports.links[1], format!("<{}{next}>; rel=\"next\"", api.base()));
    assert_eq!(values(&api.get(&next).await.body, "/name"), ["Port 8080"]);
    let filtered = api.get(&format!("{PATH}?filter=name+eq+%22Harness%22")).await;
    assert_eq!(values(&filtered.body, "/origin"), ["http://localhost:7803"]);
}

#[tokio::test]
async fn invalid_origins_are_refused() {
    let api = Api::market().await;
    let scopes = json!([{ "type": "CORS" }]);
    let post = |name: &str, origin: &str| api.post(PATH, json!({ "name": name, "origin": origin, "scopes": scopes }));
    assert_eq!(
        post("a", "https://a.example/path").await.error(),
        (400, "E0000001", "Api validation failed: origin", vec!["origin: Origin value is not valid"])
    );
    let taken = "An object with this field already exists in the current organization";
    let both = ["name", "origin"].map(|member| format!("{member}: {taken}"));
    assert_eq!(post("Harness", "http://localhost:7803").await.error().3, both);
    let blank = ["name", "origin", "scopes"].map(|member| format!("{member}: The field cannot be left blank"));
    assert_eq!(api.post(PATH, json!({})).await.error().3, blank);
    let unknown = json!({ "name": "a", "origin": "https://a.example", "scopes": [{ "type": "ALL" }] });
    assert_eq!(api.post(PATH, unknown).await.error().1, "E0000003");
}
