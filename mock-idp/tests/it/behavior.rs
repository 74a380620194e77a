//! The differences between Okta and OpenID Connect: each row of the table, tested with both behaviors.

use mock_idp::{Behavior, MockIdp};
use mock_idp_core::behavior::DEPARTURES;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::flow::{CALLBACK, WEB, WEB_SECRET, authorize, browser, code_request, decode, parameter, redeem};
use crate::jose::{self, Key, jwt};
use crate::market::{NOW, key_server, stop_clock};
use crate::org::TestOrg;
use crate::registration::API_TOKEN;
use crate::registration::register;

/// Id of the row, Okta's result and OpenID's result.
const ROWS: &[(&str, &str, &str)] = &[
    ("authorize.state", "The authentication request has an invalid 'state' parameter.", "a code and no state"),
    (
        "authorize.nonce",
        "The 'nonce' parameter is required for authorize requests with either the 'id_token' or 'token' response types..",
        "a code and a token; without a nonce no ID token",
    ),
    (
        "authorize.prompt",
        "Invalid value for 'prompt' parameter. Supported values: [none, consent, login, enroll_authenticator]",
        "the sign-in page",
    ),
    (
        "authorize.acr-values",
        "Unable to meet the authentication requirements imposed by 'acr_values' parameter.; advertised null",
        "a code; advertised [\"urn:okta:loa:1fa:any\",\"urn:okta:loa:1fa:pwd\",\"urn:okta:loa:2fa:any\",\"urn:okta:loa:2fa:any:ifpossible\",\"phr\"]",
    ),
    (
        "authorize.claims",
        "userinfo null; ID token null; advertised null",
        "userinfo \"Ben Buyer\"; ID token \"buyer@example.test\"; advertised true",
    ),
    (
        "authorize.id-token-hint",
        "a code",
        "The client specified not to prompt, but the client app requires re-authentication or MFA.",
    ),
    ("authorize.request-uri", "invalid_request_uri; advertised null", "a code and state inside; advertised true"),
    (
        "authorize.unsigned-object",
        "request_not_supported; advertised false",
        "a code and state inside; advertised true",
    ),
    (
        "authorize.signed-requests",
        "signed: a code and state inside; unsigned: a code and state s-1",
        "signed: a code and state inside; unsigned: invalid_request",
    ),
    (
        "sign-in.about-client",
        "logo_uri: false, policy_uri: false, tos_uri: false",
        "logo_uri: true, policy_uri: true, tos_uri: true",
    ),
    ("authorize.iss", "code: false; error: false; advertised null", "code: true; error: true; advertised true"),
    ("par.status", "200 OK", "201 Created"),
    ("id-token.extra-claims", "ver, idp, groups", ""),
    (
        "id-token.scope-claims",
        "code: name, preferred_username, email; code id_token: name, preferred_username, email, family_name",
        "code: ; code id_token: ",
    ),
    ("userinfo.standard-claims", "null; null", "true; \"1 Market Street\\nLondon\\nGreater London\\nEC1A 1AA\\nGB\""),
    ("userinfo.signed", "application/json; advertised null", "application/jwt RS256; advertised [\"RS256\"]"),
    ("userinfo.no-token", "401, error=\"invalid_request\"", "401, no error"),
    (
        "token.assertion-audience",
        "The audience claim for client_assertion must be the endpoint invoked for the request.",
        "taken: {\"active\":false}",
    ),
    ("token.client-id-beside-header", "401 invalid_request", "200 null"),
    ("token.assertion-algorithms", "null", "9 algorithms"),
    (
        "token.clock-skew",
        "assertion: The client_assertion token must be issued before the current time.; proof: The DPoP proof JWT is issued in the future.; object: The request object is issued too early.",
        "assertion: taken; proof: taken; object: taken",
    ),
    ("token.code-replay", "refused; the tokens live: true", "refused; the tokens live: false"),
    (
        "registration.access",
        "nothing: 403; initial access token: 401; no name: 400",
        "nothing: 201; initial access token: 201; no name: 201",
    ),
    (
        "logout.no-hint",
        "400 Invalid value for 'client_id' parameter.; the session lives: true",
        "200 asked; the session lives: true",
    ),
    ("logout.metadata", "null, null, null, null", "true, true, true, true"),
    ("session.management", "state: false; advertised null; 404", "state: true; advertised true; 200"),
];

