//! The explain API, compared with real requests.

use mock_idp::MockIdp;
use mock_idp_core::model::{MetadataPublish, ScopeConsent};
use serde_json::{Value, json};

use crate::flow::{WEB, WEB_SECRET, authorize, browser, code_request, decode, parameter, redeem};
use crate::org::TestOrg;
use crate::{ciba, device};

const SERVICE: &str = "0oamarketservice05d7";
const SERVICE_SECRET: &str = "mock-secret-service-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG";
const PARTNER: &str = "0oamarketpartner05d7";

async fn explain(mock: &MockIdp, query: &[(&str, &str)]) -> (u16, Value) {
    let response = browser().get(format!("{}/_mock/explain", mock.url())).query(query).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// Payload or header without the values that are new each time.
fn steady(token: &Value) -> Value {
    let mut token = token.clone();
    for varies in ["jti", "iat", "exp", "auth_time", "at_hash", "c_hash"] {
        if let Some(value) = token.get_mut(varies) {
            *value = Value::Null;
        }
    }
    token
}

#[tokio::test]
async fn a_preview_has_the_same_claims_as_the_real_tokens() {
    let mock = MockIdp::builder().start().await.unwrap();
    for (login, scope) in [
        ("admin@example.test", "openid profile email offline_access orders:update"),
        ("buyer@example.test", "openid products:read"),
        ("premium@example.test", "openid address phone"),
        ("unicode@example.test", "openid profile email"),
    ] {
        let query = [("client", WEB), ("user", login), ("scope", scope), ("nonce", "n-1")];
        let (status, preview) = explain(&mock, &query).await;
        assert_eq!((status, &preview["outcome"]), (200, &json!("granted")), "{login} {scope}");

        let browser = browser();
        let arrived = authorize(&mock, &browser, login, &code_request(WEB, scope)).await;
        let body: Value = redeem(&mock, &parameter(&arrived, "code").unwrap()).await.json().await.unwrap();
        let answer = &preview["token"];
        assert_eq!((&answer["scope"], &answer["expires_in"]), (&body["scope"], &body["expires_in"]));
        assert_eq!(answer.get("refresh_token").is_some(), body.get("refresh_token").is_some(), "{login}");
        for kind in ["access_token", "id_token"] {
            let (header, payload) = decode(body[kind].as_str().unwrap());
            assert_eq!(answer[kind]["header"], header);
            assert_eq!(steady(&answer[kind]["payload"]), steady(&payload));
            let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(&answer[kind]["payload"]), keys(&payload), "in this order");
        }
        let userinfo = browser
            .get(format!("{}/v1/userinfo", mock.issuer()))
            .bearer_auth(body["access_token"].as_str().unwrap())
            .send()
            .await
            .unwrap();
        assert_eq!(preview["userinfo"], userinfo.json::<Value>().await.unwrap());
    }
}

