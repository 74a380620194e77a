//! Runs a question: the requests that its client and its user would make, in order.

use std::sync::Arc;

use mock_idp_core::endpoint::client_authentication::CredentialSources;
use mock_idp_core::endpoint::token::TokenRequest;
use mock_idp_core::endpoint::userinfo::TokenSources;
use mock_idp_core::ledger::SignedIn;
use mock_idp_core::management::ApiError;
use mock_idp_core::model::{App, ApplicationType};
use mock_idp_core::org::{CompiledServer, Org, Urls};
use mock_idp_core::preview::{
    Asks, EndpointTokens, Granted, Preview, PreviewOutcome, Question, Refused, Shown, ShownRequest,
};
use mock_idp_core::protocol::jose::Jws;
use mock_idp_core::protocol::{ErrorId, GrantType, OAuthError, Parameters, Scopes};
use mock_idp_core::trace::{Note, NoteStatus, Trace};
use serde_json::{Map, Value};

use super::browser::{Browser, Destination};
use super::refusal::Ended;
use super::{parameters, tokens};
use crate::engine::{
    Assumptions, BackchannelDecisions, BackchannelEndpoint, Context, DeviceAuthorizationEndpoint, OrgInstance,
    TokenEndpoint, UserinfoAnswer, UserinfoEndpoint,
};
use crate::journal::Explained;
use crate::outbound::HookCaller;

/// The answer to a question at the time `now`, in seconds since 1970. Token inline hooks on this machine are called.
pub async fn preview(org: &Arc<Org>, urls: &Urls, question: &Question, now: i64) -> Preview {
    preview_calling(&Arc::default(), org, urls, question, now).await
}

/// The same, with hooks that are called as those of a running org.
pub(crate) async fn preview_calling(
    hooks: &Arc<HookCaller>,
    org: &Arc<Org>,
    urls: &Urls,
    question: &Question,
    now: i64,
) -> Preview {
    let Some(server) = org.server_by_id(&question.server).filter(|server| server.active) else {
        return no_server(question);
    };
    let mut run = Run::new(org, urls, question, server, now, hooks);
    let outcome = match run.grant().await {
        Ok(granted) => PreviewOutcome::Granted(Box::new(granted)),
        Err(Ended::Asks(asks)) => PreviewOutcome::Asks(asks),
        Err(Ended::Refused(refused)) => PreviewOutcome::Refused(refused),
    };
    Preview { outcome, requests: run.requests, notes: run.notes }
}

fn no_server(question: &Question) -> Preview {
    let error = ApiError::not_found(&question.server, "AuthorizationServer");
    let reason = "no active authorization server has this id";
    let mut trace = Trace::default();
    trace.note(NoteStatus::Refused, error.code().to_owned(), reason);
    let outcome = PreviewOutcome::Refused(Refused {
        shown: Shown::Api,
        status: error.status(),
        id: error.code().to_owned(),
        error: error.code().to_owned(),
        error_description: error.summary(),
        reason: reason.to_owned(),
    });
    Preview { outcome, requests: Vec::new(), notes: trace.notes }
}

struct Run<'a> {
    question: &'a Question,
    context: Context,
    requests: Vec<ShownRequest>,
    notes: Vec<Note>,
}

impl<'a> Run<'a> {
    fn new(
        org: &Arc<Org>,
        urls: &Urls,
        question: &'a Question,
        server: &Arc<CompiledServer>,
        now: i64,
        hooks: &Arc<HookCaller>,
    ) -> Self {
        let assumptions = Assumptions { amr: question.session.amr.clone(), hooks: Arc::clone(hooks) };
        let instance = Arc::new(OrgInstance::scratch(Arc::clone(org), now, assumptions));
        let context = Context::new(instance, Arc::clone(org), Arc::clone(server), urls.clone());
        let context = context.assuming_client(&question.client_id);
        Self { question, context, requests: Vec::new(), notes: Vec::new() }
    }

    async fn grant(&mut self) -> Result<Granted, Ended> {
        let question = self.question;
        let mut granted = match question.grant_type {
            GrantType::AuthorizationCode | GrantType::Implicit => self.by_browser(&question.scopes).await?.0,
            GrantType::RefreshToken => self.refreshed().await?,
            GrantType::DeviceCode => self.by_device().await?,
            GrantType::Ciba => self.by_back_channel().await?,
            GrantType::TokenExchange => self.exchanged().await?,
            _ => self.directly(&question.scopes).await?.0,
        };
        granted.userinfo = self.userinfo(&granted).await;
        Ok(granted)
    }

