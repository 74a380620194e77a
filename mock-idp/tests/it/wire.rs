//! Documents, compared byte for byte except for ports and keys.

use insta::{Settings, assert_snapshot};
use mock_idp::MockIdp;
use serde_json::Value;

use crate::flow::browser;
use crate::market::stop_clock;

async fn settled(mock: &MockIdp, path: &str) -> String {
    let response = browser().get(format!("{}{path}", mock.url())).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    assert_eq!(response.headers()["content-type"], "application/json");
    let body = response.text().await.unwrap();
    // Okta never pretty-prints; a snapshot is easier to read when it is.
    let document: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(document.to_string(), body);
    serde_json::to_string_pretty(&document).unwrap().replace(mock.url(), "{org}")
}

#[tokio::test]
async fn discovery_matches_the_snapshot() {
    let mock = MockIdp::builder().start().await.unwrap();
    for (name, path) in [
        ("custom_openid_configuration", "/oauth2/default/.well-known/openid-configuration"),
        ("custom_oauth_authorization_server", "/oauth2/default/.well-known/oauth-authorization-server"),
        ("org_openid_configuration", "/.well-known/openid-configuration"),
        ("org_oauth_authorization_server", "/.well-known/oauth-authorization-server"),
    ] {
        assert_snapshot!(name, settled(&mock, path).await);
    }
    // RFC 8414 3.1, and both names of the default server.
    let custom = settled(&mock, "/oauth2/default/.well-known/oauth-authorization-server").await;
    assert_eq!(settled(&mock, "/.well-known/oauth-authorization-server/oauth2/default").await, custom);
    let by_id = settled(&mock, "/oauth2/ausmarket000000005d7/.well-known/oauth-authorization-server").await;
    assert_eq!(by_id, custom);
}

#[tokio::test]
async fn key_sets_differ_by_server_and_have_public_members_only() {
    let mock = MockIdp::builder().start().await.unwrap();
    let mut settings = Settings::clone_current();
    settings.add_filter(r#""n": "[A-Za-z0-9_-]{342}""#, r#""n": "[modulus]""#);
    let _bound = settings.bind_to_scope();
    let (org, custom) = (settled(&mock, "/oauth2/v1/keys").await, settled(&mock, "/oauth2/default/v1/keys").await);
    assert_snapshot!("org_keys", org);
    assert_snapshot!("custom_keys", custom);
    assert_ne!(org, custom);
    assert_eq!(settled(&mock, "/oauth2/ausmarket000000005d7/v1/keys").await, custom);
}

#[tokio::test]
async fn documents_are_cacheable_and_readable_from_any_origin() {
    let mock = MockIdp::builder().start().await.unwrap();
    for (path, age) in [
        ("/oauth2/default/.well-known/openid-configuration", "max-age=86400"),
        ("/oauth2/default/v1/keys", "max-age=77"),
    ] {
        let url = format!("{}{path}", mock.url());
        let response = browser().get(&url).header("origin", "https://anywhere.test").send().await.unwrap();
        let headers = response.headers();
        let cache = headers["cache-control"].to_str().unwrap();
        assert!(cache.starts_with(age) && cache.ends_with(", must-revalidate"), "{cache}");
        assert_eq!(headers["access-control-allow-origin"], "https://anywhere.test");
        assert_eq!(headers["vary"], "Origin");
        assert!(!headers.contains_key("pragma") && !headers.contains_key("x-rate-limit-limit"));
    }
}

#[tokio::test]
async fn okta_organization_metadata_describes_the_pipeline() {
    let mock = MockIdp::builder().start().await.unwrap();
    for base in [mock.url().to_owned(), format!("{}/_org/market", mock.url())] {
        let response = browser().get(format!("{base}/.well-known/okta-organization")).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/json");
        let expected = format!(
            r#"{{"id":"00omarket000000005d7","cell":"op3","_links":{{"organization":{{"href":"{base}"}}}},"pipeline":"idx","settings":{{"analyticsCollectionEnabled":false,"bugReportingEnabled":true,"omEnabled":false,"pssoEnabled":false,"desktopMFAEnabled":false,"itpEnabled":false}}}}"#
        );
        assert_eq!(response.text().await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_document_expires_a_day_after_its_date() {
    let mock = MockIdp::builder().start().await.unwrap();
    stop_clock(&mock).await;
    let url = format!("{}/.well-known/openid-configuration", mock.url());
    let response = browser().get(url).send().await.unwrap();
    assert_eq!(response.headers()["date"], "Fri, 15 Jan 2027 08:00:00 GMT");
    assert_eq!(response.headers()["expires"], "Sat, 16 Jan 2027 08:00:00 GMT");
    assert_eq!(response.headers().get_all("date").iter().count(), 1);
}

#[tokio::test]
async fn a_pinned_issuer_is_constant_and_endpoints_follow_the_host() {
    let pinned = "https://idp.example.test".parse().unwrap();
    let mock = MockIdp::builder().issuer_url(pinned).start().await.unwrap();
    let url = format!("http://127.0.0.1:{}/oauth2/default/.well-known/openid-configuration", mock.port());
    let document: Value = browser().get(url).send().await.unwrap().json().await.unwrap();
    assert_eq!(document["issuer"], "https://idp.example.test/oauth2/default");
    let token = format!("http://127.0.0.1:{}/oauth2/default/v1/token", mock.port());
    assert_eq!(document["token_endpoint"], token);
}

#[tokio::test]
async fn the_issuer_follows_the_name_and_scheme_of_the_request() {
    let mock = MockIdp::builder().start().await.unwrap();
    for host in ["localhost", "127.0.0.1"] {
        let base = format!("http://{host}:{}", mock.port());
        let url = format!("{base}/.well-known/openid-configuration");
        let document: Value = browser().get(url).send().await.unwrap().json().await.unwrap();
        assert_eq!(document["issuer"], base);
    }
}
