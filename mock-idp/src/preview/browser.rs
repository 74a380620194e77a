//! The browser of a previewed request: it signs the user in and answers the consent page, as the question says.

use mock_idp_core::ledger::PushResult;
use mock_idp_core::preview::{Asks, Refused, Shown};
use mock_idp_core::protocol::{ErrorId, Language, OAuthError, Parameters, Scopes};
use mock_idp_core::sign_in::SignInAnswer;
use mock_idp_core::trace::Note;

use super::refusal::Ended;
use crate::engine::{
    ActivationPage, AuthorizationEndpoint, Browser as Cookies, BrowserResponse, Context, SignInEndpoint,
};
use crate::journal::{Explained, Explanation};
use crate::pages::view::{
    ActivationStep, ConsentScope, Frame, PageView, ProofPageStep, ProofView, RecoveryPageStep, SignInProblem,
    SignInProblemKind, SignInStep,
};

/// More pages than any sign-in has.
const MAX_PAGES: usize = 10;

/// A browser with its cookies.
#[derive(Debug)]
pub(super) struct Browser {
    context: Context,
    /// The user to sign in as.
    login: String,
    /// Whether the user allows what they are asked.
    allows: bool,
    cookies: Cookies,
    /// The user is signed in already, or has signed in.
    signed_in: bool,
    notes: Vec<Note>,
}

/// Where a browser ends up.
#[derive(Debug)]
pub(super) enum Destination {
    /// At the client, with these parameters.
    Client(Parameters),
    /// On the page that says that a device is allowed.
    Device,
}

/// A response, and the error in it.
struct Received {
    response: BrowserResponse,
    error: Option<OAuthError>,
}

impl Browser {
    /// A browser; `session` is that of a user who is signed in already.
    pub(super) fn new(context: Context, login: String, allows: bool, session: Option<String>) -> Self {
        let signed_in = session.is_some();
        Self {
            context,
            login,
            allows,
            cookies: Cookies { session, ..Cookies::default() },
            signed_in,
            notes: Vec::new(),
        }
    }

    /// The notes on the decisions of all requests.
    pub(super) fn into_notes(self) -> Vec<Note> {
        self.notes
    }

    /// Sends an authorization request and does what the pages ask for.
    pub(super) async fn authorize(&mut self, parameters: &Parameters) -> Result<Destination, Ended> {
        let endpoint = AuthorizationEndpoint::new(&self.context);
        let received = endpoint.respond(parameters, self.cookies.clone(), frame()).await;
        self.follow(received).await
    }

    /// Types the code of a device and does what the pages ask for.
    pub(super) async fn activate(&mut self, user_code: &str) -> Result<Destination, Ended> {
        let page = ActivationPage::new(&self.context.instance, self.context.urls.clone());
        let received = page.submit(user_code, self.cookies.clone(), frame()).await;
        self.follow(received).await
    }

    async fn follow(&mut self, first: Explained<BrowserResponse>) -> Result<Destination, Ended> {
        let mut received = self.receive(first);
        for _ in 0..MAX_PAGES {
            let Received { response, error } = received;
            let view = match response {
                BrowserResponse::Redirect { location, .. } => return arrived(&location, error),
                BrowserResponse::Page { view, .. } => *view,
            };
            received = match view {
                PageView::SignIn(page) if matches!(page.step, SignInStep::NewPassword { days_left: Some(_), .. }) => {
                    self.submit(&page.state_handle, SignInAnswer::Skip).await
                }
                PageView::SignIn(page) if matches!(page.step, SignInStep::NewPassword { .. }) => {
                    let reason = "the password has expired, and the user is asked for a new one";
                    let problem = SignInProblem::new(SignInProblemKind::PasswordExpired, reason);
                    self.sign_in(&page.state_handle, Some(problem)).await?
                }
                PageView::SignIn(page) => self.sign_in(&page.state_handle, page.problem).await?,
                PageView::Proofs(page) => self.prove(page).await?,
                PageView::KeepMeSignedIn(page) => {
                    self.submit(&page.state_handle, SignInAnswer::KeepMeSignedIn(false)).await
                }
                PageView::Recovery(page) if matches!(page.step, RecoveryPageStep::Profile { is_update: true, .. }) => {
                    let reason = "the user is asked for attributes that the profile enrollment policy requires";
                    let problem = SignInProblem::new(SignInProblemKind::MissingAttribute, reason);
                    self.sign_in(&page.state_handle, Some(problem)).await?
                }
                PageView::Consent(page) => self.consent(&page.state_handle, &page.scopes).await?,
                PageView::Activation(page) => match page.step {
                    ActivationStep::Confirm { state_handle, scopes, .. } => {
                        self.consent(&state_handle, &scopes).await?
                    }
                    ActivationStep::Done { .. } => return Ok(Destination::Device),
                    ActivationStep::Code { .. } => return Err(unexpected("the device's code was rejected")),
                },
                PageView::Error(page) => {
                    let error = error.unwrap_or_else(|| OAuthError::new(ErrorId::ServerError, page.reason));
                    return Err(Ended::refused(Shown::Page, page.status, &error));
                }
                _ => return Err(unexpected("a page that no step of a sign-in shows")),
            };
        }
        Err(unexpected("the sign-in does not end"))
    }

