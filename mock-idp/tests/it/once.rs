//! RFC 6749 3.1, 3.2: parameters must not be included more than once, at any endpoint.

use mock_idp::MockIdp;
use reqwest::Response;
use serde_json::{Value, json};

use crate::flow::{CALLBACK, WEB, WEB_SECRET, authorize, browser, code_request, location, parameter, redeem};
use crate::jose::{Key, jwt};
use crate::market::{NOW, market, shared};

const TWICE: &str = "The request contained multiple parameters with the same name.";

fn doubled(request: &[(&'static str, &'static str)], name: &str) -> Vec<(&'static str, &'static str)> {
    let again = request.iter().filter(|(known, _)| *known == name).copied();
    request.iter().copied().chain(again.collect::<Vec<_>>()).collect()
}

async fn refused(response: Response) -> (u16, Value) {
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn any_repeated_client_parameter_is_refused() {
    let mock = MockIdp::builder().start().await.unwrap();
    let endpoints: [(&str, Vec<(&str, &str)>); 6] = [
        ("token", vec![("grant_type", "client_credentials"), ("scope", "products:read")]),
        ("introspect", vec![("token", "a"), ("token_type_hint", "access_token")]),
        ("revoke", vec![("token", "a"), ("token_type_hint", "access_token")]),
        ("device/authorize", vec![("scope", "openid")]),
        ("bc/authorize", vec![("scope", "openid"), ("login_hint", "buyer@example.test")]),
        ("par", code_request(WEB, "openid")),
    ];
    for (endpoint, form) in endpoints {
        let url = format!("{}/v1/{endpoint}", mock.issuer());
        let post = |query: Vec<(&'static str, &'static str)>, form: Vec<(&'static str, &'static str)>| {
            shared().post(&url).basic_auth(WEB, Some(WEB_SECRET)).query(&query).form(&form).send()
        };
        for (name, value) in &form {
            let expected = (400, json!({"error": "invalid_request", "error_description": TWICE}));
            let in_body = post(Vec::new(), doubled(&form, name)).await.unwrap();
            assert_eq!(refused(in_body).await, expected, "{endpoint} {name} in the body");
            let in_both = post(vec![(name, value)], form.clone()).await.unwrap();
            assert_eq!(refused(in_both).await, expected, "{endpoint} {name} in query and body");
        }
    }
}

#[tokio::test]
async fn repeated_parameters_are_refused_at_userinfo_and_logout() {
    let mock = market().await;
    let arrived = authorize(&mock, &browser(), "buyer@example.test", &code_request(WEB, "openid")).await;
    let tokens: Value = redeem(&mock, &parameter(&arrived, "code").unwrap()).await.json().await.unwrap();
    let (access_token, id_token) = (tokens["access_token"].as_str().unwrap(), tokens["id_token"].as_str().unwrap());

    let form = [("access_token", access_token), ("access_token", access_token)];
    let userinfo = shared().post(format!("{}/v1/userinfo", mock.issuer())).form(&form).send().await.unwrap();
    assert_eq!(userinfo.status(), 400);
    let challenge = userinfo.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains(&format!("error=\"invalid_request\", error_description=\"{TWICE}\"")), "{challenge}");

    let query = [("id_token_hint", id_token), ("id_token_hint", id_token)];
    let logout = shared().get(format!("{}/v1/logout", mock.issuer())).query(&query).send().await.unwrap();
    assert_eq!(logout.status(), 400);
    let page = logout.text().await.unwrap();
    assert!(
        page.contains("Duplicate parameter provided in request. Duplicated parameters: [id_token_hint]."),
        "{page}"
    );

    let query = [("resource", "acct:a@b.test"), ("resource", "acct:c@b.test")];
    let webfinger = shared().get(format!("{}/.well-known/webfinger", mock.url())).query(&query).send().await.unwrap();
    assert_eq!(webfinger.status(), 400);
}

/// The response to a browser: the status, and the redirect or the page.
async fn asked(mock: &MockIdp, request: &[(&str, &str)]) -> (u16, String) {
    let url = format!("{}/v1/authorize", mock.issuer());
    let response = shared().get(url).header("accept", "text/html").query(request).send().await.unwrap();
    let status = response.status().as_u16();
    (status, if status == 302 { location(&response) } else { response.text().await.unwrap() })
}

#[tokio::test]
async fn a_parameter_repeated_beside_a_request_object_or_pushed_request_is_refused() {
    let mock = market().await;
    let claims = json!({"iss": WEB, "aud": mock.issuer(), "exp": NOW + 300, "state": "inside"});
    let object = jwt(&json!({"alg": "HS256"}), &claims, &Key::Secret(WEB_SECRET.to_owned()));
    let outside = code_request(WEB, "openid");
    for (name, value) in [("request", object.as_str()), ("state", "other"), ("nonce", "other")] {
        let request = [outside.as_slice(), &[("request", &object), (name, value)]].concat();
        let (status, arrived) = asked(&mock, &request).await;
        assert_eq!(status, 302, "{name}");
        let description = parameter(&arrived, "error_description").unwrap();
        assert_eq!(description, format!("Duplicate parameter provided in request. Duplicated parameters: [{name}]."));
    }

    let push = async || {
        let url = format!("{}/v1/par", mock.issuer());
        let pushed = shared().post(url).basic_auth(WEB, Some(WEB_SECRET)).form(&outside).send().await.unwrap();
        pushed.json::<Value>().await.unwrap()["request_uri"].as_str().unwrap().to_owned()
    };
    let name = push().await;
    let both = "The authorize request must not contain both a request object and a request uri.";
    let cases: [(&[(&str, &str)], &str); 3] = [
        (&[("client_id", WEB)], "Duplicate parameter provided in request. Duplicated parameters: [client_id]."),
        (&[("request_uri", &name)], "Duplicate parameter provided in request. Duplicated parameters: [request_uri]."),
        (&[("request", &object)], both),
    ];
    for (more, text) in cases {
        let request = [&[("client_id", WEB), ("request_uri", name.as_str())], more].concat();
        let (status, page) = asked(&mock, &request).await;
        assert!(status == 400 && page.contains(text), "{more:?}: {status} {page}");
    }
    // None of these has used the name up.
    let followed = [("client_id", WEB), ("request_uri", name.as_str())];
    let arrived = authorize(&mock, &browser(), "buyer@example.test", &followed).await;
    assert!(parameter(&arrived, "code").is_some(), "{arrived}");

    let made_up = [("client_id", WEB), ("redirect_uri", CALLBACK), ("request_uri", "urn:okta:x"), ("request", &object)];
    let (status, arrived) = asked(&mock, &made_up).await;
    assert_eq!((status, parameter(&arrived, "error_description").as_deref()), (302, Some(both)));
}
