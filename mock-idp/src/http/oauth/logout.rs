//! Sign-out by a client.

use mock_idp_core::protocol::Parameters;

use crate::engine::{LogoutEndpoint, LogoutResponse};
use crate::http::cookies::{BrowserCookies, clear_session};
use crate::http::extract::{AtServer, Form, PageFrame};
use crate::http::respond::page;
use crate::routing::{Decided, Query};

pub(super) async fn get(at: AtServer, cookies: BrowserCookies, frame: PageFrame, Query(parameters): Query) -> Decided {
    answer(at, cookies, frame, &parameters).await
}

pub(super) async fn post(at: AtServer, cookies: BrowserCookies, frame: PageFrame, Form(parameters): Form) -> Decided {
    answer(at, cookies, frame, &parameters).await
}

async fn answer(
    AtServer(call): AtServer,
    BrowserCookies { browser, names }: BrowserCookies,
    PageFrame(frame): PageFrame,
    parameters: &Parameters,
) -> Decided {
    let decided = LogoutEndpoint::new(&call).respond(parameters, browser.session.as_deref(), frame).await;
    let ended = matches!(decided.result, LogoutResponse::Page(_) | LogoutResponse::Redirect(_));
    let mut decided = page::signed_out(decided);
    if ended {
        clear_session(&mut decided.result, &names, &browser);
    }
    decided
}
