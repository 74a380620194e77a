//! Dynamic client registration. RFC 7591, RFC 7592; Okta: `/oauth2/v1/clients`.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Method, StatusCode, header};
use mock_idp_core::management::ApiError;
use mock_idp_core::management::clients::ClientError;
use mock_idp_core::protocol::{ErrorId, OAuthError};

use super::respond;
use crate::engine::{ClientRegistration, Management};
use crate::http::dispatch::Admitted;
use crate::http::extract::JsonBody;
use crate::http::respond::{api_error, oauth_error};
use crate::journal::Explained;
use crate::routing::{Access, Decided, IntoDecided, PathParameters, Query, RateClass, Readers, Route, handler};

const REGISTER: Access = Access::Registration(&["okta.clients.register", "okta.clients.manage"]);
const LIST: Access = Access::Management(&["okta.clients.read", "okta.clients.manage"]);
const READ: Access = Access::Registration(&["okta.clients.read", "okta.clients.manage"]);
const MANAGE: Access = Access::Registration(&["okta.clients.manage"]);
const RENEW: Access = Access::Management(&["okta.clients.manage"]);

/// What registered metadata hold.
const SECRETS: &[&str] = &["client_secret", "registration_access_token"];

pub(in crate::http) static ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        paths: &["/oauth2/v1/clients"],
        access: LIST,
        rate: RateClass::OAuth,
        readers: Readers::SameOrigin,
        secrets: SECRETS,
        handler: handler!(list),
    },
    Route {
        method: Method::POST,
        paths: &["/oauth2/v1/clients"],
        access: REGISTER,
        rate: RateClass::OAuth,
        readers: Readers::SameOrigin,
        secrets: SECRETS,
        handler: handler!(register),
    },
    Route {
        method: Method::GET,
        paths: &["/oauth2/v1/clients/{id}"],
        access: READ,
        rate: RateClass::OAuth,
        // Okta: of the clients, only reading one is shared.
        readers: Readers::AnyOrigin,
        secrets: SECRETS,
        handler: handler!(get),
    },
    Route {
        method: Method::PUT,
        paths: &["/oauth2/v1/clients/{id}"],
        access: MANAGE,
        rate: RateClass::OAuth,
        readers: Readers::SameOrigin,
        secrets: SECRETS,
        handler: handler!(replace),
    },
    Route {
        method: Method::DELETE,
        paths: &["/oauth2/v1/clients/{id}"],
        access: MANAGE,
        rate: RateClass::OAuth,
        readers: Readers::SameOrigin,
        secrets: &[],
        handler: handler!(remove),
    },
    Route {
        method: Method::POST,
        paths: &["/oauth2/v1/clients/{id}/lifecycle/newSecret"],
        access: RENEW,
        rate: RateClass::OAuth,
        readers: Readers::SameOrigin,
        secrets: SECRETS,
        handler: handler!(new_secret),
    },
];

/// The default and the largest number of clients on a page of the list.
const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 200;

async fn register(Admitted(call): Admitted, access: Management, body: JsonBody) -> Result<Response, ClientError> {
    let reach = access.read(|_, call| Ok(call.caller.reach.clone()))?;
    let client = ClientRegistration::new(&call).register(&reach, body.read()?).await?;
    Ok((StatusCode::CREATED, axum::Json(client)).into_response())
}

/// Okta: `q` is the beginning of a name, `after` the cursor of the `next` link.
async fn list(Admitted(call): Admitted, access: Management, Query(query): Query) -> Result<Response, ApiError> {
    let limit = match query.get("limit").map(str::parse::<usize>) {
        None => DEFAULT_LIMIT,
        Some(Ok(limit)) if (1..=MAX_LIMIT).contains(&limit) => limit,
        Some(_) => return Err(ApiError::validation("limit", vec![format!("limit: 1 to {MAX_LIMIT}")])),
    };
    let beginning = query.get("q").unwrap_or_default().to_lowercase();
    let reach = access.read(|_, call| Ok(call.caller.reach.clone()))?;
    let listed = ClientRegistration::new(&call).list(&reach, &beginning, query.get("after"), limit)?;
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
}

async fn get(Admitted(call): Admitted, path: PathParameters) -> Result<Response, ClientError> {
    ClientRegistration::new(&call).get(&path.get("id")).await.map(|client| respond::ok(&client))
}

async fn replace(Admitted(call): Admitted, path: PathParameters, body: JsonBody) -> Result<Response, ClientError> {
    ClientRegistration::new(&call).replace(&path.get("id"), body.read()?).await.map(|client| respond::ok(&client))
}

async fn remove(Admitted(call): Admitted, path: PathParameters) -> Result<Response, ClientError> {
    ClientRegistration::new(&call).remove(&path.get("id")).map(|()| respond::no_content())
}

async fn new_secret(Admitted(call): Admitted, path: PathParameters) -> Result<Response, ClientError> {
    ClientRegistration::new(&call).renew_secret(&path.get("id")).map(|client| respond::ok(&client))
}

impl IntoDecided for Result<Response, ClientError> {
    fn into_decided(self) -> Decided {
        let (status, body, reason) = match self {
            Ok(response) => return Explained::undecided(response),
            Err(ClientError::Api(error)) => return api_error::render(&error),
            Err(ClientError::Metadata { error, description, reason }) => {
                (StatusCode::BAD_REQUEST, oauth_error::body(error, &description), reason)
            }
            Err(ClientError::Unknown { client_id }) => {
                let error = OAuthError::new(ErrorId::InvalidClientId, format!("no client has the id `{client_id}`"));
                let body = oauth_error::body(error.error(), &error.description());
                (StatusCode::UNAUTHORIZED, body, error.reason)
            }
        };
        Explained::refused((status, axum::Json(body)).into_response(), reason)
    }
}
