//! The management API, one file for each resource.

mod access;
mod api_tokens;
mod app_and_email_factors;
mod app_assignments;
mod app_connections;
mod app_credentials;
mod app_logos;
mod apps;
mod authenticators;
mod bad_input;
mod brands;
mod certificates;
mod change_events;
mod concurrent;
mod custom_roles;
mod event_hooks;
mod event_table;
mod factors;
mod group_rules;
mod groups;
mod hook_keys;
mod identity_providers;
mod inline_hooks;
mod linked_objects;
mod network_zones;
mod org_factors;
mod org_settings;
mod passkey_factors;
mod password_policies;
mod phone_factors;
mod policies;
mod profile_mappings;
mod provisioning;
mod push_factors;
mod random_bodies;
mod refresh_tokens;
mod removed;
mod resource_keys;
mod resource_sets;
mod role_assignments;
mod schemas;
mod security_events;
mod servers;
mod trusted_origins;
mod user_details;
mod user_types;
mod users;

use std::sync::Arc;

use mock_idp::MockIdp;
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::jose::{Key, jwt};
use crate::market::{NOW, stop_clock};

/// The API token of the market.
const TOKEN: &str = "00mockMarketApiToken0123456789abcdefghijkl";

/// A service app that authenticates with a key.
const SERVICE: &str = "0oamarketkeyjwt005d7";

/// A mock and a client of its management API.
struct Api {
    mock: Arc<MockIdp>,
    client: Client,
    /// An API token, or `Bearer` and an access token.
    token: String,
}

/// An answer.
#[derive(Debug)]
struct Reply {
    status: StatusCode,
    links: Vec<String>,
    /// Null if there is none.
    body: Value,
}

impl Api {
    /// A client of the market.
    async fn market() -> Self {
        Self::of(crate::org::TestOrg::market().start().await)
    }

    fn of(mock: MockIdp) -> Self {
        Self { mock: Arc::new(mock), client: crate::client::plain(), token: TOKEN.to_owned() }
    }

    fn base(&self) -> String {
        self.mock.url().trim_end_matches('/').to_owned()
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }

    async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, Some(body)).await
    }

    async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PATCH, path, Some(body)).await
    }

    async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let request = self.client.request(method, format!("{}{path}", self.base()));
        let scheme = if self.token.starts_with("Bearer ") { "" } else { "SSWS " };
        let request = request.header("authorization", format!("{scheme}{}", self.token));
        let request = match body {
            Some(body) => request.json(&body),
            None => request.header("content-length", "0"),
        };
        Reply::read(request.send().await.unwrap()).await
    }

    /// What the token endpoint of the org server answers to a service app that asks for a scope. The clock of the mock is stopped.
    async fn service_token(&self, scope: &str) -> Value {
        stop_clock(&self.mock).await;
        let endpoint = format!("{}/oauth2/v1/token", self.base());
        let claims = json!({ "iss": SERVICE, "sub": SERVICE, "aud": endpoint, "exp": NOW + 60 });
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", scope),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &jwt(&json!({ "alg": "RS256" }), &claims, &Key::client())),
        ];
        self.client.post(endpoint).form(&form).send().await.unwrap().json().await.unwrap()
    }

    /// A client that calls the API with an access token.
    fn with_access_token(&self, token: &Value) -> Self {
        self.with_token(&format!("Bearer {}", token["access_token"].as_str().unwrap()))
    }

    /// A client with another token.
    fn with_token(&self, token: &str) -> Self {
        Self { mock: Arc::clone(&self.mock), client: self.client.clone(), token: token.to_owned() }
    }

    /// The pages of a list, as its links to the next one lead to them.
    async fn pages(&self, path: &str) -> Vec<Value> {
        let (mut pages, mut next) = (Vec::new(), Some(path.to_owned()));
        while let Some(path) = next {
            assert!(pages.len() < 50, "the pages do not end: {path}");
            let page = self.get(&path).await;
            assert_eq!(page.status, 200, "{path}: {}", page.body);
            next = page.next().map(|next| next.strip_prefix(&self.base()).unwrap().to_owned());
            pages.push(page.body);
        }
        pages
    }

    /// An object that a request creates.
    async fn create(&self, path: &str, body: Value) -> Value {
        let reply = self.post(path, body).await;
        assert!(reply.status.is_success(), "{path}: {} {}", reply.status, reply.body);
        reply.body
    }
}

impl Reply {
    async fn read(response: Response) -> Self {
        let links = response.headers().get_all("link").iter().map(|link| link.to_str().unwrap().to_owned()).collect();
        let status = response.status();
        let text = response.text().await.unwrap();
        let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
        Self { status, links, body }
    }

    /// Status, `errorCode`, `errorSummary` and causes of an error.
    fn error(&self) -> (u16, &str, &str, Vec<&str>) {
        let text = |name: &str| self.body[name].as_str().unwrap_or_default();
        let causes = self.body["errorCauses"].as_array().into_iter().flatten();
        let causes = causes.map(|cause| cause["errorSummary"].as_str().unwrap()).collect();
        (self.status.as_u16(), text("errorCode"), text("errorSummary"), causes)
    }

    /// Status and `errorCode` of an error.
    fn refusal(&self) -> (u16, &str) {
        let (status, code, ..) = self.error();
        (status, code)
    }

    /// The URL of the next page.
    fn next(&self) -> Option<&str> {
        self.links.iter().find_map(|link| link.strip_prefix('<')?.strip_suffix(">; rel=\"next\""))
    }

    /// The names of the answer's members in their order.
    fn keys(&self) -> Vec<&str> {
        keys(&self.body)
    }
}

/// The names of an object's members in their order.
fn keys(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

/// The values of a member of the objects of a list.
fn values<'a>(list: &'a Value, pointer: &str) -> Vec<&'a str> {
    let values = list.as_array().unwrap().iter().map(|object| object.pointer(pointer).and_then(Value::as_str));
    values.map(Option::unwrap_or_default).collect()
}
