//! The userinfo endpoint.

use http::{HeaderMap, header};
use mock_idp_core::endpoint::userinfo::{self, TokenSources};
use mock_idp_core::protocol::Parameters;
use mock_idp_core::tokens::resource::Scheme;
use serde_json::Value;

use crate::engine::{UserinfoAnswer, UserinfoEndpoint};
use crate::http::extract::{AtServer, Form, header_text, header_texts};
use crate::http::respond::{challenge, json, oauth_error};
use crate::routing::{Decided, Query};

pub(super) async fn get(at: AtServer, query: Query, headers: HeaderMap) -> Decided {
    answer("GET", at, query, &headers, Parameters::default()).await
}

pub(super) async fn post(at: AtServer, query: Query, headers: HeaderMap, Form(body): Form) -> Decided {
    answer("POST", at, query, &headers, body).await
}

async fn answer(
    method: &str,
    AtServer(call): AtServer,
    Query(query): Query,
    headers: &HeaderMap,
    body: Parameters,
) -> Decided {
    let authorization = header_text(headers, header::AUTHORIZATION);
    let presented = TokenSources { authorization: authorization.as_deref(), query: &query, body: &body };
    let decided = UserinfoEndpoint::new(&call).respond(method, presented, &header_texts(headers, "dpop")).await;
    decided.map(|result| match result {
        Ok(UserinfoAnswer::Claims(claims)) => json::text(Value::Object(claims).to_string().into()),
        Ok(UserinfoAnswer::Signed(token)) => json::jwt(token),
        // Okta: only errors about the access token are challenges.
        Err(error) if !userinfo::is_about_token(&error) => oauth_error::render(&error),
        Err(error) => {
            let scheme = Scheme::of(authorization.as_deref());
            challenge::render(&error, &userinfo::challenge(scheme, &error, &call.server, &call.urls))
        }
    })
}
