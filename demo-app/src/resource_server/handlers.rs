//! The endpoints' handlers. The caller is already authorized.

use axum::extract::rejection::JsonRejection;
use axum::extract::{Extension, Json, Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::bearer::Caller;
use super::problem::Problem;
use super::state::ResourceServer;
use super::store::{ChangeError, MAX_QUANTITY, Status};
use crate::catalogue::{self, PRODUCTS};
use crate::endpoint::TWO_FACTORS;

type HandlerResult = Result<Response, Problem>;

/// The entry of the custom claim that allows premium products.
const PREMIUM: &str = "premium";

pub(super) async fn list_products(Extension(caller): Extension<Caller>) -> Json<Value> {
    let premium = caller.features.iter().any(|feature| feature == PREMIUM);
    let products: Vec<Value> = PRODUCTS
        .iter()
        .map(|product| {
            let available = premium || !product.premium;
            let mut row = json!({
                "id": product.id, "name": product.name, "price": product.price,
                "premium": product.premium, "available": available,
            });
            if product.premium {
                row["because"] = json!(if available {
                    "the claim feature_access contains premium"
                } else {
                    "the claim feature_access does not contain premium"
                });
            }
            row
        })
        .collect();
    Json(json!({ "products": products }))
}

/// Body of a new order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOrder {
    product: String,
    quantity: u32,
}

pub(super) async fn create_order(
    State(server): State<ResourceServer>,
    Extension(caller): Extension<Caller>,
    body: Result<Json<NewOrder>, JsonRejection>,
) -> HandlerResult {
    let Json(wanted) = body.map_err(unreadable)?;
    let product = catalogue::product(&wanted.product)
        .ok_or_else(|| Problem::unprocessable(format!("There is no product {}.", wanted.product)))?;
    if !(1..=MAX_QUANTITY).contains(&wanted.quantity) {
        return Err(Problem::unprocessable(format!("quantity must be between 1 and {MAX_QUANTITY}.")));
    }
    if product.premium && !caller.features.iter().any(|feature| feature == PREMIUM) {
        return Err(Problem::premium_only(product.name, &caller.features));
    }
    if product.is_large_order(wanted.quantity) && caller.acr.as_deref() != Some(TWO_FACTORS) {
        return Err(Problem::insufficient_authentication(TWO_FACTORS, caller.acr.as_deref()));
    }
    let order = server.store.create(caller.user_id.as_deref(), &caller.subject, product, wanted.quantity);
    Ok((StatusCode::CREATED, Json(order)).into_response())
}

pub(super) async fn list_orders(State(server): State<ResourceServer>) -> Json<Value> {
    Json(json!({ "orders": server.store.all() }))
}

pub(super) async fn list_own_orders(
    State(server): State<ResourceServer>,
    Extension(caller): Extension<Caller>,
    Path(user_id): Path<String>,
) -> HandlerResult {
    // Scopes do not say whose orders may be read; that is a rule of this API.
    match caller.user_id.as_deref() {
        Some(own) if own == user_id => Ok(Json(json!({ "orders": server.store.of_user(&user_id) })).into_response()),
        other => Err(Problem::other_users_orders(&user_id, other.unwrap_or("no uid: the caller is a service"))),
    }
}

/// Body of a change.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderChange {
    status: Status,
}

pub(super) async fn update_order(
    State(server): State<ResourceServer>,
    Path(id): Path<String>,
    body: Result<Json<OrderChange>, JsonRejection>,
) -> HandlerResult {
    let Json(wanted) = body.map_err(unreadable)?;
    match server.store.change(&id, wanted.status) {
        Ok(order) => Ok(Json(order).into_response()),
        Err(ChangeError::Unknown) => Err(Problem::not_found(format!("There is no order {id}."))),
        Err(ChangeError::From(status)) => {
            let word = |status: Status| serde_json::to_value(status).unwrap_or_default();
            let (from, to) = (word(status), word(wanted.status));
            Err(Problem::unprocessable(format!("An order that is {from} cannot become {to}.")))
        }
    }
}

fn unreadable(rejection: JsonRejection) -> Problem {
    Problem::unreadable(rejection.status(), rejection.body_text())
}
