//! The endpoints of the API, as the table that the router, the checks and the console use.

use http::Method;
use serde::{Deserialize, Serialize};

/// The name of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Id {
    ListProducts,
    CreateOrder,
    ListOrders,
    ListOwnOrders,
    UpdateOrder,
}

impl Id {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ListProducts => "list_products",
            Self::CreateOrder => "create_order",
            Self::ListOrders => "list_orders",
            Self::ListOwnOrders => "list_own_orders",
            Self::UpdateOrder => "update_order",
        }
    }
}

/// One operation of the API.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) id: Id,
    pub(crate) method: Method,
    /// Path under `/api`, with its parameter in braces.
    pub(crate) path: &'static str,
    pub(crate) summary: &'static str,
    /// One of these is sufficient.
    pub(crate) scopes: &'static [&'static str],
    /// Another condition, besides the scope.
    pub(crate) also: Option<&'static str>,
    /// A valid request body, for the console.
    pub(crate) example: Option<&'static str>,
}

/// Everything under `/api`.
pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        id: Id::ListProducts,
        method: Method::GET,
        path: "/products",
        summary: "The catalogue. Premium items are available when the claim feature_access contains premium.",
        scopes: &["products:read"],
        also: None,
        example: None,
    },
    Endpoint {
        id: Id::CreateOrder,
        method: Method::POST,
        path: "/orders",
        summary: "Places an order for the caller.",
        scopes: &["orders:create"],
        also: Some("for more than 1,000.00, a sign-in with two factors: the claim acr urn:okta:loa:2fa:any"),
        example: Some("{\"product\": \"field-notebook\", \"quantity\": 2}"),
    },
    Endpoint {
        id: Id::ListOrders,
        method: Method::GET,
        path: "/orders",
        summary: "All orders of all users.",
        scopes: &["orders:read"],
        also: None,
        example: None,
    },
    Endpoint {
        id: Id::ListOwnOrders,
        method: Method::GET,
        path: "/orders/{user_id}",
        summary: "The orders of one user.",
        scopes: &["orders:read:user", "orders:create"],
        also: Some("the token's uid must be the user in the path"),
        example: None,
    },
    Endpoint {
        id: Id::UpdateOrder,
        method: Method::PATCH,
        path: "/orders/{id}",
        summary: "Approves, rejects or ships an order.",
        scopes: &["orders:update"],
        also: None,
        example: Some("{\"status\": \"approved\"}"),
    },
];

/// The authentication class that large orders need. Okta: two factors of different kinds.
pub(crate) const TWO_FACTORS: &str = "urn:okta:loa:2fa:any";

impl Endpoint {
    /// Whether one of the caller's scopes is sufficient.
    pub(crate) fn admits(&self, granted: &[String]) -> bool {
        granted.iter().any(|scope| self.scopes.contains(&scope.as_str()))
    }

    /// The sufficient scopes as text.
    pub(crate) fn scope_text(&self) -> String {
        self.scopes.join(" or ")
    }
}
