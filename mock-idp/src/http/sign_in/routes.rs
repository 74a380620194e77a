//! The rows of the hosted sign-in and of sign-in by programs.

use http::Method;

use super::{activate, authn, backchannel, steps};
use crate::routing::{Access, Handler, RateClass, Readers, Route, handler};

/// What the forms of the sign-in hold.
const FORM_SECRETS: &[&str] = &["credentials.passcode", "confirmPassword", "password", "stateHandle"];

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
        paths: &["/signin/new-password"],
        access: Access::Session,
        rate: RateClass::Unlimited,
        readers: Readers::SameOrigin,
        secrets: FORM_SECRETS,
        handler: handler!(steps::new_password),
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
        paths: &["/login/sessionCookieRedirect"],
        access: Access::Session,
        rate: RateClass::SignIn,
        readers: Readers::SameOrigin,
        secrets: &["token"],
        handler: handler!(steps::session_cookie),
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
    authn_row(&["/api/v1/authn"], handler!(authn::post)),
    authn_row(&["/api/v1/authn/introspect"], handler!(authn::introspect)),
    authn_row(&["/api/v1/authn/credentials/change_password"], handler!(authn::change_password)),
    authn_row(&["/api/v1/authn/cancel"], handler!(authn::cancel)),
];

const fn authn_row(paths: &'static [&'static str], handler: Handler) -> Route {
    Route {
        method: Method::POST,
        paths,
        access: Access::Public,
        rate: RateClass::Authn,
        readers: Readers::TrustedOriginsOfApi,
        secrets: &["password", "oldPassword", "newPassword", "stateToken", "sessionToken"],
        handler,
    }
}
