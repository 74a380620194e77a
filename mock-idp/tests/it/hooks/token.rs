//! Token inline hooks.

use mock_idp::MockIdp;
use reqwest::Response;
use serde_json::{Value, json};

use super::{HOOK, HookReply, HookServer, RULE, TOKEN, events, hooked, types};
use crate::flow::{CALLBACK, WEB, WEB_SECRET, authorize, browser, code_request, decode, parameter, redeem};
use crate::org::TestOrg;

const SERVICE: &str = "0oamarketservice05d7";
const SERVICE_SECRET: &str = "mock-secret-service-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG";

fn patch(token: &str, operations: Value) -> Value {
    json!({ "commands": [{ "type": format!("com.okta.{token}.patch"), "value": operations }] })
}

/// An answer that adds a claim to the access token.
fn tier() -> HookReply {
    HookReply::Json(200, patch("access", json!([{ "op": "add", "path": "/claims/tier", "value": "gold" }])))
}

/// The answer of the token endpoint after a sign-in.
async fn tokens(mock: &MockIdp, scope: &str) -> Response {
    let arrived = authorize(mock, &browser(), "buyer@example.test", &code_request(WEB, scope)).await;
    redeem(mock, &parameter(&arrived, "code").unwrap()).await
}

async fn claims(response: Response, token: &str) -> Value {
    assert_eq!(response.status(), 200);
    let body: Value = response.json().await.unwrap();
    decode(body[token].as_str().unwrap()).1
}

/// The notes of the last request to the token endpoint.
async fn explanation(mock: &MockIdp) -> Value {
    let url = format!("{}/_mock/requests?path=/oauth2/default/v1/token&limit=1", mock.url());
    let latest: Value = crate::client::plain().get(url).send().await.unwrap().json().await.unwrap();
    let url = format!("{}/_mock/requests/{}", mock.url(), latest[0]["request_id"].as_str().unwrap());
    crate::client::plain().get(url).send().await.unwrap().json().await.unwrap()
}

