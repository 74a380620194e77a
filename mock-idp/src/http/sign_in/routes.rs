//! The rows of the hosted sign-in and of sign-in by programs.

use http::Method;

use super::{activate, authn, backchannel, steps};
use crate::routing::{Access, RateClass, Readers, Route, handler};

/// What the forms of the sign-in hold.
const FORM_SECRETS: &[&str] = &["credentials.passcode", "password", "stateHandle"];

/// The hosted sign-in's own addresses: its pages, and what its forms post to.
pub(in crate::http) static ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        paths: &["/activate"],
        access: Access::Session,
        rate: RateClass::Unlimited,
        readers: Readers::SameOrigin,
        secrets: &["user_code"],
        handler: handler!(activate::get),
    },
    Route {
        method: Method::POST,
        paths: &["/activate"],
        access: Access::Session,
        rate: RateClass::Unlimited,
        readers: Readers::SameOrigin,
        secrets: &["userCode"],
        handler: handler!(activate::post),
    },
    Route {
        method: Method::GET,
        paths: &["/signin/backchannel"],
        access: Access::Session,
        rate: RateClass::Unlimited,
        readers: Readers::SameOrigin,
        secrets: &[],
        handler: handler!(backchannel::get),
    },
    Route {
        method: Method::POST,
        paths: &["/signin/backchannel"],
        access: Access::Session,
        rate: RateClass::Unlimited,
        readers: Readers::SameOrigin,
        secrets: &[],
        handler: handler!(backchannel::post),
    },
    Route {
        method: Method::POST,
        paths: &["/signin/identify"],
        access: Access::Session,
        rate: RateClass::Unlimited,
        readers: Readers::SameOrigin,
        secrets: FORM_SECRETS,
        handler: handler!(steps::identify),
    },
    Route {
        method: Method::POST,
        paths: &["/signin/challenge"],
        access: Access::Session,
        rate: RateClass::Unlimited,
        readers: Readers::SameOrigin,
        secrets: FORM_SECRETS,
        handler: handler!(steps::challenge),
    },
    Route {
        method: Method::POST,
        paths: &["/signin/sign-in"],
        access: Access::Session,
        rate: RateClass::Unlimited,
        readers: Readers::SameOrigin,
        secrets: FORM_SECRETS,
        handler: handler!(steps::both),
    },
    Route {
        method: Method::GET,
        paths: &["/signin/pick"],
        access: Access::Session,
        rate: RateClass::Unlimited,
        readers: Readers::SameOrigin,
        secrets: FORM_SECRETS,
        handler: handler!(steps::pick_by_link),
    },
    Route {
        method: Method::POST,
        paths: &["/signin/pick"],
        access: Access::Session,
        rate: RateClass::Unlimited,
        readers: Readers::SameOrigin,
        secrets: FORM_SECRETS,
        handler: handler!(steps::pick),
    },
    Route {
        method: Method::POST,
        paths: &["/signin/consent"],
        access: Access::Session,
        rate: RateClass::Unlimited,
        readers: Readers::SameOrigin,
        secrets: FORM_SECRETS,
        handler: handler!(steps::consent),
    },
    Route {
        method: Method::GET,
        paths: &["/signin/restart"],
        access: Access::Session,
        rate: RateClass::Unlimited,
        readers: Readers::SameOrigin,
        secrets: FORM_SECRETS,
        handler: handler!(steps::restart),
    },
    Route {
        method: Method::GET,
        paths: &["/login/token/redirect"],
        access: Access::Session,
        rate: RateClass::SignIn,
        readers: Readers::SameOrigin,
        secrets: &["stateToken"],
        handler: handler!(steps::finish),
    },
];

/// Okta: `/api/v1/authn`.
pub(in crate::http) static AUTHN_ROUTES: &[Route] = &[
    Route {
        method: Method::POST,
        paths: &["/api/v1/authn"],
        access: Access::Public,
        rate: RateClass::Authn,
        readers: Readers::TrustedOriginsOfApi,
        secrets: &["password", "stateToken", "sessionToken"],
        handler: handler!(authn::post),
    },
    Route {
        method: Method::POST,
        paths: &["/api/v1/authn/cancel"],
        access: Access::Public,
        rate: RateClass::Authn,
        readers: Readers::TrustedOriginsOfApi,
        secrets: &["stateToken"],
        handler: handler!(authn::cancel),
    },
];
