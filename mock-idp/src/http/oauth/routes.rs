//! The rows of the OAuth and OpenID Connect endpoints: at the org server under `/oauth2`, at each custom server under
//! `/oauth2/{server}`.

use http::Method;

use super::{
    authorization, backchannel, check_session, device, direct_authentication, discovery, interaction, introspection,
    keys, logout, organization, pushed_request, revocation, token, userinfo, webfinger,
};
use crate::routing::{Access, RateClass, Readers, Route, handler};

/// What an authorization request can carry of an earlier sign-in or of another client.
const AUTHORIZATION_SECRETS: &[&str] =
    &["sessionToken", "interclient_token", "id_token_hint", "login_hint_token", "request"];

/// Everything that the grants of the token endpoint redeem.
const TOKEN_SECRETS: &[&str] = &[
    "client_secret",
    "client_assertion",
    "code",
    "interaction_code",
    "code_verifier",
    "refresh_token",
    "password",
    "device_code",
    "auth_req_id",
    "otp",
    "mfa_token",
    "oob_code",
    "binding_code",
    "assertion",
    "subject_token",
    "actor_token",
    "device_secret",
    "access_token",
    "id_token",
];

/// What the endpoints of direct authentication take and give.
const DIRECT_SECRETS: &[&str] = &["client_secret", "client_assertion", "mfa_token", "oob_code", "binding_code"];

/// Token introspection and revocation.
const TOKEN_ARGUMENT: &[&str] = &["client_secret", "client_assertion", "token"];

pub(in crate::http) static ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        paths: &["/oauth2/v1/authorize", "/oauth2/{server}/v1/authorize"],
        access: Access::Session,
        rate: RateClass::Authorize,
        readers: Readers::SameOrigin,
        secrets: AUTHORIZATION_SECRETS,
        handler: handler!(authorization::get),
    },
    Route {
        method: Method::POST,
        paths: &["/oauth2/v1/authorize", "/oauth2/{server}/v1/authorize"],
        access: Access::Session,
        rate: RateClass::Authorize,
        readers: Readers::SameOrigin,
        secrets: AUTHORIZATION_SECRETS,
        handler: handler!(authorization::post),
    },
    Route {
        method: Method::POST,
        paths: &["/oauth2/v1/token", "/oauth2/{server}/v1/token"],
        access: Access::Client,
        rate: RateClass::Token,
        readers: Readers::AnyOrigin,
        secrets: TOKEN_SECRETS,
        handler: handler!(token::post),
    },
    Route {
        method: Method::POST,
        paths: &["/oauth2/v1/par", "/oauth2/{server}/v1/par"],
        access: Access::Client,
        rate: RateClass::OAuth,
        readers: Readers::AnyOrigin,
        secrets: &[
            "client_secret",
            "client_assertion",
            "sessionToken",
            "interclient_token",
            "id_token_hint",
            "request",
            "request_uri",
        ],
        handler: handler!(pushed_request::post),
    },
    Route {
        method: Method::GET,
        paths: &["/oauth2/v1/userinfo", "/oauth2/{server}/v1/userinfo"],
        access: Access::BearerToken,
        rate: RateClass::OAuth,
        readers: Readers::AnyOrigin,
        secrets: &["access_token"],
        handler: handler!(userinfo::get),
    },
    Route {
        method: Method::POST,
        paths: &["/oauth2/v1/userinfo", "/oauth2/{server}/v1/userinfo"],
        access: Access::BearerToken,
        rate: RateClass::OAuth,
        readers: Readers::AnyOrigin,
        secrets: &["access_token"],
        handler: handler!(userinfo::post),
    },
    Route {
        method: Method::POST,
        paths: &["/oauth2/v1/introspect", "/oauth2/{server}/v1/introspect"],
        access: Access::Client,
        rate: RateClass::OAuth,
        readers: Readers::AnyOrigin,
        secrets: TOKEN_ARGUMENT,
        handler: handler!(introspection::post),
    },
    Route {
        method: Method::POST,
        paths: &["/oauth2/v1/revoke", "/oauth2/{server}/v1/revoke"],
        access: Access::Client,
        rate: RateClass::OAuth,
        readers: Readers::AnyOrigin,
        secrets: TOKEN_ARGUMENT,
        handler: handler!(revocation::post),
    },
    Route {
        method: Method::POST,
        paths: &["/oauth2/v1/device/authorize", "/oauth2/{server}/v1/device/authorize"],
        access: Access::Client,
        rate: RateClass::OAuth,
        readers: Readers::AnyOrigin,
        secrets: &["client_secret", "client_assertion", "device_code", "user_code"],
        handler: handler!(device::post),
    },
    Route {
        method: Method::POST,
        paths: &["/oauth2/v1/bc/authorize", "/oauth2/{server}/v1/bc/authorize"],
        access: Access::Client,
        rate: RateClass::OAuth,
        readers: Readers::SameOrigin,
        secrets: &["client_secret", "client_assertion", "id_token_hint", "login_hint_token", "request", "auth_req_id"],
        handler: handler!(backchannel::post),
    },
    Route {
        method: Method::POST,
        paths: &["/oauth2/v1/primary-authenticate", "/oauth2/{server}/v1/primary-authenticate"],
        access: Access::Client,
        rate: RateClass::OAuth,
        readers: Readers::SameOrigin,
        secrets: DIRECT_SECRETS,
        handler: handler!(direct_authentication::primary),
    },
    Route {
        method: Method::POST,
        paths: &["/oauth2/v1/oob-authenticate", "/oauth2/{server}/v1/oob-authenticate"],
        access: Access::Client,
        rate: RateClass::OAuth,
        readers: Readers::SameOrigin,
        secrets: DIRECT_SECRETS,
        handler: handler!(direct_authentication::out_of_band),
    },
    Route {
        method: Method::POST,
        paths: &["/oauth2/v1/challenge", "/oauth2/{server}/v1/challenge"],
        access: Access::Client,
        rate: RateClass::OAuth,
        readers: Readers::SameOrigin,
        secrets: DIRECT_SECRETS,
        handler: handler!(direct_authentication::challenge),
    },
    Route {
        method: Method::POST,
        paths: &["/oauth2/v1/interact", "/oauth2/{server}/v1/interact"],
        access: Access::Client,
        rate: RateClass::OAuth,
        readers: Readers::TrustedOrigins,
        secrets: &["client_secret", "client_assertion", "activation_token", "recovery_token"],
        handler: handler!(interaction::post),
    },
    Route {
        method: Method::GET,
        paths: &["/oauth2/v1/logout", "/oauth2/{server}/v1/logout"],
        access: Access::Session,
        rate: RateClass::OAuth,
        readers: Readers::SameOrigin,
        secrets: &["id_token_hint", "device_secret", "confirmation"],
        handler: handler!(logout::get),
    },
    Route {
        method: Method::POST,
        paths: &["/oauth2/v1/logout", "/oauth2/{server}/v1/logout"],
        access: Access::Session,
        rate: RateClass::OAuth,
        readers: Readers::SameOrigin,
        secrets: &["id_token_hint", "device_secret", "confirmation"],
        handler: handler!(logout::post),
    },
    Route {
        method: Method::GET,
        paths: &["/oauth2/v1/check_session", "/oauth2/{server}/v1/check_session"],
        access: Access::Public,
        rate: RateClass::OAuth,
        readers: Readers::SameOrigin,
        secrets: &[],
        handler: handler!(check_session::get),
    },
    Route {
        method: Method::GET,
        paths: KEY_SETS,
        access: Access::Public,
        rate: RateClass::Unlimited,
        readers: Readers::AnyOrigin,
        secrets: &[],
        handler: handler!(keys::get),
    },
];

