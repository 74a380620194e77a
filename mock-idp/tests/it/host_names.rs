//! The names under which a mock is asked, and what its answers name.

use mock_idp::MockIdp;
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::client;
use crate::flow::{CALLBACK, WEB, WEB_SECRET, code_request, decode, location, parameter};

async fn get(mock: &MockIdp, host: &str, path: &str) -> Response {
    client::plain().get(format!("{}{path}", mock.url())).header("host", host).send().await.unwrap()
}

async fn discovery(mock: &MockIdp, host: &str, path: &str) -> Value {
    get(mock, host, path).await.json().await.unwrap()
}

#[tokio::test]
async fn with_a_pinned_issuer_pages_are_at_its_base_and_endpoints_where_they_are_asked_for() {
    for pinned in ["http://localhost:8404", "https://login.example.test"] {
        let builder = MockIdp::builder().issuer_url(pinned.parse().unwrap()).allow_host("idp");
        let mock = builder.org_yaml(mock_idp::BUILT_IN_ORG).org_yaml(client::TENANT_2).start().await.unwrap();
        for (org, server) in
            [("", "/oauth2/default"), ("", ""), ("/_org/tenant2", "")].map(|(org, server)| (org, server))
        {
            let endpoints = if server.is_empty() { "/oauth2" } else { server };
            for document in ["openid-configuration", "oauth-authorization-server"] {
                let path = format!("{org}{server}/.well-known/{document}");
                let document = discovery(&mock, "idp:8404", &path).await;
                assert_eq!(document["issuer"], format!("{pinned}{org}{server}"), "{path}");
                for (name, endpoint) in [("authorization_endpoint", "authorize"), ("end_session_endpoint", "logout")] {
                    assert_eq!(document[name], format!("{pinned}{org}{endpoints}/v1/{endpoint}"), "{path}: {name}");
                }
                let there = "http://idp:8404";
                for (name, endpoint) in [("token_endpoint", "token"), ("introspection_endpoint", "introspect")] {
                    assert_eq!(document[name], format!("{there}{org}{endpoints}/v1/{endpoint}"), "{path}: {name}");
                }
                assert_eq!(document["registration_endpoint"], format!("{there}{org}/oauth2/v1/clients"), "{path}");
            }
        }
        let keys =
            discovery(&mock, "idp:8404", "/oauth2/default/.well-known/openid-configuration").await["jwks_uri"].clone();
        assert_eq!(keys, "http://idp:8404/oauth2/default/v1/keys");
    }
}

#[tokio::test]
async fn pages_in_answers_of_the_management_api_are_at_the_pinned_base() {
    let pinned = "http://localhost:8404";
    let mock = MockIdp::builder().issuer_url(pinned.parse().unwrap()).allow_host("idp").start().await.unwrap();
    let call = async |method: reqwest::Method, path: &str, body: Option<Value>| {
        let token = format!("SSWS {}", crate::registration::API_TOKEN);
        let url = format!("{}{path}", mock.url());
        let request = client::plain().request(method, url).header("host", "idp:8404").header("authorization", token);
        let request = body.into_iter().fold(request, |request, body| request.json(&body));
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    let profile = json!({ "login": "new@a.test", "email": "new@a.test", "firstName": "N", "lastName": "N" });
    let user = call(reqwest::Method::POST, "/api/v1/users?activate=false", Some(json!({ "profile": profile }))).await;
    let own = format!("/api/v1/users/{}", user["id"].as_str().unwrap());
    let activated =
        call(reqwest::Method::POST, &format!("{own}/lifecycle/activate?sendEmail=false"), Some(json!({}))).await;
    let buyer = "/api/v1/users/00ubuyer0000000005d7";
    let reset = format!("{buyer}/lifecycle/reset_password?sendEmail=false");
    let reset = call(reqwest::Method::POST, &reset, Some(json!({}))).await;
    let app = call(reqwest::Method::GET, &format!("/api/v1/apps/{WEB}"), None).await;
    let dashboard = call(reqwest::Method::GET, &format!("{buyer}/appLinks"), None).await;
    let provider = json!({
        "type": "OIDC", "name": "Partner",
        "protocol": {
            "type": "OIDC", "scopes": ["openid"], "issuer": { "url": "https://partner.example" },
            "endpoints": {
                "authorization": { "url": "https://partner.example/a", "binding": "HTTP-REDIRECT" },
                "token": { "url": "https://partner.example/t", "binding": "HTTP-POST" },
                "jwks": { "url": "https://partner.example/k", "binding": "HTTP-REDIRECT" },
            },
            "credentials": { "client": { "client_id": "c", "client_secret": "s" } },
        },
        "policy": { "provisioning": { "action": "AUTO" }, "subject": { "userNameTemplate": { "template": "idpuser.email" } } },
    });
    let provider = call(reqwest::Method::POST, "/api/v1/idps", Some(provider)).await;
    for page in [
        &activated["activationUrl"],
        &reset["resetPasswordUrl"],
        &app["_links"]["appLinks"][0]["href"],
        &dashboard[0]["linkUrl"],
        &provider["_links"]["authorize"]["href"],
        &provider["_links"]["clientRedirectUri"]["href"],
    ] {
        assert!(page.as_str().is_some_and(|page| page.starts_with(pinned)), "{page} of {provider}");
    }
    let own = app["_links"]["users"]["href"].as_str().unwrap();
    assert!(own.starts_with("http://idp:8404/"), "{own}");
}

#[tokio::test]
async fn a_device_is_sent_to_the_page_at_the_pinned_base() {
    let pinned = "http://localhost:8404";
    let mock = MockIdp::builder().issuer_url(pinned.parse().unwrap()).allow_host("idp").start().await.unwrap();
    let request = client::plain()
        .post(format!("{}/oauth2/default/v1/device/authorize", mock.url()))
        .header("host", "idp:8404")
        .form(&[("client_id", "0oamarkettv0000005d7"), ("scope", "openid")]);
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["verification_uri"], format!("{pinned}/activate"), "{answer}");
    let complete = answer["verification_uri_complete"].as_str().unwrap();
    assert!(complete.starts_with(&format!("{pinned}/activate?user_code=")), "{complete}");
}

