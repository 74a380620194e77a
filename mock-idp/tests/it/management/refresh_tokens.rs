//! `/api/v1/apps/{id}/tokens`, `/api/v1/authorizationServers/{id}/clients`, `/api/v1/users/{id}/clients`, `/api/v1/users/{id}/grants`.

use serde_json::{Value, json};

use super::{Api, values};
use crate::flow::{WEB, authorize, browser, code_request, parameter, redeem, state_handle};
use crate::market::advance;

/// A client that users have to allow what it asks for.
const PARTNER: &str = "0oamarketpartner05d7";
const BUYER: &str = "/api/v1/users/00ubuyer0000000005d7";

/// Refresh token of the buyer for the web client.
async fn signed_in(api: &Api) -> String {
    let request = code_request(WEB, "openid offline_access");
    let arrived = authorize(&api.mock, &browser(), "buyer@example.test", &request).await;
    let tokens: Value = redeem(&api.mock, &parameter(&arrived, "code").unwrap()).await.json().await.unwrap();
    tokens["refresh_token"].as_str().unwrap().to_owned()
}

/// Whether the introspection endpoint accepts a token.
async fn is_active(api: &Api, token: &str) -> bool {
    let request = api.client.post(format!("{}/v1/introspect", api.mock.issuer()));
    let request = request.basic_auth(WEB, Some(crate::flow::WEB_SECRET)).form(&[("token", token)]);
    request.send().await.unwrap().json::<Value>().await.unwrap()["active"] == true
}

#[tokio::test]
async fn the_same_token_is_found_by_app_by_server_and_by_user() {
    let api = Api::market().await;
    let lists = [
        format!("/api/v1/apps/{WEB}/tokens"),
        format!("/api/v1/authorizationServers/default/clients/{WEB}/tokens"),
        format!("{BUYER}/clients/{WEB}/tokens"),
    ];
    let clients = ["/api/v1/authorizationServers/default/clients".to_owned(), format!("{BUYER}/clients")];
    for path in lists.iter().chain(&clients) {
        assert_eq!(api.get(path).await.body, json!([]), "{path}");
    }
    let token = signed_in(&api).await;
    for list in &lists {
        let found = api.get(list).await;
        assert_eq!(found.body.as_array().unwrap().len(), 1, "{list} {}", found.body);
        let own = format!("{list}/{}", found.body[0]["id"].as_str().unwrap());
        let shown = api.get(&own).await;
        assert_eq!(shown.body, found.body[0]);
        assert_eq!(
            shown.keys(),
            ["id", "status", "created", "lastUpdated", "expiresAt", "issuer", "clientId", "userId", "scopes", "_links"]
        );
        let base = api.base();
        assert_eq!(shown.body["_links"]["self"]["href"], format!("{base}{own}"));
        assert_eq!(shown.body["issuer"], format!("{base}/oauth2/default"));
        assert_eq!(shown.body["userId"], "00ubuyer0000000005d7");
    }
    for path in &clients {
        assert_eq!(values(&api.get(path).await.body, "/client_id"), [WEB], "{path}");
    }
    assert!(is_active(&api, &token).await);
    assert_eq!(api.delete(&lists[0]).await.status, 204);
    assert!(!is_active(&api, &token).await);
    assert_eq!(api.get(&lists[2]).await.body, json!([]));
}

