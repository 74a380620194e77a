//! Dynamic client registration. RFC 7591, RFC 7592; Okta: `/oauth2/v1/clients`.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use mock_idp_core::management::clients::ClientRefusal;
use mock_idp_core::management::{AccessError, ApiRefusal};
use serde_json::{Value, json};

use super::caller::Caller;
use super::respond;
use crate::http::extract::{JsonBody, Query};
use crate::http::respond::oauth_error;
use crate::journal::Explanation;

const REGISTER: &[&str] = &["okta.clients.register", "okta.clients.manage"];
const READ: &[&str] = &["okta.clients.read", "okta.clients.manage"];
const MANAGE: &[&str] = &["okta.clients.manage"];

/// How many clients are listed at once, unless `limit` asks for fewer or more.
const PAGE: usize = 20;
const MOST: usize = 200;

pub(super) async fn register(caller: Caller, body: JsonBody) -> Response {
    respond::answer(&caller, async {
        let call = caller.admitted(REGISTER).await?;
        told(call.register_client(body.read()?), StatusCode::CREATED)
    })
    .await
}

/// Okta: `q` is the beginning of a name, `after` the cursor of the `next` link.
pub(super) async fn list(caller: Caller, Query(query): Query) -> Response {
    respond::answer(&caller, async {
        let call = caller.admitted(READ).await?;
        let limit = match query.get("limit").map(str::parse::<usize>) {
            None => PAGE,
            Some(Ok(limit)) if (1..=MOST).contains(&limit) => limit,
            Some(_) => return Err(ApiRefusal::validation("limit", vec![format!("limit: 1 to {MOST}")]).into()),
        };
        let beginning = query.get("q").unwrap_or_default().to_lowercase();
        let listed = call.clients(&beginning, query.get("after"), limit)?;
        let mut response = respond::ok(&listed.clients);
        let mut link = |rel: &str, after: Option<&str>| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(after.map(|after| ("after", after)));
            query.append_pair("limit", &limit.to_string());
            query.extend_pairs(Some(("q", &beginning)).filter(|(_, beginning)| !beginning.is_empty()));
            let uri = format!("{}/oauth2/v1/clients?{}", call.urls.endpoint_base, query.finish());
            if let Ok(value) = HeaderValue::from_str(&format!("<{uri}>; rel=\"{rel}\"")) {
                response.headers_mut().append(header::LINK, value);
            }
        };
        link("self", query.get("after"));
        if let Some(after) = &listed.next {
            link("next", Some(after));
        }
        Ok(response)
    })
    .await
}

pub(super) async fn get(caller: Caller, Path(client_id): Path<String>) -> Response {
    respond::answer(&caller, async {
        let call = caller.admitted(READ).await?;
        told(call.client_of_id(&client_id), StatusCode::OK)
    })
    .await
}

pub(super) async fn replace(caller: Caller, Path(client_id): Path<String>, body: JsonBody) -> Response {
    respond::answer(&caller, async {
        let call = caller.admitted(MANAGE).await?;
        told(call.replace_client(&client_id, body.read()?), StatusCode::OK)
    })
    .await
}

pub(super) async fn remove(caller: Caller, Path(client_id): Path<String>) -> Response {
    respond::answer(&caller, async {
        let call = caller.admitted(MANAGE).await?;
        match call.remove_client(&client_id) {
            Ok(()) => Ok(respond::no_content()),
            Err(refusal) => told(Err(refusal), StatusCode::OK),
        }
    })
    .await
}

pub(super) async fn new_secret(caller: Caller, Path(client_id): Path<String>) -> Response {
    respond::answer(&caller, async {
        let call = caller.admitted(MANAGE).await?;
        told(call.renew_client_secret(&client_id), StatusCode::OK)
    })
    .await
}

fn told(outcome: Result<Value, ClientRefusal>, status: StatusCode) -> Result<Response, AccessError> {
    let (status, body, reason) = match outcome {
        Ok(client) => (status, client, None),
        Err(ClientRefusal::Api(refusal)) => return Err(refusal.into()),
        Err(ClientRefusal::Metadata { error, description, reason }) => {
            (StatusCode::BAD_REQUEST, oauth_error::body(error, &description), Some(reason))
        }
        Err(ClientRefusal::Unknown { client_id }) => {
            let body = oauth_error::body("invalid_client", "Invalid value for 'client_id' parameter.");
            (StatusCode::UNAUTHORIZED, body, Some(format!("no client has the id `{client_id}`")))
        }
    };
    let mut response = (status, axum::Json(json!(body))).into_response();
    if reason.is_some() {
        response.extensions_mut().insert(Explanation { reason, ..Explanation::default() });
    }
    Ok(response)
}