#[test]
fn every_row_of_the_table_is_tested() {
    let listed: Vec<&str> = DEPARTURES.iter().map(|row| row.id).collect();
    let tried: Vec<&str> = ROWS.iter().map(|(id, _, _)| *id).collect();
    assert_eq!(tried, listed);
}

#[tokio::test]
async fn okta_behavior_matches_the_table() {
    let mock = MockIdp::builder().start().await.unwrap();
    for (id, okta, _) in ROWS {
        assert_eq!(observe(id, &mock).await, *okta, "{id}");
    }
}

#[tokio::test]
async fn openid_behavior_matches_the_table() {
    let mock = MockIdp::builder().behavior(Behavior::Openid).start().await.unwrap();
    for (id, _, openid) in ROWS {
        assert_eq!(observe(id, &mock).await, *openid, "{id}");
    }
}

#[tokio::test]
async fn the_behavior_setting_is_a_warning_and_may_be_in_the_org_document() {
    let warning = json!(["Does not answer as Okta where OpenID asks for something else (behavior: openid)."]);
    let yaml = TestOrg::market().edit(|document| document.settings.behavior = Behavior::Openid).yaml();
    let mock = MockIdp::builder().org_yaml(yaml.clone()).start().await.unwrap();
    let info = browser().get(format!("{}/_mock/info", mock.url())).send().await.unwrap();
    assert_eq!(info.json::<Value>().await.unwrap()["warnings"], warning);
    assert_eq!(json!(mock.warnings()), warning);
    let mock = MockIdp::builder().org_yaml(yaml).behavior(Behavior::Okta).start().await.unwrap();
    assert!(mock.warnings().is_empty(), "the builder's setting overrides the document");
}

/// The state of a successful response, or the error.
fn state_of(arrived: &str) -> String {
    let code = parameter(arrived, "code").map(|_| format!("a code and state {}", parameter(arrived, "state").unwrap()));
    code.or_else(|| parameter(arrived, "error")).unwrap()
}