#[tokio::test]
async fn one_token_is_revoked_and_unknown_ones_are_not_found() {
    let api = Api::market().await;
    let first = signed_in(&api).await;
    // The older token is listed first; they are ordered by seconds.
    advance(&api.mock, 1).await;
    let second = signed_in(&api).await;
    let list = format!("{BUYER}/clients/{WEB}/tokens");
    let id = api.get(&list).await.body[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(api.delete(&format!("{list}/{id}")).await.status, 204);
    assert_eq!((is_active(&api, &first).await, is_active(&api, &second).await), (false, true));
    let not_found = |id: &str, kind: &str| format!("Not found: Resource not found: {id} ({kind})");
    for (path, text) in [
        (format!("/api/v1/apps/{WEB}/tokens/x"), not_found(&format!("{WEB}.x"), "OAuth2RefreshTokenTx")),
        ("/api/v1/apps/x/tokens".to_owned(), not_found("x", "AppInstance")),
        ("/api/v1/authorizationServers/default/clients/x/tokens".to_owned(), not_found("x", "PublicClientApp")),
    ] {
        assert_eq!(api.get(&path).await.error(), (404, "E0000007", text.as_str(), vec![]), "{path}");
    }
}

/// The scopes that the buyer is asked to allow a client, which gets a code if there are none.
async fn asked(api: &Api, allow: bool) -> bool {
    let client = browser();
    let page =
        authorize(&api.mock, &client, "buyer@example.test", &code_request(PARTNER, "openid orders:read:user")).await;
    let asks = page.contains("Read your orders");
    if asks && allow {
        let form = [("stateHandle", &*state_handle(&page)), ("consent", "allow")];
        client.post(format!("{}/signin/consent", api.base())).form(&form).send().await.unwrap();
    }
    asks
}

#[tokio::test]
async fn consents_of_a_user_are_listed_read_and_withdrawn() {
    let api = Api::market().await;
    let lists = [format!("{BUYER}/grants"), format!("{BUYER}/clients/{PARTNER}/grants")];
    assert_eq!(api.get(&lists[0]).await.body, json!([]));
    let scopes = api.get("/api/v1/authorizationServers/default/scopes?q=openid").await.body;
    let openid = scopes[0]["id"].as_str().unwrap().to_owned();
    assert!(asked(&api, true).await);
    assert!(!asked(&api, true).await, "the consent is stored");
    for list in &lists {
        let found = api.get(list).await.body;
        assert_eq!(values(&found, "/scopeId"), [openid.as_str(), "scpordreaduser0005d7"], "{list} {found}");
        assert_eq!((&found[0]["clientId"], &found[0]["source"]), (&json!(PARTNER), &json!("END_USER")));
    }
    assert_eq!(api.get(&format!("{BUYER}/clients/{WEB}/grants")).await.body, json!([]));
    let grant = api.get(&lists[0]).await.body[1].clone();
    let own = format!("{BUYER}/grants/{}", grant["id"].as_str().unwrap());
    assert_eq!(api.get(&own).await.body, grant);
    let expanded = api.get(&format!("{own}?expand=scope")).await.body;
    assert_eq!(expanded["_embedded"]["scope"]["name"], "orders:read:user");
    assert_eq!(api.get(&format!("{BUYER}/grants/oagunknown")).await.refusal(), (404, "E0000007"));

    assert_eq!(api.delete(&own).await.status, 204);
    assert_eq!(api.get(&own).await.status, 404);
    assert!(asked(&api, true).await, "the user is asked again");
    for list in &lists {
        assert_eq!(api.delete(list).await.status, 204, "{list}");
        assert_eq!(api.get(list).await.body, json!([]));
        assert!(asked(&api, true).await, "{list}");
    }
}

#[tokio::test]
async fn the_scopes_of_a_token_are_embedded_on_request() {
    let api = Api::market().await;
    signed_in(&api).await;
    let server = api.get("/api/v1/authorizationServers/default").await.body;
    let scopes = api.get("/api/v1/authorizationServers/default/scopes").await.body;
    for list in [
        format!("/api/v1/apps/{WEB}/tokens"),
        format!("/api/v1/authorizationServers/default/clients/{WEB}/tokens"),
        format!("{BUYER}/clients/{WEB}/tokens"),
    ] {
        let found = api.get(&format!("{list}?expand=scope")).await.body;
        let embedded = &found[0]["_embedded"]["scopes"];
        assert_eq!(values(embedded, "/name"), ["openid", "offline_access"], "{list}");
        for scope in embedded.as_array().unwrap() {
            let known = scopes.as_array().unwrap().iter().find(|known| known["name"] == scope["name"]).unwrap();
            for member in ["id", "displayName", "description"] {
                assert_eq!(scope[member], known[member], "{member}");
            }
            let id = known["id"].as_str().unwrap();
            let path = format!("/api/v1/authorizationServers/{}/scopes/{id}", server["id"].as_str().unwrap());
            assert_eq!(scope["_links"]["scope"]["href"], format!("{}{path}", api.base()));
            assert_eq!(api.get(&path).await.body["id"], id);
        }
        let own = format!("{list}/{}", found[0]["id"].as_str().unwrap());
        assert_eq!(api.get(&format!("{own}?expand=scope")).await.body, found[0]);
        assert_eq!(api.get(&own).await.body["_embedded"], Value::Null);
    }
}
