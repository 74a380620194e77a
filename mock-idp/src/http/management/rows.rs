//! What the rows of the management API have in common.

use http::Method;

use crate::routing::{Access, Handler, RateClass, Readers, Route};

/// Parameters and members that must not be recorded.
const SECRETS: &[&str] = &[
    "activationToken",
    "activationUrl",
    "answer",
    "authScheme",
    "client_secret",
    "clientSecret",
    "password",
    "pushToken",
    "recoveryToken",
    "resetPasswordUrl",
    "secret",
    "sharedSecret",
    "tempPassword",
    "token",
];

/// A row that reads or changes a resource. Okta: the API may be called by scripts of trusted origins.
pub(super) const fn row(
    method: Method,
    paths: &'static [&'static str],
    scopes: &'static [&'static str],
    handler: Handler,
) -> Route {
    route(method, paths, Access::Management(scopes), handler)
}

/// The same, also for the cookie of a session. The handler checks the access.
pub(super) const fn row_of_browser(method: Method, paths: &'static [&'static str], handler: Handler) -> Route {
    route(method, paths, Access::Session, handler)
}

const fn route(method: Method, paths: &'static [&'static str], access: Access, handler: Handler) -> Route {
    let (rate, readers) = (RateClass::Management, Readers::TrustedOriginsOfApi);
    Route { method, paths, access, rate, readers, secrets: SECRETS, handler }
}

/// The handlers and rows of a directory resource: `directory_routes!(RESOURCE, "/api/v1/…", READ, MANAGE)`. A resource with rules of its own
/// for listing, replacing or removing gives them as well.
macro_rules! directory_routes {
    ($resource:path, $path:literal, $read:expr, $manage:expr) => {
        directory_routes!($resource, $path, $read, $manage, directory::list, directory::replace, directory::remove);
    };
    ($resource:path, $path:literal, $read:expr, $manage:expr, $list:path, $replace:path, $remove:path) => {
        pub(in crate::http) static ROUTES: &[$crate::routing::Route] = &[
            row(http::Method::GET, &[$path], $read, handler!(list)),
            row(http::Method::POST, &[$path], $manage, handler!(create)),
            row(http::Method::GET, &[concat!($path, "/{id}")], $read, handler!(get)),
            row(http::Method::PUT, &[concat!($path, "/{id}")], $manage, handler!(replace)),
            row(http::Method::DELETE, &[concat!($path, "/{id}")], $manage, handler!(remove)),
            row(http::Method::POST, &[concat!($path, "/{id}/lifecycle/activate")], $manage, handler!(activate)),
            row(http::Method::POST, &[concat!($path, "/{id}/lifecycle/deactivate")], $manage, handler!(deactivate)),
        ];

        async fn list(call: Management, Query(query): Query) -> Result<Response, ApiError> {
            call.read(|org, call| $list(org, call, &$resource, $path, &query)).map(respond::list)
        }

        async fn create(call: Management, body: JsonBody) -> Result<Response, ApiError> {
            let body = body.read()?;
            Ok(respond::ok(&call.change(|change| directory::create(change, &$resource, "", body))?))
        }

        async fn get(call: Management, path: PathParameters) -> Result<Response, ApiError> {
            Ok(respond::ok(&call.read(|org, call| directory::get(org, call, &$resource, &path.get("id")))?))
        }

        async fn replace(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
            let body = body.read()?;
            Ok(respond::ok(&call.change(|change| $replace(change, &$resource, &path.get("id"), body))?))
        }

        async fn remove(call: Management, path: PathParameters) -> Result<Response, ApiError> {
            call.change(|change| $remove(change, &$resource, &path.get("id")))?;
            Ok(respond::no_content())
        }

        async fn activate(call: Management, path: PathParameters) -> Result<Response, ApiError> {
            Ok(respond::ok(&call.change(|change| directory::set_status(change, &$resource, &path.get("id"), true))?))
        }

        async fn deactivate(call: Management, path: PathParameters) -> Result<Response, ApiError> {
            Ok(respond::ok(&call.change(|change| directory::set_status(change, &$resource, &path.get("id"), false))?))
        }
    };
}
pub(super) use directory_routes;
