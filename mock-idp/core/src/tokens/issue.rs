//! The only mint.

use serde_json::{Map, Value};

use super::fault::{FaultyToken, TokenFault};
use super::{Recipient, ServerKeys, SigningKey, access_token, id_token};
use crate::claims::{self, Breadth, Subject};
use crate::model::TokenLifetimes;
use crate::moment::Moment;
use crate::org::{CompiledServer, Urls};
use crate::protocol::{ErrorId, OAuthError, Scopes};
use crate::trace::NoteStatus;

/// Everything that a set of tokens is made from.
#[derive(Debug)]
pub struct Ticket<'a> {
    pub server: &'a CompiledServer,
    pub urls: &'a Urls,
    pub subject: Subject<'a>,
    pub scopes: &'a Scopes,
    pub lifetimes: TokenLifetimes,
    pub nonce: Option<&'a str>,
    pub acr: Option<&'a str>,
    /// Hash of the device secret that ID tokens are tied to. Native SSO 3.4.
    pub device_secret_hash: Option<&'a str>,
    pub on_behalf: Option<&'a OnBehalf>,
    /// `jti` of the access token, chosen before the grant was redeemed.
    pub access_token_id: &'a str,
    /// Thumbprint of the key that the access token is bound to. RFC 9449 6.1.
    pub bound_to: Option<&'a str>,
}

/// What an access token takes over from the token that it was exchanged for. RFC 8693.
#[derive(Clone, Debug, Default)]
pub struct OnBehalf {
    /// What that token calls the user.
    pub subject_name: Option<String>,
    /// The resource that it was for: `aud` instead of the server's own.
    pub audience: Option<String>,
    /// RFC 8693 4.1: who acts.
    pub act: Option<Value>,
    /// What kind of subject it is.
    pub sub_profile: Option<String>,
}

impl Ticket<'_> {
    /// Seconds.
    #[must_use]
    pub fn access_token_lifetime(&self) -> i64 {
        i64::from(self.lifetimes.access_token_lifetime_minutes) * 60
    }

    /// Okta: the default `sub` rule is `(appuser != null) ? appuser.userName : app.clientId`.
    pub(super) fn subject_name(&self) -> String {
        if let Some(name) = self.on_behalf.and_then(|on_behalf| on_behalf.subject_name.as_ref()) {
            return name.clone();
        }
        let app_user_name = self
            .subject
            .assignment
            .and_then(|assignment| assignment.profile.get("userName"))
            .and_then(|name| name.as_str());
        match (self.subject.user, app_user_name) {
            (Some(_), Some(name)) => name.to_owned(),
            (Some(user), None) => user.profile.login.clone(),
            (None, _) => self.subject.client.client_id().to_owned(),
        }
    }
}

/// Which tokens are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Mint<'a> {
    pub access_token: bool,
    pub id_token: bool,
    /// The code that travels along from the authorization endpoint: its hash goes into the ID token.
    pub code: Option<&'a str>,
}

/// The tokens.
#[derive(Clone, Debug, Default)]
pub struct Issued {
    pub access_token: Option<String>,
    pub id_token: Option<String>,
    /// Seconds; of the access token.
    pub expires_in: i64,
}

/// A token that says all it will say, and is not signed yet. The key id in its header and the hashes of what it travels with
/// have their places, and come with the signature.
#[derive(Clone, Debug)]
pub struct Draft {
    pub header: Map<String, Value>,
    pub payload: Map<String, Value>,
    /// Whom it is encrypted for; `None` leaves it readable for everybody.
    pub recipient: Option<Recipient>,
}

impl Draft {
    /// Signs a token that travels alone and readable, by the server's published key. No fault is for such a token.
    ///
    /// # Errors
    /// A signature that fails: why.
    pub fn sign(self, keys: &ServerKeys) -> Result<String, String> {
        let Self { header, payload, .. } = self;
        let signed = keys.published.seal(FaultyToken::IdToken, header, payload, &[]);
        signed.map_err(|error| format!("signing failed: {error}"))
    }
}