/// The mock's result for a row.
async fn observe(id: &str, mock: &MockIdp) -> String {
    match id {
        "authorize.state" => {
            let arrived = buyer(mock, without(code_request(WEB, "openid"), "state")).await;
            assert_eq!(parameter(&arrived, "state"), None);
            result(&arrived, "a code and no state")
        }
        "authorize.nonce" => {
            let hybrid =
                |response_type| with(without(code_request(WEB, "openid"), "nonce"), "response_type", response_type);
            let arrived = buyer(mock, hybrid("code id_token")).await;
            assert_eq!(parameter(&arrived, "error").as_deref(), Some("invalid_request"), "an ID token needs it");
            let arrived = buyer(mock, hybrid("code token")).await;
            assert_eq!(parameter(&arrived, "id_token"), None);
            result(&arrived, "a code and a token; without a nonce no ID token")
        }
        "authorize.prompt" => {
            let browser = browser();
            authorize(mock, &browser, "buyer@example.test", &code_request(WEB, "openid")).await;
            let request = with(code_request(WEB, "openid"), "prompt", "select_account");
            let url = format!("{}/v1/authorize", mock.issuer());
            let response = browser.get(url).query(&request).send().await.unwrap();
            if response.status() == StatusCode::OK {
                assert!(response.text().await.unwrap().contains(r#"name="identifier""#));
                return "the sign-in page".to_owned();
            }
            result(&crate::flow::location(&response), "")
        }
        "authorize.acr-values" => {
            let ask = |values| with(code_request(WEB, "openid"), "acr_values", values);
            let known = buyer(mock, ask("1 urn:okta:loa:1fa:any")).await;
            let tokens = tokens(mock, &known).await;
            assert_eq!(id_token(&tokens)["acr"], "urn:okta:loa:1fa:any");
            assert_eq!(result(&buyer(mock, ask("1 2")).await, "a code"), "a code", "unknown values are ignored");
            let beyond = result(&buyer(mock, ask("phr phrh")).await, "a code");
            format!("{beyond}; advertised {}", metadata(mock).await["acr_values_supported"])
        }
        "authorize.claims" => {
            let claims = r#"{"userinfo":{"name":{"essential":true}},"id_token":{"email":null}}"#;
            let tokens = tokens(mock, &buyer(mock, with(code_request(WEB, "openid"), "claims", claims)).await).await;
            let (userinfo, id) = (userinfo(mock, &tokens).await, id_token(&tokens));
            let advertised = &metadata(mock).await["claims_parameter_supported"];
            if *advertised == true {
                let malformed = buyer(mock, with(code_request(WEB, "openid"), "claims", "{")).await;
                assert_eq!(parameter(&malformed, "error").as_deref(), Some("invalid_request"));
            }
            format!("userinfo {}; ID token {}; advertised {advertised}", userinfo["name"], id["email"])
        }
        "authorize.id-token-hint" => {
            let admin = authorize(mock, &browser(), "admin@example.test", &code_request(WEB, "openid")).await;
            let hint = tokens(mock, &admin).await["id_token"].as_str().unwrap().to_owned();
            let browser = browser();
            let buyer = authorize(mock, &browser, "buyer@example.test", &code_request(WEB, "openid")).await;
            let own = tokens(mock, &buyer).await["id_token"].as_str().unwrap().to_owned();
            let mut silent = with(code_request(WEB, "openid"), "prompt", "none");
            silent.push(("id_token_hint", &own));
            let arrived = authorize(mock, &browser, "", &silent).await;
            assert_eq!(result(&arrived, "a code"), "a code", "the session's own user");
            silent.pop();
            silent.push(("id_token_hint", &hint));
            result(&authorize(mock, &browser, "", &silent).await, "a code")
        }
        "authorize.request-uri" => {
            let (server, served, _) = key_server().await;
            let uri = format!("{server}#part");
            let about = json!({
                "client_name": "Refers", "redirect_uris": [CALLBACK], "request_uris": [uri],
                "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": [Key::client().jwk()] },
            });
            let client = register(mock, about).await;
            let id = client["client_id"].as_str().unwrap();
            let claims = json!({ "iss": id, "aud": mock.issuer(), "state": "inside" });
            *served.lock() = (StatusCode::OK, jwt(&json!({ "alg": "RS256" }), &claims, &Key::client()));
            let arrived = buyer(mock, with(code_request(id, "openid"), "request_uri", &uri)).await;
            let other = buyer(mock, with(code_request(id, "openid"), "request_uri", &server)).await;
            assert_eq!(parameter(&other, "error").as_deref(), Some("invalid_request_uri"), "not registered");
            *served.lock() = (StatusCode::NOT_FOUND, String::new());
            let gone = buyer(mock, with(code_request(id, "openid"), "request_uri", &uri)).await;
            assert_eq!(parameter(&gone, "error").as_deref(), Some("invalid_request_uri"), "not served");
            let advertised = &metadata(mock).await["request_uri_parameter_supported"];
            format!("{}; advertised {advertised}", state_of(&arrived))
        }
        "authorize.unsigned-object" => {
            let signed = jwt(&json!({ "alg": "none" }), &json!({ "state": "inside" }), &Key::client());
            let object = format!("{}.", signed.rsplit_once('.').unwrap().0);
            let arrived = buyer(mock, with(code_request(WEB, "openid"), "request", &object)).await;
            let listed = &metadata(mock).await["request_object_signing_alg_values_supported"];
            let advertised = listed.as_array().unwrap().contains(&json!("none"));
            format!("{}; advertised {advertised}", state_of(&arrived))
        }
        "authorize.signed-requests" => {
            let about = json!({
                "client_name": "Signs", "redirect_uris": [CALLBACK], "require_signed_request_object": true,
                "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": [Key::client().jwk()] },
            });
            let client = register(mock, about).await;
            let id = client["client_id"].as_str().unwrap();
            let claims = json!({ "iss": id, "aud": mock.issuer(), "exp": now(mock).await + 300, "state": "inside" });
            let object = jwt(&json!({ "alg": "RS256" }), &claims, &Key::client());
            let signed = state_of(&buyer(mock, with(code_request(id, "openid"), "request", &object)).await);
            let unsigned = state_of(&buyer(mock, code_request(id, "openid")).await);
            format!("signed: {signed}; unsigned: {unsigned}")
        }
        "userinfo.signed" => {
            let metadata_of_client = json!({
                "client_name": "Signed", "redirect_uris": [CALLBACK], "userinfo_signed_response_alg": "RS256",
            });
            let client = register(mock, metadata_of_client).await;
            let (id, secret) = (client["client_id"].as_str().unwrap(), client["client_secret"].as_str().unwrap());
            let (_, tokens) = crate::registration::redeemed(mock, id, secret).await;
            let url = format!("{}/v1/userinfo", mock.issuer());
            let token = tokens["access_token"].as_str().unwrap();
            let response = browser().get(url).bearer_auth(token).send().await.unwrap();
            let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
            let body = response.text().await.unwrap();
            let algorithm = if kind == "application/jwt" {
                let (header, claims) = decode(&body);
                assert_eq!((&claims["iss"], &claims["aud"]), (&json!(mock.issuer()), &json!(id)), "{claims}");
                format!(" {}", header["alg"].as_str().unwrap())
            } else {
                String::new()
            };
            let advertised = &metadata(mock).await["userinfo_signing_alg_values_supported"];
            format!("{kind}{algorithm}; advertised {advertised}")
        }
        "sign-in.about-client" => {
            let link = |name: &str| format!("https://app.example.test/{name}");
            let names = ["logo_uri", "policy_uri", "tos_uri"];
            let mut metadata = json!({"client_name": "About itself", "redirect_uris": [CALLBACK]});
            for name in names {
                metadata[name] = json!(link(name));
            }
            let client = register(mock, metadata).await;
            let url = format!("{}/v1/authorize", mock.issuer());
            let request = code_request(client["client_id"].as_str().unwrap(), "openid");
            let response = browser().get(url).query(&request).send().await.unwrap();
            let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
            let page = response.text().await.unwrap();
            assert!(page.contains(r#"name="identifier""#), "{page}");
            let shown = names.map(|name| format!("{name}: {}", page.contains(&format!("=\"{}\"", link(name)))));
            assert_eq!(policy.contains("img-src 'self' data: http: https:"), shown[0] == "logo_uri: true", "{policy}");
            shown.join(", ")
        }
        "authorize.iss" => {
            let issuer = mock.issuer();
            let names = |arrived: &str| parameter(arrived, "iss").is_some_and(|named| named == issuer);
            let code = names(&buyer(mock, code_request(WEB, "openid")).await);
            let error = names(&buyer(mock, with(code_request(WEB, "openid"), "prompt", "sing")).await);
            let advertised = &metadata(mock).await["authorization_response_iss_parameter_supported"];
            format!("code: {code}; error: {error}; advertised {advertised}")
        }
        "par.status" => {
            let push = browser().post(format!("{}/v1/par", mock.issuer())).basic_auth(WEB, Some(WEB_SECRET));
            push.form(&code_request(WEB, "openid")).send().await.unwrap().status().to_string()
        }
        "id-token.extra-claims" => {
            let tokens = tokens(mock, &buyer(mock, code_request(WEB, "openid")).await).await;
            assert_eq!(userinfo(mock, &tokens).await["groups"], json!(["Everyone", "Buyers"]));
            present(&id_token(&tokens), &["ver", "idp", "groups"])
        }
        "id-token.scope-claims" => {
            let names = ["name", "preferred_username", "email", "family_name"];
            let scope = "openid profile email";
            let thin = tokens(mock, &buyer(mock, code_request(WEB, scope)).await).await;
            let hybrid = buyer(mock, with(code_request(WEB, scope), "response_type", "code id_token")).await;
            let front = decode(&parameter(&hybrid, "id_token").unwrap()).1;
            let alone = buyer(mock, with(code_request(WEB, scope), "response_type", "id_token")).await;
            let alone = decode(&parameter(&alone, "id_token").unwrap()).1;
            assert_eq!(
                present(&alone, &names),
                names.join(", "),
                "an ID token without an access token has all of them"
            );
            format!("code: {}; code id_token: {}", present(&id_token(&thin), &names), present(&front, &names))
        }
        "userinfo.standard-claims" => {
            let request = code_request(WEB, "openid phone address");
            let arrived = authorize(mock, &browser(), "admin@example.test", &request).await;
            let claims = userinfo(mock, &tokens(mock, &arrived).await).await;
            assert_eq!(claims["phone_number"], "+44 20 7946 0000");
            format!("{}; {}", claims["phone_number_verified"], claims["address"]["formatted"])
        }
        "userinfo.no-token" => {
            let response = browser().get(format!("{}/v1/userinfo", mock.issuer())).send().await.unwrap();
            let challenge = response.headers()["www-authenticate"].to_str().unwrap().to_owned();
            assert!(challenge.starts_with("Bearer ") && challenge.contains("realm="), "{challenge}");
            let error = challenge.split(", ").find(|part| part.starts_with("error=")).unwrap_or("no error");
            format!("{}, {error}", response.status().as_u16())
        }
        "token.assertion-audience" => {
            stop_clock(mock).await;
            let client = "0oamarketkeyjwt005d7";
            let claims = json!({"iss": client, "sub": client, "aud": mock.issuer(), "iat": NOW, "exp": NOW + 300});
            let form = [
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ("client_assertion", &jwt(&json!({"alg": "RS256"}), &claims, &Key::client())),
                ("token", "unknown"),
            ];
            let url = format!("{}/v1/introspect", mock.issuer());
            let answer: Value = browser().post(url).form(&form).send().await.unwrap().json().await.unwrap();
            answer["error_description"].as_str().map_or_else(|| format!("taken: {answer}"), str::to_owned)
        }
        "token.client-id-beside-header" => {
            let url = format!("{}/v1/introspect", mock.issuer());
            let form = [("client_id", WEB), ("token", "unknown")];
            let response = browser().post(url).basic_auth(WEB, Some(WEB_SECRET)).form(&form).send().await.unwrap();
            let status = response.status().as_u16();
            let error = response.json::<Value>().await.unwrap()["error"].clone();
            format!("{status} {}", error.as_str().unwrap_or("null"))
        }
        "token.assertion-algorithms" => {
            let metadata = metadata(mock).await;
            let listed = &metadata["token_endpoint_auth_signing_alg_values_supported"];
            listed.as_array().map_or(listed.to_string(), |list| format!("{} algorithms", list.len()))
        }
        "token.clock-skew" => {
            let now = now(mock).await;
            let late = asserted(mock, &json!({"iat": now + 70})).await;
            assert_eq!(late, "The client_assertion token must be issued before the current time.");
            let assertion = asserted(mock, &json!({"iat": now + 9})).await;
            let proof = proved(mock, now + 9).await;
            let about = json!({"iss": WEB, "aud": mock.issuer(), "exp": now + 300, "nbf": now + 9});
            let inside: Value =
                code_request(WEB, "openid").into_iter().map(|(name, value)| (name, json!(value))).collect();
            let key = Key::Secret(WEB_SECRET.to_owned());
            let object = jwt(&json!({"alg": "HS256"}), &jose::with(inside, &about), &key);
            let push = browser().post(format!("{}/v1/par", mock.issuer())).basic_auth(WEB, Some(WEB_SECRET));
            let object = words(push.form(&[("request", object)])).await;
            format!("assertion: {assertion}; proof: {proof}; object: {object}")
        }
        "token.code-replay" => {
            let arrived = buyer(mock, code_request(WEB, "openid offline_access")).await;
            let body = tokens(mock, &arrived).await;
            let again = redeem(mock, &parameter(&arrived, "code").unwrap()).await;
            assert_eq!(again.status(), StatusCode::BAD_REQUEST);
            assert_eq!(again.json::<Value>().await.unwrap()["error"], "invalid_grant");
            let access = active(mock, &body["access_token"]).await;
            assert_eq!(active(mock, &body["refresh_token"]).await, access);
            format!("refused; the tokens live: {access}")
        }
        "registration.access" => {
            let register = async |scheme: &str, name: bool| {
                let body = json!({ "client_name": name.then_some("x"), "redirect_uris": ["https://app.example.com/"] });
                let request = browser().post(format!("{}/oauth2/v1/clients", mock.url())).json(&body);
                let token = (!scheme.is_empty()).then(|| format!("{scheme} {API_TOKEN}"));
                let request = token.into_iter().fold(request, |request, token| request.header("authorization", token));
                request.send().await.unwrap().status().as_u16()
            };
            let (nothing, initial, unnamed) =
                (register("", true).await, register("Bearer", true).await, register("SSWS", false).await);
            format!("nothing: {nothing}; initial access token: {initial}; no name: {unnamed}")
        }
        "logout.no-hint" => {
            let browser = browser();
            authorize(mock, &browser, "buyer@example.test", &code_request(WEB, "openid")).await;
            let url = format!("{}/v1/logout", mock.issuer());
            let query = [("post_logout_redirect_uri", "http://localhost:7803/signed-out"), ("state", "bye")];
            let response = browser.get(url).query(&query).send().await.unwrap();
            let status = response.status().as_u16();
            let page = response.text().await.unwrap();
            let silent = with(code_request(WEB, "openid"), "prompt", "none");
            let lives = parameter(&authorize(mock, &browser, "", &silent).await, "code").is_some();
            let refused = "Invalid value for 'client_id' parameter.";
            let says = if page.contains(r#"data-se="sign-out""#) { "asked" } else { refused };
            assert!(says == "asked" || page.contains(says), "{page}");
            format!("{status} {says}; the session lives: {lives}")
        }
        "logout.metadata" => {
            let metadata = metadata(mock).await;
            let names = [
                "frontchannel_logout",
                "frontchannel_logout_session",
                "backchannel_logout",
                "backchannel_logout_session",
            ];
            names.map(|name| metadata[format!("{name}_supported")].to_string()).join(", ")
        }
        "session.management" => {
            let arrived = buyer(mock, code_request(WEB, "openid")).await;
            let again = buyer(mock, code_request(WEB, "openid")).await;
            let state = parameter(&arrived, "session_state");
            if let Some(state) = &state {
                let (hash, salt) = state.split_once('.').unwrap();
                assert!(
                    hash.len() == 64 && !salt.is_empty() && Some(state) != parameter(&again, "session_state").as_ref()
                );
            }
            let metadata = metadata(mock).await;
            let advertised = metadata["check_session_iframe"].as_str().map(|url| url.ends_with("/v1/check_session"));
            let page = browser().get(format!("{}/v1/check_session", mock.issuer())).send().await.unwrap();
            let advertised = advertised.map_or("null".to_owned(), |right| right.to_string());
            format!("state: {}; advertised {advertised}; {}", state.is_some(), page.status().as_u16())
        }
        other => panic!("no way to try {other}"),
    }
}

type Request<'a> = Vec<(&'a str, &'a str)>;

fn with<'a>(request: Request<'a>, name: &'a str, value: &'a str) -> Request<'a> {
    without(request, name).into_iter().chain([(name, value)]).collect()
}

fn without<'a>(request: Request<'a>, name: &str) -> Request<'a> {
    request.into_iter().filter(|(known, _)| *known != name).collect()
}