#[tokio::test]
async fn a_preview_has_the_same_error_as_the_real_request() {
    let mock = MockIdp::builder().start().await.unwrap();
    for (login, client, scope) in [
        ("buyer@example.test", WEB, "openid orders:update"),
        ("denied@example.test", WEB, "openid"),
        ("unassigned@example.test", WEB, "openid"),
        ("admin@example.test", WEB, "openid no:such"),
        ("admin@example.test", WEB, "profile"),
        ("buyer@example.test", PARTNER, "openid products:read orders:read:user"),
    ] {
        let (_, preview) = explain(&mock, &[("client", client), ("user", login), ("scope", scope)]).await;
        assert_eq!(
            (&preview["outcome"], &preview["shown"]),
            (&json!("refused"), &json!("redirect")),
            "{login} {scope}"
        );
        let arrived = authorize(&mock, &browser(), login, &code_request(client, scope)).await;
        assert_eq!(preview["error"].as_str(), parameter(&arrived, "error").as_deref(), "{login} {scope}");
        assert_eq!(preview["error_description"].as_str(), parameter(&arrived, "error_description").as_deref());
    }
    for (scope, status) in [("openid", 400), ("", 400), ("orders:read:user", 400), ("no:such", 400)] {
        let (_, preview) = explain(&mock, &[("client", SERVICE), ("scope", scope)]).await;
        let url = format!("{}/v1/token", mock.issuer());
        let form = [("grant_type", "client_credentials"), ("scope", scope)];
        let request = browser().post(url).basic_auth(SERVICE, Some(SERVICE_SECRET)).form(&form);
        let answer = request.send().await.unwrap();
        assert_eq!((answer.status().as_u16(), &preview["status"]), (status, &json!(status)), "{scope}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(preview["shown"], "token_response");
        assert_eq!((&preview["error"], &preview["error_description"]), (&body["error"], &body["error_description"]));
    }
}

#[tokio::test]
async fn a_user_who_cannot_sign_in_is_refused_on_the_sign_in_page() {
    let mock = MockIdp::builder().start().await.unwrap();
    for (login, code, kind) in [
        ("locked@example.test", "E0000004", "locked_out"),
        ("suspended@example.test", "E0000004", "suspended"),
        ("expired@example.test", "E0000064", "password_expired"),
    ] {
        let (_, preview) = explain(&mock, &[("client", WEB), ("user", login), ("scope", "openid")]).await;
        assert_eq!((&preview["shown"], &preview["error"]), (&json!("sign_in_page"), &json!(code)));
        assert_eq!(preview["error_description"], kind);
        assert_eq!(preview["what_would_it_take"][0]["words"], format!("activate {login}"));
    }
}

#[tokio::test]
async fn a_preview_without_consent_asks_for_it() {
    let mock = MockIdp::builder().start().await.unwrap();
    let query = [("client", PARTNER), ("user", "buyer@example.test"), ("scope", "openid orders:read:user")];
    let (_, preview) = explain(&mock, &query).await;
    assert_eq!(preview["outcome"], "granted");
    assert_eq!(preview["why"]["scopes"][1]["consent"], "allowed");
    let missing = [query.as_slice(), &[("consent", "missing")]].concat();
    let (_, preview) = explain(&mock, &missing).await;
    assert_eq!((&preview["outcome"], &preview["asks_for"]), (&json!("asks"), &json!("consent")));
    assert_eq!(preview["scopes"], json!(["orders:read:user"]));
    assert_eq!(preview["why"]["scopes"][1]["consent"], "missing");
    let silent = [missing.as_slice(), &[("prompt", "none"), ("auth_time", "1")]].concat();
    let (_, preview) = explain(&mock, &silent).await;
    assert_eq!(
        (&preview["error"], &preview["error_description"]),
        (&json!("consent_required"), &json!("The following scopes require user consent: [orders:read:user]."))
    );
}

#[tokio::test]
async fn an_invalid_parameter_is_an_error_with_the_expected_values() {
    let mock = MockIdp::builder().start().await.unwrap();
    for (query, parameter, error) in [
        (vec![("client", WEB), ("scop", "openid")], "scop", "no parameter is named \"scop\"; did you mean \"scope\"?"),
        (vec![], "client", "client is missing"),
        (
            vec![("client", "0oamarketwub000005d7")],
            "client",
            "no client is \"0oamarketwub000005d7\"; did you mean \"0oamarketweb000005d7\"?",
        ),
        (
            vec![("client", WEB), ("user", "admim@example.test")],
            "user",
            "no user is \"admim@example.test\"; did you mean \"admin@example.test\"?",
        ),
        (
            vec![("client", WEB), ("grant", "implict"), ("user", "admin")],
            "grant",
            "no preview is made of the grant \"implict\"; did you mean \"implicit\"?",
        ),
        (vec![("client", WEB), ("grant", "implicit")], "user", "implicit needs a user"),
        (
            vec![("client", WEB), ("server", "defualt"), ("user", "admin")],
            "server",
            "no authorization server is \"defualt\"; did you mean \"default\"?",
        ),
        (vec![("client", WEB), ("client", WEB)], "client", "client is given twice"),
    ] {
        let (status, refusal) = explain(&mock, &query).await;
        assert_eq!((status, &refusal["parameter"], &refusal["error"]), (400, &json!(parameter), &json!(error)));
        assert!(refusal["parameters"]["client"].is_string());
    }
    let post = |body: Value| browser().post(format!("{}/_mock/explain", mock.url())).json(&body).send();
    let preview: Value = post(json!({"client": "Market demo", "user": "buyer", "scope": ["openid", "email"]}))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(preview["token"]["scope"], "openid email");
    assert_eq!(post(json!(["client"])).await.unwrap().status(), 400);
}

#[tokio::test]
async fn the_journal_explains_real_requests_in_the_same_way() {
    let mock = MockIdp::builder().start().await.unwrap();
    let scope = "openid profile products:read";
    let login = "buyer@example.test";
    let query = [("client", WEB), ("user", login), ("scope", scope), ("nonce", "n-1")];
    let (_, preview) = explain(&mock, &query).await;

    let arrived = authorize(&mock, &browser(), login, &code_request(WEB, scope)).await;
    let response = redeem(&mock, &parameter(&arrived, "code").unwrap()).await;
    let id = response.headers()["x-okta-request-id"].to_str().unwrap().to_owned();
    let entry: Value =
        browser().get(format!("{}/_mock/requests/{id}", mock.url())).send().await.unwrap().json().await.unwrap();
    let in_tokens = |why: &Value| -> Vec<Value> {
        let claims = why["claims"].as_array().unwrap().iter();
        claims.filter(|claim| claim["token"] != "userinfo").cloned().collect()
    };
    assert_eq!(in_tokens(&entry["why"]), in_tokens(&preview["why"]));
    let role = in_tokens(&entry["why"]).into_iter().find(|claim| claim["claim"] == "market_role").unwrap();
    assert_eq!(
        role,
        json!({
            "token": "access_token",
            "claim": "market_role",
            "verdict": "added",
            "because": "expression `isMemberOfGroupName(\"Admins\") ? \"admin\" : \"shopper\"`",
            "source": "expression",
            "rule": "oclrole00000000005d7",
            "expression": "isMemberOfGroupName(\"Admins\") ? \"admin\" : \"shopper\"",
            "parts": [{"part": "isMemberOfGroupName(\"Admins\")", "value": false}],
            "value": "shopper",
        })
    );
    assert!(!entry.to_string().contains("code_verifier"));
    assert!(!entry.to_string().contains(WEB_SECRET));

    // The policies are evaluated at sign-in, so its entry has them.
    let journal: Value =
        browser().get(format!("{}/_mock/requests", mock.url())).send().await.unwrap().json().await.unwrap();
    let picked = journal.as_array().unwrap().iter().find(|entry| entry["path"] == "/signin/pick").unwrap();
    let id = picked["request_id"].as_str().unwrap();
    let entry: Value =
        browser().get(format!("{}/_mock/requests/{id}", mock.url())).send().await.unwrap().json().await.unwrap();
    for part in ["policies", "scopes", "lifetimes"] {
        assert_eq!(entry["why"][part], preview["why"][part], "{part}");
    }
    assert_eq!(
        entry["why"]["policies"][0]["rules"][0],
        json!({
            "id": "0pradmins000000005d7",
            "name": "Administrators",
            "verdict": "passed_over",
            "because": "people: groups Admins do not contain buyer@example.test",
            "condition": "people.groups.include",
            "wanted": ["Admins"],
            "had": ["Everyone", "Buyers"],
        })
    );
}

#[tokio::test]
async fn device_and_backchannel_grants_can_be_previewed() {
    let mock = MockIdp::builder().start().await.unwrap();
    let login = "buyer@example.test";
    let begun = device::begin(&mock, "openid profile products:read").await;
    device::let_in(&mock, begun["user_code"].as_str().unwrap(), login, "allow").await;
    let by_device = device::poll(&mock, begun["device_code"].as_str().unwrap()).await;
    let by_phone = ciba::poll(&mock, &ciba::approved(&mock).await).await;
    for (client, grant, scope, response) in [
        (device::TV, "device_code", "openid profile products:read", by_device),
        (ciba::KIOSK, "ciba", "openid offline_access", by_phone),
    ] {
        let query = [("client", client), ("user", login), ("grant", grant), ("scope", scope)];
        let (_, preview) = explain(&mock, &query).await;
        assert_eq!(preview["outcome"], "granted", "{grant}");
        let body: Value = response.json().await.unwrap();
        let answer = &preview["token"];
        assert_eq!((&answer["scope"], &answer["expires_in"]), (&body["scope"], &body["expires_in"]));
        assert_eq!(answer.get("refresh_token").is_some(), body.get("refresh_token").is_some(), "{grant}");
        for kind in ["access_token", "id_token"] {
            let (_, payload) = decode(body[kind].as_str().unwrap());
            assert_eq!(steady(&answer[kind]["payload"]), steady(&payload));
        }
        let denied = [query[0], ("user", "unassigned"), query[2], query[3]];
        let (_, preview) = explain(&mock, &denied).await;
        assert_eq!(preview["outcome"], "refused", "{grant}");
        let helps = preview["what_would_it_take"].as_array().unwrap();
        assert!(
            helps
                .iter()
                .any(|remedy| remedy["words"].as_str().unwrap().starts_with("assign unassigned@example.test to"))
        );
    }
}

#[tokio::test]
async fn a_consent_is_stored_until_it_is_revoked() {
    let mock = MockIdp::builder().start().await.unwrap();
    let login = "buyer@example.test";
    let request = code_request(PARTNER, "openid orders:read:user");
    let asked = |arrived: &str| arrived.contains("data-se=\"consent\"");
    let browser = browser();
    let page = authorize(&mock, &browser, login, &request).await;
    assert!(asked(&page), "the user is asked at first");
    let handle = crate::flow::state_handle(&page);
    let form = [("stateHandle", handle.as_str()), ("consent", "allow")];
    let allowed = browser.post(format!("{}/signin/consent", mock.url())).form(&form).send().await.unwrap();
    assert_eq!(allowed.status(), 302);
    assert!(!asked(&authorize(&mock, &browser, login, &request).await), "and not again");

    let consents = format!("{}/_mock/consents", mock.url());
    let given: Value = browser.get(&consents).query(&[("user", login)]).send().await.unwrap().json().await.unwrap();
    assert_eq!(given, json!([{"client": PARTNER, "server": "default", "scope": "openid orders:read:user"}]));
    let other: Value = browser
        .delete(&consents)
        .json(&json!({"user": login, "client": WEB}))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(other, json!([]), "another client's consent is another");
    let taken: Value =
        browser.delete(&consents).json(&json!({"user": login})).send().await.unwrap().json().await.unwrap();
    assert_eq!(taken, given);
    let again = browser.get(format!("{}/v1/authorize", mock.issuer())).query(&request).send().await.unwrap();
    assert!(asked(&again.text().await.unwrap()), "then the user is asked again");
    assert_eq!(browser.get(&consents).send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn an_optional_scope_can_be_declined_and_a_published_one_is_in_discovery() {
    let org = TestOrg::market()
        .rule("0prpartners0000005d7", |rule| rule.conditions.scopes.include = vec!["*".to_owned()])
        .scope("orders:read:user", |scope| {
            scope.optional = true;
            scope.metadata_publish = MetadataPublish::AllClients;
        })
        .scope("products:read", |scope| scope.optional = true)
        .scope("orders:create", |scope| scope.consent = ScopeConsent::Required);
    let mock = org.start().await;
    let scope = "openid products:read orders:create orders:read:user";
    let browser = browser();
    let page = authorize(&mock, &browser, "unicode@example.test", &code_request(PARTNER, scope)).await;
    assert_eq!(page.matches("data-se=\"optional-scope\"").count(), 1, "only requested scopes can be declined");
    let handle = crate::flow::state_handle(&page);
    let form = [("stateHandle", handle.as_str()), ("consent", "allow")];
    let allowed = browser.post(format!("{}/signin/consent", mock.url())).form(&form).send().await.unwrap();
    let code = parameter(&crate::flow::location(&allowed), "code").unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "http://localhost:7803/callback"),
        ("client_id", PARTNER),
        ("client_secret", "mock-secret-partner-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG"),
    ];
    let body: Value =
        browser.post(format!("{}/v1/token", mock.issuer())).form(&form).send().await.unwrap().json().await.unwrap();
    assert_eq!(body["scope"], "openid products:read orders:create", "{body}");

    let metadata = format!("{}/.well-known/openid-configuration", mock.issuer());
    let metadata: Value = browser.get(metadata).send().await.unwrap().json().await.unwrap();
    let scopes = metadata["scopes_supported"].as_array().unwrap();
    assert!(scopes.contains(&json!("orders:read:user")) && !scopes.contains(&json!("orders:create")), "{scopes:?}");
}

#[tokio::test]
async fn a_search_that_was_cut_short_is_reported() {
    let mock = MockIdp::builder().start().await.unwrap();
    let scopes: Vec<String> = (0..400).map(|number| format!("unknown:{number}")).collect();
    let query = [("client", WEB), ("user", "buyer"), ("scope", &scopes.join(" "))];
    let (status, preview) = explain(&mock, &query).await;
    assert_eq!((status, &preview["error"]), (200, &json!("invalid_scope")));
    assert!(preview["search_cut_short"].is_string(), "{}", preview["search_cut_short"]);
    let (_, preview) = explain(&mock, &[("client", WEB), ("user", "denied"), ("scope", "openid")]).await;
    assert_eq!(preview.get("search_cut_short"), None);
}

#[tokio::test]
async fn a_page_of_another_site_cannot_use_the_control_api() {
    let mock = MockIdp::builder().start().await.unwrap();
    let host = mock.url().trim_start_matches("http://").to_owned();
    let own = format!("http://{host}");
    let get = async |path: &str, headers: &[(&str, &str)]| {
        let request = browser().get(format!("{}{path}", mock.url()));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.send().await.unwrap().status().as_u16()
    };
    let followed = |site| {
        [
            ("sec-fetch-site", site),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
            ("sec-fetch-user", "?1"),
        ]
    };
    for path in ["/_mock/explain?client=0oamarketweb000005d7&user=buyer", "/_mock/requests", "/_mock/console"] {
        for (headers, status) in [
            (&[][..], 200),
            (&[("sec-fetch-site", "none")], 200),
            (&[("sec-fetch-site", "same-origin"), ("sec-fetch-dest", "image")], 200),
            (&[("origin", own.as_str())], 200),
            (&followed("cross-site"), 200),
            (&followed("same-site"), 200),
            (&followed("cross-site")[..3], 403),
            (&[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")], 403),
            (&[("sec-fetch-site", "same-site"), ("sec-fetch-mode", "cors"), ("origin", "http://localhost:1")], 403),
            (&[("origin", "https://evil.example")], 403),
            (&[("origin", "null")], 403),
        ] {
            assert_eq!(get(path, headers).await, status, "{path} {headers:?}");
        }
    }
    assert_eq!(get("/healthz", &[("sec-fetch-site", "cross-site")]).await, 200);
}
