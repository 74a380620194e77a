//! The preview of a token request.

use std::sync::Arc;

use axum::response::Response;
use mock_idp_core::org::Org;
use mock_idp_core::preview::{Preview, Question, Remedies};

use super::response::{frame, page};
use crate::address::Address;
use crate::outbound::HookCaller;
use crate::pages::view::{ConsoleView, FormView, PreviewView, ResultView};
use crate::preview;
use crate::routing::{At, Query};

/// How many combinations are tried for the one that the page opens with.
const MAX_TRIES: usize = 24;

pub(in crate::control) async fn preview_page(At(address): At, Query(parameters): Query) -> Response {
    let org = address.org.org();
    let mut given = joined(parameters.iter());
    let (mut problem, mut result) = (None, None);
    if given.is_empty() {
        given = granted_combination(&address, &org).await;
    }
    match Question::read(&org, given.iter().map(|(name, value)| (name.as_str(), value.as_str()))) {
        _ if given.is_empty() => {}
        Err(bad) => problem = Some(bad.error),
        Ok(question) => {
            let base = Arc::clone(&address.base);
            let view = move |org: &Org, question: &Question, preview: Preview, remedies: Remedies| {
                ResultView::new(org, &base, question, &preview, &remedies)
            };
            result = Some(preview::explain(&address.org, address.urls(), question, view).await);
        }
    }
    let form = FormView::new(&org, &given);
    page(&ConsoleView::Preview(Box::new(PreviewView { frame: frame(&address), form, problem, result })))
}

/// The parameters; each checked scope is one, and they are joined.
fn joined<'p>(parameters: impl Iterator<Item = (&'p str, &'p str)>) -> Vec<(String, String)> {
    let mut given: Vec<(String, String)> = Vec::new();
    for (name, value) in parameters {
        match given.iter_mut().find(|(known, _)| name == "scope" && known == name) {
            Some((_, scopes)) => {
                scopes.push(' ');
                scopes.push_str(value);
            }
            None => given.push((name.to_owned(), value.to_owned())),
        }
    }
    given
}

/// The first client and user for whom a sign-in at the default server is granted. Empty if none of those that are tried is.
async fn granted_combination(address: &Address, org: &Arc<Org>) -> Vec<(String, String)> {
    let hooks = Arc::new(HookCaller::off());
    for (client, login) in combinations(org) {
        let given = [("client", &*client), ("user", &login), ("server", "default"), ("scope", "openid profile")];
        let Ok(question) = Question::read(org, given) else { continue };
        let now = address.org.clock.now();
        if !preview::preview_calling(&hooks, org, &address.urls(), &question, now).await.is_refused() {
            return given.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        }
    }
    Vec::new()
}

/// The first clients, each with the first users.
fn combinations(org: &Org) -> Vec<(String, String)> {
    let logins = || org.users().map(|user| user.profile.login.clone());
    let pairs = org.clients().flat_map(|app| logins().map(|login| (app.client_id().to_owned(), login)));
    pairs.take(MAX_TRIES).collect()
}
