//! The answer of the authorization endpoint. RFC 6749 4.1.2, OAuth 2.0 Multiple Response Types, Form Post Response Mode.

use crate::claims::Subject;
use crate::ledger::{Authorization, AuthorizationRequest, Code, CodeState, RedirectTarget};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org, Urls};
use crate::protocol::{OAuthError, RequestedClaims, ResponseMode};
use crate::tokens::fault::TokenFault;
use crate::tokens::{self, Drafts, Mint, ServerKeys, Ticket};

/// What travels back to the client.
#[derive(Clone, Debug)]
pub struct Answer {
    pub target: RedirectTarget,
    /// In wire order.
    pub fields: Vec<(&'static str, String)>,
}

impl Answer {
    /// The same in its issuer's name. RFC 9207 2; Okta: in nobody's.
    #[must_use]
    pub fn from_issuer(mut self, server: &CompiledServer, urls: &Urls) -> Self {
        if server.behavior.names_issuer() {
            self.fields.push(("iss", urls.issuer(server)));
        }
        self
    }

    /// The `Location` for the modes that redirect; `None` for those that answer with a page.
    #[must_use]
    pub fn location(&self) -> Option<String> {
        let separator = match self.target.mode() {
            ResponseMode::Query if self.target.redirect_uri().contains('?') => '&',
            ResponseMode::Query => '?',
            ResponseMode::Fragment => '#',
            ResponseMode::FormPost | ResponseMode::OktaPostMessage => return None,
        };
        let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish();
        Some(format!("{}{separator}{encoded}", self.target.redirect_uri()))
    }
}

/// A successful answer, and the code that has to be kept for it.
#[derive(Clone, Debug)]
pub struct Response {
    pub answer: Answer,
    pub code: Option<(String, Code)>,
    /// `jti` of the access token, if there is one.
    pub access_token_id: Option<String>,
    /// Claims that the access token is to give at userinfo.
    pub claims: RequestedClaims,
}

/// Okta: errors carry the state first.
#[must_use]
pub fn refusal_answer(target: &RedirectTarget, refusal: &OAuthError) -> Answer {
    let mut fields = Vec::with_capacity(3);
    fields.extend(target.state().map(|state| ("state", state.to_owned())));
    fields.push(("error", refusal.error().to_owned()));
    fields.push(("error_description", refusal.description()));
    Answer { target: target.clone(), fields }
}

/// An answer whose tokens are not signed yet.
#[derive(Debug)]
pub struct Prepared {
    pub drafts: Drafts,
    code: Option<String>,
    authorization: Authorization,
}

/// Decides the answer to a request whose user is signed in, allowed and agreed.
///
/// # Errors
/// A token that cannot be made.
pub fn prepare(
    org: &Org,
    server: &CompiledServer,
    urls: &Urls,
    request: &AuthorizationRequest,
    authorization: Authorization,
    moment: &mut Moment<'_>,
) -> Result<Prepared, OAuthError> {
    let code = request.response_type.code.then(|| moment.token());
    let drafts = match request.response_type.front_channel_token() {
        true => draft(org, server, urls, request, &authorization, code.as_deref(), moment)?,
        false => Drafts::default(),
    };
    Ok(Prepared { drafts, code, authorization })
}

impl Prepared {
    /// Makes the answer.
    ///
    /// # Errors
    /// The cryptography fails.
    pub fn respond(
        self,
        request: &AuthorizationRequest,
        keys: &ServerKeys,
        faults: &[TokenFault],
    ) -> Result<Response, OAuthError> {
        let Self { drafts, code, authorization } = self;
        let mut fields = Vec::with_capacity(6);
        fields.extend(code.clone().map(|code| ("code", code)));
        let access_token_id = drafts.access_token_id().map(str::to_owned);
        let issued = drafts.sign(keys, faults)?;
        fields.extend(issued.id_token.map(|token| ("id_token", token)));
        if let Some(token) = issued.access_token {
            fields.push(("access_token", token));
            fields.push(("token_type", "Bearer".to_owned()));
            fields.push(("expires_in", issued.expires_in.to_string()));
            fields.push(("scope", authorization.scopes.join()));
        }
        fields.extend(request.target.state().map(|state| ("state", state.to_owned())));
        let claims = authorization.claims.clone();
        let code = code.map(|code| (code, code_record(request, authorization)));
        let answer = Answer { target: request.target.clone(), fields };
        Ok(Response { answer, code, access_token_id, claims })
    }
}

/// What the tokens of the answer itself say: those that do not wait for a code.
///
/// # Errors
/// A claim that cannot be evaluated.
pub fn draft(
    org: &Org,
    server: &CompiledServer,
    urls: &Urls,
    request: &AuthorizationRequest,
    authorization: &Authorization,
    code: Option<&str>,
    moment: &mut Moment<'_>,
) -> Result<Drafts, OAuthError> {
    let access_token_id = format!("AT.{}", moment.token());
    let client = super::checks::client(org, Some(&authorization.client_id))?;
    let authentication = authorization.authentication.as_ref();
    let user = authentication.and_then(|known| org.user(&known.user_id));
    let ticket = Ticket {
        server,
        urls,
        subject: Subject::new(org, client, user, authentication, &authorization.scopes, moment.now)
            .asked_for(&authorization.claims.id_token),
        scopes: &authorization.scopes,
        lifetimes: authorization.lifetimes,
        nonce: request.nonce.as_deref(),
        acr: authorization.acr.as_deref(),
        device_secret_hash: None,
        on_behalf: None,
        access_token_id: &access_token_id,
        bound_to: None,
    };
    let mint = Mint { access_token: request.response_type.token, id_token: request.response_type.id_token, code };
    tokens::draft(&ticket, mint, moment)
}

/// What a code stands for.
#[must_use]
pub fn code_record(request: &AuthorizationRequest, authorization: Authorization) -> Code {
    Code {
        authorization,
        redirect_uri: request.target.redirect_uri().to_owned(),
        nonce: request.nonce.clone(),
        code_challenge: request.code_challenge.clone(),
        dpop_jkt: request.dpop_jkt.clone(),
        state: CodeState::Issued,
    }
}