fn keys(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn a_hook_is_called_at_the_token_endpoint_with_oktas_payload_and_its_headers() {
    let mut hook = HookServer::start(tier()).await;
    let mock = hooked(&hook.url).start().await;
    let scope = "openid profile offline_access products:read";
    let access = claims(tokens(&mock, scope).await, "access_token").await;
    assert_eq!(access["tier"], "gold");

    let call = hook.next().await;
    assert_eq!((call.method.as_str(), call.header("accept")), ("POST", Some("application/json")));
    assert_eq!(call.header("content-type"), Some("application/json"));
    assert_eq!((call.header("authorization"), call.header("x-team")), (Some("s3cret"), Some("market")));
    let payload = call.body;
    assert_eq!(
        keys(&payload),
        ["source", "eventId", "eventTime", "eventTypeVersion", "cloudEventVersion", "contentType", "eventType", "data"]
    );
    assert_eq!(payload["source"], format!("{}/v1/token", mock.issuer()));
    assert_eq!(
        [&payload["eventTypeVersion"], &payload["cloudEventVersion"], &payload["contentType"], &payload["eventType"]],
        ["1.0", "0.1", "application/json", "com.okta.oauth2.tokens.transform"]
    );
    assert_eq!(payload["eventId"].as_str().unwrap().len(), 22);
    let data = &payload["data"];
    assert_eq!(keys(data), ["context", "identity", "access", "refresh_token"]);
    let context = &data["context"];
    assert_eq!(keys(context), ["request", "protocol", "session", "user", "policy"]);
    assert_eq!(
        (&context["request"]["method"], &context["request"]["url"]["value"], &context["request"]["ipAddress"]),
        (&json!("POST"), &payload["source"], &json!("127.0.0.1"))
    );
    assert_eq!(
        context["protocol"],
        json!({
            "type": "OAUTH2.0",
            "request": {
                "scope": scope, "state": "s-1", "redirect_uri": CALLBACK, "response_mode": "query",
                "response_type": "code", "client_id": WEB, "grant_type": "authorization_code",
            },
            "issuer": { "uri": mock.issuer() },
            "client": { "id": WEB, "name": "Market demo", "type": "CONFIDENTIAL" },
        })
    );
    let session = &context["session"];
    assert_eq!(
        keys(session),
        [
            "id",
            "userId",
            "login",
            "createdAt",
            "expiresAt",
            "status",
            "lastPasswordVerification",
            "amr",
            "idp",
            "mfaActive"
        ]
    );
    assert_eq!((&session["login"], &session["status"]), (&json!("buyer@example.test"), &json!("ACTIVE")));
    assert_eq!((&session["amr"], &session["idp"]["type"]), (&json!(["PASSWORD"]), &json!("OKTA")));
    assert_eq!(context["user"]["id"], "00ubuyer0000000005d7");
    assert_eq!(keys(&context["user"]["profile"]), ["login", "firstName", "lastName", "locale", "timeZone"]);
    assert_eq!(context["policy"], json!({ "id": RULE.0, "rule": { "id": RULE.1 } }));
    assert_eq!(data["identity"]["token"]["lifetime"]["expiration"], 3600);
    assert_eq!(data["identity"]["claims"]["sub"], "00ubuyer0000000005d7");
    assert_eq!(data["access"]["token"]["lifetime"]["expiration"], 3600);
    assert_eq!(data["access"]["claims"]["market_role"], "shopper");
    for hidden in ["iat", "exp", "scp"] {
        assert!(data["access"]["claims"].get(hidden).is_none(), "{hidden}");
    }
    assert_eq!(keys(&data["access"]["scopes"]), ["openid", "profile", "offline_access", "products:read"]);
    assert_eq!(data["access"]["scopes"]["products:read"], json!({ "id": "scpprodread0000005d7", "action": "GRANT" }));
    let family = access["jti"].as_str().unwrap().rsplit('.').next().unwrap();
    assert_eq!(data["refresh_token"]["jti"], family);
}

#[tokio::test]
async fn a_refresh_has_the_original_grant_and_a_service_neither_session_nor_user() {
    let mut hook = HookServer::start(tier()).await;
    let mock = hooked(&hook.url).start().await;
    let first: Value = tokens(&mock, "openid offline_access").await.json().await.unwrap();
    hook.next().await;
    let form = [("grant_type", "refresh_token"), ("refresh_token", first["refresh_token"].as_str().unwrap())];
    let token_url = format!("{}/v1/token", mock.issuer());
    let request = browser().post(&token_url).basic_auth(WEB, Some(WEB_SECRET)).form(&form);
    assert_eq!(claims(request.send().await.unwrap(), "access_token").await["tier"], "gold");
    let payload = hook.next().await.body;
    let protocol = &payload["data"]["context"]["protocol"];
    assert_eq!(
        protocol["request"],
        json!({ "scope": "openid offline_access", "client_id": WEB, "grant_type": "refresh_token" })
    );
    assert_eq!(protocol["OriginalGrant"]["authorization"]["redirect_uri"], CALLBACK);
    assert!(protocol["OriginalGrant"]["refresh_token"]["jti"].as_str().unwrap().starts_with("oar"));

    let form = [("grant_type", "client_credentials"), ("scope", "orders:update")];
    let request = browser().post(&token_url).basic_auth(SERVICE, Some(SERVICE_SECRET)).form(&form);
    assert_eq!(claims(request.send().await.unwrap(), "access_token").await["tier"], "gold");
    let data = hook.next().await.body["data"].clone();
    assert_eq!(keys(&data), ["context", "access"]);
    assert_eq!(keys(&data["context"]), ["request", "protocol", "policy"]);
}

#[tokio::test]
async fn tokens_of_the_authorization_endpoint_are_changed_too() {
    let reply = patch(
        "identity",
        json!([
            { "op": "add", "path": "/claims/tier", "value": "gold" },
            { "op": "replace", "path": "/token/lifetime/expiration", "value": 600 },
        ]),
    );
    let mut hook = HookServer::start(HookReply::Json(200, reply)).await;
    let mock = hooked(&hook.url).start().await;
    let mut request = code_request(WEB, "openid");
    for (name, value) in &mut request {
        if *name == "response_type" {
            *value = "id_token";
        }
    }
    let arrived = authorize(&mock, &browser(), "buyer@example.test", &request).await;
    let id_token = parameter(&arrived, "id_token").unwrap_or_else(|| panic!("{arrived}"));
    let claims = decode(&id_token).1;
    assert_eq!(claims["tier"], "gold");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 600);
    let payload = hook.next().await.body;
    assert_eq!(payload["source"], format!("{}/v1/authorize", mock.issuer()));
    let url = payload["data"]["context"]["request"]["url"]["value"].as_str().unwrap();
    assert!(url.contains("/v1/authorize?scope=openid&response_type=id_token&redirect_uri="), "{url}");
    assert_eq!(keys(&payload["data"]), ["context", "identity"]);
}