    fn client(&self) -> Option<&App> {
        self.context.org.client(&self.question.client_id)
    }

    /// Authorization request, sign-in, consent, response; then the code, if there is one. Also the answer of the token endpoint.
    async fn by_browser(&mut self, scopes: &Scopes) -> Result<(Granted, Map<String, Value>), Ended> {
        let Context { org, server, urls, .. } = &self.context;
        let authorize = parameters::authorize(org, self.question, scopes);
        self.requests.push(ShownRequest::authorize(urls, server, &authorize));
        self.assume_consent(scopes).await?;
        let mut browser = self.browser().await?;
        let destination = browser.authorize(&authorize).await;
        self.notes.extend(browser.into_notes());
        let mut granted = Granted::default();
        if let Some(recorded) = self.context.instance.recorded_tokens() {
            let scope = recorded.scopes.map(|scopes| scopes.join()).unwrap_or_default();
            granted.authorize = tokens::previewed(recorded.tokens, "Bearer", scope);
        }
        let Destination::Client(response) = destination? else { return Ok((granted, Map::new())) };
        let Some(code) = response.get("code") else { return Ok((granted, Map::new())) };
        let (tokens, answer) = self.at_token_endpoint(parameters::redeem_code(code, &authorize)).await?;
        granted.token = Some(tokens);
        Ok((granted, answer))
    }

    /// What the user has allowed before.
    async fn assume_consent(&self, scopes: &Scopes) -> Result<(), Ended> {
        let Context { instance, server, .. } = &self.context;
        let (Some(user_id), true) = (&self.question.user_id, self.question.consent_given) else { return Ok(()) };
        let scopes = match scopes.is_empty() {
            true => server.scopes.iter().map(|scope| &scope.name).collect(),
            false => scopes.clone(),
        };
        Ok(instance.assume_consent(&server.id, &self.question.client_id, user_id, scopes).await?)
    }

    /// The user's browser, in which they may have signed in earlier.
    async fn browser(&self) -> Result<Browser, Ended> {
        let Question { session, user_id, .. } = self.question;
        let session = match (session.auth_time, user_id.clone()) {
            (Some(auth_time), Some(user_id)) => {
                let amr = if session.amr.is_empty() { vec!["pwd".to_owned()] } else { session.amr.clone() };
                Some(self.context.instance.assume_session(SignedIn::with_amr(user_id, auth_time, amr)).await?)
            }
            _ => None,
        };
        let user = self.question.user(&self.context.org);
        let login = user.map_or_else(String::new, |user| user.profile.login.clone());
        Ok(Browser::new(self.context.clone(), login, self.question.consent_given, session))
    }

    /// The device asks, its user types the code and allows it, the device redeems.
    async fn by_device(&mut self) -> Result<Granted, Ended> {
        let body = parameters::device(self.question);
        self.show("device/authorize", &body);
        let endpoint = DeviceAuthorizationEndpoint::new(&self.context);
        let answer = endpoint.respond(sources(&body, &Parameters::default())).await;
        let answer = self.take(answer)?;
        let mut browser = self.browser().await?;
        let destination = browser.activate(text(&answer, "user_code")).await;
        self.notes.extend(browser.into_notes());
        destination?;
        self.redeem_polled(("device_code", text(&answer, "device_code"))).await
    }

    /// The client asks, its user agrees on a phone, the client redeems.
    async fn by_back_channel(&mut self) -> Result<Granted, Ended> {
        let body = parameters::back_channel(&self.context.org, self.question);
        self.show("bc/authorize", &body);
        let answer = BackchannelEndpoint::new(&self.context).respond(sources(&body, &Parameters::default())).await;
        let answer = self.take(answer)?;
        let inbox = BackchannelDecisions::new(&self.context.instance);
        if !self.question.consent_given {
            let waiting = inbox.waiting().await?;
            let scopes = waiting.iter().flat_map(|request| request.scopes.iter()).map(str::to_owned).collect();
            return Err(Ended::Asks(Asks::Consent { scopes }));
        }
        inbox.decide(true, |_| true).await?;
        self.redeem_polled(("auth_req_id", text(&answer, "auth_req_id"))).await
    }

