//! The server-side session of one browser: pending sign-ins, the tokens of the completed one, the CSRF token and the
//! notice of the last action. The browser holds the session id only.

mod api_call;
mod browser;
mod notice;
mod sign_in;
mod store;

pub(crate) use api_call::ApiCall;
pub(crate) use browser::{BrowserSession, SessionError};
pub(crate) use notice::{Notice, NoticeKind};

pub(crate) use sign_in::{Exchange, Inspection, PendingSignIn, Refreshed, SignedIn, TokenChange};
pub(crate) use store::BoundedStore;
