//! The userinfo endpoint.

use axum::response::Response;
use http::{HeaderMap, header};
use mock_idp_core::endpoint::userinfo::{self, Presented};
use mock_idp_core::protocol::Parameters;
use mock_idp_core::tokens::resource::Scheme;

use super::discovery;
use crate::http::extract::{AtServer, Body, Query};
use crate::http::respond::{challenge, text, texts};

pub(super) async fn get(call: AtServer, query: Query, headers: HeaderMap) -> Response {
    answer("GET", call, query, &headers, Parameters::default()).await
}

pub(super) async fn post(call: AtServer, query: Query, headers: HeaderMap, Body(body): Body) -> Response {
    answer("POST", call, query, &headers, body).await
}

async fn answer(
    method: &str,
    AtServer(call): AtServer,
    Query(query): Query,
    headers: &HeaderMap,
    body: Parameters,
) -> Response {
    let authorization = text(headers, header::AUTHORIZATION);
    let presented = Presented { authorization: authorization.as_deref(), query: &query, body: &body };
    let answer = call.userinfo(method, presented, &texts(headers, "dpop")).await;
    let mut response = match answer.result {
        Ok(claims) => discovery::json(serde_json::Value::Object(claims).to_string().into()),
        Err(refusal) => {
            let scheme = Scheme::of(authorization.as_deref());
            challenge::render(&refusal, &userinfo::challenge(scheme, &refusal, &call.server, &call.urls))
        }
    };
    response.extensions_mut().insert(answer.explanation);
    response
}
