//! Recoveries: forgotten password, locked account, and the links in messages; registration.

use mock_idp_core::ledger::RecoveryKind;
use mock_idp_core::protocol::Parameters;
use mock_idp_core::sign_in::{RecoveryAnswer, RegistrationAnswer, SignInAnswer};
use serde_json::{Map, Value};

use super::steps::step;
use crate::engine::RecoveryPages;
use crate::http::extract::{BrowserForm, Form};
use crate::http::respond::page;
use crate::routing::{Decided, PathParameters, Query};

pub(super) async fn forgot_password(form: BrowserForm, Query(query): Query) -> Decided {
    begin(form, &query, RecoveryKind::Password).await
}

pub(super) async fn unlock(form: BrowserForm, Query(query): Query) -> Decided {
    begin(form, &query, RecoveryKind::Unlock).await
}

pub(super) async fn register(form: BrowserForm, Query(query): Query) -> Decided {
    let BrowserForm { address, browser, names, frame } = form;
    let pages = RecoveryPages::new(&address.org, address.urls());
    page::response(pages.register(query.get("stateHandle"), browser, frame).await, &names)
}

pub(super) async fn submit_profile(form: BrowserForm, Form(fields): Form) -> Decided {
    let attribute = |(name, value): (&str, &str)| Some((name.strip_prefix("userProfile.")?.to_owned(), value.into()));
    let profile: Map<String, Value> = fields.iter().filter_map(attribute).collect();
    step(form, &fields, SignInAnswer::Register(RegistrationAnswer::Profile(&profile)), false).await
}

/// A link in a message.
pub(super) async fn open(form: BrowserForm, path: PathParameters) -> Decided {
    let BrowserForm { address, browser, names, frame } = form;
    let pages = RecoveryPages::new(&address.org, address.urls());
    page::response(pages.open(&path.get("token"), browser, frame).await, &names)
}

pub(super) async fn identify(form: BrowserForm, Form(fields): Form) -> Decided {
    let identifier = fields.get("identifier").unwrap_or_default();
    step(form, &fields, SignInAnswer::Recover(RecoveryAnswer::Identifier(identifier)), false).await
}

pub(super) async fn answer(form: BrowserForm, Form(fields): Form) -> Decided {
    let answer = fields.get("credentials.answer").unwrap_or_default();
    step(form, &fields, SignInAnswer::Recover(RecoveryAnswer::Answer(answer)), false).await
}

pub(super) async fn confirm(form: BrowserForm, Form(fields): Form) -> Decided {
    step(form, &fields, SignInAnswer::Recover(RecoveryAnswer::Confirm), false).await
}

async fn begin(form: BrowserForm, query: &Parameters, kind: RecoveryKind) -> Decided {
    let BrowserForm { address, browser, names, frame } = form;
    let pages = RecoveryPages::new(&address.org, address.urls());
    page::response(pages.begin(kind, query.get("stateHandle"), browser, frame).await, &names)
}
