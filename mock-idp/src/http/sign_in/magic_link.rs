//! Magic links: links in emails that confirm the code beside them.

use crate::engine::MagicLinkPage;
use crate::http::extract::BrowserForm;
use crate::http::respond::page;
use crate::routing::{Decided, Query};

pub(super) async fn open(form: BrowserForm, Query(query): Query) -> Decided {
    let BrowserForm { address, browser, names, frame } = form;
    let token = query.get("token").unwrap_or_default();
    page::response(MagicLinkPage::new(&address.org).open(token, browser, frame).await, &names)
}
