//! The API: 401, 403 and 400 with the challenges of RFC 6750 3, and its endpoints.

use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::browser::demo_at;
use crate::fake_issuer::{Behaviour, FakeIssuer, USER_ID, now};

struct Api {
    issuer: FakeIssuer,
    demo: demo_app::DemoApp,
    http: Client,
}

/// A response: status, challenge, body.
struct ApiResponse {
    status: u16,
    challenge: Option<String>,
    body: Value,
}

impl Api {
    async fn start() -> Self {
        let issuer = FakeIssuer::start().await;
        let demo = demo_at(&issuer).await;
        Self { issuer, demo, http: Client::builder().no_proxy().build().unwrap() }
    }

    async fn send(&self, method: Method, path: &str, authorization: Option<&str>, body: Option<Value>) -> ApiResponse {
        let mut request = self.http.request(method, format!("{}{path}", self.demo.url()));
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        answer(request.send().await.unwrap()).await
    }

    async fn get(&self, path: &str, scopes: &[&str]) -> ApiResponse {
        let token = format!("Bearer {}", self.issuer.access_token(scopes));
        self.send(Method::GET, path, Some(&token), None).await
    }

    async fn change(&self, method: Method, path: &str, scopes: &[&str], body: Value) -> ApiResponse {
        let token = format!("Bearer {}", self.issuer.access_token(scopes));
        self.send(method, path, Some(&token), Some(body)).await
    }
}

async fn answer(response: Response) -> ApiResponse {
    ApiResponse {
        status: response.status().as_u16(),
        challenge: response.headers().get("www-authenticate").map(|it| it.to_str().unwrap().to_owned()),
        body: response.json().await.unwrap_or_default(),
    }
}

#[tokio::test]
async fn missing_malformed_invalid_and_insufficient_tokens_get_different_errors() {
    let api = Api::start().await;
    let none = api.send(Method::GET, "/api/products", None, None).await;
    assert_eq!((none.status, none.challenge.as_deref()), (401, Some("Bearer realm=\"market\"")));
    assert_eq!(none.body.get("error"), None);

    let other_scheme = api.send(Method::GET, "/api/products", Some("Basic YTpi"), None).await;
    assert_eq!((other_scheme.status, other_scheme.challenge), (401, Some("Bearer realm=\"market\"".to_owned())));

    for malformed in ["Bearer", "Bearer ", "Bearer a b", "Bearer \"x\""] {
        let answer = api.send(Method::GET, "/api/products", Some(malformed), None).await;
        assert_eq!((answer.status, &answer.body["error"]), (400, &json!("invalid_request")), "{malformed}");
        assert!(answer.challenge.unwrap().contains("error=\"invalid_request\""));
    }
    let in_query = api.send(Method::GET, "/api/products?access_token=x", None, None).await;
    assert_eq!(in_query.status, 400);

    let opaque = api.send(Method::GET, "/api/products", Some("bearer opaque"), None).await;
    assert_eq!((opaque.status, &opaque.body["error"]), (401, &json!("invalid_token")));

    let lacking = api.get("/api/orders", &["openid", "products:read"]).await;
    assert_eq!(lacking.status, 403);
    assert_eq!(
        lacking.challenge.as_deref(),
        Some(
            "Bearer realm=\"market\", error=\"insufficient_scope\", \
             error_description=\"This endpoint needs the scope orders:read.\", scope=\"orders:read\""
        )
    );
    assert_eq!(lacking.body["failed_checks"][0]["actual"], "openid products:read");
}

#[tokio::test]
async fn an_invalid_token_is_401_with_the_failed_check() {
    let set_claim = |name: &'static str, value: Value| {
        move |behaviour: &mut Behaviour| {
            behaviour.edit_access_token = Box::new(move |claims| claims[name] = value.clone())
        }
    };
    type Misbehave = Box<dyn FnOnce(&mut Behaviour)>;
    let cases: Vec<(&str, Misbehave)> = vec![
        ("iss", Box::new(set_claim("iss", json!("https://evil.example")))),
        ("aud", Box::new(set_claim("aud", json!("api://other")))),
        ("exp", Box::new(set_claim("exp", json!(now() - 60)))),
        ("exp", Box::new(set_claim("exp", json!("soon")))),
        ("iat", Box::new(set_claim("iat", json!(now() + 3600)))),
        ("cid", Box::new(set_claim("cid", Value::Null))),
        ("scp", Box::new(set_claim("scp", json!("products:read")))),
        ("signature", Box::new(|behaviour: &mut Behaviour| behaviour.sign_with_other_key = true)),
        ("kid", Box::new(|behaviour: &mut Behaviour| behaviour.kid = "unknown".to_owned())),
        ("alg", Box::new(|behaviour: &mut Behaviour| behaviour.algorithm_none = true)),
    ];
    for (check, misbehave) in cases {
        let api = Api::start().await;
        misbehave(&mut api.issuer.behaviour.lock());
        let answer = api.get("/api/products", &["products:read"]).await;
        assert_eq!((answer.status, &answer.body["error"]), (401, &json!("invalid_token")), "{check}");
        let failed: Vec<&str> =
            answer.body["failed_checks"].as_array().unwrap().iter().map(|it| it["check"].as_str().unwrap()).collect();
        assert!(failed.contains(&check), "{check} is not among {failed:?}");
        assert!(
            answer
                .challenge
                .unwrap()
                .starts_with("Bearer realm=\"market\", error=\"invalid_token\", error_description=")
        );
    }
}

