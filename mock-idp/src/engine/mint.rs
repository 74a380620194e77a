//! Tokens that a test asks for, with the claims that it wants: no policy is asked, nothing is stored.

use mock_idp_core::claims::ClaimSubject;
use mock_idp_core::ledger::Authentication;
use mock_idp_core::model::{App, TokenActions, User};
use mock_idp_core::moment::Moment;
use mock_idp_core::protocol::{OAuthError, Scopes};
use mock_idp_core::tokens::fault::TokenFaults;
use mock_idp_core::tokens::{
    self, IdJag, InterclientToken, LogoutToken, TokenKind, TokenOrigin, TokenSelection, TokenSpec, UnsignedToken,
    UnsignedTokens,
};
use mock_idp_core::trace::Trace;

use super::{Context, signing};

/// A token that is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MintedToken<'a> {
    pub kind: TokenKind,
    pub client: &'a App,
    pub user: Option<&'a User>,
    pub scopes: &'a Scopes,
    pub nonce: Option<&'a str>,
    pub faults: &'a TokenFaults,
}

/// Issues the token at the server of the context. `None`: it is of a kind that is about a user, and there is none; or it is a refresh
/// token, which is a record, or the answer of userinfo.
///
/// # Errors
/// As for signing; a claim that cannot be evaluated.
pub(crate) async fn mint(context: &Context, wanted: MintedToken<'_>) -> Result<Option<String>, OAuthError> {
    let unsigned = context.decide(&mut Trace::default(), |moment| unsigned(context, wanted, moment))?;
    let Some(token) = unsigned else { return Ok(None) };
    // Okta: the org server issues all ID-JAGs.
    let server = if wanted.kind == TokenKind::IdJag { context.org.org_server() } else { &context.server };
    let tokens = UnsignedTokens { access_token: Some(token), ..UnsignedTokens::default() };
    Ok(signing::issue_with(context, server, tokens, wanted.faults).await?.access_token)
}

fn unsigned(
    context: &Context,
    wanted: MintedToken<'_>,
    moment: &mut Moment<'_>,
) -> Result<Option<UnsignedToken>, OAuthError> {
    let MintedToken { kind, client, user, scopes, .. } = wanted;
    let Context { org, server, urls, .. } = context;
    let (issuer, now) = (urls.issuer(server), moment.now);
    Ok(match (kind, user) {
        (TokenKind::AccessToken | TokenKind::IdToken, _) => return issued_at_sign_in(context, wanted, moment),
        (TokenKind::IdJag, Some(user)) => {
            let (jti, org_issuer) = (moment.token(), urls.issuer(org.org_server()));
            let client_id = client.client_id();
            let content =
                IdJag { issuer: &org_issuer, audience: &issuer, user, client_id, resource: None, scopes, actor: None };
            Some(content.unsigned(&jti, now))
        }
        (TokenKind::InterclientToken, Some(user)) => {
            let jti = InterclientToken::jti(&moment.token());
            Some(InterclientToken { issuer: &issuer, user, target: client }.unsigned(&jti, now))
        }
        (TokenKind::LogoutToken, Some(user)) => {
            let (jti, sid) = (moment.token(), moment.id("idx"));
            let content = LogoutToken { issuer: &issuer, client_id: client.client_id(), user_id: &user.id, sid: &sid };
            Some(content.unsigned(&jti, now))
        }
        (TokenKind::RefreshToken | TokenKind::Userinfo, _) | (_, None) => None,
    })
}

/// An access token or an ID token, with the claims of the org.
fn issued_at_sign_in(
    context: &Context,
    wanted: MintedToken<'_>,
    moment: &mut Moment<'_>,
) -> Result<Option<UnsignedToken>, OAuthError> {
    let MintedToken { kind, client, user, scopes, nonce, .. } = wanted;
    let Context { org, server, urls, .. } = context;
    let authentication = user.map(|user| Authentication {
        user_id: user.id.clone(),
        auth_time: moment.now,
        amr: vec!["pwd".to_owned()],
        proofs: Vec::new(),
        idp: None,
        session_id: moment.id("idx"),
    });
    let access_token_id = format!("AT.{}", moment.token());
    let spec = TokenSpec {
        server,
        urls,
        subject: ClaimSubject::new(org, client, user, authentication.as_ref(), scopes, moment.now),
        scopes,
        lifetimes: TokenActions::default().lifetimes(),
        nonce,
        acr: None,
        device_secret_hash: None,
        delegated: None,
        access_token_id: &access_token_id,
        bound_to: None,
        origin: TokenOrigin::default(),
    };
    let access_token = kind == TokenKind::AccessToken;
    let selection = TokenSelection { access_token, id_token: !access_token && user.is_some(), code: None };
    let UnsignedTokens { access_token, id_token, .. } = tokens::prepare(&spec, selection, moment)?;
    Ok(access_token.or(id_token))
}
