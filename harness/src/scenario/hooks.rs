//! Token inline hooks. Each scenario registers a hook of its own at the issuer, and removes it.

use axum::http::StatusCode;
use reqwest::Method;
use serde_json::{Value, json};

use super::context::ScenarioContext;
use super::definition::{RequiredDriver, Scenario, ScenarioFn};
use super::hook_service::{HookRequest, HookService};
use super::needs::Need;
use super::stopped::Stopped;
use crate::check::hooks;
use crate::flow;
use crate::issuer_target::Endpoint;
use crate::issuer_target::ServerKind::Custom;
use crate::issuer_target::market::SERVICE;
use crate::wire::error::summary;
use crate::wire::jwt::Jwt;
use crate::wire::token::TokenReply;
use crate::wire::{Body, Reply, Request};

const EVENT: &str = "com.okta.oauth2.tokens.transform";
const SECRET: &str = "harness-hook-secret";
const CLAIM: &str = "harness_level";

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        scenario("hooks.patch", "A token inline hook adds a claim to an access token", |context| {
            Box::pin(patch(context))
        }),
        scenario(
            "hooks.all-or-nothing",
            "One command that is not allowed voids the other commands of a hook",
            |context| Box::pin(all_or_nothing(context)),
        ),
        scenario("hooks.error", "An error of a hook refuses the token request", |context| Box::pin(error(context))),
        scenario("hooks.unavailable", "A token is issued although its hook fails", |context| {
            Box::pin(unavailable(context))
        }),
    ]
}

fn scenario(id: &'static str, title: &'static str, function: ScenarioFn) -> Scenario {
    Scenario::new(id, title, function)
        .cites(&["Okta: token inline hook"])
        .tags(&["hooks", "token"])
        .driver(RequiredDriver::None)
        .needs(&[Need::Market, Need::Secret(SERVICE), Need::ApiToken, Need::ExclusiveIssuer])
}

async fn patch(context: &ScenarioContext) -> Result<(), Stopped> {
    let answer = add_to_access_token(&[("/claims/harness_level", json!("gold"))]);
    let reply = token_with_hook(context, StatusCode::OK, &answer).await?;
    hooks::PATCHED.equals(&context.recorder, "gold", access_token(&reply)?.text(CLAIM));
    Ok(())
}

async fn all_or_nothing(context: &ScenarioContext) -> Result<(), Stopped> {
    let commands = [("/claims/harness_level", json!("gold")), ("/claims/iss", json!("https://evil.example"))];
    let reply = token_with_hook(context, StatusCode::OK, &add_to_access_token(&commands)).await?;
    hooks::ALL_OR_NOTHING.absent(&context.recorder, CLAIM, access_token(&reply)?.text(CLAIM));
    Ok(())
}

async fn error(context: &ScenarioContext) -> Result<(), Stopped> {
    let text = "The harness allows no token.";
    let answer = json!({ "error": { "errorSummary": text, "errorCauses": [] } });
    let reply = token_with_hook(context, StatusCode::OK, &answer).await?;
    let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
    let refused = reply.status >= 400 && body["error_description"] == text && body["access_token"].is_null();
    hooks::REFUSED.holds(&context.recorder, refused, text, summary(&reply));
    Ok(())
}

async fn unavailable(context: &ScenarioContext) -> Result<(), Stopped> {
    let answer = add_to_access_token(&[("/claims/harness_level", json!("gold"))]);
    let reply = token_with_hook(context, StatusCode::INTERNAL_SERVER_ERROR, &answer).await?;
    hooks::IGNORED.absent(&context.recorder, CLAIM, access_token(&reply)?.text(CLAIM));
    Ok(())
}

/// The commands that add claims to the access token.
fn add_to_access_token(claims: &[(&str, Value)]) -> Value {
    let operation = |(path, value): &(&str, Value)| json!({ "op": "add", "path": path, "value": value });
    let operations: Vec<Value> = claims.iter().map(operation).collect();
    json!({ "commands": [{ "type": "com.okta.access.patch", "value": operations }] })
}

fn access_token(reply: &Reply) -> Result<Jwt, Stopped> {
    let reply: TokenReply = reply.json("a token response")?;
    Jwt::parse(&reply.access_token).map_err(|error| Stopped::HarnessError(error.to_string()))
}

/// Requests a token while all rules of the server name a hook with that answer, and judges the call of the hook.
async fn token_with_hook(context: &ScenarioContext, status: StatusCode, answer: &Value) -> Result<Reply, Stopped> {
    context.step("start the service of the hook");
    let no_port = |error: std::io::Error| Stopped::HarnessError(format!("no port is free: {error}"));
    let service = HookService::start(status, answer).await.map_err(no_port)?;
    let rules = rules(context).await?;
    let hook = create_hook(context, &service.url).await?;
    let reply = token_with_rules(context, &hook, &rules).await;
    let removed = remove_hook(context, &hook, rules).await;
    let reply = reply?;
    removed?;
    judge_calls(context, &service.received())?;
    Ok(reply)
}