    /// Takes cookies and notes out of a response.
    fn receive(&mut self, received: Explained<BrowserResponse>) -> Received {
        let Explained { result: response, explanation: Explanation { notes, error, .. } } = received;
        self.notes.extend(notes);
        let (BrowserResponse::Redirect { cookies, .. } | BrowserResponse::Page { cookies, .. }) = &response;
        for (known, new) in [(&mut self.cookies.session, &cookies.session), (&mut self.cookies.id, &cookies.id)] {
            if new.is_some() {
                known.clone_from(new);
            }
        }
        Received { response, error: error.map(|error| *error) }
    }

    async fn sign_in(&mut self, handle: &str, problem: Option<SignInProblem>) -> Result<Received, Ended> {
        if let Some(problem) = problem {
            return Err(Ended::Refused(Refused {
                shown: Shown::SignInPage,
                status: 200,
                id: problem.okta_code.clone(),
                error: problem.okta_code,
                error_description: problem.kind.name().to_owned(),
                reason: problem.reason,
            }));
        }
        if self.signed_in {
            return Err(Ended::Asks(Asks::SignIn));
        }
        self.signed_in = true;
        let login = self.login.clone();
        Ok(self.submit(handle, SignInAnswer::Pick(&login)).await)
    }

    /// The user has what the org asks for: the right code or answer, and a new factor where one has to be enrolled.
    async fn prove(&mut self, page: ProofView) -> Result<Received, Ended> {
        let ProofView { state_handle, step, problem, .. } = page;
        if let Some(problem) = problem {
            return Err(unexpected(&problem.reason));
        }
        let code;
        let answer = match &step {
            ProofPageStep::ChooseMethod { choices } | ProofPageStep::ChooseEnrollment { choices } => {
                let first = choices.first().ok_or_else(|| unexpected("nothing can be chosen"))?;
                SignInAnswer::Choose(first.method)
            }
            ProofPageStep::Code { expected, .. }
            | ProofPageStep::Question { expected, .. }
            | ProofPageStep::EnrollCode { expected, .. } => {
                SignInAnswer::Passcode(expected.as_deref().unwrap_or_default())
            }
            ProofPageStep::SentCode { sent: false, .. } => SignInAnswer::Resend,
            ProofPageStep::SentCode { sent: true, .. } => {
                let sent = self.context.instance.messages(|_| true).await.map_err(OAuthError::from);
                let sent = sent.map_err(|error| unexpected(&error.to_string()))?;
                code = sent.into_iter().find_map(|message| message.message.code).unwrap_or_default();
                SignInAnswer::Passcode(&code)
            }
            ProofPageStep::Push { result: Some(PushResult::Waiting), number, .. } => {
                let approved = self.context.instance.answer_pushes(true, *number, |_| true).await;
                approved.map_err(|error| unexpected(&OAuthError::from(error).to_string()))?;
                SignInAnswer::Poll
            }
            ProofPageStep::EnrollApp { result: Some(PushResult::Waiting), .. } => {
                let approved = self.context.instance.answer_pushes(true, None, |_| true).await;
                approved.map_err(|error| unexpected(&OAuthError::from(error).to_string()))?;
                SignInAnswer::Poll
            }
            ProofPageStep::EnrollApp { .. } | ProofPageStep::Push { .. } => SignInAnswer::Resend,
            ProofPageStep::EnrollPhone { method, .. } => {
                // A number that is reserved for examples.
                SignInAnswer::EnrollPhone { method: *method, number: "+1 202 555 0100" }
            }
            ProofPageStep::Passkey { .. } => SignInAnswer::SimulatePasskey,
            ProofPageStep::EnrollQuestion { .. } => {
                SignInAnswer::Question { key: "disliked_food", text: "", answer: "preview" }
            }
        };
        Ok(self.submit(&state_handle, answer).await)
    }

    async fn consent(&mut self, handle: &str, scopes: &[ConsentScope]) -> Result<Received, Ended> {
        let names = || scopes.iter().map(|scope| scope.name.as_str());
        if !self.allows {
            return Err(Ended::Asks(Asks::Consent { scopes: names().map(str::to_owned).collect() }));
        }
        let selected: Scopes = names().collect();
        Ok(self.submit(handle, SignInAnswer::Consent { allowed: true, selected: &selected }).await)
    }

    async fn submit(&mut self, handle: &str, answer: SignInAnswer<'_>) -> Received {
        let endpoint = SignInEndpoint::new(&self.context.instance, self.context.urls.clone());
        let received = endpoint.respond(handle, answer, false, self.cookies.clone(), frame()).await;
        self.receive(received)
    }
}

/// The parameters at the client, or the error there.
fn arrived(location: &str, error: Option<OAuthError>) -> Result<Destination, Ended> {
    if let Some(error) = error {
        return Err(Ended::refused(Shown::Redirect, 302, &error));
    }
    let url = url::Url::parse(location).map_err(|_| unexpected("the redirect URI is not a URL"))?;
    let fragment = Parameters::parse(url.fragment().unwrap_or_default().as_bytes());
    let query = url.query_pairs();
    // A redirect URI can have a query of its own, in front of the response.
    let parameters = fragment.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let query = query.map(|(name, value)| (name.into_owned(), value.into_owned()));
    let mut parameters: Vec<_> = parameters.chain(query).collect();
    parameters.reverse();
    Ok(Destination::Client(parameters.into_iter().collect()))
}

fn unexpected(reason: &str) -> Ended {
    Ended::refused(Shown::Page, 500, &OAuthError::new(ErrorId::ServerError, reason))
}

/// No page is rendered.
fn frame() -> Frame {
    Frame {
        org_name: String::new(),
        path_prefix: String::new(),
        request_id: String::new(),
        warnings: Vec::new(),
        language: Language::English,
    }
}