#[tokio::test]
async fn each_endpoint_accepts_only_its_own_scopes() {
    let api = Api::start().await;
    let own = format!("/api/orders/{USER_ID}");
    let all = ["products:read", "orders:create", "orders:read", "orders:read:user", "orders:update"];
    let table: [(&str, &str, &[&str], u16); 5] = [
        ("GET", "/api/products", &["products:read"], 200),
        ("POST", "/api/orders", &["orders:create"], 201),
        ("GET", "/api/orders", &["orders:read"], 200),
        ("GET", &own, &["orders:create", "orders:read:user"], 200),
        ("PATCH", "/api/orders/order-1", &["orders:update"], 200),
    ];
    for (method, path, opening, success) in table {
        for scope in all {
            let body = match method {
                "POST" => Some(json!({ "product": "enamel-mug", "quantity": 1 })),
                "PATCH" => Some(json!({ "status": "approved" })),
                _ => None,
            };
            let token = format!("Bearer {}", api.issuer.access_token(&[scope]));
            let answer = api.send(method.parse().unwrap(), path, Some(&token), body).await;
            let expected = if opening.contains(&scope) { success } else { 403 };
            assert_eq!(answer.status, expected, "{method} {path} with {scope}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn premium_products_require_the_custom_claim() {
    let api = Api::start().await;
    let order = json!({ "product": "walnut-desk", "quantity": 1 });
    let available = |body: &Value| {
        let products = body["products"].as_array().unwrap().clone();
        products.iter().filter(|it| it["available"] == true).count()
    };
    assert_eq!(available(&api.get("/api/products", &["products:read"]).await.body), 3);
    let refused = api.change(Method::POST, "/api/orders", &["orders:create"], order.clone()).await;
    assert_eq!((refused.status, &refused.body["failed_checks"][0]["check"]), (403, &json!("feature_access")));
    assert_eq!(refused.challenge, None, "no other scope would help");

    api.issuer.behaviour.lock().edit_access_token =
        Box::new(|claims| claims["feature_access"] = json!(["basic", "premium"]));
    assert_eq!(available(&api.get("/api/products", &["products:read"]).await.body), 5);
    assert_eq!(api.change(Method::POST, "/api/orders", &["orders:create"], order).await.status, 201);
}

#[tokio::test]
async fn orders_are_validated_listed_per_user_and_approved() {
    let api = Api::start().await;
    for (body, status) in [
        (json!({ "product": "unicorn", "quantity": 1 }), 422),
        (json!({ "product": "enamel-mug", "quantity": 0 }), 422),
        (json!({ "product": "enamel-mug", "quantity": 101 }), 422),
        (json!({ "product": "enamel-mug", "quantity": 1, "status": "approved" }), 422),
        (json!("enamel-mug"), 422),
    ] {
        assert_eq!(
            api.change(Method::POST, "/api/orders", &["orders:create"], body.clone()).await.status,
            status,
            "{body}"
        );
    }
    let order = api
        .change(Method::POST, "/api/orders", &["orders:create"], json!({ "product": "enamel-mug", "quantity": 3 }))
        .await;
    assert_eq!((order.status, &order.body["total"], &order.body["status"]), (201, &json!(3750), &json!("pending")));
    let id = order.body["id"].as_str().unwrap().to_owned();

    let own = api.get(&format!("/api/orders/{USER_ID}"), &["orders:create"]).await;
    assert_eq!(own.body["orders"].as_array().unwrap().len(), 1);
    let foreign = api.get("/api/orders/00usomebodyelse05d7", &["orders:create"]).await;
    assert_eq!(
        (foreign.status, foreign.challenge, &foreign.body["failed_checks"][0]["check"]),
        (403, None, &json!("uid"))
    );
    assert_eq!(api.get("/api/orders", &["orders:read"]).await.body["orders"].as_array().unwrap().len(), 2);

    let path = format!("/api/orders/{id}");
    let approve = json!({ "status": "approved" });
    assert_eq!(api.change(Method::PATCH, &path, &["orders:update"], approve.clone()).await.body["status"], "approved");
    assert_eq!(api.change(Method::PATCH, &path, &["orders:update"], approve.clone()).await.status, 422);
    assert_eq!(api.change(Method::PATCH, "/api/orders/order-99", &["orders:update"], approve).await.status, 404);
    assert_eq!(api.change(Method::PATCH, &path, &["orders:update"], json!({ "status": "lost" })).await.status, 422);
}

#[tokio::test]
async fn a_service_token_cannot_list_a_users_orders() {
    let api = Api::start().await;
    api.issuer.behaviour.lock().edit_access_token =
        Box::new(|claims| _ = claims.as_object_mut().unwrap().remove("uid"));
    assert_eq!(api.get(&format!("/api/orders/{USER_ID}"), &["orders:create"]).await.status, 403);
}

#[tokio::test]
async fn a_token_bound_to_a_key_is_rejected() {
    let api = Api::start().await;
    api.issuer.behaviour.lock().edit_access_token =
        Box::new(|claims| claims["cnf"] = json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}));
    let refused = api.get("/api/products", &["products:read"]).await;
    assert_eq!(refused.status, 401);
    assert!(refused.challenge.unwrap().contains("error=\"invalid_token\""));
    assert_eq!(refused.body["detail"], "The token is bound to a key, and this API takes bearer tokens only.");
}

#[tokio::test]
async fn keys_are_fetched_once_and_again_for_an_unknown_kid() {
    let api = Api::start().await;
    for _ in 0..3 {
        assert_eq!(api.get("/api/products", &["products:read"]).await.status, 200);
    }
    assert_eq!(api.issuer.key_fetches().await, 1);
    {
        let mut behaviour = api.issuer.behaviour.lock();
        behaviour.kid = "key-2".to_owned();
        behaviour.published.push("key-2".to_owned());
    }
    assert_eq!(api.get("/api/products", &["products:read"]).await.status, 200);
    assert_eq!(api.issuer.key_fetches().await, 2);
}

#[tokio::test]
async fn an_unreachable_issuer_is_503() {
    let issuer = FakeIssuer::start().await;
    let token = format!("Bearer {}", issuer.access_token(&["products:read"]));
    let demo = demo_app::DemoApp::builder().issuer("http://127.0.0.1:9/oauth2/x").client_id("x").start().await.unwrap();
    let http = Client::builder().no_proxy().build().unwrap();
    let answer =
        answer(http.get(format!("{}/api/products", demo.url())).header("authorization", token).send().await.unwrap())
            .await;
    assert_eq!((answer.status, answer.challenge), (StatusCode::SERVICE_UNAVAILABLE.as_u16(), None));
}

#[tokio::test]
async fn unknown_paths_and_methods_get_problem_documents() {
    let api = Api::start().await;
    let unknown = api.send(Method::GET, "/api/unknown", None, None).await;
    assert_eq!((unknown.status, &unknown.body["title"]), (404, &json!("Not found")));
    let method = api.send(Method::DELETE, "/api/products", None, None).await;
    assert_eq!((method.status, &method.body["title"]), (405, &json!("Method not allowed")));
}

#[tokio::test]
async fn a_large_order_needs_a_sign_in_with_two_factors() {
    let api = Api::start().await;
    let order = |quantity: u32| json!({ "product": "canvas-bag", "quantity": quantity });
    let create = async |quantity| api.change(Method::POST, "/api/orders", &["orders:create"], order(quantity)).await;
    assert_eq!(create(41).await.status, 201, "984.00");
    let large = create(42).await;
    assert_eq!((large.status, &large.body["error"]), (401, &json!("insufficient_user_authentication")));
    // RFC 9470 3.
    assert_eq!(
        large.challenge.as_deref(),
        Some(
            "Bearer realm=\"market\", error=\"insufficient_user_authentication\", \
             error_description=\"Orders of more than 1,000.00 need a sign-in with two factors.\", \
             acr_values=\"urn:okta:loa:2fa:any\""
        )
    );
    assert_eq!(large.body["failed_checks"][0]["actual"], "no acr");
    for (acr, status) in [("urn:okta:loa:1fa:any", 401), ("urn:okta:loa:2fa:any", 201)] {
        api.issuer.behaviour.lock().edit_access_token = Box::new(move |claims| claims["acr"] = json!(acr));
        assert_eq!(create(42).await.status, status, "{acr}");
    }
}