#[tokio::test]
async fn without_a_pinned_issuer_everything_is_where_it_is_asked_for() {
    let mock = MockIdp::builder().allow_host("idp").start().await.unwrap();
    let document = discovery(&mock, "idp:9000", "/oauth2/default/.well-known/openid-configuration").await;
    let endpoints: Vec<_> =
        document.as_object().unwrap().iter().filter(|(name, _)| name.ends_with("_endpoint")).collect();
    assert!(endpoints.len() >= 8, "{document}");
    for (name, url) in endpoints {
        assert!(url.as_str().unwrap().starts_with("http://idp:9000/"), "{name}: {url}");
    }
}

#[tokio::test]
async fn a_challenge_names_the_pinned_base_and_otherwise_http_as_okta_does() {
    let challenge = async |mock: &MockIdp, host: &str| {
        let refused = get(mock, host, "/oauth2/default/v1/userinfo").await;
        refused.headers()["www-authenticate"].to_str().unwrap().to_owned()
    };
    let pinned = MockIdp::builder().issuer_url("https://login.example.test".parse().unwrap()).start().await.unwrap();
    for host in ["login.example.test", "localhost"] {
        let text = challenge(&pinned, host).await;
        let base = "https://login.example.test";
        assert!(
            text.contains(&format!("authorization_uri=\"{base}/oauth2/default/v1/authorize\", realm=\"{base}\"")),
            "{text}"
        );
    }
    let mock = MockIdp::builder().start().await.unwrap();
    let https = client::trusting(mock.ca_pem()).get(format!("{}/oauth2/default/v1/userinfo", mock.https_url()));
    let text = https.send().await.unwrap().headers()["www-authenticate"].to_str().unwrap().to_owned();
    assert!(text.contains(&format!("realm=\"{}\"", mock.url())), "{text}");
}

#[tokio::test]
async fn a_name_under_localhost_is_answered_when_it_is_given() {
    let mock = MockIdp::builder().allow_host("idp.localhost").start().await.unwrap();
    let info: Value = get(&mock, "idp.localhost:7801", "/_mock/info").await.json().await.unwrap();
    assert_eq!((&info["org"], &info["issuer"]), (&"market".into(), &"http://idp.localhost:7801/oauth2/default".into()));
    assert_eq!(get(&mock, "market.localhost", "/_mock/info").await.status(), 200);
    let other = get(&mock, "other.localhost", "/_mock/info").await;
    assert_eq!(other.status(), 404);
    assert!(other.text().await.unwrap().contains("--allow-host other.localhost"));
}

#[tokio::test]
async fn health_is_answered_under_any_host_name_and_everything_else_is_not() {
    let mock = MockIdp::builder().start().await.unwrap();
    for host in ["10.1.2.3:7801", "evil.example", "nobody.localhost", "[fd00::1]:7801", "localhost"] {
        for path in ["/healthz", "/readyz"] {
            let answer = get(&mock, host, path).await;
            assert_eq!(answer.status(), 200, "{host}{path}");
            let body: Value = answer.json().await.unwrap();
            assert_eq!((&body["status"], &body["product"]), (&"ok".into(), &"mock-idp".into()));
        }
    }
    for path in ["/_mock/info", "/healthz/", "/_mock/ca.pem", "/oauth2/v1/keys"] {
        assert_eq!(get(&mock, "10.1.2.3:7801", path).await.status(), 421, "{path}");
    }
    let post = client::plain().post(format!("{}/healthz", mock.url())).header("host", "10.1.2.3").send().await.unwrap();
    assert_eq!(post.status(), 421);
}

