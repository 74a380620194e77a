//! The response of the authorization endpoint. RFC 6749 4.1.2, OAuth 2.0 Multiple Response Types, Form Post Response Mode.

use super::redirect;
use crate::claims::ClaimSubject;
use crate::ledger::{Authorization, AuthorizationRequest, Code, CodeState, RedirectTarget};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org, Urls};
use crate::protocol::session_state::{browser_state, session_state};
use crate::protocol::{OAuthError, RequestedClaims, ResponseMode, ResponseType};
use crate::tokens::{self, SignedTokens, TokenOrigin, TokenSelection, TokenSpec, UnsignedTokens};

/// What is sent to the client by way of the browser.
#[derive(Clone, Debug)]
pub struct AuthorizationResponse {
    pub target: RedirectTarget,
    /// In wire order.
    pub fields: Vec<(&'static str, String)>,
}

impl AuthorizationResponse {
    /// The response with the issuer. RFC 9207 2; Okta: without it.
    #[must_use]
    pub fn with_issuer(mut self, server: &CompiledServer, urls: &Urls) -> Self {
        if server.behavior.returns_issuer() {
            self.fields.push(("iss", urls.issuer(server)));
        }
        self
    }

    /// The response with the state of the session that the browser has. Session Management 2; Okta: without it.
    #[must_use]
    pub fn with_session_state(mut self, client_id: &str, session_id: &str, salt: &str) -> Self {
        let state = session_state(client_id, &self.target.origin(), &browser_state(session_id), salt);
        self.fields.push(("session_state", state));
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

/// A successful response, and the code that has to be stored for it.
#[derive(Clone, Debug)]
pub struct IssuedResponse {
    pub response: AuthorizationResponse,
    pub code: Option<(String, Code)>,
    /// `jti` of the access token, if there is one.
    pub access_token_id: Option<String>,
    /// Claims that userinfo returns for the access token.
    pub claims: RequestedClaims,
}

/// The response for an error. Okta: the state comes first.
#[must_use]
pub fn error_response(target: &RedirectTarget, error: &OAuthError) -> AuthorizationResponse {
    let mut fields = Vec::with_capacity(3);
    fields.extend(target.state().map(|state| ("state", state.to_owned())));
    fields.push(("error", error.error().to_owned()));
    fields.push(("error_description", error.description()));
    AuthorizationResponse { target: target.clone(), fields }
}

/// A response whose tokens are not signed yet.
#[derive(Debug)]
pub struct PreparedResponse {
    pub tokens: UnsignedTokens,
    code: Option<String>,
    access_token_id: Option<String>,
    authorization: Authorization,
}

/// Decides the contents of the response to a request that is authorized.
///
/// # Errors
/// A token that cannot be prepared.
pub fn prepare(
    org: &Org,
    server: &CompiledServer,
    urls: &Urls,
    request: &AuthorizationRequest,
    authorization: Authorization,
    moment: &mut Moment<'_>,
) -> Result<PreparedResponse, OAuthError> {
    let code = request.response_type.code.then(|| moment.token());
    let tokens = match request.response_type.front_channel_token() {
        true => unsigned_tokens(org, server, urls, request, &authorization, code.as_deref(), moment)?,
        false => UnsignedTokens::default(),
    };
    let access_token_id = tokens.access_token_id().map(str::to_owned);
    Ok(PreparedResponse { tokens, code, access_token_id, authorization })
}

impl PreparedResponse {
    /// The response with its tokens, which have been issued.
    #[must_use]
    pub fn with_tokens(self, request: &AuthorizationRequest, issued: SignedTokens) -> IssuedResponse {
        let Self { code, access_token_id, authorization, .. } = self;
        let mut fields = Vec::with_capacity(6);
        fields.extend(code.clone().map(|code| ("code", code)));
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
        let response = AuthorizationResponse { target: request.target.clone(), fields };
        IssuedResponse { response, code, access_token_id, claims }
    }
}

/// The contents of the tokens that the authorization endpoint itself returns.
///
/// # Errors
/// A claim that cannot be evaluated.
pub fn unsigned_tokens(
    org: &Org,
    server: &CompiledServer,
    urls: &Urls,
    request: &AuthorizationRequest,
    authorization: &Authorization,
    code: Option<&str>,
    moment: &mut Moment<'_>,
) -> Result<UnsignedTokens, OAuthError> {
    let access_token_id = format!("AT.{}", moment.token());
    let client = redirect::client(org, Some(&authorization.client_id))?;
    let authentication = authorization.authentication.as_ref();
    let user = authentication.and_then(|known| org.user(&known.user_id));
    let spec = TokenSpec {
        server,
        urls,
        subject: ClaimSubject::new(org, client, user, authentication, &authorization.scopes, moment.now)
            .with_requested_claims(&authorization.claims.id_token),
        scopes: &authorization.scopes,
        lifetimes: authorization.lifetimes,
        nonce: request.nonce.as_deref(),
        acr: authorization.acr.as_deref(),
        device_secret_hash: None,
        delegated: None,
        access_token_id: &access_token_id,
        bound_to: None,
        origin: TokenOrigin {
            rule_id: authorization.rule_id.as_deref(),
            request: authorization.request.as_deref(),
            grant: None,
        },
    };
    let ResponseType { token, id_token, .. } = request.response_type;
    tokens::prepare(&spec, TokenSelection { access_token: token, id_token, code }, moment)
}

/// The record of a code.
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
