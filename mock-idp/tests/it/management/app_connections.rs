//! `/api/v1/apps/{id}/cwo/connections`.

use serde_json::json;

use super::{Api, values};
use crate::flow::WEB;

const SPA: &str = "0oamarketspa000005d7";

#[tokio::test]
async fn a_connection_is_listed_by_both_apps_and_removed_with_either() {
    let api = Api::market().await;
    let own = format!("/api/v1/apps/{WEB}/cwo/connections");
    assert_eq!(api.get(&own).await.body, json!([]));
    let created = api.post(&own, json!({ "resourceAppInstanceId": SPA })).await;
    assert_eq!(created.status, 201);
    assert_eq!(
        created.keys(),
        ["id", "requestingAppInstanceId", "resourceAppInstanceId", "status", "created", "lastUpdated"]
    );
    let id = created.body["id"].as_str().unwrap();
    for app in [WEB, SPA] {
        assert_eq!(values(&api.get(&format!("/api/v1/apps/{app}/cwo/connections")).await.body, "/id"), [id]);
    }
    let one = format!("{own}/{id}");
    assert_eq!(api.patch(&one, json!({ "status": "INACTIVE" })).await.body["status"], "INACTIVE");
    assert_eq!(api.get(&format!("{own}?status=ACTIVE")).await.body, json!([]));
    assert_eq!(api.patch(&one, json!({ "status": "GONE" })).await.error().1, "E0000003");
    assert_eq!(api.post(&own, json!({})).await.error().1, "E0000001");
    assert_eq!(api.post(&own, json!({ "resourceAppInstanceId": "0oaunknown" })).await.error().0, 404);
    let resource = json!({ "name": "bookmark", "label": "Wiki", "signOnMode": "BOOKMARK",
        "settings": { "app": { "requestIntegration": false, "url": "https://wiki.example.test" } } });
    let resource = api.create("/api/v1/apps", resource).await["id"].as_str().unwrap().to_owned();
    api.create(&own, json!({ "resourceAppInstanceId": resource })).await;
    assert_eq!(values(&api.get(&own).await.body, "/resourceAppInstanceId"), [SPA, &resource]);
    api.create(&format!("/api/v1/apps/{resource}/lifecycle/deactivate"), json!({})).await;
    assert_eq!(api.delete(&format!("/api/v1/apps/{resource}")).await.status, 204);
    assert_eq!(values(&api.get(&own).await.body, "/id"), [id]);
    assert_eq!(api.delete(&one).await.status, 204);
    assert_eq!(
        api.get(&one).await.error(),
        (404, "E0000007", format!("Not found: Resource not found: {id} (Connection)").as_str(), vec![])
    );
}

#[tokio::test]
async fn connections_are_filtered_by_the_apps_and_paged() {
    let api = Api::market().await;
    let bookmark = async |label: &str| {
        let settings = json!({ "app": { "url": "https://wiki.example.test" } });
        let app = json!({ "name": "bookmark", "label": label, "settings": settings });
        api.create("/api/v1/apps", app).await["id"].as_str().unwrap().to_owned()
    };
    let own = format!("/api/v1/apps/{WEB}/cwo/connections");
    let (wiki, board) = (bookmark("Team wiki").await, bookmark("Board").await);
    for resource in [&wiki, &board] {
        api.create(&own, json!({ "resourceAppInstanceId": resource })).await;
    }
    let resources = async |query: &str| {
        let found = api.get(&format!("{own}?{query}")).await.body;
        values(&found, "/resourceAppInstanceId").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let label = api.get(&format!("/api/v1/apps/{WEB}")).await.body["label"].as_str().unwrap().replace(' ', "+");
    for (query, expected) in [
        ("resourceAppName=WIKI".to_owned(), vec![&wiki]),
        (format!("requestingAppName={label}"), vec![&wiki, &board]),
        ("requestingAppName=wiki".to_owned(), vec![]),
        ("activeAppsOnly=true".to_owned(), vec![&wiki, &board]),
        ("limit=-1".to_owned(), vec![&wiki, &board]),
        ("limit=0".to_owned(), vec![]),
        ("limit=1".to_owned(), vec![&wiki]),
    ] {
        assert_eq!(resources(&query).await, expected.into_iter().cloned().collect::<Vec<_>>(), "{query}");
    }
    let third = bookmark("Board of directors").await;
    api.create(&own, json!({ "resourceAppInstanceId": third })).await;
    let pages = api.pages(&format!("{own}?limit=1&resourceAppName=board&status=ACTIVE")).await;
    let found: Vec<&str> = pages.iter().flat_map(|page| values(page, "/resourceAppInstanceId")).collect();
    assert_eq!(found, [&board, &third]);
    api.create(&format!("/api/v1/apps/{wiki}/lifecycle/deactivate"), json!({})).await;
    assert_eq!(resources("activeAppsOnly=true").await, [board, third]);
}