const KEY_SETS: &[&str] = &["/oauth2/v1/keys", "/oauth2/{server}/v1/keys"];

/// Whether the answers of a row are key sets.
pub(in crate::http) fn is_key_set(route: &Route) -> bool {
    route.paths == KEY_SETS
}

pub(in crate::http) static METADATA_ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        paths: &["/.well-known/openid-configuration", "/oauth2/{server}/.well-known/openid-configuration"],
        access: Access::Public,
        rate: RateClass::Unlimited,
        readers: Readers::AnyOrigin,
        secrets: &[],
        handler: handler!(discovery::openid),
    },
    Route {
        method: Method::GET,
        // RFC 8414 3.1: the path of the issuer comes behind the well-known part.
        paths: &[
            "/.well-known/oauth-authorization-server",
            "/oauth2/{server}/.well-known/oauth-authorization-server",
            "/.well-known/oauth-authorization-server/oauth2/{server}",
        ],
        access: Access::Public,
        rate: RateClass::Unlimited,
        readers: Readers::AnyOrigin,
        secrets: &[],
        handler: handler!(discovery::oauth),
    },
    Route {
        method: Method::GET,
        paths: &["/.well-known/okta-organization"],
        access: Access::Public,
        rate: RateClass::Unlimited,
        readers: Readers::AnyOrigin,
        secrets: &[],
        handler: handler!(organization::get),
    },
    Route {
        method: Method::GET,
        paths: &["/.well-known/webfinger"],
        access: Access::Public,
        rate: RateClass::Unlimited,
        readers: Readers::AnyOrigin,
        secrets: &[],
        handler: handler!(webfinger::get),
    },
];
