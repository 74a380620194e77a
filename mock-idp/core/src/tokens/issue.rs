//! The only mint.

use serde_json::{Map, Value};

use super::fault::{FaultyToken, TokenFault};
use super::{ServerKeys, access_token, id_token};
use crate::claims::{self, Breadth, Subject};
use crate::model::TokenLifetimes;
use crate::moment::Moment;
use crate::org::{Server, Urls};
use crate::protocol::{ErrorId, Refusal, Scopes};

/// Everything that a set of tokens is made from.
#[derive(Debug)]
pub struct Ticket<'a> {
    pub server: &'a Server,
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
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub header: Map<String, Value>,
    pub payload: Map<String, Value>,
}

/// The tokens before they are signed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drafts {
    pub access_token: Option<Draft>,
    pub id_token: Option<Draft>,
    /// Seconds; of the access token.
    pub expires_in: i64,
}

/// Decides what the tokens say.
///
/// # Errors
/// A claim that cannot be evaluated.
pub fn draft(ticket: &Ticket<'_>, mint: Mint<'_>, moment: &mut Moment<'_>) -> Result<Drafts, Refusal> {
    let now = moment.now;
    let mut drafts = Drafts { expires_in: ticket.access_token_lifetime(), ..Drafts::default() };
    if mint.access_token {
        let custom = claims::for_access_token(ticket.server, &ticket.subject, ticket.scopes, moment)?;
        let payload = access_token::payload(ticket, ticket.access_token_id, now, custom);
        drafts.access_token = Some(Draft { header: access_token::header(ticket), payload });
    }
    if mint.id_token {
        // Okta: thin beside an access token, fat alone or with a code only.
        // OIDC Core 5.4: the code will give an access token too.
        let code_counts = mint.code.is_some() && ticket.server.behavior.scope_claims_at_userinfo();
        let breadth = if mint.access_token || code_counts { Breadth::Thin } else { Breadth::Fat };
        let claims = claims::for_id_token(ticket.server, &ticket.subject, ticket.scopes, breadth, moment)?;
        let jti = format!("ID.{}", moment.token());
        let payload = id_token::payload(ticket, &jti, now, claims, mint);
        drafts.id_token = Some(Draft { header: id_token::header(), payload });
    }
    Ok(drafts)
}

impl Drafts {
    /// `jti` of the access token, if there is one.
    #[must_use]
    pub fn access_token_id(&self) -> Option<&str> {
        self.access_token.as_ref()?.payload.get("jti")?.as_str()
    }

    /// Signs the tokens.
    ///
    /// # Errors
    /// A signature that fails.
    pub fn sign(self, keys: &ServerKeys, faults: &[TokenFault]) -> Result<Issued, Refusal> {
        let failed = |error: jsonwebtoken::signature::Error| {
            Refusal::new(ErrorId::ServerError, format!("signing failed: {error}"))
        };
        let mut issued = Issued { expires_in: self.expires_in, ..Issued::default() };
        if let Some(Draft { header, payload }) = self.access_token {
            issued.access_token =
                Some(keys.access.seal(FaultyToken::AccessToken, header, payload, faults).map_err(failed)?);
        }
        if let Some(Draft { header, mut payload }) = self.id_token {
            if let Some(access_token) = &issued.access_token {
                id_token::bind(&mut payload, access_token);
            }
            issued.id_token = Some(keys.published.seal(FaultyToken::IdToken, header, payload, faults).map_err(failed)?);
        }
        Ok(issued)
    }
}

/// Makes and signs the tokens.
///
/// # Errors
/// A claim that cannot be evaluated, or a signature that fails.
pub fn issue(
    ticket: &Ticket<'_>,
    mint: Mint<'_>,
    keys: &ServerKeys,
    faults: &[TokenFault],
    moment: &mut Moment<'_>,
) -> Result<Issued, Refusal> {
    draft(ticket, mint, moment)?.sign(keys, faults)
}
