//! Every OAuth error as Okta words it, with its status and place.

use mock_idp::MockIdp;
use mock_idp_core::org::SignInForm;
use reqwest::{Response, StatusCode};
use serde_json::Value;

use crate::flow::{CALLBACK, WEB, WEB_SECRET, authorize, browser, code_request, location, parameter, redeem};
use crate::org::TestOrg;

const SPA: &str = "0oamarketspa000005d7";
const SERVICE: &str = "0oamarketservice05d7";
const SERVICE_SECRET: &str = "mock-secret-service-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG";

/// A name and its value, or an id and its secret.
type Pair<'a> = (&'a str, &'a str);

pub(crate) async fn token(
    mock: &MockIdp,
    server: &str,
    basic: Option<(&str, &str)>,
    form: &[(&str, &str)],
) -> Response {
    let request = browser().post(format!("{}{server}/v1/token", mock.url())).form(form);
    let request = match basic {
        Some((id, secret)) => request.basic_auth(id, Some(secret)),
        None => request,
    };
    request.send().await.unwrap()
}

/// Status, `error` and `error_description` of a refused token request.
pub(crate) async fn token_error(response: Response) -> (u16, String, String) {
    let status = response.status().as_u16();
    assert!(!response.headers().contains_key("www-authenticate"), "Okta sends no challenge from the token endpoint");
    assert_eq!(response.headers()["content-type"], "application/json");
    let body: Value = response.json().await.unwrap();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    (status, text("error"), text("error_description"))
}