/// The tokens before they are signed.
#[derive(Clone, Debug, Default)]
pub struct Drafts {
    pub access_token: Option<Draft>,
    pub id_token: Option<Draft>,
    /// Seconds; of the access token.
    pub expires_in: i64,
}

/// Decides what the tokens say.
///
/// # Errors
/// A claim that cannot be evaluated, a token that is to be encrypted and has no key for it.
pub fn draft(ticket: &Ticket<'_>, mint: Mint<'_>, moment: &mut Moment<'_>) -> Result<Drafts, OAuthError> {
    let now = moment.now;
    let mut drafts = Drafts { expires_in: ticket.access_token_lifetime(), ..Drafts::default() };
    if mint.access_token {
        let custom = claims::for_access_token(ticket.server, &ticket.subject, ticket.scopes, moment)?;
        let payload = access_token::payload(ticket, ticket.access_token_id, now, custom);
        let recipient = Recipient::of_access_token(ticket)?;
        drafts.access_token = Some(Draft { header: access_token::header(ticket), payload, recipient });
    }
    if mint.id_token {
        // Okta: thin beside an access token, fat alone or with a code only.
        // OIDC Core 5.4: the code will give an access token too.
        let code_counts = mint.code.is_some() && ticket.server.behavior.scope_claims_at_userinfo();
        let breadth = if mint.access_token || code_counts { Breadth::Thin } else { Breadth::Fat };
        let claims = claims::for_id_token(ticket.server, &ticket.subject, ticket.scopes, breadth, moment)?;
        let jti = format!("ID.{}", moment.token());
        let payload = id_token::payload(ticket, &jti, now, claims, mint);
        let recipient = Recipient::of_id_token(ticket)?;
        drafts.id_token = Some(Draft { header: id_token::header(), payload, recipient });
    }
    for (title, draft) in [("access token", &drafts.access_token), ("ID token", &drafts.id_token)] {
        if let Some(recipient) = draft.as_ref().and_then(|draft| draft.recipient.as_ref()) {
            moment.trace.note(NoteStatus::Added, format!("encryption of the {title}"), recipient.describe());
        }
    }
    Ok(drafts)
}

impl Drafts {
    /// `jti` of the access token, if there is one.
    #[must_use]
    pub fn access_token_id(&self) -> Option<&str> {
        self.access_token.as_ref()?.payload.get("jti")?.as_str()
    }

    /// Those whom the tokens are encrypted for.
    pub fn recipients(&mut self) -> impl Iterator<Item = &mut Recipient> {
        [&mut self.access_token, &mut self.id_token].into_iter().flatten().filter_map(|draft| draft.recipient.as_mut())
    }

    /// Signs the tokens, and encrypts those that have a recipient.
    ///
    /// # Errors
    /// The cryptography fails, or the key of a recipient has not been fetched.
    pub fn sign(self, keys: &ServerKeys, faults: &[TokenFault]) -> Result<Issued, OAuthError> {
        let mut issued = Issued { expires_in: self.expires_in, ..Issued::default() };
        if let Some(draft) = self.access_token {
            issued.access_token = Some(draft.seal(FaultyToken::AccessToken, &keys.access, faults)?);
        }
        if let Some(mut draft) = self.id_token {
            if let Some(access_token) = &issued.access_token {
                id_token::bind(&mut draft.payload, access_token);
            }
            issued.id_token = Some(draft.seal(FaultyToken::IdToken, &keys.published, faults)?);
        }
        Ok(issued)
    }
}

impl Draft {
    fn seal(self, kind: FaultyToken, key: &SigningKey, faults: &[TokenFault]) -> Result<String, OAuthError> {
        let failed = |what: &str| OAuthError::new(ErrorId::ServerError, format!("{what} failed"));
        let recipient = self.recipient.as_ref().map(Recipient::key).transpose()?;
        let signed = key.seal(kind, self.header, self.payload, faults).map_err(|_| failed("signing"))?;
        match recipient {
            // RFC 7519 11.2: signed first, then encrypted.
            Some(recipient) => recipient.encrypt(&signed).map_err(|_| failed("encryption")),
            None => Ok(signed),
        }
    }
}
