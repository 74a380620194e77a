//! The wire: the table of Okta's own paths, and the front that every request passes.

mod cookies;
mod dispatch;
mod extract;
pub(crate) mod front;
mod idx;
mod layers;
mod management;
mod oauth;
mod preflight;
mod respond;
mod sign_in;

use mock_idp_core::management::{ApiError, ApiErrorId};

use crate::http::extract::{RequestHead, render_error};
use crate::journal::Explained;
use crate::routing::{Area, Decided, Group, Pipeline, RateClass, Readers, Route, handler};

/// Okta's own paths.
pub(crate) static GROUP: Group = Group {
    pipeline: Pipeline::Okta,
    rows: || ROUTES.iter().copied().flatten().collect(),
    areas: AREAS,
    dispatch: dispatch::dispatch,
    not_found: handler!(not_found),
    method_not_allowed: handler!(method_not_allowed),
    preflight: Some(handler!(preflight::answer)),
};

static ROUTES: &[&[Route]] = &[
    oauth::ROUTES,
    oauth::METADATA_ROUTES,
    sign_in::ROUTES,
    sign_in::AUTHN_ROUTES,
    idx::ROUTES,
    management::aaguids::ROUTES,
    management::app_assignments::ROUTES,
    management::app_connections::ROUTES,
    management::app_credentials::ROUTES,
    management::app_logos::ROUTES,
    management::apps::ROUTES,
    management::authenticators::ROUTES,
    management::api_tokens::ROUTES,
    management::authorization_servers::ROUTES,
    management::brands::ROUTES,
    management::certificates::APP_ROUTES,
    management::certificates::PROVIDER_ROUTES,
    management::certificates::ROUTES,
    management::clients::ROUTES,
    management::custom_roles::ROUTES,
    management::event_hooks::ROUTES,
    management::event_hooks::OPERATIONS,
    management::global_revocation::ROUTES,
    management::group_rules::ROUTES,
    management::groups::ROUTES,
    management::linked_objects::ROUTES,
    management::identity_provider_users::ROUTES,
    management::identity_providers::ROUTES,
    management::hook_keys::ROUTES,
    management::inline_hooks::ROUTES,
    management::inline_hooks::OPERATIONS,
    management::app_authenticators::ROUTES,
    management::my_account::ROUTES,
    management::network_zones::ROUTES,
    management::org_factors::ROUTES,
    management::org_settings::ROUTES,
    management::policies::ROUTES,
    management::profile_mappings::ROUTES,
    management::provisioning::ROUTES,
    management::refresh_tokens::ROUTES,
    management::schemas::ROUTES,
    management::sessions::ROUTES,
    management::server_rules::ROUTES,
    management::servers::ROUTES,
    management::resource_keys::ROUTES,
    management::resource_sets::ROUTES,
    management::role_assignments::CLIENT_ROUTES,
    management::role_assignments::GROUP_ROUTES,
    management::role_assignments::USER_ROUTES,
    management::subscriptions::ROUTES,
    management::user_details::ROUTES,
    management::user_factors::ROUTES,
    management::user_types::ROUTES,
    management::users::ROUTES,
    management::system_log::ROUTES,
    management::trusted_origins::ROUTES,
];

const fn area(prefix: &'static str, rate: RateClass, readers: Readers) -> Area {
    Area { prefix, rate, readers, secret_segment: false, ignores_trailing_slash: false }
}

/// The most specific first.
static AREAS: &[Area] = &[
    Area {
        secret_segment: true,
        ignores_trailing_slash: true,
        ..area("/api/v1/authn/recovery", RateClass::Authn, Readers::TrustedOriginsOfApi)
    },
    Area { ignores_trailing_slash: true, ..area("/api/v1/authn", RateClass::Authn, Readers::TrustedOriginsOfApi) },
    Area {
        secret_segment: true,
        ignores_trailing_slash: true,
        ..area("/api/v1/sessions", RateClass::Management, Readers::TrustedOriginsOfApi)
    },
    Area { ignores_trailing_slash: true, ..area("/api/v1", RateClass::Management, Readers::TrustedOriginsOfApi) },
    area("/api", RateClass::Management, Readers::TrustedOriginsOfApi),
    area("/idp", RateClass::SignIn, Readers::TrustedOrigins),
    Area { ignores_trailing_slash: true, ..area("/oauth2/v1/clients", RateClass::OAuth, Readers::SameOrigin) },
    area("/oauth2", RateClass::OAuth, Readers::AnyOrigin),
    area("/.well-known", RateClass::Unlimited, Readers::AnyOrigin),
    Area { secret_segment: true, ..area("/tokens", RateClass::Unlimited, Readers::SameOrigin) },
    Area { secret_segment: true, ..area("/reset_password", RateClass::Unlimited, Readers::SameOrigin) },
    Area { secret_segment: true, ..area("/signin/reset-password", RateClass::Unlimited, Readers::SameOrigin) },
    Area { secret_segment: true, ..area("/signin/unlock", RateClass::Unlimited, Readers::SameOrigin) },
    Area { secret_segment: true, ..area("/welcome", RateClass::Unlimited, Readers::SameOrigin) },
];

async fn not_found(RequestHead(head): RequestHead) -> Decided {
    Explained::undecided(render_error(&ApiError::new(ApiErrorId::PathNotFound, ""), &head).result)
}

async fn method_not_allowed(RequestHead(head): RequestHead) -> Decided {
    Explained::undecided(render_error(&ApiError::new(ApiErrorId::MethodNotSupported, ""), &head).result)
}

#[cfg(test)]
mod tests;
