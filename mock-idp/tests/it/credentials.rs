//! How a request presents its client's credentials: the same rule at every endpoint.

use mock_idp::MockIdp;
use reqwest::Response;
use serde_json::Value;

use crate::flow::{WEB, WEB_SECRET, browser};
use crate::org::TestOrg;

const SPA: &str = "0oamarketspa000005d7";

/// Where clients authenticate, with what the request needs besides.
const ENDPOINTS: [(&str, &[(&str, &str)]); 9] = [
    ("token", &[("grant_type", "refresh_token"), ("refresh_token", "x")]),
    ("introspect", &[("token", "x")]),
    ("revoke", &[("token", "x")]),
    ("device/authorize", &[("scope", "openid")]),
    ("interact", &[("scope", "openid")]),
    ("bc/authorize", &[("scope", "openid"), ("login_hint", "buyer@example.test")]),
    ("primary-authenticate", &[("login_hint", "buyer@example.test")]),
    ("oob-authenticate", &[("login_hint", "buyer@example.test"), ("channel_hint", "push")]),
    ("challenge", &[("mfa_token", "x"), ("challenge_types_supported", "otp")]),
];

const MULTIPLE: &str = "Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body.";

async fn send(mock: &MockIdp, endpoint: &str, header: Option<&str>, query: &str, form: &[(&str, &str)]) -> Response {
    let request = browser().post(format!("{}/v1/{endpoint}{query}", mock.issuer())).form(form);
    let request = header.into_iter().fold(request, |request, header| request.header("authorization", header));
    request.send().await.unwrap()
}

async fn refusal(response: Response) -> (u16, String, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    (status, text("error"), text("error_description"))
}

fn basic(id: &str, secret: &str) -> String {
    use base64::Engine as _;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}")))
}

#[tokio::test]
async fn two_sets_of_credentials_are_refused_at_every_endpoint() {
    let mock = MockIdp::builder().start().await.unwrap();
    let header = basic(WEB, WEB_SECRET);
    let jwt = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    for (endpoint, needed) in ENDPOINTS {
        for (header, query, second) in [
            (Some(&header), "", vec![("client_id", WEB)]),
            (Some(&header), "", vec![("client_id", "")]),
            (Some(&header), "", vec![("client_secret", WEB_SECRET)]),
            (Some(&header), "", vec![("client_secret", "")]),
            (Some(&header), "", vec![("client_id", WEB), ("client_secret", WEB_SECRET)]),
            (Some(&header), "", vec![("client_assertion", "a.b.c"), jwt]),
            (Some(&header), "", vec![("client_assertion", ""), jwt]),
            (Some(&header), "?client_assertion=a.b.c", vec![]),
            (None, "", vec![("client_id", WEB), ("client_secret", WEB_SECRET), ("client_assertion", "a.b.c"), jwt]),
            (None, "?client_assertion=a.b.c", vec![("client_id", WEB), ("client_secret", WEB_SECRET)]),
        ] {
            let form = [needed, &second].concat();
            let response = send(&mock, endpoint, header.map(String::as_str), query, &form).await;
            let expected = (401, "invalid_request".to_owned(), MULTIPLE.to_owned());
            assert_eq!(refusal(response).await, expected, "{endpoint}{query} {second:?}");
        }
    }
}

#[tokio::test]
async fn a_secret_in_the_query_is_refused_at_every_endpoint() {
    let mock = MockIdp::builder().start().await.unwrap();
    for (endpoint, needed) in ENDPOINTS {
        for query in ["?client_secret=x", "?client_secret="] {
            let response = send(&mock, endpoint, Some(&basic(WEB, WEB_SECRET)), query, needed).await;
            let text = "Client credentials cannot be supplied via query parameters.";
            assert_eq!(
                refusal(response).await,
                (400, "invalid_request".to_owned(), text.to_owned()),
                "{endpoint}{query}"
            );
        }
    }
}

#[tokio::test]
async fn a_header_that_begins_like_basic_has_to_be_well_formed() {
    let mock = MockIdp::builder().start().await.unwrap();
    let header = basic(WEB, WEB_SECRET);
    for malformed in
        [header.replacen(' ', "", 1), header.replacen(' ', "\t", 1), "Basic".to_owned(), "Basic !".to_owned()]
    {
        let response = send(&mock, "introspect", Some(&malformed), "", &[("token", "x")]).await;
        let text = "Found Authentication header but was not valid client credentials.";
        assert_eq!(refusal(response).await, (401, "invalid_client".to_owned(), text.to_owned()), "{malformed:?}");
    }
    for accepted in [header.replacen("Basic", "basic", 1), header.replacen(' ', "  ", 1)] {
        assert_eq!(
            send(&mock, "introspect", Some(&accepted), "", &[("token", "x")]).await.status(),
            200,
            "{accepted:?}"
        );
    }
}

#[tokio::test]
async fn an_empty_secret_is_a_wrong_secret() {
    let mock = MockIdp::builder().start().await.unwrap();
    for (client, text) in [
        (WEB, "The client secret supplied for a confidential client is invalid."),
        (SPA, "Client authentication failed. Either the client or the client credentials are invalid."),
    ] {
        let form = [("token", "x"), ("client_id", client), ("client_secret", "")];
        let response = send(&mock, "introspect", None, "", &form).await;
        assert_eq!(refusal(response).await, (401, "invalid_client".to_owned(), text.to_owned()), "{client}");
    }
    assert_eq!(send(&mock, "introspect", None, "", &[("token", "x"), ("client_id", SPA)]).await.status(), 200);
}

#[tokio::test]
async fn a_client_id_beside_a_header_is_accepted_in_pushed_requests_and_under_openid() {
    let mock = MockIdp::builder().start().await.unwrap();
    let header = basic(WEB, WEB_SECRET);
    let request = [
        ("client_id", WEB),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "s"),
        ("redirect_uri", crate::flow::CALLBACK),
    ];
    assert_eq!(send(&mock, "par", Some(&header), "", &request).await.status(), 200);
    let openid = TestOrg::market().edit(|document| document.settings.behavior = "openid".parse().unwrap());
    let mock = openid.start().await;
    let form = |id| [("token", "x"), ("client_id", id)];
    assert_eq!(send(&mock, "introspect", Some(&header), "", &form(WEB)).await.status(), 200);
    let refused = refusal(send(&mock, "introspect", Some(&header), "", &form(SPA)).await).await;
    let text = "Client authentication failed. Either the client or the client credentials are invalid.";
    assert_eq!(refused, (401, "invalid_client".to_owned(), text.to_owned()));
}
