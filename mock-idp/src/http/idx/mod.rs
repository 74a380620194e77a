//! The IDX API. Okta: `/idp/idx/…`.

mod body;
mod routes;
mod steps;

pub(super) use routes::ROUTES;
