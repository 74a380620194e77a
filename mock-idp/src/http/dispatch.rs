//! Calls handlers, after checking the access that the table demands.

use std::sync::Arc;

use axum::body::Body;
use futures_util::future::BoxFuture;
use http::request::Parts;
use http::{Method, Request, header};
use mock_idp_core::management::{AccessError, ApiError, Caller, NamedObject};

use crate::address::Address;
use crate::engine::{Context, Management, ManagementAccess, ManagementCredentials};
use crate::http::extract::{AtServer, header_text, header_texts};
use crate::http::respond::{api_error, challenge};
use crate::journal::Explained;
use crate::routing::{Access, Decided, FromHead, Matched};

/// Checks the access that the route needs, calls the handler, and waits until changes of the org are stored.
pub(super) fn dispatch(request: Request<Body>) -> BoxFuture<'static, Decided> {
    let (head, body) = request.into_parts();
    let matched = match Matched::from_head(&head) {
        Ok(matched) => matched,
        Err(refused) => return Box::pin(std::future::ready(refused)),
    };
    let address = head.extensions.get::<Arc<Address>>().filter(|address| address.org.is_stored()).cloned();
    let changes = !matches!(head.method, Method::GET | Method::HEAD | Method::OPTIONS);
    let may_change_org = changes
        && matched.route().is_some_and(|route| matches!(route.access, Access::Management(_) | Access::Registration(_)));
    match address {
        None => call(&matched, head, body),
        Some(address) => Box::pin(async move {
            let run = address.org.run_stored(may_change_org, || call(&matched, head, body));
            run.await.unwrap_or_else(|error| api_error::render(&error.into()))
        }),
    }
}

fn call(matched: &Matched, head: Parts, body: Body) -> BoxFuture<'static, Decided> {
    let handler = matched.handler();
    let wanted = match matched.route().map(|route| route.access) {
        Some(Access::Management(scopes)) => Some((scopes, None)),
        Some(Access::Registration(scopes)) => {
            let id = matched.parameter(head.uri.path(), "id").map(|id| id.into_owned());
            Some((scopes, Some(id)))
        }
        _ => None,
    };
    match wanted {
        Some((scopes, registration)) => {
            let object = matched.first_object(head.uri.path()).map(|(list, name)| (list, name.into_owned()));
            Box::pin(async move {
                match admit(&head, scopes, object, registration).await {
                    Err(refused) => refused,
                    Ok((context, caller)) => {
                        let mut request = Request::from_parts(head, body);
                        request.extensions_mut().insert(Management::new(context.clone(), caller));
                        request.extensions_mut().insert(Admitted(context));
                        handler(request).await
                    }
                }
            })
        }
        None => handler(Request::from_parts(head, body)),
    }
}

/// A call of the management API whose caller may make it. Handlers of other routes cannot extract it.
#[derive(Clone, Debug)]
pub(super) struct Admitted(pub(super) Context);

impl FromHead for Admitted {
    fn from_head(head: &Parts) -> Result<Self, Decided> {
        admitted(head)
    }
}

impl FromHead for Management {
    fn from_head(head: &Parts) -> Result<Self, Decided> {
        admitted(head)
    }
}

fn admitted<T: Clone + Send + Sync + 'static>(head: &Parts) -> Result<T, Decided> {
    let admitted = head.extensions.get::<T>().cloned();
    admitted.ok_or_else(|| api_error::render(&ApiError::internal("the route demands no access to the management API")))
}

/// Admits a caller who has one of these scopes, or an API token, for a call about an object in a list. `registration` is there at the
/// registration endpoint: the id in the path, if there is one.
pub(super) async fn admit(
    head: &Parts,
    scopes: &'static [&'static str],
    object: Option<(&'static str, String)>,
    registration: Option<Option<String>>,
) -> Result<(Context, Caller), Decided> {
    let AtServer(context) = AtServer::from_head(head)?;
    let (authorization, dpop) =
        (header_text(&head.headers, header::AUTHORIZATION), header_texts(&head.headers, "dpop"));
    let path = head.uri.path();
    let authorization = authorization.as_deref();
    let object = object.as_ref().map(|(list, name)| NamedObject { list, name });
    let credentials = ManagementCredentials { authorization, dpop: &dpop, method: head.method.as_str(), path, object };
    let access = ManagementAccess::new(&context);
    let checked = match &registration {
        Some(client_id) => access.check_registration(credentials, client_id.as_deref(), scopes).await,
        None => access.check(credentials, scopes).await,
    };
    match checked {
        Ok(caller) => Ok((context, caller)),
        Err(AccessError::Refused(error)) => Err(api_error::render(&error)),
        Err(AccessError::Challenged(challenged)) => {
            let text = challenged.challenge(&context.org, path, &context.urls);
            let response = challenge::render(&challenged.refusal, &text);
            Err(Explained::refused(response, challenged.refusal.to_string()))
        }
    }
}