/// The redirect after the buyer signs in with a new browser.
async fn buyer(mock: &MockIdp, request: Request<'_>) -> String {
    authorize(mock, &browser(), "buyer@example.test", &request).await
}

/// The `error_description` of the redirect, or `success` if it has a code.
fn result(arrived: &str, success: &str) -> String {
    parameter(arrived, "error_description").unwrap_or_else(|| {
        assert!(parameter(arrived, "code").is_some(), "{arrived}");
        success.to_owned()
    })
}

async fn tokens(mock: &MockIdp, arrived: &str) -> Value {
    redeem(mock, &parameter(arrived, "code").unwrap()).await.json().await.unwrap()
}

fn id_token(tokens: &Value) -> Value {
    decode(tokens["id_token"].as_str().unwrap()).1
}

async fn userinfo(mock: &MockIdp, tokens: &Value) -> Value {
    let request = browser().get(format!("{}/v1/userinfo", mock.issuer()));
    request.bearer_auth(tokens["access_token"].as_str().unwrap()).send().await.unwrap().json().await.unwrap()
}

/// The mock's time, from its tokens.
async fn now(mock: &MockIdp) -> i64 {
    id_token(&tokens(mock, &buyer(mock, code_request(WEB, "openid")).await).await)["iat"].as_i64().unwrap()
}

