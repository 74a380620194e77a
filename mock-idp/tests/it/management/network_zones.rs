//! `/api/v1/zones`.

use serde_json::json;

use super::{Api, keys, values};

const PATH: &str = "/api/v1/zones";

#[tokio::test]
async fn a_zone_is_created_replaced_deactivated_and_removed() {
    let api = Api::market().await;
    let body = json!({
        "type": "IP", "name": "office", "status": "INACTIVE", "unknown": 1, "id": "nzoother",
        "gateways": [{ "type": "RANGE", "value": "1.2.3.4" }, { "type": "CIDR", "value": "1.2.3.4/24" }],
    });
    let created = api.post(PATH, body).await;
    assert_eq!(created.status, 200);
    assert_eq!(
        created.keys(),
        ["type", "id", "name", "status", "usage", "created", "lastUpdated", "system", "gateways", "proxies", "_links"]
    );
    let zone = &created.body;
    let id = zone["id"].as_str().unwrap();
    assert!(id.starts_with("nzo") && id.len() == 20, "{id}");
    assert_eq!((&zone["status"], &zone["usage"], &zone["proxies"]), (&json!("ACTIVE"), &json!("POLICY"), &json!(null)));
    assert_eq!(zone["gateways"][0], json!({ "type": "RANGE", "value": "1.2.3.4-1.2.3.4" }));
    assert_eq!(keys(&zone["_links"]), ["self", "deactivate"]);
    let url = format!("{}{PATH}/{id}", api.base());
    assert_eq!(zone["_links"]["self"], json!({ "href": url, "hints": { "allow": ["GET", "PUT", "DELETE"] } }));

    let path = format!("{PATH}/{id}");
    let replaced = api.put(&path, json!({ "type": "IP", "name": "home", "status": "INACTIVE", "id": "x" })).await;
    assert_eq!((&replaced.body["id"], &replaced.body["name"]), (&json!(id), &json!("home")));
    assert_eq!((&replaced.body["status"], &replaced.body["gateways"]), (&json!("INACTIVE"), &json!(null)));
    assert_eq!(keys(&replaced.body["_links"]), ["activate", "self"]);
    let active = api.post(&format!("{path}/lifecycle/activate"), json!({})).await;
    assert_eq!((active.status.as_u16(), &active.body["status"]), (200, &json!("ACTIVE")));
    assert_eq!(api.get(&path).await.body, active.body);

    assert_eq!(api.delete(&path).await.status, 204);
    let summary = format!("Not found: Resource not found: {id} (NetworkZone)");
    assert_eq!(api.get(&path).await.error(), (404, "E0000007", summary.as_str(), vec![]));
}

#[tokio::test]
async fn a_blocklist_refuses_all_requests_from_its_addresses_unless_they_are_exempt() {
    let api = Api::market().await;
    let zones = api.get(PATH).await.body;
    let of_name = |name: &str| zones.as_array().unwrap().iter().find(|zone| zone["name"] == name).cloned();
    let blocked = of_name("BlockedIpZone").unwrap();
    let path = format!("{PATH}/{}", blocked["id"].as_str().unwrap());
    let gateways = |range: &str| {
        let mut zone = blocked.clone();
        zone["gateways"] = json!([{ "type": "CIDR", "value": range }]);
        zone
    };
    let get = async |path: &str| {
        let url = format!("{}{path}", api.base());
        let request = api.client.get(url).header("authorization", format!("SSWS {}", api.token));
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.headers()["x-okta-request-id"].to_str().unwrap().to_owned())
    };
    let discovery = "/oauth2/default/.well-known/openid-configuration";
    assert_eq!(api.put(&path, gateways("192.0.2.0/24")).await.status, 200);
    assert_eq!(get(discovery).await.0, 200, "another address");
    assert_eq!(api.put(&path, gateways("127.0.0.0/8")).await.status, 200);
    for path in [
        discovery,
        "/oauth2/default/v1/keys",
        "/oauth2/default/v1/authorize",
        "/api/v1/users",
        "/login/login.htm",
        "/unknown",
    ] {
        assert_eq!(get(path).await.0, 403, "{path}");
    }
    let (_, id) = get(discovery).await;
    let url = format!("{}/_mock/requests/{id}", api.base());
    let journal: serde_json::Value = api.client.get(url).send().await.unwrap().json().await.unwrap();
    assert_eq!(journal["reason"], "the network zone BlockedIpZone blocks the address 127.0.0.1");
    let event = &journal["events"][0];
    assert_eq!(
        (&event["eventType"], &event["outcome"]["result"], &event["target"][0]["id"]),
        (&json!("security.request.blocked"), &json!("DENY"), &blocked["id"])
    );
    // The mock is still under control.
    let url = format!("{}/_mock/reset", api.base());
    assert!(api.client.post(url).json(&json!({})).send().await.unwrap().status().is_success());
    assert_eq!(get(discovery).await.0, 200);

    let exempt = json!({
        "type": "IP", "name": "DefaultExemptIpZone", "gateways": [{ "type": "CIDR", "value": "127.0.0.1/32" }],
    });
    api.create(PATH, exempt).await;
    assert_eq!(api.put(&path, gateways("127.0.0.0/8")).await.status, 200);
    assert_eq!(get(discovery).await.0, 200);
    assert_eq!(api.get(&path).await.status, 200);
}