fn judge_calls(context: &ScenarioContext, received: &[HookRequest]) -> Result<(), Stopped> {
    let id = context.client(SERVICE)?.id.as_str();
    let described = |authorization: &str, event: &str, client: &str, cid: &str| {
        format!("one call of {event} with {authorization} for the client {client}, cid {cid}")
    };
    let actual = match received {
        [call] => {
            let text = |pointer: &str| call.body.pointer(pointer).and_then(Value::as_str).unwrap_or("nothing");
            let (client, cid) = (text("/data/context/protocol/client/id"), text("/data/access/claims/cid"));
            described(&call.authorization, text("/eventType"), client, cid)
        }
        calls => format!("{} calls", calls.len()),
    };
    hooks::CALLED.equals(&context.recorder, &described(SECRET, EVENT, id, id), Some(&actual));
    Ok(())
}

async fn create_hook(context: &ScenarioContext, url: &str) -> Result<String, Stopped> {
    context.step("create the hook");
    let hook = json!({
        "name": "Harness", "type": EVENT, "version": "1.0.0",
        "channel": { "type": "HTTP", "version": "1.0.0", "config": {
            "uri": url, "method": "POST", "headers": [],
            "authScheme": { "type": "HEADER", "key": "authorization", "value": SECRET },
        } },
    });
    let hook = call(context, Method::POST, "/api/v1/inlineHooks", Some(hook)).await?;
    let id = hook["id"].as_str().map(str::to_owned);
    id.ok_or_else(|| Stopped::HarnessError("the hook that was created has no id".to_owned()))
}

async fn token_with_rules(context: &ScenarioContext, hook: &str, rules: &[(String, Value)]) -> Result<Reply, Stopped> {
    context.step("name the hook in the rules");
    for (path, rule) in rules {
        let mut named = rule.clone();
        named["actions"]["token"]["inlineHook"] = json!({ "id": hook });
        call(context, Method::PUT, path, Some(named)).await?;
    }
    context.step("request a token");
    let (endpoint, client) = (context.server_endpoint(Custom, Endpoint::Token)?, context.client(SERVICE)?);
    context.post(&flow::client_credentials(endpoint, client, Some(&client.scopes.join(" ")))).await
}

async fn remove_hook(context: &ScenarioContext, hook: &str, rules: Vec<(String, Value)>) -> Result<(), Stopped> {
    context.step("remove the hook");
    let own = format!("/api/v1/inlineHooks/{hook}");
    let mut calls: Vec<_> = rules.into_iter().map(|(path, rule)| (Method::PUT, path, Some(rule))).collect();
    calls.push((Method::POST, format!("{own}/lifecycle/deactivate"), Some(json!({}))));
    calls.push((Method::DELETE, own, None));
    let mut result = Ok(());
    for (method, path, body) in calls {
        // The others are made even if one fails, so that as much as possible is restored.
        let called = call(context, method, &path, body).await.map(drop);
        result = result.and(called);
    }
    result
}

/// The rules of the server with their paths.
async fn rules(context: &ScenarioContext) -> Result<Vec<(String, Value)>, Stopped> {
    context.step("read the policy rules");
    let mut rules = Vec::new();
    let policies = "/api/v1/authorizationServers/default/policies";
    for policy in listed(call(context, Method::GET, policies, None).await?) {
        let path = format!("{policies}/{}/rules", policy["id"].as_str().unwrap_or_default());
        for rule in listed(call(context, Method::GET, &path, None).await?) {
            rules.push((format!("{path}/{}", rule["id"].as_str().unwrap_or_default()), rule));
        }
    }
    Ok(rules)
}

fn listed(answer: Value) -> Vec<Value> {
    answer.as_array().cloned().unwrap_or_default()
}

/// Calls the management API; what it answers has to be a success.
async fn call(context: &ScenarioContext, method: Method, path: &str, body: Option<Value>) -> Result<Value, Stopped> {
    let issuer = &context.server(Custom)?.issuer;
    let org = issuer.split("/oauth2").next().unwrap_or_default();
    let url = format!("{org}{path}").parse().map_err(|error| Stopped::HarnessError(format!("{org}{path}: {error}")))?;
    let token = context.target.api_token.as_deref().unwrap_or_default();
    let request =
        Request::new(method, url, body.map_or(Body::None, Body::Json)).header("accept", "application/json")?;
    let reply = context.send(request.header("authorization", &format!("SSWS {token}"))?).await?;
    if (200..300).contains(&reply.status) {
        Ok(serde_json::from_str(&reply.body).unwrap_or_default())
    } else {
        Err(Stopped::HarnessError(format!("the management API answers {}", summary(&reply))))
    }
}