#[tokio::test]
async fn an_answer_that_cannot_be_used_changes_nothing_and_is_not_asked_for_again() {
    let mut hook = HookServer::start(tier()).await;
    let mock = hooked(&hook.url).start().await;
    let wrong = patch(
        "access",
        json!([
            { "op": "add", "path": "/claims/tier", "value": "gold" },
            { "op": "replace", "path": "/claims/iss", "value": "x" },
        ]),
    );
    for (reply, reason) in [
        (HookReply::Json(200, wrong), "`iss` is a claim of the system"),
        (HookReply::Json(500, json!({})), "status 500"),
        (HookReply::Json(204, Value::Null), "status 204"),
        (HookReply::Text(200, "no".to_owned()), "not a JSON object"),
        // Okta: less than 256 KB.
        (HookReply::Text(200, " ".repeat(300 * 1024)), "longer than 262144 bytes"),
        (HookReply::Silence, "no answer within 3 s"),
    ] {
        hook.answer_with(reply);
        let access = claims(tokens(&mock, "openid").await, "access_token").await;
        assert!(access.get("tier").is_none(), "{reason}");
        hook.next().await;
        assert!(hook.calls.try_recv().is_err(), "{reason}: one call");
        let explained = explanation(&mock).await;
        let note = explained["notes"].as_array().unwrap().iter().find(|note| note["detail"]["kind"] == "inline_hook");
        let note = note.unwrap_or_else(|| panic!("{explained}"));
        assert!(note["because"].as_str().unwrap().contains(reason), "{note}");
        assert_eq!(note["verdict"], "passed_over");
    }
}

#[tokio::test]
async fn an_error_object_is_the_error_of_the_client() {
    let hook = HookServer::start(HookReply::Json(200, json!({ "error": { "errorSummary": "No account" } }))).await;
    let mock = hooked(&hook.url).start().await;
    let response = tokens(&mock, "openid").await;
    assert_eq!(response.status(), 400);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body, json!({ "error": "server_error", "error_description": "No account" }));
    hook.answer_with(HookReply::Json(200, json!({ "error": {} })));
    let body: Value = tokens(&mock, "openid").await.json().await.unwrap();
    assert_eq!(body["error_description"], "The callback service returned an error.");
    let found = events(&mock, "eventType eq \"app.oauth2.as.token.grant\"").await;
    assert_eq!(found[0]["outcome"], json!({ "result": "FAILURE", "reason": "callback_returned_error" }));
}