#[tokio::test]
async fn the_members_of_dynamic_zones_are_completed() {
    let api = Api::market().await;
    let places = json!([{ "country": "DE" }, { "country": "US", "region": "US-CA" }]);
    let dynamic =
        api.create(PATH, json!({ "type": "DYNAMIC", "name": "a", "locations": places, "proxyType": "" })).await;
    assert_eq!(
        (&dynamic["locations"], &dynamic["proxyType"]),
        (&json!([{ "country": "US", "region": "US-CA" }, { "country": "DE", "region": null }]), &json!(""))
    );
    let enhanced = api.create(PATH, json!({ "type": "DYNAMIC_V2", "name": "b", "asns": { "include": ["1"] } })).await;
    assert_eq!(enhanced["asns"], json!({ "include": ["1"], "exclude": [] }));
    assert_eq!(enhanced["locations"], json!({ "include": [], "exclude": [] }));
}

#[tokio::test]
async fn zones_are_listed_in_pages_the_systems_own_first() {
    let api = Api::market().await;
    for name in ["a", "b", "c"] {
        api.create(PATH, json!({ "type": "IP", "name": name })).await;
    }
    let all = api.get(PATH).await;
    assert_eq!(values(&all.body, "/name"), ["LegacyIpZone", "BlockedIpZone", "a", "b", "c"]);
    assert_eq!(all.links, [format!("<{}{PATH}?limit=20>; rel=\"self\"", api.base())]);
    let first = api.get(&format!("{PATH}?limit=2&filter=system+eq+false")).await;
    assert_eq!(values(&first.body, "/name"), ["a", "b"]);
    let after = first.body[1]["id"].as_str().unwrap();
    let next = format!("{PATH}?after={after}&limit=2&filter=system+eq+false");
    assert_eq!(first.links[1], format!("<{}{next}>; rel=\"next\"", api.base()));
    assert_eq!(values(&api.get(&next).await.body, "/name"), ["c"]);
    assert_eq!(
        api.get(&format!("{PATH}?after=nzounknown")).await.error(),
        (400, "E0000029", "Invalid paging request.", vec!["Invalid cursor."])
    );
    assert_eq!(api.get(&format!("{PATH}?filter=system")).await.error().1, "E0000031");
}

#[tokio::test]
async fn invalid_zones_are_refused_and_nothing_is_changed() {
    let api = Api::market().await;
    api.create(PATH, json!({ "type": "IP", "name": "office" })).await;
    let before = api.get(PATH).await.body;
    let taken = "An object with this field already exists in the current organization";
    for (body, member, cause) in [
        (json!({ "type": "IP" }), "name", "The field cannot be left blank"),
        (json!({ "name": "x" }), "type", "The field cannot be left blank"),
        (json!({ "type": "IP", "name": "office" }), "name", taken),
    ] {
        let reply = api.post(PATH, body).await;
        let (summary, cause) = (format!("Api validation failed: {member}"), format!("{member}: {cause}"));
        assert_eq!(reply.error(), (400, "E0000001", summary.as_str(), vec![cause.as_str()]));
    }
    let system = before[0]["id"].as_str().unwrap();
    assert_eq!(api.delete(&format!("{PATH}/{system}")).await.error().1, "E0000006");
    assert_eq!(api.get(PATH).await.body, before);
}
