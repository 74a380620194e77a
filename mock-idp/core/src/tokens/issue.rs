//! Issues tokens: [`prepare`] decides the contents of access tokens and ID tokens, [`issue`] signs a token of any kind.

use super::fault::TokenFaults;
use super::hook;
use super::keys::ServerKeys;
use super::kind::TokenKind;
use super::recipient::Recipient;
use super::spec::{TokenSelection, TokenSpec};
use super::unsigned::{SignedTokens, UnsignedToken, UnsignedTokens};
use super::{access_token, id_token};
use crate::claims::{self, IdTokenContent};
use crate::moment::Moment;
use crate::protocol::{ErrorId, OAuthError};
use crate::trace::NoteStatus;

/// Decides the contents of the tokens.
///
/// # Errors
/// A claim that cannot be evaluated, a token that has to be encrypted without a key for it.
pub fn prepare(
    spec: &TokenSpec<'_>,
    selection: TokenSelection<'_>,
    moment: &mut Moment<'_>,
) -> Result<UnsignedTokens, OAuthError> {
    let mut tokens = UnsignedTokens { expires_in: spec.access_token_lifetime(), ..UnsignedTokens::default() };
    if selection.access_token {
        let custom = claims::for_access_token(spec.server, &spec.subject, spec.scopes, moment)?;
        tokens.access_token = Some(UnsignedToken {
            kind: TokenKind::AccessToken,
            header: access_token::header(spec),
            payload: access_token::payload(spec, spec.access_token_id, moment.now, custom),
            recipient: Recipient::of_access_token(spec, moment)?,
        });
    }
    if selection.id_token {
        // OIDC Core 5.4: a code will give an access token too.
        let code_counts = selection.code.is_some() && spec.server.behavior.scope_claims_at_userinfo();
        // Okta: thin beside an access token, full alone or with a code only.
        let content = if selection.access_token || code_counts { IdTokenContent::Thin } else { IdTokenContent::Full };
        let claims = claims::for_id_token(spec.server, &spec.subject, spec.scopes, content, moment)?;
        let jti = format!("ID.{}", moment.token());
        tokens.id_token = Some(UnsignedToken {
            kind: TokenKind::IdToken,
            header: id_token::header(),
            payload: id_token::payload(spec, &jti, moment.now, claims, selection),
            recipient: Recipient::of_id_token(spec, moment)?,
        });
    }
    for (title, token) in [("access token", &tokens.access_token), ("ID token", &tokens.id_token)] {
        if let Some(recipient) = token.as_ref().and_then(|token| token.recipient.as_ref()) {
            moment.trace.note(NoteStatus::Added, format!("encryption of the {title}"), recipient.describe());
        }
    }
    tokens.hook = hook::of(spec, moment);
    Ok(tokens)
}

impl UnsignedTokens {
    /// Issues all tokens of an answer.
    ///
    /// # Errors
    /// The cryptography fails, or the key of a recipient has not been fetched.
    pub fn issue(self, keys: &ServerKeys, faults: &TokenFaults) -> Result<SignedTokens, OAuthError> {
        // A changed lifetime is that of the access token, which the answer repeats.
        let changed = self.access_token.iter().flat_map(|token| faults.changes_of(token.kind));
        let expires_in = changed.filter_map(|change| change.lifetime).last().unwrap_or(self.expires_in);
        let access_token = self.access_token.map(|token| issue(token, keys, faults)).transpose()?;
        let id_token = self.id_token.map(|mut token| {
            if let Some(access_token) = &access_token {
                id_token::set_access_token_hash(&mut token.payload, access_token);
            }
            issue(token, keys, faults)
        });
        Ok(SignedTokens {
            access_token,
            id_token: id_token.transpose()?,
            refresh_token: self.refresh_token.and_then(|token| faults.apply_to_refresh_token(token)),
            expires_in,
        })
    }
}

/// Issues a token: the faults of its kind are applied, it is signed and, if it has a recipient, encrypted.
///
/// # Errors
/// The cryptography fails, or the key of the recipient has not been fetched.
pub fn issue(token: UnsignedToken, keys: &ServerKeys, faults: &TokenFaults) -> Result<String, OAuthError> {
    let UnsignedToken { kind, header, mut payload, recipient } = token;
    faults.changes_of(kind).for_each(|change| change.apply(&mut payload));
    let error_id = if kind == TokenKind::IdJag { ErrorId::IdJagNotGenerated } else { ErrorId::ServerError };
    let failed = |what: &str| OAuthError::new(error_id, format!("{what} failed"));
    let recipient = match &recipient {
        Some(recipient) => Some((recipient.key()?, recipient.content_secret())),
        None => None,
    };
    let signed =
        keys.signing_key(kind).sign_token(header, payload, &faults.flaws_of(kind)).map_err(|_| failed("signing"))?;
    match recipient {
        // RFC 7519 11.2: signed first, then encrypted.
        Some((key, content_secret)) => key.encrypt(&signed, content_secret).map_err(|_| failed("encryption")),
        None => Ok(signed),
    }
}