    async fn redeem_polled(&mut self, code: (&str, &str)) -> Result<Granted, Ended> {
        let (answer, _) = self.at_token_endpoint(parameters::redeem_polled(self.question, code)).await?;
        Ok(Granted { token: Some(answer), ..Granted::default() })
    }

    /// A request that the client makes by itself, with the user's password or without a user.
    async fn directly(&mut self, scopes: &Scopes) -> Result<(Granted, Map<String, Value>), Ended> {
        let body = parameters::directly(&self.context.org, self.question, scopes);
        let (tokens, answer) = self.at_token_endpoint(body).await?;
        Ok((Granted { token: Some(tokens), ..Granted::default() }, answer))
    }

    /// The sign-in that comes before another grant: in a browser, if the client may use one.
    async fn signed_in(&mut self, scopes: &Scopes) -> Result<(Granted, Map<String, Value>), Ended> {
        let has = |grant| self.client().is_some_and(|app| app.oauth().grant_types.contains(&grant));
        match has(GrantType::Password) && !has(GrantType::AuthorizationCode) {
            true => self.directly(scopes).await,
            false => self.by_browser(scopes).await,
        }
    }

    /// A refresh, after a sign-in with these scopes and `offline_access`.
    async fn refreshed(&mut self) -> Result<Granted, Ended> {
        // A client that may not refresh gets the same error for every token.
        let unknown = TokenEndpoint::new(&self.context).respond(self.token_request(parameters::refresh("none"))).await;
        if unknown.result.as_ref().is_err_and(|error| error.id != ErrorId::InvalidRefreshToken) {
            self.take(unknown)?;
        }
        let scopes: Scopes = self.question.scopes.iter().chain(["offline_access"]).collect();
        let (_, answer) = self.signed_in(&scopes).await?;
        let Some(token) = answer.get("refresh_token").and_then(Value::as_str) else {
            let error = OAuthError::new(ErrorId::InvalidRefreshToken, "the sign-in gave no refresh token");
            let mut trace = Trace::default();
            trace.note(NoteStatus::Refused, error.id.row().id, error.reason.as_str());
            self.notes.extend(trace.notes);
            return Err(error.into());
        };
        // The notes of the sign-in stay; those on the claims of its tokens are replaced.
        self.notes.retain(|note| !note.is_about_claim());
        let (answer, _) = self.at_token_endpoint(parameters::refresh(token)).await?;
        Ok(Granted { token: Some(answer), ..Granted::default() })
    }

    /// A service exchanges an access token of the user; any other client the device secret of its own sign-in.
    async fn exchanged(&mut self) -> Result<Granted, Ended> {
        let is_service =
            self.client().is_some_and(|client| client.oauth().application_type == ApplicationType::Service);
        let body = match is_service {
            true => {
                parameters::exchange_access_token(self.question, &self.context.server, &self.subject_token().await?)
            }
            false => {
                let scopes: Scopes = ["openid", "device_sso", "offline_access"].into_iter().collect();
                let (_, answer) = self.signed_in(&scopes).await?;
                parameters::exchange_device_secret(self.question, &self.context.server, &answer)
            }
        };
        self.notes.retain(|note| !note.is_about_claim());
        let (answer, _) = self.at_token_endpoint(body).await?;
        Ok(Granted { token: Some(answer), ..Granted::default() })
    }

    /// The id of an access token that the user has from the first app that gives them one.
    async fn subject_token(&self) -> Result<String, Ended> {
        let Context { org, server, urls, instance, now, .. } = &self.context;
        let (user, mut refused) = (self.question.user(org), None);
        for (app, grant_type) in org.clients().filter_map(|app| Some((app, sign_in_grant(app)?))) {
            if user.is_none_or(|user| !org.is_assigned(app, user)) {
                continue;
            }
            let question = Question {
                client_id: app.client_id().to_owned(),
                grant_type,
                scopes: ["openid"].into_iter().collect(),
                proves_key: app.oauth().dpop_bound_access_tokens,
                ..self.question.clone()
            };
            let mut run = Run::new(org, urls, &question, server, *now, &instance.hooks);
            match run.by_browser(&question.scopes).await {
                Ok((Granted { authorize, token, .. }, _)) => {
                    let tokens = [token, authorize].into_iter().flatten();
                    let Some(token) = tokens.filter_map(|tokens| tokens.access_token).next() else { continue };
                    let id = text(&token.payload, "jti").to_owned();
                    instance.assume_access_token(token.payload);
                    return Ok(id);
                }
                Err(ended) => _ = refused.get_or_insert(ended),
            }
        }
        let none = || OAuthError::new(ErrorId::InvalidSubjectToken, "no app of the org gives the user an access token");
        Err(refused.unwrap_or_else(|| none().into()))
    }

