//! The only mint.

use serde_json::Map;

use super::fault::{FaultyToken, TokenFault};
use super::{ServerKeys, access_token, id_token};
use crate::claims::{self, Breadth, Subject};
use crate::model::TokenActions;
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
    pub lifetimes: TokenActions,
    pub nonce: Option<&'a str>,
    pub acr: Option<&'a str>,
    /// `jti` of the access token, chosen before the grant was redeemed.
    pub access_token_id: &'a str,
}

impl Ticket<'_> {
    /// Seconds.
    #[must_use]
    pub fn access_token_lifetime(&self) -> i64 {
        i64::from(self.lifetimes.access_token_lifetime_minutes) * 60
    }

    /// Okta: the default `sub` rule is `(appuser != null) ? appuser.userName : app.clientId`.
    pub(super) fn subject_name(&self) -> String {
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
    let now = moment.now;
    let mut issued = Issued { expires_in: ticket.access_token_lifetime(), ..Issued::default() };
    let failed =
        |error: jsonwebtoken::signature::Error| Refusal::new(ErrorId::ServerError, format!("signing failed: {error}"));
    if mint.access_token {
        let custom = claims::for_access_token(ticket.server, &ticket.subject, ticket.scopes, moment)?;
        let payload = access_token::payload(ticket, ticket.access_token_id, now, custom);
        let header = access_token::header(ticket, keys.access.kid());
        issued.access_token =
            Some(keys.access.seal(FaultyToken::AccessToken, header, payload, faults).map_err(failed)?);
    }
    if mint.id_token {
        // Okta: thin beside an access token, fat alone or with a code only.
        // OIDC Core 5.4: the code will give an access token too.
        let code_counts = mint.code.is_some() && ticket.server.behavior.scope_claims_at_userinfo();
        let breadth = if mint.access_token || code_counts { Breadth::Thin } else { Breadth::Fat };
        let claims = claims::for_id_token(ticket.server, &ticket.subject, ticket.scopes, breadth, moment)?;
        let jti = format!("ID.{}", moment.token());
        let payload = id_token::payload(ticket, &jti, now, claims, issued.access_token.as_deref(), mint.code);
        let mut header = Map::new();
        header.insert("kid".to_owned(), keys.published.kid().into());
        header.insert("alg".to_owned(), "RS256".into());
        issued.id_token = Some(keys.published.seal(FaultyToken::IdToken, header, payload, faults).map_err(failed)?);
    }
    Ok(issued)
}
