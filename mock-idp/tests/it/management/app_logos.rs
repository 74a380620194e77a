//! `/api/v1/apps/{id}/logo`.

use reqwest::StatusCode;
use serde_json::json;

use super::{Api, Reply, values};
use crate::flow::WEB;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nan image";
const SVG: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>";

/// A form with a file in the part with that name.
fn form(name: &str, file: &[u8]) -> Vec<u8> {
    let head = format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"logo\"\r\n\r\n");
    [head.as_bytes(), file, b"\r\n--edge--\r\n"].concat()
}

/// Uploads a form as the logo of an app. The answer and its address.
async fn upload(api: &Api, app: &str, media_type: &str, body: Vec<u8>) -> (Reply, String) {
    let request = api.client.post(format!("{}/api/v1/apps/{app}/logo", api.base())).body(body);
    let request = request.header("authorization", format!("SSWS {}", api.token)).header("content-type", media_type);
    let response = request.send().await.unwrap();
    let location = response.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
    (Reply::read(response).await, location.unwrap_or_default())
}

const FORM: &str = "multipart/form-data; boundary=edge";

async fn logo_of(api: &Api, app: &str) -> String {
    let app = api.get(&format!("/api/v1/apps/{app}")).await.body;
    app["_links"]["logo"][0]["href"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_logo_is_served_at_the_address_that_the_app_links_to() {
    let api = Api::market().await;
    assert!(logo_of(&api, WEB).await.contains("oktacdn.com"));
    let (uploaded, location) = upload(&api, WEB, FORM, form("file", PNG)).await;
    assert_eq!((uploaded.status.as_u16(), uploaded.body), (201, json!(null)));
    assert!(location.starts_with(&format!("{}/fs/bco/4/fs0", api.base())), "{location}");
    assert_eq!(logo_of(&api, WEB).await, location);
    let links = api.get("/api/v1/users/00ubuyer0000000005d7/appLinks").await.body;
    assert!(values(&links, "/logoUrl").contains(&location.as_str()), "{links}");
    let image = api.client.get(&location).send().await.unwrap();
    assert_eq!(image.headers()["content-type"], "image/png");
    assert_eq!(image.bytes().await.unwrap(), PNG);

    let (_, other) = upload(&api, WEB, FORM, form("file", SVG)).await;
    let image = api.client.get(&other).send().await.unwrap();
    assert_eq!(
        (image.headers()["content-type"].as_bytes(), image.headers()["x-content-type-options"].as_bytes()),
        (&b"image/svg+xml"[..], &b"nosniff"[..])
    );
    assert!(image.headers()["content-security-policy"].to_str().unwrap().contains("sandbox"));
    assert_eq!(api.client.get(&location).send().await.unwrap().status(), StatusCode::NOT_FOUND, "it was replaced");
    let events = api.get("/api/v1/logs?filter=eventType+eq+%22application.configuration.update_logo%22").await.body;
    assert_eq!(values(&events, "/target/0/id"), [WEB, WEB]);
    assert_eq!(values(&events, "/displayMessage"), ["Change app logo", "Change app logo"]);
}

#[tokio::test]
async fn a_logo_for_an_unknown_app_or_of_another_format_is_refused() {
    let api = Api::market().await;
    let (unknown, _) = upload(&api, "0oaunknown", FORM, form("file", PNG)).await;
    assert_eq!(unknown.error(), (404, "E0000007", "Not found: Resource not found: 0oaunknown (AppInstance)", vec![]));
    for body in [form("file", b"GIF"), form("file", b"<html><svg/></html>"), form("logo", PNG), form("file", b"")] {
        let (refused, location) = upload(&api, WEB, FORM, body).await;
        assert_eq!((refused.error().0, refused.error().1, location.as_str()), (400, "E0000001", ""));
    }
    let (refused, _) = upload(&api, WEB, FORM, b"--other\r\n".to_vec()).await;
    assert_eq!(refused.error().1, "E0000003");
    for media_type in ["image/png", "multipart/form-data", "application/json"] {
        assert_eq!(upload(&api, WEB, media_type, form("file", PNG)).await.0.error().1, "E0000021", "{media_type}");
    }
    let large = [PNG, &vec![0; 999_990 - PNG.len()]].concat();
    assert_eq!(upload(&api, WEB, FORM, form("file", &large)).await.0.status, StatusCode::CREATED);
    let larger = [PNG, &vec![0; 1_000_000 - PNG.len()]].concat();
    assert_eq!(upload(&api, WEB, FORM, form("file", &larger)).await.0.error().1, "E0000001");
    let request = api.client.post(format!("{}/api/v1/apps/{WEB}/logo", api.base())).body(vec![0; 1_100_000]);
    let refused =
        request.header("content-type", FORM).header("authorization", format!("SSWS {}", api.token)).send().await;
    assert_eq!(refused.unwrap().status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_logo_is_removed_with_its_app() {
    let api = Api::market().await;
    let app = json!({ "name": "bookmark", "label": "Site", "signOnMode": "BOOKMARK", "settings": { "app": { "url": "https://a.example" } } });
    let app = api.create("/api/v1/apps", app).await;
    let id = app["id"].as_str().unwrap();
    let (_, location) = upload(&api, id, FORM, form("file", PNG)).await;
    api.create(&format!("/api/v1/apps/{id}/lifecycle/deactivate"), json!({})).await;
    assert_eq!(api.delete(&format!("/api/v1/apps/{id}")).await.status, 204);
    assert_eq!(api.client.get(&location).send().await.unwrap().status(), StatusCode::NOT_FOUND);
}
