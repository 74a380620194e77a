//! A complete sign-in at the running org: the requests of a client and its user's browser, without their pages and credentials.

use std::sync::Arc;

use mock_idp_core::endpoint::token::TokenRequest;
use mock_idp_core::org::Urls;
use mock_idp_core::preview::{Asks, Question, Refused, Shown};
use mock_idp_core::protocol::{ErrorId, GrantType, OAuthError, Parameters, Scopes};
use mock_idp_core::trace::Note;
use serde_json::{Map, Value};

use super::browser::{Browser, Destination};
use super::parameters;
use super::refusal::Ended;
use crate::engine::{Context, OrgInstance, TokenEndpoint};
use crate::journal::Explained;

/// The result of a sign-in.
#[derive(Debug)]
pub(crate) struct Login {
    /// What the client gets.
    pub result: Result<Map<String, Value>, Refused>,
    /// The decisions.
    pub notes: Vec<Note>,
}

/// The grants that [`login`] goes through.
pub(crate) const LOGIN_GRANTS: &[GrantType] =
    &[GrantType::AuthorizationCode, GrantType::Implicit, GrantType::Password, GrantType::ClientCredentials];

/// Signs the user of a question in, and gets the tokens of its client.
pub(crate) async fn login(instance: &Arc<OrgInstance>, urls: Urls, question: &Question) -> Login {
    let org = instance.org();
    let Some(server) = org.server_by_id(&question.server).filter(|server| server.active).map(Arc::clone) else {
        let error = OAuthError::new(ErrorId::ServerError, "the authorization server is inactive");
        return Login { result: Err(refused(Ended::refused(Shown::Api, 404, &error))), notes: Vec::new() };
    };
    let context = Context::new(Arc::clone(instance), org, server, urls).assuming_client(&question.client_id);
    let mut flow = Flow { question, context, notes: Vec::new() };
    let result = flow.tokens().await.map_err(refused);
    Login { result, notes: flow.notes }
}

struct Flow<'a> {
    question: &'a Question,
    context: Context,
    notes: Vec<Note>,
}

impl Flow<'_> {
    async fn tokens(&mut self) -> Result<Map<String, Value>, Ended> {
        match self.question.grant_type {
            GrantType::AuthorizationCode | GrantType::Implicit => self.by_browser().await,
            _ => self.redeem(parameters::directly(&self.context.org, self.question, &self.question.scopes)).await,
        }
    }

    async fn by_browser(&mut self) -> Result<Map<String, Value>, Ended> {
        let scopes: &Scopes = &self.question.scopes;
        let authorize = parameters::authorize(&self.context.org, self.question, scopes);
        let user = self.question.user(&self.context.org);
        let login = user.map_or_else(String::new, |user| user.profile.login.clone());
        let mut browser = Browser::new(self.context.clone(), login, self.question.consent_given, None);
        let destination = browser.authorize(&authorize).await;
        self.notes.extend(browser.into_notes());
        let Destination::Client(response) = destination? else { return Ok(Map::new()) };
        let mut tokens: Map<String, Value> = response
            .iter()
            .filter(|(name, _)| !["code", "state", "iss"].contains(name))
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        if let Some(code) = response.get("code") {
            tokens.extend(self.redeem(parameters::redeem_code(code, &authorize)).await?);
        }
        Ok(tokens)
    }

    async fn redeem(&mut self, body: Parameters) -> Result<Map<String, Value>, Ended> {
        let request = TokenRequest { body, ..TokenRequest::default() };
        let Explained { result, explanation } = TokenEndpoint::new(&self.context).respond(request).await;
        self.notes.extend(explanation.notes);
        Ok(result?)
    }
}

/// A page that asks the user something is a refusal, because no user answers it.
fn refused(ended: Ended) -> Refused {
    let asks = |error: &str, reason: String| Refused {
        shown: Shown::SignInPage,
        status: 200,
        id: error.to_owned(),
        error: error.to_owned(),
        error_description: String::new(),
        reason,
    };
    match ended {
        Ended::Refused(refused) => refused,
        Ended::Asks(Asks::SignIn) => asks("login_required", "the user would be asked to sign in again".to_owned()),
        Ended::Asks(Asks::Consent { scopes }) => {
            asks("consent_required", format!("the user would be asked to allow {}", scopes.join(" ")))
        }
    }
}