#[tokio::test]
async fn token_endpoint_errors_match_okta() {
    let mock = MockIdp::builder().start().await.unwrap();
    let web = Some((WEB, WEB_SECRET));
    let service = Some((SERVICE, SERVICE_SECRET));
    let custom = "/oauth2/default";
    /// Server, client, form; then status, `error` and `error_description`.
    type Case<'a> = (&'a str, Option<Pair<'a>>, &'a [Pair<'a>], u16, &'a str, &'a str);
    let cases: &[Case<'_>] = &[
        (
            custom,
            web,
            &[("state", "x")],
            400,
            "invalid_request",
            "The token request must specify a 'grant_type'. Valid values: [authorization_code, refresh_token, client_credentials, password, urn:ietf:params:oauth:grant-type:device_code, urn:openid:params:grant-type:ciba, urn:okta:params:oauth:grant-type:otp, http://auth0.com/oauth/grant-type/mfa-otp, urn:okta:params:oauth:grant-type:oob, http://auth0.com/oauth/grant-type/mfa-oob, urn:ietf:params:oauth:grant-type:token-exchange, urn:ietf:params:oauth:grant-type:jwt-bearer]",
        ),
        (
            custom,
            web,
            &[("grant_type", "magic")],
            400,
            "unsupported_grant_type",
            "The authorization grant type is not supported by the authorization server. Configured grant types: [authorization_code, refresh_token, client_credentials, password, urn:ietf:params:oauth:grant-type:device_code, urn:openid:params:grant-type:ciba, urn:okta:params:oauth:grant-type:otp, http://auth0.com/oauth/grant-type/mfa-otp, urn:okta:params:oauth:grant-type:oob, http://auth0.com/oauth/grant-type/mfa-oob, urn:ietf:params:oauth:grant-type:token-exchange, urn:ietf:params:oauth:grant-type:jwt-bearer].",
        ),
        (custom, None, &[("grant_type", "client_credentials")], 401, "invalid_client", "No client credentials found."),
        (
            custom,
            Some((SERVICE, "wrong")),
            &[("grant_type", "client_credentials")],
            401,
            "invalid_client",
            "The client secret supplied for a confidential client is invalid.",
        ),
        (
            custom,
            None,
            &[("grant_type", "client_credentials"), ("client_id", SERVICE)],
            401,
            "invalid_client",
            "Client authentication failed. Either the client or the client credentials are invalid.",
        ),
        (
            custom,
            service,
            &[("grant_type", "client_credentials"), ("client_secret", SERVICE_SECRET)],
            401,
            "invalid_request",
            "Cannot supply multiple client credentials. Use one of the following: credentials in the Authorization header, credentials in the post body, or a client_assertion in the post body.",
        ),
        (
            custom,
            None,
            &[("grant_type", "client_credentials"), ("client_assertion", "x"), ("client_assertion_type", "y")],
            400,
            "invalid_request",
            "The client_assertion_type is invalid.",
        ),
        (
            custom,
            web,
            &[("grant_type", "client_credentials"), ("scope", "products:read")],
            400,
            "unauthorized_client",
            "The client is not authorized to use the provided grant type. Configured grant types: [authorization_code, implicit, refresh_token].",
        ),
        (
            custom,
            service,
            &[("grant_type", "client_credentials"), ("scope", "openid")],
            400,
            "invalid_scope",
            "Cannot request 'openid' scopes using client credentials.",
        ),
        (
            custom,
            service,
            &[("grant_type", "client_credentials"), ("scope", "nobody:knows")],
            400,
            "invalid_scope",
            "One or more scopes are not configured for the authorization server resource.",
        ),
        (
            custom,
            service,
            &[("grant_type", "client_credentials")],
            400,
            "invalid_scope",
            "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
        ),
        (
            custom,
            service,
            &[("grant_type", "client_credentials"), ("scope", "orders:read:user")],
            400,
            "consent_required",
            "The following scopes require user consent and cannot be granted for the client credentials grant type: [orders:read:user].",
        ),
        (
            custom,
            Some(("0oamarketreports05d7", "mock-secret-reports-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG")),
            &[("grant_type", "client_credentials"), ("scope", "orders:read")],
            401,
            "access_denied",
            "Policy evaluation failed for this request, please check the policy configurations.",
        ),
        (
            "/oauth2",
            service,
            &[("grant_type", "client_credentials"), ("scope", "okta.users.read")],
            401,
            "invalid_client",
            "Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.",
        ),
        (
            custom,
            web,
            &[("grant_type", "authorization_code"), ("redirect_uri", CALLBACK)],
            400,
            "invalid_request",
            "The required parameter 'code' is missing.",
        ),
        (
            custom,
            web,
            &[("grant_type", "authorization_code"), ("redirect_uri", CALLBACK), ("code", "nothing")],
            400,
            "invalid_grant",
            "The authorization code is invalid or has expired.",
        ),
        (
            custom,
            web,
            &[("grant_type", "refresh_token"), ("refresh_token", "nothing")],
            400,
            "invalid_grant",
            "The refresh token is invalid or expired.",
        ),
        (
            custom,
            web,
            &[("grant_type", "refresh_token"), ("grant_type", "refresh_token")],
            400,
            "invalid_request",
            "The request contained multiple parameters with the same name.",
        ),
    ];
    for (server, basic, form, status, error, description) in cases {
        let refusal = token_error(token(&mock, server, *basic, form).await).await;
        assert_eq!(refusal, (*status, (*error).to_owned(), (*description).to_owned()), "{server} {form:?}");
    }
}

#[tokio::test]
async fn credentials_in_the_query_and_malformed_ones_are_refused() {
    let mock = MockIdp::builder().start().await.unwrap();
    let url = format!("{}/v1/token?client_id={SERVICE}&client_secret={SERVICE_SECRET}", mock.issuer());
    let form = [("grant_type", "client_credentials")];
    let refusal = token_error(browser().post(url).form(&form).send().await.unwrap()).await;
    let text = "Client credentials cannot be supplied via query parameters.";
    assert_eq!(refusal, (400, "invalid_request".to_owned(), text.to_owned()));

    let url = format!("{}/v1/token", mock.issuer());
    let malformed = browser().post(url).header("authorization", "Basic !!").form(&form).send().await.unwrap();
    let text = "Found Authentication header but was not valid client credentials.";
    assert_eq!(token_error(malformed).await, (401, "invalid_client".to_owned(), text.to_owned()));
}

#[tokio::test]
async fn an_unknown_client_is_an_api_error() {
    let mock = MockIdp::builder().start().await.unwrap();
    let form = [("grant_type", "client_credentials")];
    let response = token(&mock, "/oauth2/default", Some(("0oanobody0000000000", "secret")), &form).await;
    assert_eq!(response.status(), 401);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["errorCode"], "invalid_client");
    assert_eq!(body["errorSummary"], "Invalid value for 'client_id' parameter.");
    assert_eq!(body["errorLink"], "invalid_client");
    assert_eq!(body["errorCauses"], serde_json::json!([]));
}

#[tokio::test]
async fn an_unknown_server_is_oktas_not_found_error() {
    let mock = MockIdp::builder().start().await.unwrap();
    for path in ["/.well-known/openid-configuration", "/v1/keys", "/v1/authorize"] {
        let response = browser().get(format!("{}/oauth2/aus404{path}", mock.url())).send().await.unwrap();
        assert_eq!(response.status(), 404);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["errorCode"], "E0000007");
        assert_eq!(body["errorSummary"], "Not found: Resource not found: aus404 (AuthorizationServer)");
    }
}

