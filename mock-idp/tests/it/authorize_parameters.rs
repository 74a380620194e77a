//! Optional parameters of the authorization endpoint: ignored ones and invalid ones.

use mock_idp::MockIdp;

use crate::client::TENANT_2;
use crate::flow::{CALLBACK, WEB, authorize, browser, code_request, parameter};
use crate::market::market;

async fn asked(mock: &MockIdp, request: &[(&str, &str)]) -> String {
    authorize(mock, &browser(), "buyer@example.test", request).await
}

#[tokio::test]
async fn max_age_0_requires_sign_in_within_the_same_second() {
    let mock = market().await;
    let browser = browser();
    authorize(&mock, &browser, "buyer@example.test", &code_request(WEB, "openid")).await;
    let ask = async |max_age: &'static str| {
        let request = [code_request(WEB, "openid"), vec![("max_age", max_age)]].concat();
        browser.get(format!("{}/v1/authorize", mock.issuer())).query(&request).send().await.unwrap().status().as_u16()
    };
    assert_eq!((ask("1").await, ask("0").await), (302, 200));
}

#[tokio::test]
async fn display_parameters_are_never_an_error() {
    let mock = MockIdp::builder().start().await.unwrap();
    for extra in [
        ("display", "page"),
        ("display", "popup"),
        ("display", "wap"),
        ("ui_locales", "se"),
        ("claims_locales", "se"),
        ("login_hint", "somebody@else.test"),
        ("id_token_hint", "garbage"),
        ("acr_values", "1 2"),
        ("foo", "bar"),
    ] {
        let arrived = asked(&mock, &[code_request(WEB, "openid"), vec![extra]].concat()).await;
        assert!(parameter(&arrived, "code").is_some(), "{extra:?}: {arrived}");
    }
}

#[tokio::test]
async fn invalid_parameters_are_errors_at_the_redirect_uri() {
    let mock = MockIdp::builder().start().await.unwrap();
    let code = |name, value| [code_request(WEB, "openid"), vec![(name, value)]].concat();
    let cases = [
        (code("idp", "0oaexternal000000000"), "invalid_request", "Identity provider is not valid."),
        (
            code("max_age", "-1"),
            "invalid_request",
            "Invalid value for 'max_age' parameter. It should be within range 0 - 2^31-1.",
        ),
        (
            code("max_age", "2147483648"),
            "invalid_request",
            "Invalid value for 'max_age' parameter. It should be within range 0 - 2^31-1.",
        ),
        (
            [code("ui_locales", "de"), vec![("ui_locales", "en")]].concat(),
            "invalid_request",
            "Duplicate parameter provided in request. Duplicated parameters: [ui_locales].",
        ),
    ];
    for (request, error, description) in cases {
        let arrived = asked(&mock, &request).await;
        assert!(arrived.starts_with(&format!("{CALLBACK}?state=s-1&error=")), "{arrived}");
        assert_eq!(parameter(&arrived, "error").as_deref(), Some(error), "{request:?}");
        assert_eq!(parameter(&arrived, "error_description").as_deref(), Some(description), "{request:?}");
    }
}

#[tokio::test]
async fn metadata_of_each_issuer_is_at_the_path_of_rfc_8414() {
    let mock = MockIdp::builder().org_yaml(mock_idp::BUILT_IN_ORG).org_yaml(TENANT_2).start().await.unwrap();
    for path in ["", "/oauth2/default", "/oauth2/ausmarket000000005d7", "/_org/tenant2", "/_org/market/oauth2/default"]
    {
        let url = format!("{}/.well-known/oauth-authorization-server{path}", mock.url());
        let response = browser().get(url).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        let document: serde_json::Value = response.json().await.unwrap();
        let issuer = format!("{}{}", mock.url(), path.replace("ausmarket000000005d7", "default"));
        assert_eq!(document["issuer"], issuer);
    }
    let unknown = format!("{}/.well-known/oauth-authorization-server/_org/nobody", mock.url());
    assert_eq!(browser().get(unknown).send().await.unwrap().status(), 404);
}
