//! The org's own pages for its users. Okta: `/app/UserHome`, `/login/login.htm`, `/login/signout`.

use crate::engine::{HomePages, LogoutResponse};
use crate::http::cookies::clear_session;
use crate::http::extract::{AtServer, BrowserForm};
use crate::http::respond::page;
use crate::routing::{Decided, Query};

pub(super) async fn show(AtServer(call): AtServer, form: BrowserForm) -> Decided {
    let BrowserForm { browser, names, frame, .. } = form;
    page::response(HomePages::new(&call).show(browser, frame).await, &names)
}

pub(super) async fn sign_in(AtServer(call): AtServer, form: BrowserForm, Query(query): Query) -> Decided {
    let BrowserForm { browser, names, frame, .. } = form;
    page::response(HomePages::new(&call).sign_in(query.get("fromURI"), browser, frame).await, &names)
}

pub(super) async fn sign_out(AtServer(call): AtServer, form: BrowserForm, Query(query): Query) -> Decided {
    let BrowserForm { browser, names, frame, .. } = form;
    let session = browser.session.as_deref();
    let decided = HomePages::new(&call).sign_out(query.get("fromURI"), session, frame).await;
    let ended = !matches!(decided.result, LogoutResponse::Refused(_));
    let mut decided = page::signed_out(decided);
    if ended {
        clear_session(&mut decided.result, &names, &browser);
    }
    decided
}
