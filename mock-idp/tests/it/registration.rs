//! Dynamic client registration: responses, permissions, and use of a registered client.

use mock_idp::{Behavior, MockIdp};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::flow::{CALLBACK, authorize, browser, code_request, parameter};
use crate::jose::{self, Key};
use crate::org::TestOrg;

pub(crate) const API_TOKEN: &str = "00mockMarketApiToken0123456789abcdefghijkl";

/// Sends a request to `/oauth2/v1/clients` with the org's API token.
pub(crate) async fn clients(mock: &MockIdp, method: Method, path: &str, body: Value) -> Response {
    let request = browser().request(method, format!("{}/oauth2/v1/clients{path}", mock.url()));
    let request = request.header("authorization", format!("SSWS {API_TOKEN}"));
    if body.is_null() { request.send().await.unwrap() } else { request.json(&body).send().await.unwrap() }
}

pub(crate) async fn register(mock: &MockIdp, metadata: Value) -> Value {
    let response = clients(mock, Method::POST, "", metadata).await;
    let (status, client) = (response.status(), response.json::<Value>().await.unwrap());
    assert_eq!(status, 201, "{client}");
    client
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Redeems a new code of the buyer for a client with a secret.
pub(crate) async fn redeemed(mock: &MockIdp, client_id: &str, secret: &str) -> (u16, Value) {
    let arrived = authorize(mock, &browser(), "buyer@example.test", &code_request(client_id, "openid")).await;
    let code = parameter(&arrived, "code").unwrap_or_else(|| panic!("{arrived}"));
    let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
    let request = browser().post(format!("{}/v1/token", mock.issuer())).basic_auth(client_id, Some(secret));
    let response = request.form(&form).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn a_client_can_be_registered_read_changed_and_removed() {
    let mock = MockIdp::builder().start().await.unwrap();
    let made = register(&mock, json!({ "client_name": "Till", "redirect_uris": [CALLBACK] })).await;
    assert_eq!(
        made.as_object().unwrap().keys().collect::<Vec<_>>(),
        [
            "client_id",
            "client_secret",
            "client_id_issued_at",
            "client_secret_expires_at",
            "client_name",
            "client_uri",
            "logo_uri",
            "redirect_uris",
            "post_logout_redirect_uris",
            "response_types",
            "grant_types",
            "token_endpoint_auth_method",
            "application_type",
        ]
    );
    // Okta's defaults.
    assert_eq!(made["response_types"], json!(["code"]));
    assert_eq!(made["grant_types"], json!(["authorization_code"]));
    assert_eq!(
        (&made["token_endpoint_auth_method"], &made["application_type"]),
        (&json!("client_secret_basic"), &json!("web"))
    );
    let (id, secret) = (text(&made["client_id"]), text(&made["client_secret"]));
    assert!(id.starts_with("0oa") && id.len() == 20 && secret.len() == 64, "{made}");
    assert_eq!(redeemed(&mock, id, secret).await.0, 200, "the client works immediately");

    let path = format!("/{id}");
    let read: Value = clients(&mock, Method::GET, &path, Value::Null).await.json().await.unwrap();
    let mut without_secret = made.clone();
    without_secret.as_object_mut().unwrap().shift_remove("client_secret");
    assert_eq!(read, without_secret, "the secret is shown once");

    let renewed = clients(&mock, Method::POST, &format!("{path}/lifecycle/newSecret"), json!({})).await;
    assert_eq!(renewed.status(), 200);
    let renewed: Value = renewed.json().await.unwrap();
    let (status, refusal) = redeemed(&mock, id, secret).await;
    assert_eq!((status, text(&refusal["error"])), (401, "invalid_client"), "the old secret is invalid");
    let secret = text(&renewed["client_secret"]).to_owned();
    assert_eq!(redeemed(&mock, id, &secret).await.0, 200);

    let other = "https://till.example.test/callback";
    let replaced = json!({ "client_id": id, "client_name": "Till 2", "redirect_uris": [other] });
    let response = clients(&mock, Method::PUT, &path, replaced).await;
    assert_eq!(response.status(), 200);
    let replaced: Value = response.json().await.unwrap();
    assert_eq!((&replaced["client_name"], &replaced["redirect_uris"]), (&json!("Till 2"), &json!([other])));
    assert!(replaced.get("client_secret").is_none());
    let url = format!("{}/v1/authorize", mock.issuer());
    let refused = browser().get(url).query(&code_request(id, "openid")).send().await.unwrap();
    assert_eq!(refused.status(), 400, "the old address is no longer registered");

    let removed = clients(&mock, Method::DELETE, &path, Value::Null).await;
    assert_eq!(removed.status(), 204);
    assert_eq!(removed.headers()["x-frame-options"], "SAMEORIGIN");
    assert!(!removed.headers().contains_key("content-type"));
    for method in [Method::GET, Method::DELETE] {
        let gone = clients(&mock, method, &path, Value::Null).await;
        assert_eq!(gone.status(), 401);
        let expected =
            json!({ "error": "invalid_client", "error_description": "Invalid value for 'client_id' parameter." });
        assert_eq!(gone.json::<Value>().await.unwrap(), expected);
    }
    let gone = clients(&mock, Method::POST, &format!("{path}/lifecycle/newSecret"), json!({})).await;
    assert_eq!(gone.status(), 404);
    let gone: Value = gone.json().await.unwrap();
    assert_eq!(gone["errorSummary"], format!("Not found: Resource not found: {id} (PublicClientApp)"));
}

#[tokio::test]
async fn invalid_client_metadata_is_refused() {
    let mock = MockIdp::builder().start().await.unwrap();
    let blank = |field: &str| ("invalid_client_metadata", format!("{field}: The field cannot be left blank"));
    let metadata = || ("invalid_client_metadata", "Invalid request".to_owned());
    let invalid = |text: &str| ("invalid_client_metadata", text.to_owned());
    let web = "'grant_types' must contain 'authorization_code' when 'application_type' is 'web'.";
    let token = "'grant_types' must contain 'implicit' when 'response_types' contains 'token'.";
    let id_token = "'grant_types' must contain 'implicit' when 'response_types' contains 'id_token'.";
    let redirect = || {
        let text = "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings.";
        ("invalid_redirect_uri", text.to_owned())
    };
    let named = |extra: Value| {
        let mut metadata = json!({ "client_name": "Till", "redirect_uris": [CALLBACK] });
        for (name, value) in extra.as_object().unwrap() {
            metadata[name] = value.clone();
        }
        metadata
    };
    for (body, (error, description)) in [
        (json!({ "redirect_uris": [CALLBACK] }), blank("client_name")),
        (json!({ "client_name": " ", "redirect_uris": [CALLBACK] }), blank("client_name")),
        (json!({ "client_name": "Till" }), blank("redirect_uris")),
        (named(json!({ "redirect_uris": ["not a uri"] })), redirect()),
        (named(json!({ "redirect_uris": [format!("{CALLBACK}#fragment")] })), redirect()),
        (named(json!({ "redirect_uris": CALLBACK })), metadata()),
        (named(json!({ "grant_types": ["magic"] })), metadata()),
        (named(json!({ "response_types": ["code token"] })), metadata()),
        (named(json!({ "token_endpoint_auth_method": "tls_client_auth" })), metadata()),
        (
            named(json!({ "application_type": "service" })),
            invalid("'grant_types' must contain 'client_credentials' when 'application_type' is 'service'."),
        ),
        (named(json!({ "grant_types": ["client_credentials"], "response_types": [] })), invalid(web)),
        (named(json!({ "grant_types": ["implicit"], "response_types": ["token", "id_token"] })), invalid(web)),
        (named(json!({ "response_types": ["code", "id_token"] })), invalid(id_token)),
        (named(json!({ "response_types": ["token", "id_token"] })), invalid(&format!("{token} {id_token}"))),
        (
            named(json!({ "grant_types": ["client_credentials"], "response_types": ["token"] })),
            invalid(&format!("{token} {web}")),
        ),
        (named(json!({ "initiate_login_uri": "http://app.example.test/begin" })), metadata()),
        (named(json!({ "jwks": { "keys": [] }, "jwks_uri": "https://app.example.test/keys" })), metadata()),
        (named(json!({ "frontchannel_logout_uri": "app:/bye" })), metadata()),
        (named(json!({ "client_uri": "javascript:alert(1)" })), metadata()),
        (json!([]), metadata()),
    ] {
        let response = clients(&mock, Method::POST, "", body.clone()).await;
        assert_eq!(response.status(), 400, "{body}");
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer, json!({ "error": error, "error_description": description }), "{body}");
    }
    let grants = json!(["client_credentials"]);
    for taken in [
        json!({ "application_type": "service", "grant_types": grants, "response_types": ["token"] }),
        json!({ "grant_types": ["authorization_code", "implicit"], "response_types": ["code", "token", "id_token"] }),
    ] {
        register(&mock, named(taken)).await;
    }
    let made = register(&mock, named(json!({}))).await;
    let path = format!("/{}", text(&made["client_id"]));
    for change in [
        json!({}),
        json!({ "client_id": "0oaanother0000000000" }),
        json!({ "client_id": made["client_id"], "application_type": "native" }),
    ] {
        assert_eq!(clients(&mock, Method::PUT, &path, named(change.clone())).await.status(), 400, "{change}");
    }
    let url = format!("{}/oauth2/v1/clients", mock.url());
    let malformed = browser().post(&url).header("authorization", format!("SSWS {API_TOKEN}"));
    let malformed = malformed.header("content-type", "application/json").body("{").send().await.unwrap();
    assert_eq!(malformed.json::<Value>().await.unwrap()["errorCode"], "E0000003");
    let form = browser().post(&url).header("authorization", format!("SSWS {API_TOKEN}")).form(&[("a", "b")]);
    assert_eq!(form.send().await.unwrap().json::<Value>().await.unwrap()["errorCode"], "E0000021");
}

#[tokio::test]
async fn concurrent_registrations_are_all_stored() {
    let mock = MockIdp::builder().start().await.unwrap();
    let made = register(&mock, json!({ "client_name": "Till", "redirect_uris": [CALLBACK] })).await;
    let path = format!("/{}", text(&made["client_id"]));
    let renew = format!("{path}/lifecycle/newSecret");
    let change = json!({ "client_id": made["client_id"], "client_name": "Till 2", "redirect_uris": [CALLBACK] });
    // Replacing metadata must not bring back a secret that was renewed meanwhile.
    let (renewed, replaced, ..) = tokio::join!(
        clients(&mock, Method::POST, &renew, json!({})),
        clients(&mock, Method::PUT, &path, change.clone()),
        clients(&mock, Method::PUT, &path, change.clone()),
        clients(&mock, Method::PUT, &path, change),
    );
    assert_eq!((renewed.status().as_u16(), replaced.status().as_u16()), (200, 200));
    let renewed: Value = renewed.json().await.unwrap();
    assert_eq!(redeemed(&mock, text(&made["client_id"]), text(&renewed["client_secret"])).await.0, 200);
    let read: Value = clients(&mock, Method::GET, &path, Value::Null).await.json().await.unwrap();
    assert_eq!(read["client_name"], "Till 2");
}

#[tokio::test]
async fn clients_are_listed_in_pages() {
    let mock = MockIdp::builder().start().await.unwrap();
    for name in ["Quay one", "quay two", "Quay three"] {
        register(&mock, json!({ "client_name": name, "redirect_uris": [CALLBACK] })).await;
    }
    let mut path = "?limit=2&q=quay".to_owned();
    let mut names = Vec::new();
    let mut pages = 0;
    loop {
        let response = clients(&mock, Method::GET, &path, Value::Null).await;
        assert_eq!(response.status(), 200);
        let links: Vec<String> =
            response.headers().get_all("link").iter().map(|link| link.to_str().unwrap().to_owned()).collect();
        assert_eq!(links[0], format!("<{}/oauth2/v1/clients{path}>; rel=\"self\"", mock.url()));
        let page: Value = response.json().await.unwrap();
        assert!(page.as_array().unwrap().iter().all(|client| client.get("client_secret").is_none()), "{page}");
        names.extend(page.as_array().unwrap().iter().map(|client| text(&client["client_name"]).to_owned()));
        pages += 1;
        let Some(next) = links.iter().find_map(|link| link.strip_suffix(">; rel=\"next\"")) else { break };
        path = next.split_once("/clients").unwrap().1.to_owned();
    }
    assert_eq!((pages, names), (2, vec!["Quay one".to_owned(), "quay two".to_owned(), "Quay three".to_owned()]));
    assert!(path.starts_with("?after=0oa"), "the last page was one behind a cursor: {path}");
    let wrong = clients(&mock, Method::GET, "?after=nobody", Value::Null).await;
    let wrong: Value = wrong.json().await.unwrap();
    assert_eq!(
        (&wrong["errorCode"], &wrong["errorCauses"][0]["errorSummary"]),
        (&json!("E0000029"), &json!("Invalid cursor."))
    );
    assert_eq!(clients(&mock, Method::GET, "?limit=0", Value::Null).await.status(), 400);
}

#[tokio::test]
async fn an_access_token_allows_only_what_its_scope_covers() {
    let id = "0oamarketkeyjwt005d7";
    let mock = TestOrg::market().grant(id, &["okta.clients.read"]).start().await;
    let endpoint = format!("{}/oauth2/v1/token", mock.url());
    let clock = json!({ "set": "2027-01-15T08:00:00Z", "freeze": true });
    browser().post(format!("{}/_mock/clock", mock.url())).json(&clock).send().await.unwrap();
    let claims = json!({ "iss": id, "sub": id, "aud": endpoint, "exp": 1_800_000_060 });
    let assertion = jose::jwt(&json!({ "alg": "RS256" }), &claims, &Key::client());
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "okta.clients.read"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", &assertion),
    ];
    let body: Value = browser().post(endpoint).form(&form).send().await.unwrap().json().await.unwrap();
    let token = text(&body["access_token"]);
    let url = format!("{}/oauth2/v1/clients", mock.url());
    let listed = browser().get(&url).bearer_auth(token).send().await.unwrap();
    assert_eq!(listed.status(), 200);
    let refused = browser().post(&url).bearer_auth(token).json(&json!({ "client_name": "Till" })).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    let host = mock.url().strip_prefix("http://").unwrap();
    let challenge = format!(
        "Bearer authorization_uri=\"http://{host}/oauth2/v1/authorize\", realm=\"http://{host}\", \
         scope=\"okta.clients.register\", error=\"insufficient_scope\", \
         error_description=\"The access token provided does not contain the required scopes.\", resource=\"/oauth2/v1/clients\""
    );
    assert_eq!(refused.headers()["www-authenticate"], challenge.as_str());
    assert_eq!(refused.headers()["content-length"], "0");
    assert!(refused.text().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_api_token_is_accepted_with_or_without_extra_spaces() {
    let mock = MockIdp::builder().start().await.unwrap();
    let ask = async |authorization: Option<String>| {
        let mut request = browser().get(format!("{}/oauth2/v1/clients", mock.url()));
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let body: Value = response.json().await.unwrap();
        (status, body["errorCode"].as_str().map(str::to_owned))
    };
    for scheme in ["SSWS ", "SSWS", "SSWS   ", "ssws "] {
        assert_eq!(ask(Some(format!("{scheme}{API_TOKEN}"))).await, (200, None), "{scheme}");
    }
    let refused = |status, code: &str| (status, Some(code.to_owned()));
    assert_eq!(ask(Some(format!("SSWS {API_TOKEN}x"))).await, refused(401, "E0000011"));
    assert_eq!(ask(Some("SSWS ".to_owned())).await, refused(403, "E0000005"));
    assert_eq!(ask(Some(API_TOKEN.to_owned())).await, refused(403, "E0000005"));
    assert_eq!(ask(None).await, refused(403, "E0000005"));
}

#[tokio::test]
async fn a_trailing_slash_in_a_path_is_ignored() {
    let mock = MockIdp::builder().start().await.unwrap();
    let listed: Value = clients(&mock, Method::GET, "/?limit=1", Value::Null).await.json().await.unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let one = clients(&mock, Method::GET, &format!("/{}/", text(&listed[0]["client_id"])), Value::Null).await;
    assert_eq!(one.json::<Value>().await.unwrap(), listed[0]);
    for base in [mock.url().to_owned(), format!("{}/_org/market", mock.url())] {
        let keys = format!("{base}/api/v1/authorizationServers/default/credentials/keys/");
        let request = browser().get(keys).header("authorization", format!("SSWS {API_TOKEN}"));
        assert_eq!(request.send().await.unwrap().status(), 200, "{base}");
    }
}

#[tokio::test]
async fn a_reset_removes_registered_clients_and_keeps_what_the_mock_was_started_with() {
    let mock = MockIdp::builder().start().await.unwrap();
    let web = "0oamarketweb000005d7";
    mock.allow_redirect_uri(web, "https://app.example.test/callback").unwrap();
    let before: Value = clients(&mock, Method::GET, "", Value::Null).await.json().await.unwrap();

    let registered = register(&mock, json!({ "client_name": "Till", "redirect_uris": [CALLBACK] })).await;
    assert_eq!(clients(&mock, Method::DELETE, "/0oamarketspa000005d7", Value::Null).await.status(), 204);
    let reset = browser().post(format!("{}/_mock/reset", mock.url())).json(&json!({})).send().await.unwrap();
    assert_eq!(reset.status(), 200);

    let path = format!("/{}", text(&registered["client_id"]));
    assert_eq!(clients(&mock, Method::GET, &path, Value::Null).await.status(), 401);
    let after: Value = clients(&mock, Method::GET, "", Value::Null).await.json().await.unwrap();
    assert_eq!(after, before);
    let shown: Value = clients(&mock, Method::GET, &format!("/{web}"), Value::Null).await.json().await.unwrap();
    let uris = shown["redirect_uris"].as_array().unwrap();
    assert!(uris.contains(&json!("https://app.example.test/callback")), "{uris:?}");
}

/// A mock with the behavior `openid`.
async fn openid() -> MockIdp {
    MockIdp::builder().behavior(Behavior::Openid).start().await.unwrap()
}

#[tokio::test]
async fn a_standard_client_registers_and_manages_itself_under_openid() {
    let mock = openid().await;
    let endpoint = format!("{}/oauth2/v1/clients", mock.url());
    for token in [None, Some(API_TOKEN)] {
        let request = browser().post(&endpoint).json(&json!({ "redirect_uris": [CALLBACK] }));
        let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 201);
        let client: Value = response.json().await.unwrap();
        let (uri, access) = (text(&client["registration_client_uri"]), text(&client["registration_access_token"]));
        let id = text(&client["client_id"]);
        assert_eq!(uri, format!("{endpoint}/{id}"));
        assert_eq!(redeemed(&mock, id, text(&client["client_secret"])).await.0, 200);

        let read: Value = browser().get(uri).bearer_auth(access).send().await.unwrap().json().await.unwrap();
        assert_eq!((&read["client_id"], &read["registration_access_token"]), (&json!(id), &json!(access)));
        assert_eq!(read["registration_client_uri"], uri);
        let changed = json!({ "client_id": id, "client_name": "Changed", "redirect_uris": [CALLBACK] });
        let changed = browser().put(uri).bearer_auth(access).json(&changed).send().await.unwrap();
        assert_eq!(changed.status(), 200);
        assert_eq!(changed.json::<Value>().await.unwrap()["client_name"], "Changed");

        assert_eq!(browser().delete(uri).bearer_auth(access).send().await.unwrap().status(), 204);
        assert_eq!(browser().get(uri).bearer_auth(access).send().await.unwrap().status(), 401);
    }
}

#[tokio::test]
async fn a_registration_access_token_is_for_its_client_only() {
    let mock = openid().await;
    let endpoint = format!("{}/oauth2/v1/clients", mock.url());
    let register = async || {
        let request = browser().post(&endpoint).json(&json!({ "redirect_uris": [CALLBACK] }));
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    let (own, other) = (register().await, register().await);
    let (access, uri) = (text(&own["registration_access_token"]), text(&own["registration_client_uri"]));
    for (method, url) in [
        (Method::GET, text(&other["registration_client_uri"]).to_owned()),
        (Method::DELETE, text(&other["registration_client_uri"]).to_owned()),
        (Method::GET, endpoint.clone()),
        (Method::POST, endpoint.clone()),
        (Method::POST, format!("{uri}/lifecycle/newSecret")),
        (Method::GET, format!("{}/api/v1/authorizationServers/default/credentials/keys", mock.url())),
    ] {
        let refused =
            browser().request(method.clone(), &url).bearer_auth(access).json(&json!({})).send().await.unwrap();
        assert_eq!(refused.status(), 401, "{method} {url}");
    }
    for refused in [browser().get(uri), browser().get(uri).bearer_auth("x"), browser().get(uri).bearer_auth(API_TOKEN)]
    {
        assert!(matches!(refused.send().await.unwrap().status().as_u16(), 401 | 403));
    }
    let journal = crate::market::journal(&mock).await;
    assert!(!journal.contains(access), "the journal has no registration access token");
}

#[tokio::test]
async fn okta_registers_no_client_without_an_api_token_and_gives_no_registration_access_token() {
    let mock = MockIdp::builder().start().await.unwrap();
    let client = register(&mock, json!({ "client_name": "x", "redirect_uris": [CALLBACK] })).await;
    assert_eq!(client.get("registration_access_token").or(client.get("registration_client_uri")), None);
}

#[tokio::test]
async fn sign_out_without_a_hint_asks_first_under_openid() {
    let mock = openid().await;
    let (buyer, url) = (browser(), format!("{}/v1/logout", mock.issuer()));
    authorize(&mock, &buyer, "buyer@example.test", &code_request(crate::flow::WEB, "openid")).await;
    let silent = [code_request(crate::flow::WEB, "openid"), vec![("prompt", "none")]].concat();
    let is_signed_in = async || parameter(&authorize(&mock, &buyer, "", &silent).await, "code").is_some();
    let asked = buyer.get(&url).send().await.unwrap();
    assert_eq!(asked.status(), 200);
    let page = asked.text().await.unwrap();
    let confirmation = crate::flow::after(&page, "name=\"confirmation\" value=\"").to_owned();
    assert!(page.contains(&format!("action=\"{url}\"")), "{page}");
    for guess in ["", "yes", &confirmation[1..]] {
        assert_eq!(buyer.post(&url).form(&[("confirmation", guess)]).send().await.unwrap().status(), 200);
        assert!(is_signed_in().await, "{guess}");
    }
    let done = buyer.post(&url).form(&[("confirmation", confirmation)]).send().await.unwrap().text().await.unwrap();
    assert!(done.contains("You are signed out"), "{done}");
    assert!(!is_signed_in().await);
    let again = buyer.get(&url).send().await.unwrap().text().await.unwrap();
    assert!(again.contains("You were not signed in"), "{again}");
}