#[tokio::test]
async fn the_certificate_of_the_authority_is_served_also_while_the_control_api_is_closed() {
    let mock = MockIdp::builder().host("0.0.0.0").start().await.unwrap();
    assert_eq!(get(&mock, "localhost", "/_mock/info").await.status(), 403);
    let answer = get(&mock, "localhost", "/_mock/ca.pem").await;
    assert_eq!(answer.headers()["content-type"], "application/pem-certificate-chain");
    let pem = answer.text().await.unwrap();
    assert_eq!(pem, mock.ca_pem());
    let url = format!("https://localhost:{}/healthz", mock.port());
    assert_eq!(client::trusting(&pem).get(url).send().await.unwrap().status(), 200);
}

/// A client for which `idp` is the name of this machine, as it is in the network of a container.
fn in_a_container(ca_pem: &str) -> Client {
    client::trusting_under(ca_pem, "idp")
}

#[tokio::test]
async fn an_app_and_a_browser_use_one_issuer_under_two_names_and_both_schemes() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for scheme in ["http", "https"] {
        let pinned = format!("{scheme}://localhost:{port}");
        let builder = MockIdp::builder().port(port).issuer_url(pinned.parse().unwrap()).allow_host("idp");
        let mock = builder.start().await.unwrap();
        let app = in_a_container(mock.ca_pem());
        let get = async |url: &Value| app.get(url.as_str().unwrap()).send().await.unwrap();
        let issuer = format!("{pinned}/oauth2/default");
        let address = format!("{scheme}://idp:{port}/oauth2/default/.well-known/openid-configuration");
        let document: Value = get(&json!(address)).await.json().await.unwrap();
        assert_eq!(document["issuer"], issuer);

        // The browser signs in under the name of the issuer.
        let browser = client::trusting(mock.ca_pem());
        let sign_in = json!({ "username": "buyer@example.test", "password": "Passw0rd!" });
        let authn = browser.post(format!("{pinned}/api/v1/authn")).json(&sign_in).send().await.unwrap();
        let session: Value = authn.json().await.unwrap();
        let mut request = code_request(WEB, "openid offline_access");
        request.push(("sessionToken", session["sessionToken"].as_str().unwrap()));
        let endpoint = document["authorization_endpoint"].as_str().unwrap();
        assert_eq!(endpoint, format!("{issuer}/v1/authorize"));
        let arrived = location(&browser.get(endpoint).query(&request).send().await.unwrap());
        let code = parameter(&arrived, "code").unwrap_or_else(|| panic!("{arrived}"));

        // The app redeems the code under its name of the mock.
        let there = format!("{scheme}://idp:{port}/oauth2/default/v1");
        assert_eq!(document["token_endpoint"], format!("{there}/token"));
        let token = async |form: &[(&str, &str)]| -> Value {
            let request = app.post(format!("{there}/token")).basic_auth(WEB, Some(WEB_SECRET)).form(form);
            request.send().await.unwrap().json().await.unwrap()
        };
        let redirect = ("redirect_uri", CALLBACK);
        let tokens = token(&[("grant_type", "authorization_code"), ("code", &code), redirect]).await;
        let refresh = tokens["refresh_token"].as_str().unwrap_or_else(|| panic!("{tokens}"));
        let refreshed = token(&[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await;
        for tokens in [&tokens, &refreshed] {
            for name in ["id_token", "access_token"] {
                assert_eq!(decode(tokens[name].as_str().unwrap()).1["iss"], issuer, "{name}");
            }
        }
        let kid = decode(tokens["id_token"].as_str().unwrap()).0["kid"].clone();
        let keys: Value = get(&document["jwks_uri"]).await.json().await.unwrap();
        assert!(keys["keys"].as_array().unwrap().iter().any(|key| key["kid"] == kid), "{keys}");
        let access = tokens["access_token"].as_str().unwrap();
        let userinfo = app.get(document["userinfo_endpoint"].as_str().unwrap()).bearer_auth(access);
        assert_eq!(userinfo.send().await.unwrap().json::<Value>().await.unwrap()["sub"], "00ubuyer0000000005d7");
        let form = [("token", access), ("client_id", WEB), ("client_secret", WEB_SECRET)];
        let introspected = app.post(document["introspection_endpoint"].as_str().unwrap()).form(&form);
        assert_eq!(introspected.send().await.unwrap().json::<Value>().await.unwrap()["active"], true);
        mock.stop().await;
    }
}