/// The result of a token request or pushed request: the `error_description`, or `taken`.
async fn words(request: reqwest::RequestBuilder) -> String {
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    answer["error_description"].as_str().unwrap_or("taken").to_owned()
}

/// The result of a pushed request with a proof of that time.
async fn proved(mock: &MockIdp, made: i64) -> String {
    let (key, url) = (Key::client(), format!("{}/v1/par", mock.issuer()));
    let mut form = code_request("0oamarketdpop00005d7", "openid");
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    form.extend([("code_challenge", challenge), ("code_challenge_method", "S256")]);
    let push = |claims: Value| {
        let proof = jwt(&json!({"typ": "dpop+jwt", "alg": "RS256", "jwk": key.jwk()}), &claims, &key);
        browser().post(&url).header("dpop", proof).form(&form)
    };
    let claims = json!({"htm": "POST", "htu": url, "iat": made - 9, "jti": "1"});
    let asked = push(claims.clone()).send().await.unwrap();
    let nonce = asked.headers()["dpop-nonce"].to_str().unwrap();
    words(push(jose::with(claims, &json!({"iat": made, "jti": "2", "nonce": nonce})))).await
}

/// The result of an assertion with those claims: the `error_description`, or `taken`.
async fn asserted(mock: &MockIdp, changes: &Value) -> String {
    let (client, url) = ("0oamarketkeyjwt005d7", format!("{}/v1/token", mock.issuer()));
    let claims = json!({"iss": client, "sub": client, "aud": url, "exp": now(mock).await + 300});
    let assertion = jwt(&json!({"alg": "RS256"}), &jose::with(claims, changes), &Key::client());
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "products:read"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", &assertion),
    ];
    words(browser().post(url).form(&form)).await
}

async fn active(mock: &MockIdp, token: &Value) -> bool {
    let request = browser().post(format!("{}/v1/introspect", mock.issuer())).basic_auth(WEB, Some(WEB_SECRET));
    let answer = request.form(&[("token", token.as_str().unwrap())]).send().await.unwrap();
    answer.json::<Value>().await.unwrap()["active"].as_bool().unwrap()
}

async fn metadata(mock: &MockIdp) -> Value {
    let url = format!("{}/.well-known/openid-configuration", mock.issuer());
    browser().get(url).send().await.unwrap().json().await.unwrap()
}

/// The names that are present.
fn present(claims: &Value, names: &[&str]) -> String {
    names.iter().copied().filter(|name| claims.get(name).is_some()).collect::<Vec<_>>().join(", ")
}