#[tokio::test]
async fn a_preview_calls_the_hook_and_explains_its_changes() {
    let mut hook = HookServer::start(tier()).await;
    let mock = hooked(&hook.url).start().await;
    let query = [("client", WEB), ("user", "buyer"), ("scope", "openid")];
    let request = browser().get(format!("{}/_mock/explain", mock.url())).query(&query);
    let preview: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(preview["token"]["access_token"]["payload"]["tier"], "gold");
    assert_eq!(hook.next().await.body["data"]["context"]["protocol"]["request"]["client_id"], WEB);
    let called = &preview["why"]["hooks"][0];
    assert_eq!((&called["id"], &called["name"], &called["status"]), (&json!(HOOK), &json!("Loyalty"), &json!(200)));
    assert_eq!(
        called["operations"],
        json!([{ "token": "access_token", "op": "add", "path": "/claims/tier", "value": "gold" }])
    );
    let claims = preview["why"]["claims"].as_array().unwrap();
    let claim = claims.iter().find(|claim| claim["claim"] == "tier").unwrap();
    assert_eq!((&claim["source"], &claim["value"]), (&json!("inline_hook"), &json!("gold")));
    // A preview leaves nothing behind.
    assert_eq!(events(&mock, "eventType sw \"inline_hook\"").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_hook_of_another_machine_is_not_called_unless_it_is_named() {
    let mut hook = HookServer::start(tier()).await;
    let address = hook.url.replace("127.0.0.1", "[::ffff:127.0.0.1]");
    let named = address.split('/').nth(2).unwrap().to_owned();
    // To a mock that other machines can reach, this machine is another one.
    let start = |named: Option<&str>| {
        let builder = MockIdp::builder().org_yaml(hooked(&hook.url).yaml()).host("0.0.0.0").control_token("t");
        let builder = builder.allow_host("127.0.0.1");
        let host = hook.url.split('/').nth(2).unwrap().to_owned();
        match named {
            Some(_) => builder.hook_target(&host).unwrap(),
            None => builder,
        }
    };
    let service = async |mock: &MockIdp| {
        let form = [("grant_type", "client_credentials"), ("scope", "orders:update")];
        let url = format!("http://127.0.0.1:{}/oauth2/default/v1/token", mock.port());
        let request = browser().post(url).basic_auth(SERVICE, Some(SERVICE_SECRET)).form(&form);
        claims(request.send().await.unwrap(), "access_token").await
    };
    let mock = start(None).start().await.unwrap();
    assert!(service(&mock).await.get("tier").is_none());
    assert!(hook.calls.try_recv().is_err());
    let mock = start(Some(&named)).start().await.unwrap();
    assert_eq!(service(&mock).await["tier"], "gold");
    assert!(mock.warnings().iter().any(|warning| {
        warning.starts_with("Hooks and requests to identity providers go to other machines: 127.0.0.1:")
    }));
    assert!(MockIdp::builder().hook_target("http://a").is_err());
}

#[tokio::test]
async fn a_silent_hook_delays_no_other_request() {
    let mut hook = HookServer::start(HookReply::Silence).await;
    let mock = hooked(&hook.url).start().await;
    let waiting = tokio::spawn({
        let issuer = mock.issuer().to_owned();
        async move {
            let form = [("grant_type", "client_credentials"), ("scope", "orders:update")];
            let request = browser().post(format!("{issuer}/v1/token")).basic_auth(SERVICE, Some(SERVICE_SECRET));
            request.form(&form).send().await.unwrap().status()
        }
    });
    hook.next().await;
    let keys = crate::client::plain().get(format!("{}/v1/keys", mock.issuer())).send().await.unwrap();
    assert_eq!((keys.status().as_u16(), waiting.is_finished()), (200, false));
    assert_eq!(waiting.await.unwrap(), 200);
}

/// More requests wait for the silent hook than calls of an org may run at once.
#[tokio::test]
async fn a_silent_hook_leaves_room_for_the_hooks_of_other_servers() {
    let mut silent = HookServer::start(HookReply::Silence).await;
    let other = HookServer::start(tier()).await;
    let mock = hooked(&silent.url).start().await;
    let ssws = format!("SSWS {TOKEN}");
    let post = async |path: &str, body: Value| {
        let request = crate::client::plain().post(format!("{}{path}", mock.url())).header("authorization", &ssws);
        let response = request.json(&body).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let (_, hook) = post("/api/v1/inlineHooks", inline_hook(&other.url)).await;
    let waiting: Vec<_> = (0..40)
        .map(|_| {
            let form = [("grant_type", "client_credentials"), ("scope", "orders:update")];
            let request =
                browser().post(format!("{}/v1/token", mock.issuer())).basic_auth(SERVICE, Some(SERVICE_SECRET));
            tokio::spawn(request.form(&form).send())
        })
        .collect();
    for _ in 0..8 {
        silent.next().await;
    }
    let path = format!("/api/v1/inlineHooks/{}/execute", hook["id"].as_str().unwrap());
    let (status, body) = post(&path, json!({ "data": {} })).await;
    assert_eq!((status, &body["commands"][0]["type"]), (200, &json!("com.okta.access.patch")), "{body}");
    for waiting in waiting {
        assert_eq!(waiting.await.unwrap().unwrap().status(), 200, "tokens are issued without the hook");
    }
}

fn inline_hook(url: &str) -> Value {
    json!({
        "name": "Other", "type": "com.okta.oauth2.tokens.transform", "version": "1.0.0",
        "channel": { "type": "HTTP", "version": "1.0.0", "config": { "uri": url, "method": "POST" } },
    })
}

#[tokio::test]
async fn a_hook_is_executed_by_the_management_api_with_one_more_attempt() {
    let mut hook = HookServer::start(tier()).await;
    let mock = hooked(&hook.url).start().await;
    let execute = async |id: &str| {
        let url = format!("{}/api/v1/inlineHooks/{id}/execute", mock.url());
        let request = crate::client::plain().post(url).header("authorization", format!("SSWS {TOKEN}"));
        let response = request.json(&json!({ "data": { "any": true } })).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let (status, body) = execute(HOOK).await;
    assert_eq!((status, &body["commands"][0]["type"]), (200, &json!("com.okta.access.patch")));
    let call = hook.next().await;
    assert_eq!(
        (call.body, call.headers["authorization"].to_str().unwrap()),
        (json!({ "data": { "any": true } }), "s3cret")
    );
    hook.answer_with(HookReply::Json(500, json!({})));
    let (status, body) = execute(HOOK).await;
    assert_eq!((status, &body["errorCode"]), (400, &json!("E0000135")));
    assert_eq!(body["errorCauses"][0]["errorSummary"], "the hook answered with status 500");
    hook.next().await;
    hook.next().await;
    assert!(hook.calls.try_recv().is_err());
    assert_eq!(execute("calnone0000000000000").await.0, 404);
}

#[tokio::test]
async fn calls_of_hooks_are_events() {
    let hook = HookServer::start(tier()).await;
    let mock = hooked(&hook.url).start().await;
    tokens(&mock, "openid").await;
    hook.answer_with(HookReply::Json(500, json!({})));
    tokens(&mock, "openid").await;
    let found = events(&mock, "eventType sw \"inline_hook\"").await;
    assert_eq!(types(&found), ["inline_hook.executed", "inline_hook.response.processed", "inline_hook.executed"]);
    let results: Vec<&Value> = found.iter().map(|event| &event["outcome"]["result"]).collect();
    assert_eq!(results, ["SUCCESS", "SUCCESS", "FAILURE"]);
    assert_eq!((&found[0]["target"][0]["id"], &found[0]["target"][0]["type"]), (&json!(HOOK), &json!("InlineHook")));
}

#[tokio::test]
async fn a_hook_gets_a_token_whose_client_authenticates_with_a_hook_key() {
    const CLIENT: &str = "0oamarketkeyjwt005d7";
    let mut hook = HookServer::start(HookReply::Json(200, json!({}))).await;
    let mock = TestOrg::market().start().await;
    let post = async |path: &str, body: Value| -> Value {
        let request = crate::client::plain().post(format!("{}{path}", mock.url())).json(&body);
        let response = request.header("authorization", format!("SSWS {}", TOKEN)).send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.text().await.unwrap());
        response.json().await.unwrap()
    };
    let key = post("/api/v1/hook-keys", json!({ "name": "Loyalty" })).await;
    let public = &key["_embedded"];
    let public = json!({
        "kty": "RSA", "kid": public["kid"], "e": public["e"], "n": public["n"], "use": "sig", "status": "ACTIVE",
    });
    post(&format!("/api/v1/apps/{CLIENT}/credentials/jwks"), public).await;
    let config = json!({
        "uri": hook.url, "method": "POST", "authType": "private_key_jwt", "clientId": CLIENT, "scope": "products:read",
        "tokenUrl": format!("{}/v1/token", mock.issuer()), "hookKeyId": key["id"],
    });
    let oauth = json!({
        "name": "Loyalty", "type": "com.okta.oauth2.tokens.transform", "version": "1.0.0",
        "channel": { "type": "OAUTH", "version": "1.0.0", "config": config },
    });
    let created = post("/api/v1/inlineHooks", oauth).await;
    post(&format!("/api/v1/inlineHooks/{}/execute", created["id"].as_str().unwrap()), json!({ "data": {} })).await;
    let call = hook.next().await;
    let token = call.header("authorization").unwrap().strip_prefix("Bearer ").unwrap();
    let claims = decode(token).1;
    assert_eq!((&claims["cid"], &claims["scp"]), (&json!(CLIENT), &json!(["products:read"])));
}

/// The grants that a user of a device, of another service, or a legacy app uses.
#[tokio::test]
async fn a_hook_changes_the_tokens_of_every_grant_of_a_user() {
    let mut hook = HookServer::start(tier()).await;
    let mock = hooked(&hook.url).start().await;
    let mut grants = Vec::new();
    let code = crate::device::allowed(&mock, "openid", "buyer@example.test").await;
    grants.push(("urn:ietf:params:oauth:grant-type:device_code", crate::device::poll(&mock, &code).await));
    let request = crate::ciba::approved(&mock).await;
    grants.push(("urn:openid:params:grant-type:ciba", crate::ciba::poll(&mock, &request).await));
    let legacy = ("0oamarketlegacy005d7", "mock-secret-legacy-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH");
    let form = [
        ("grant_type", "password"),
        ("username", "buyer@example.test"),
        ("password", "Passw0rd!"),
        ("scope", "openid"),
    ];
    grants.push(("password", crate::refusals::token(&mock, "/oauth2/default", Some(legacy), &form).await));
    grants.push(("urn:ietf:params:oauth:grant-type:jwt-bearer", crate::id_jag::redeemed_by_agent(&mock).await));
    let first = crate::exchange::courier_tokens(&mock, &browser(), "openid device_sso offline_access").await;
    assert_eq!(
        hook.calls.recv().await.map(|call| call.body["data"]["context"]["protocol"]["request"]["grant_type"].clone()),
        Some(json!(grants[0].0))
    );
    let (id_token, secret) = (first["id_token"].as_str().unwrap(), first["device_secret"].as_str().unwrap());
    let exchanged = crate::exchange::exchange_with_device_secret(&mock, id_token, secret, "openid").await;
    for (grant, response) in grants {
        assert_eq!(claims(response, "access_token").await["tier"], "gold", "{grant}");
    }
    assert_eq!(claims(exchanged, "access_token").await["tier"], "gold", "token exchange");
    for grant in [
        "urn:openid:params:grant-type:ciba",
        "password",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "authorization_code",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    ] {
        let call = hook.next().await.body;
        assert_eq!(call["data"]["context"]["protocol"]["request"]["grant_type"], grant);
    }
}
