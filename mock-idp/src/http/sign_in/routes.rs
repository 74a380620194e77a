//! The rows of the hosted sign-in and of sign-in by programs.

use http::Method;

use super::{activate, authn, backchannel, home, magic_link, provider, recovery, steps};
use crate::routing::{Access, Handler, RateClass, Readers, Route, handler};

/// What the forms of the sign-in hold.
const FORM_SECRETS: &[&str] = &[
    "credentials.answer",
    "credentials.passcode",
    "credentials.totp",
    "confirmPassword",
    "expectedAnswer",
    "password",
    "stateHandle",
];

/// Where a tester answers requests as users do on their phones.
const PHONE: &[&str] = &["/signin/phone", "/signin/backchannel"];

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
        paths: PHONE,
        access: Access::Session,
        rate: RateClass::Unlimited,
        readers: Readers::SameOrigin,
        secrets: &[],
        handler: handler!(backchannel::get),
    },
    Route {
        method: Method::POST,
        paths: PHONE,
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
    proof_row(Method::POST, &["/signin/verify"], handler!(steps::challenge)),
    proof_row(Method::GET, &["/signin/choose"], handler!(steps::choose)),
    proof_row(Method::POST, &["/signin/enroll"], handler!(steps::enroll)),
    proof_row(Method::POST, &["/signin/resend"], handler!(steps::resend)),
    proof_row(Method::POST, &["/signin/poll"], handler!(steps::poll)),
    proof_row(Method::GET, &["/signin/poll"], handler!(steps::is_waiting)),
    proof_row(Method::POST, &["/signin/skip"], handler!(steps::skip)),
    proof_row(Method::POST, &["/signin/keep-me-signed-in"], handler!(steps::keep_me_signed_in)),
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
    page_row(Method::GET, &["/app/UserHome"], &[], handler!(home::show)),
    page_row(Method::GET, &["/sso/idps/{id}"], &["stateToken"], handler!(provider::go)),
    page_row(Method::GET, PROVIDER_CALLBACK, &["code", "state"], handler!(provider::return_by_query)),
    page_row(Method::POST, PROVIDER_CALLBACK, &["code", "state"], handler!(provider::return_by_form)),
    page_row(Method::GET, &["/login/login.htm"], &["fromURI"], handler!(home::sign_in)),
    page_row(Method::GET, &["/login/signout"], &["fromURI"], handler!(home::sign_out)),
    page_row(Method::GET, &["/signin/forgot-password"], FORM_SECRETS, handler!(recovery::forgot_password)),
    page_row(Method::GET, &["/signin/register"], FORM_SECRETS, handler!(recovery::register)),
    page_row(Method::POST, &["/signin/register"], FORM_SECRETS, handler!(recovery::submit_profile)),
    page_row(Method::GET, &["/signin/unlock"], FORM_SECRETS, handler!(recovery::unlock)),
    page_row(Method::GET, LINKS, &["token"], handler!(recovery::open)),
    page_row(Method::POST, &["/signin/recovery/identify"], FORM_SECRETS, handler!(recovery::identify)),
    page_row(Method::POST, &["/signin/recovery/answer"], FORM_SECRETS, handler!(recovery::answer)),
    page_row(Method::POST, &["/signin/recovery/confirm"], FORM_SECRETS, handler!(recovery::confirm)),
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
    page_row(Method::GET, &["/email/verify/{app}"], &["token"], handler!(magic_link::open)),
];

/// Where external identity providers send browsers back to.
const PROVIDER_CALLBACK: &[&str] = &["/oauth2/v1/authorize/callback"];

/// The links in messages. Okta: the first three are those of its API.
const LINKS: &[&str] = &[
    "/tokens/{token}/verify",
    "/welcome/{token}",
    "/reset_password/{token}",
    "/signin/reset-password/{token}",
    "/signin/unlock/{token}",
];

const fn page_row(
    method: Method,
    paths: &'static [&'static str],
    secrets: &'static [&'static str],
    handler: Handler,
) -> Route {
    let (access, rate, readers) = (Access::Session, RateClass::SignIn, Readers::SameOrigin);
    Route { method, paths, access, rate, readers, secrets, handler }
}

/// Okta: `/api/v1/authn`.
pub(in crate::http) static AUTHN_ROUTES: &[Route] = &[
    authn_row(&["/api/v1/authn"], handler!(authn::post)),
    authn_row(&["/api/v1/authn/introspect"], handler!(authn::introspect)),
    authn_row(&["/api/v1/authn/credentials/change_password"], handler!(authn::change_password)),
    authn_row(&["/api/v1/authn/credentials/reset_password"], handler!(authn::reset_password)),
    authn_row(&["/api/v1/authn/recovery/password"], handler!(authn::recover_password)),
    authn_row(&["/api/v1/authn/recovery/unlock"], handler!(authn::recover_account)),
    authn_row(&["/api/v1/authn/recovery/token"], handler!(authn::recovery_token)),
    authn_row(&["/api/v1/authn/recovery/answer"], handler!(authn::recovery_answer)),
    authn_row(&["/api/v1/authn/recovery/factors/{factor}/verify"], handler!(authn::verify_recovery)),
    authn_row(&["/api/v1/authn/recovery/factors/{factor}/resend"], handler!(authn::resend_recovery)),
    authn_row(&["/api/v1/authn/factors"], handler!(authn::enroll)),
    authn_row(&["/api/v1/authn/factors/{id}/verify"], handler!(authn::verify)),
    authn_row(&["/api/v1/authn/factors/{id}/verify/resend"], handler!(authn::resend)),
    authn_row(&["/api/v1/authn/factors/{id}/lifecycle/activate"], handler!(authn::activate)),
    authn_row(&["/api/v1/authn/factors/{id}/lifecycle/activate/poll"], handler!(authn::poll_activation)),
    authn_row(&["/api/v1/authn/factors/{id}/lifecycle/resend"], handler!(authn::resend)),
    authn_row(&["/api/v1/authn/previous"], handler!(authn::previous)),
    authn_row(&["/api/v1/authn/skip"], handler!(authn::skip)),
    authn_row(&["/api/v1/authn/cancel"], handler!(authn::cancel)),
];

const fn proof_row(method: Method, paths: &'static [&'static str], handler: Handler) -> Route {
    Route {
        method,
        paths,
        access: Access::Session,
        rate: RateClass::Unlimited,
        readers: Readers::SameOrigin,
        secrets: FORM_SECRETS,
        handler,
    }
}

const fn authn_row(paths: &'static [&'static str], handler: Handler) -> Route {
    Route {
        method: Method::POST,
        paths,
        access: Access::Public,
        rate: RateClass::Authn,
        readers: Readers::TrustedOriginsOfApi,
        secrets: &[
            "answer",
            "newPassword",
            "oldPassword",
            "passCode",
            "password",
            "recoveryToken",
            "sessionToken",
            "sharedSecret",
            "stateToken",
            "token",
        ],
        handler,
    }
}
