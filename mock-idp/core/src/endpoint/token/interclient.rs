//! Token exchange for an interclient token: an app hands its user over to another one, which signs them in by it without asking
//! again. Okta: "Configure Native to Web SSO", at the org server and at custom ones.

use serde_json::{Map, Value};

use super::token_exchange::{of_this_server, user_of};
use super::{Admitted, not_applicable};
use crate::ledger::{HandOver, SignedIn};
use crate::model::{App, ApplicationType, User};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org, Urls};
use crate::protocol::token_type::{ACCESS_TOKEN, ID_TOKEN, INTERCLIENT_TOKEN};
use crate::protocol::{ErrorId, GrantType, INTERCLIENT_ACCESS, OAuthError};
use crate::tokens::{Draft, InterclientToken, ServerKeys, Verified};
use crate::trace::NoteStatus;

/// How an audience names the app that a token is for.
const AUDIENCE: &str = "urn:okta:apps:";

/// What an app shows of its user's sign-in, as it travels.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OwnTokens {
    pub id_token: String,
    pub access_token: String,
}

/// What [`OwnTokens`] turned out to be.
#[derive(Clone, Copy, Debug)]
pub struct OwnSignIn<'a> {
    /// The claims, if a server of the org has signed them.
    pub id_token: Option<&'a Verified>,
    pub access_token: Option<&'a Verified>,
    /// That the access token has been revoked.
    pub revoked: bool,
}

/// A user who may be handed over.
#[derive(Clone, Debug)]
pub struct HandsOver {
    draft: Draft,
    pub jti: String,
    pub record: HandOver,
    /// A login.
    pub user: String,
}

impl HandsOver {
    /// Signs the token and builds the body. Okta: `token_type, expires_in, access_token, issued_token_type`.
    ///
    /// # Errors
    /// A signature that fails.
    pub fn answer(self, keys: &ServerKeys) -> Result<Map<String, Value>, OAuthError> {
        let token = self.draft.sign(keys).map_err(|reason| OAuthError::new(ErrorId::ServerError, reason))?;
        Ok(not_applicable(token, InterclientToken::LIFETIME, INTERCLIENT_TOKEN))
    }
}

impl Admitted<'_> {
    /// What the app shows of its user's sign-in, if it is an interclient token that it asks for.
    ///
    /// # Errors
    /// A token is missing, or of a type that is not taken.
    pub fn asks_to_hand_over(&self) -> Result<Option<OwnTokens>, OAuthError> {
        let request = self.request;
        let asks = self.grant_type == GrantType::TokenExchange
            && request.get("requested_token_type") == Some(INTERCLIENT_TOKEN);
        if !asks {
            return Ok(None);
        }
        let id_token = request.required("subject_token")?.to_owned();
        let subject_type = request.required("subject_token_type")?;
        if subject_type != ID_TOKEN {
            let reason = format!("subject_token_type `{subject_type}`");
            return Err(OAuthError::new(ErrorId::InvalidSubjectTokenType, reason));
        }
        let access_token = request.required("actor_token")?.to_owned();
        let actor_type = request.required("actor_token_type")?;
        if actor_type != ACCESS_TOKEN {
            return Err(OAuthError::new(ErrorId::InvalidActorTokenType, format!("actor_token_type `{actor_type}`")));
        }
        Ok(Some(OwnTokens { id_token, access_token }))
    }

    /// Hands the user over to the app that the audience names.
    ///
    /// # Errors
    /// Okta's refusals.
    pub fn hand_over(
        &self,
        org: &Org,
        server: &CompiledServer,
        urls: &Urls,
        own: OwnSignIn<'_>,
        moment: &mut Moment<'_>,
    ) -> Result<HandsOver, OAuthError> {
        let client = self.client;
        let (user, id_token) = subject(client, org, server, urls, own.id_token, moment.now)?;
        let access_token = actor(client, server, urls, own, user, moment.now)?;
        let login = &user.profile.login;
        moment.trace.note(
            NoteStatus::Matched,
            "subject token",
            format!("{login} has signed in to {}", client.client_id()),
        );
        let target = target(org, self.request.get("audience").unwrap_or_default())?;
        if !target.trusts(client) {
            let reason = format!("{} is not among the `interclientAllowedApps` of {}", client.id, target.id);
            return Err(OAuthError::new(ErrorId::InterclientRelationshipNotConfigured, reason));
        }
        user_of(org, target, Some(&user.id))?;
        moment.trace.note(
            NoteStatus::Matched,
            "trust map",
            format!("{} takes users over from {}", target.id, client.id),
        );
        let jti = InterclientToken::jti(&moment.token());
        let draft = InterclientToken { issuer: &urls.issuer(server), user, target }.draft(&jti, moment.now);
        let record = HandOver {
            proof: proof(user, id_token, moment.now),
            client_id: client.client_id().to_owned(),
            access_token: access_token.text("jti").unwrap_or_default().to_owned(),
            used: false,
        };
        Ok(HandsOver { draft, jti, record, user: login.clone() })
    }
}