    fn token_request(&self, body: Parameters) -> TokenRequest {
        // The proof is not read: see `Assumptions`.
        let dpop = self.question.proves_key.then(|| "proof".to_owned()).into_iter().collect();
        TokenRequest { body, dpop, ..TokenRequest::default() }
    }

    /// The tokens of a token request, and the answer itself.
    async fn at_token_endpoint(&mut self, body: Parameters) -> Result<(EndpointTokens, Map<String, Value>), Ended> {
        self.show("token", &body);
        let answer = TokenEndpoint::new(&self.context).respond(self.token_request(body)).await;
        let answer = self.take(answer)?;
        let instance = &self.context.instance;
        let recorded = instance.recorded_tokens().map(|recorded| recorded.tokens).unwrap_or_default();
        let token_type = if text(&answer, "token_type") == "DPoP" { "DPoP" } else { "Bearer" };
        let previewed = tokens::previewed(recorded, token_type, text(&answer, "scope").to_owned());
        let mut previewed = previewed.unwrap_or_default();
        let refresh_token = answer.get("refresh_token").and_then(Value::as_str);
        if let (Some(token), Some(client)) = (refresh_token, self.client()) {
            let family = instance.refresh_token_family(token).await?;
            previewed.refresh_token = family.map(|family| tokens::refresh_token(client, &family));
        }
        Ok((previewed, answer))
    }

    /// What userinfo returns for the access token; `None` if that is an error.
    async fn userinfo(&mut self, granted: &Granted) -> Option<Map<String, Value>> {
        let answers = [&granted.token, &granted.authorize];
        let access_token = answers.into_iter().flatten().find_map(|answer| answer.access_token.as_ref())?;
        // In place of a recorded token, its id is presented.
        let bearer = format!("Bearer {}", access_token.payload.get("jti")?.as_str()?);
        let none = Parameters::default();
        let presented = TokenSources { authorization: Some(&bearer), query: &none, body: &none };
        let answer = UserinfoEndpoint::new(&self.context).respond("GET", presented, &[]).await;
        let answered = answer.result.ok()?;
        self.notes.extend(answer.explanation.notes);
        match answered {
            UserinfoAnswer::Claims(claims) => Some(claims),
            UserinfoAnswer::Signed(token) => Jws::parse(&token).map(|token| token.claims().clone()),
        }
    }

    /// Adds a request of the client to those that are shown.
    fn show(&mut self, endpoint: &str, body: &Parameters) {
        let Context { org, server, urls, .. } = &self.context;
        if let Some(client) = org.client(&self.question.client_id) {
            self.requests.push(ShownRequest::post(urls, server, client, endpoint, body));
        }
    }

    /// Takes the notes out of an answer.
    fn take<T>(&mut self, answer: Explained<Result<T, OAuthError>>) -> Result<T, Ended> {
        self.notes.extend(answer.explanation.notes);
        Ok(answer.result?)
    }
}

/// The grant by which users sign in to an app.
fn sign_in_grant(app: &App) -> Option<GrantType> {
    let has = |grant: &GrantType| app.oauth().grant_types.contains(grant);
    [GrantType::AuthorizationCode, GrantType::Implicit].into_iter().find(has).filter(|_| app.status.is_active())
}

/// The client sends no credentials: see `Context::assuming_client`.
fn sources<'p>(body: &'p Parameters, query: &'p Parameters) -> CredentialSources<'p> {
    CredentialSources { authorization: None, query, body }
}

fn text<'m>(answer: &'m Map<String, Value>, name: &str) -> &'m str {
    answer.get(name).and_then(Value::as_str).unwrap_or_default()
}