#[tokio::test]
async fn a_code_with_another_client_redirect_uri_server_or_verifier_is_refused() {
    let mock = MockIdp::builder().start().await.unwrap();
    let browser_ = browser();
    let fresh = async |extra: &[(&str, &str)]| {
        let mut request = code_request(WEB, "openid");
        request.extend(extra);
        parameter(&authorize(&mock, &browser_, "buyer@example.test", &request).await, "code").unwrap()
    };
    let form = |code: &str, extra: &[(&str, &str)]| -> Vec<(String, String)> {
        let base = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
        let own = |pair: &(&str, &str)| (pair.0.to_owned(), pair.1.to_owned());
        base.iter().filter(|(name, _)| !extra.iter().any(|(known, _)| known == name)).chain(extra).map(own).collect()
    };
    let send = async |server: &str, id: &str, secret: &str, form: Vec<(String, String)>| {
        let url = format!("{}{server}/v1/token", mock.url());
        token_error(browser().post(url).basic_auth(id, Some(secret)).form(&form).send().await.unwrap()).await
    };
    let expect = |status: u16, error: &str, text: &str| (status, error.to_owned(), text.to_owned());
    // RFC 7636 appendix B.
    let (verifier, challenge) =
        ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    let with_challenge = [("code_challenge", challenge), ("code_challenge_method", "S256")];

    let code = fresh(&[]).await;
    let partner_secret = "mock-secret-partner-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG";
    assert_eq!(
        send("/oauth2/default", "0oamarketpartner05d7", partner_secret, form(&code, &[])).await,
        expect(
            400,
            "invalid_grant",
            "The grant was issued to another client. Please make sure the 'client_id' matches the one used at the authorize request."
        )
    );
    assert_eq!(
        send("/oauth2", WEB, WEB_SECRET, form(&code, &[])).await,
        expect(400, "invalid_request", "The grant was issued for another authorization server.")
    );
    // Refused attempts of another client and at another server do not use the code up.
    assert_eq!(redeem(&mock, &code).await.status(), StatusCode::OK);

    let code = fresh(&[]).await;
    assert_eq!(
        send("/oauth2/default", WEB, WEB_SECRET, form(&code, &[("redirect_uri", "http://localhost:7803/other")])).await,
        expect(
            400,
            "invalid_grant",
            "The 'redirect_uri' does not match the redirection URI used in the authorization request."
        )
    );
    let code = fresh(&[]).await;
    assert_eq!(
        send("/oauth2/default", WEB, WEB_SECRET, form(&code, &[("code_verifier", verifier)])).await,
        expect(
            400,
            "invalid_request",
            "PKCE code challenge should be specified in the authorize request for code verification."
        )
    );
    let code = fresh(&with_challenge).await;
    assert_eq!(
        send("/oauth2/default", WEB, WEB_SECRET, form(&code, &[])).await,
        expect(400, "invalid_request", "PKCE code verifier is required by the application.")
    );
    let code = fresh(&with_challenge).await;
    let wrong = verifier.replace('d', "e");
    assert_eq!(
        send("/oauth2/default", WEB, WEB_SECRET, form(&code, &[("code_verifier", &wrong)])).await,
        expect(400, "invalid_grant", "PKCE verification failed.")
    );
    let code = fresh(&with_challenge).await;
    let response = browser()
        .post(format!("{}/v1/token", mock.issuer()))
        .basic_auth(WEB, Some(WEB_SECRET))
        .form(&form(&code, &[("code_verifier", verifier)]));
    assert_eq!(response.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn authorization_errors_are_redirected_with_state_first() {
    let mock = MockIdp::builder().start().await.unwrap();
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let cases: &[(&str, &[Pair<'_>], &str, &str)] = &[
        (
            WEB,
            &[("scope", "")],
            "invalid_scope",
            "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
        ),
        (
            WEB,
            &[("scope", "openid nobody:knows")],
            "invalid_scope",
            "One or more scopes are not configured for the authorization server resource.",
        ),
        (
            WEB,
            &[("scope", "profile")],
            "access_denied",
            "Requests for ID tokens or access tokens with OpenID scopes require the 'openid' scope.",
        ),
        (
            WEB,
            &[("response_type", "")],
            "unsupported_response_type",
            "The response type is not supported by the authorization server. Configured response types: [code, token, id_token].",
        ),
        (
            SPA,
            &[("response_type", "token")],
            "unsupported_response_type",
            "The response type is not supported by the authorization server. Configured response types: [code].",
        ),
        (
            WEB,
            &[("response_mode", "pigeon")],
            "unsupported_response_mode",
            "The response mode is not supported by the authorization server. Valid response modes: [query, fragment, form_post, okta_post_message].",
        ),
        (
            WEB,
            &[("response_mode", "okta_post_message")],
            "unsupported_response_mode",
            "'okta_post_message' response mode cannot be used with the 'code' response type.",
        ),
        (
            WEB,
            &[("prompt", "sometimes")],
            "invalid_request",
            "Invalid value for 'prompt' parameter. Supported values: [none, consent, login, enroll_authenticator]",
        ),
        (
            WEB,
            &[("max_age", "-1")],
            "invalid_request",
            "Invalid value for 'max_age' parameter. It should be within range 0 - 2^31-1.",
        ),
        (
            WEB,
            &[("max_age", "0"), ("prompt", "none")],
            "invalid_request",
            "'prompt' parameter must not have the value 'none' for request with 'zero' as max_age.",
        ),
        (
            WEB,
            &[("prompt", "none")],
            "login_required",
            "The client specified not to prompt, but the user is not logged in.",
        ),
        (
            WEB,
            &[("code_challenge", challenge)],
            "invalid_request",
            "PKCE code challenge method is not supported. Valid values: [S256]",
        ),
        (
            WEB,
            &[("code_challenge", "short"), ("code_challenge_method", "S256")],
            "invalid_request",
            "PKCE code challenge contains illegal characters.",
        ),
        (SPA, &[], "invalid_request", "PKCE code challenge is required by the application."),
        (
            WEB,
            &[("request", "e30.e30.")],
            "request_not_supported",
            "The authorize request object is not supported by this client.",
        ),
        (WEB, &[("request_uri", "urn:okta:x")], "invalid_request_uri", "The authorize request_uri is invalid."),
        (WEB, &[("idp", "0oaelsewhere")], "invalid_request", "Identity provider is not valid."),
    ];
    for (client, changes, error, description) in cases {
        let mut request = code_request(client, "openid");
        request.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        request.extend(*changes);
        let response = browser().get(format!("{}/v1/authorize", mock.issuer())).query(&request).send().await.unwrap();
        assert_eq!(response.status(), 302, "{changes:?}");
        assert_eq!(response.headers()["referrer-policy"], "no-referrer");
        let location = location(&response);
        assert_eq!(parameter(&location, "error").as_deref(), Some(*error), "{changes:?}");
        assert_eq!(parameter(&location, "error_description").as_deref(), Some(*description), "{changes:?}");
        let answer = location.strip_prefix(CALLBACK).unwrap();
        assert!(answer[1..].starts_with("state=s-1&error="), "{location}");
    }
}

#[tokio::test]
async fn implicit_tokens_require_a_nonce_and_not_response_mode_query() {
    let mock = MockIdp::builder().start().await.unwrap();
    let request = |extra: &[(&'static str, &'static str)]| {
        let mut request = code_request(WEB, "openid");
        request.retain(|(name, _)| !matches!(*name, "nonce" | "response_type"));
        request.push(("response_type", "id_token"));
        request.extend(extra);
        browser().get(format!("{}/v1/authorize", mock.issuer())).query(&request).send()
    };
    let arrived = location(&request(&[]).await.unwrap());
    assert!(arrived.starts_with(&format!("{CALLBACK}#state=s-1&error=invalid_request&error_description=The+%27nonce%27+parameter+is+required+for+authorize+requests+with+either+the+%27id_token%27+or+%27token%27+response+types..")), "{arrived}");
    let arrived = location(&request(&[("nonce", "n"), ("response_mode", "query")]).await.unwrap());
    assert!(arrived.contains("error=unsupported_response_mode"), "{arrived}");
}

#[tokio::test]
async fn a_missing_state_is_an_error_without_state() {
    let mock = MockIdp::builder().start().await.unwrap();
    let mut request = code_request(WEB, "openid");
    request.retain(|(name, _)| *name != "state");
    let response = browser().get(format!("{}/v1/authorize", mock.issuer())).query(&request).send().await.unwrap();
    let text = "The+authentication+request+has+an+invalid+%27state%27+parameter.";
    assert_eq!(location(&response), format!("{CALLBACK}?error=invalid_request&error_description={text}"));
}

#[tokio::test]
async fn errors_before_the_redirect_uri_check_are_shown_on_a_page() {
    let mock = MockIdp::builder().start().await.unwrap();
    let show = async |client: &str, uri: Option<&str>| {
        let mut request = code_request(client, "openid");
        request.retain(|(name, _)| *name != "redirect_uri");
        request.extend(uri.map(|uri| ("redirect_uri", uri)));
        let url = format!("{}/v1/authorize", mock.issuer());
        browser().get(url).header("accept", "text/html").query(&request).send().await.unwrap()
    };
    for (client, uri, code, text) in [
        ("0oanobody", Some(CALLBACK), "invalid_client", "Invalid value for &#39;client_id&#39; parameter."),
        (
            WEB,
            Some("http://localhost:7803/callback/"),
            "invalid_request",
            "parameter must be a Login redirect URI in the client app settings: http://localhost-admin",
        ),
        (WEB, Some("HTTP://localhost:7803/callback"), "invalid_request", "parameter must be a Login redirect URI"),
        (WEB, None, "invalid_request", "parameter must be a Login redirect URI"),
        (
            SERVICE,
            Some(CALLBACK),
            "invalid_request",
            "of &#39;service&#39; are not allowed to access the &#39;authorize&#39; endpoint.",
        ),
    ] {
        let response = show(client, uri).await;
        assert_eq!(response.status(), 400);
        assert!(!response.headers().contains_key("location"));
        let page = response.text().await.unwrap();
        assert!(page.contains(code) && page.contains(text), "{client} {uri:?}: {page}");
    }
    // The same for a client that accepts JSON.
    let url = format!("{}/v1/authorize", mock.issuer());
    let request = code_request("0oanobody", "openid");
    let response = browser().get(url).header("accept", "application/json").query(&request).send().await.unwrap();
    assert_eq!(response.status(), 400);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["errorCode"], "invalid_client");
    assert_eq!(body["errorSummary"], "Invalid value for 'client_id' parameter.");
}

#[tokio::test]
async fn policy_and_assignment_errors_are_redirected() {
    let mock = MockIdp::builder().start().await.unwrap();
    let policy = "Policy evaluation failed for this request, please check the policy configurations.";
    let unassigned = "User is not assigned to the client application.";
    for (login, scope, description) in [
        ("buyer@example.test", "openid orders:update", policy),
        ("denied@example.test", "openid", policy),
        ("unassigned@example.test", "openid", unassigned),
        ("admin@example.test", "openid orders:read:user", policy),
    ] {
        let arrived = authorize(&mock, &browser(), login, &code_request(WEB, scope)).await;
        assert_eq!(parameter(&arrived, "error").as_deref(), Some("access_denied"), "{login} {scope}");
        assert_eq!(parameter(&arrived, "error_description").as_deref(), Some(description), "{login} {scope}");
    }
}

#[tokio::test]
async fn the_interaction_code_flow_is_refused_as_the_organization_document_says() {
    let classic = TestOrg::market().edit(|document| document.settings.sign_in_page.form = SignInForm::Classic);
    let not_enabled = "The requested feature (Interaction Code flow) isn't enabled in this environment. Ensure that you have Okta Identity Engine enabled and the Interaction Code flow enabled for this application and authorization server.";
    let not_listed = "The client is not authorized to use the provided grant type. Configured grant types: [authorization_code, refresh_token].";
    for (org, pipeline, error, text) in
        [(TestOrg::market(), "idx", "unauthorized_client", not_listed), (classic, "v1", "access_denied", not_enabled)]
    {
        let mock = org.start().await;
        let document = browser().get(format!("{}/.well-known/okta-organization", mock.url())).send().await.unwrap();
        assert_eq!(document.json::<Value>().await.unwrap()["pipeline"], pipeline);
        for server in ["/oauth2", "/oauth2/default"] {
            let ask = async |form: &[Pair<'_>]| {
                let response =
                    browser().post(format!("{}{server}/v1/interact", mock.url())).form(form).send().await.unwrap();
                let status = response.status().as_u16();
                (status, response.json::<Value>().await.unwrap())
            };
            let (status, body) = ask(&[("client_id", SPA), ("scope", "openid"), ("redirect_uri", CALLBACK)]).await;
            assert_eq!((status, &body["error"], &body["error_description"]), (400, &error.into(), &text.into()));
            let (status, body) = ask(&[("client_id", "nobody")]).await;
            assert_eq!((status, &body["errorCode"]), (401, &"invalid_client".into()));
        }
    }
}

#[tokio::test]
async fn an_app_with_implicit_assignment_is_open_to_every_user() {
    let org = TestOrg::market().app(WEB, |app| app.settings.implicit_assignment = true);
    for (mock, expected) in [
        (org.start().await, None),
        (TestOrg::market().start().await, Some("User is not assigned to the client application.")),
    ] {
        let request = code_request(WEB, "openid");
        let arrived = authorize(&mock, &browser(), "unassigned@example.test", &request).await;
        assert_eq!(parameter(&arrived, "error_description").as_deref(), expected, "{arrived}");
        if let Some(code) = parameter(&arrived, "code") {
            assert_eq!(redeem(&mock, &code).await.status(), 200);
        }
    }
}