/// The user whom the app's ID token is about.
fn subject<'a>(
    client: &App,
    org: &'a Org,
    server: &CompiledServer,
    urls: &Urls,
    id_token: Option<&'a Verified>,
    now: i64,
) -> Result<(&'a User, &'a Verified), OAuthError> {
    let claims = of_this_server(id_token, server, urls)?;
    if claims.expired(now) {
        return Err(OAuthError::new(ErrorId::TokenExchangeSubjectTokenExpired, "the ID token has expired"));
    }
    if claims.text("aud") != Some(client.client_id()) {
        let reason = format!("the ID token is for {:?}", claims.text("aud"));
        return Err(OAuthError::new(ErrorId::WebSsoSubjectTokenClientMismatch, reason));
    }
    Ok((user_of(org, client, claims.text("sub"))?, claims))
}

/// The app's access token, which says that it may.
fn actor<'a>(
    client: &App,
    server: &CompiledServer,
    urls: &Urls,
    own: OwnSignIn<'a>,
    user: &User,
    now: i64,
) -> Result<&'a Verified, OAuthError> {
    let invalid = |reason: &str| OAuthError::new(ErrorId::InvalidActorToken, reason);
    let claims = own.access_token.ok_or_else(|| invalid("no server of the org has signed it"))?;
    if claims.text("iss") != Some(urls.issuer(server).as_str()) {
        return Err(invalid("the access token is another server's"));
    }
    if own.revoked || claims.expired(now) {
        return Err(invalid("the access token is expired or revoked"));
    }
    if claims.text("cid") != Some(client.client_id()) {
        let reason = format!("the access token is that of {:?}", claims.text("cid"));
        return Err(OAuthError::new(ErrorId::WebSsoActorTokenWrongAudience, reason));
    }
    if claims.text("uid") != Some(user.id.as_str()) {
        return Err(invalid("the ID token is about somebody else"));
    }
    if !claims.scopes().any(|scope| scope == INTERCLIENT_ACCESS) {
        let reason = "the access token was granted without it";
        return Err(OAuthError::new(ErrorId::InterclientTokenExchangeRequestRequiresScope, reason));
    }
    Ok(claims)
}

/// Okta: `urn:okta:apps:` and a client id.
fn target<'a>(org: &'a Org, audience: &str) -> Result<&'a App, OAuthError> {
    let named = audience.strip_prefix(AUDIENCE).and_then(|client_id| org.client(client_id));
    let target = named.filter(|target| target.status.is_active()).ok_or_else(|| {
        OAuthError::new(ErrorId::TokenExchangeInvalidAudience, format!("`{audience}` names no active app"))
    })?;
    if target.oauth().application_type == ApplicationType::Service {
        let reason = format!("nobody signs in to the service {}", target.id);
        return Err(OAuthError::new(ErrorId::InterclientTokenTargetNotPermitted, reason));
    }
    Ok(target)
}

/// How and when the user has signed in, as the ID token has it.
fn proof(user: &User, id_token: &Verified, now: i64) -> SignedIn {
    let amr = id_token.0.get("amr").and_then(Value::as_array);
    SignedIn {
        user_id: user.id.clone(),
        auth_time: id_token.number("auth_time").unwrap_or(now),
        amr: amr.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}
