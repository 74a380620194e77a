//! The rows of the IDX API.

use http::Method;

use super::steps;
use crate::routing::{Access, Handler, RateClass, Readers, Route, handler};

/// What its bodies contain.
const SECRETS: &[&str] =
    &["stateHandle", "stateToken", "interactionHandle", "credentials", "passcode", "totp", "answer"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(&["/idp/idx/introspect"], handler!(steps::introspect)),
    row(&["/idp/idx/identify"], handler!(steps::identify)),
    row(&["/idp/idx/credential/enroll"], handler!(steps::challenge)),
    row(&["/idp/idx/challenge/answer", "/idp/idx/challenge/answer/webauthn-autofillui"], handler!(steps::answer)),
    row(&["/idp/idx/challenge/resend"], handler!(steps::resend)),
    row(&["/idp/idx/challenge/send"], handler!(steps::send)),
    row(&["/idp/idx/challenge/poll", "/idp/idx/authenticators/poll"], handler!(steps::poll)),
    row(&["/idp/idx/skip"], handler!(steps::skip)),
    row(&["/idp/idx/keep-me-signed-in"], handler!(steps::keep_me_signed_in)),
    row(&["/idp/idx/consent"], handler!(steps::consent)),
    row(&["/idp/idx/identify/select"], handler!(steps::select_identify)),
    row(&["/idp/idx/enroll"], handler!(steps::enroll)),
    row(&["/idp/idx/enroll/new", "/idp/idx/enroll/update"], handler!(steps::enroll_new)),
    row(&["/idp/idx/recover"], handler!(steps::recover)),
    row(&["/idp/idx/unlock-account"], handler!(steps::unlock_account)),
    row(&["/idp/idx/challenge"], handler!(steps::challenge)),
    row(&["/idp/idx/cancel"], handler!(steps::cancel)),
];

const fn row(paths: &'static [&'static str], handler: Handler) -> Route {
    Route {
        method: Method::POST,
        paths,
        access: Access::Session,
        rate: RateClass::SignIn,
        readers: Readers::TrustedOrigins,
        secrets: SECRETS,
        handler,
    }
}
