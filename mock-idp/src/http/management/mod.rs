//! The management API, as far as it is served. Okta: `/api/v1/…`, `/oauth2/v1/clients`. One file of rows for each resource.

mod authorization_servers;
mod clients;
mod global_revocation;
mod respond;

pub(super) use authorization_servers::ROUTES as AUTHORIZATION_SERVER_ROUTES;
pub(super) use clients::ROUTES as CLIENT_ROUTES;
pub(super) use global_revocation::ROUTES as GLOBAL_REVOCATION_ROUTES;
