//! `/_mock` and `/_mock/openapi.json`: what the control API can do, as a page and as an OpenAPI description. Both are made from
//! the rows.

mod openapi;
mod view;

use axum::Json;
use axum::response::Response;
use serde_json::{Map, Value};

use super::console::{frame, page};
use super::description::{DescribedRoute, Topic, get};
use super::handler::handler;
use super::routes;
use crate::pages::view::{ConsoleView, ControlApiView};
use crate::routing::{At, Route};
use crate::settings::ControlAccess;

static ROUTES: &[DescribedRoute] = &[
    get(&["/_mock", "/_mock/"], "index_page", Topic::Pages, "Lists the operations of this API.", handler!(index)),
    get(
        &["/_mock/openapi.json"],
        "openapi",
        Topic::Server,
        "Describes this API in the format OpenAPI 3.1.",
        handler!(openapi),
    )
    .returns::<Map<String, Value>>(),
];

/// All rows of the control API.
pub(super) fn rows() -> impl Iterator<Item = &'static DescribedRoute> + Clone {
    ROUTES.iter().chain(routes::ROUTES)
}

/// The row of this route.
pub(super) fn described(route: &Route) -> Option<&'static DescribedRoute> {
    rows().find(|row| std::ptr::eq(&raw const row.route, route))
}

async fn openapi(At(address): At) -> Json<Value> {
    Json(openapi::document(rows(), &address.base))
}

async fn index(At(address): At) -> Response {
    let document = openapi::document(rows(), &address.base);
    let needs_token = matches!(address.settings.control, ControlAccess::Token(_));
    let topics = view::topics(rows(), &document, &address.base, needs_token);
    page(&ConsoleView::ControlApi(Box::new(ControlApiView { frame: frame(&address), topics })))
}

#[cfg(test)]
mod tests;
