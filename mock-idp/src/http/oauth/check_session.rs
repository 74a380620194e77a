//! The page that clients embed to learn whether the session has changed. Session Management 3.2; Okta: there is none.

use mock_idp_core::management::{ApiError, ApiErrorId};

use crate::http::cookies::BrowserCookies;
use crate::http::extract::{AtServer, PageFrame, RequestHead, render_error};
use crate::http::respond::page;
use crate::journal::Explained;
use crate::pages::view::{CheckSessionView, PageView};
use crate::routing::Decided;

pub(super) async fn get(
    AtServer(call): AtServer,
    BrowserCookies { names, .. }: BrowserCookies,
    PageFrame(frame): PageFrame,
    RequestHead(head): RequestHead,
) -> Decided {
    if !call.server.behavior.manages_sessions() {
        return Explained::undecided(render_error(&ApiError::new(ApiErrorId::PathNotFound, ""), &head).result);
    }
    let view = CheckSessionView { frame, state_cookie: names.state() };
    Explained::undecided(page::render(&PageView::CheckSession(view)))
}
