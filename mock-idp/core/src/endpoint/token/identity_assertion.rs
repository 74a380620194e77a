//! Token exchange at the org server: an ID token for an ID-JAG, by which another authorization server learns who has signed in.
//! Okta: "Implement XAA token exchange for your requesting app", "Set up AI agent token exchange";
//! draft-ietf-oauth-identity-assertion-authz-grant 4.3.

use serde_json::{Map, Value, json};

use super::token_exchange::{client_of, user_of};
use super::{Admitted, not_applicable, still_entitled};
use crate::ledger::TokenFamily;
use crate::model::{App, ApplicationType, AuthMethod, Connection, User};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org, Urls};
use crate::protocol::token_type::{ID_JAG, ID_TOKEN, REFRESH_TOKEN, SAML2};
use crate::protocol::{ErrorId, GrantType, OAuthError, Scopes};
use crate::tokens::{Draft, IdJag, ServerKeys, Verified, sign_id_jag};
use crate::trace::NoteStatus;

/// What says who has signed in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SubjectToken {
    IdToken(String),
    RefreshToken(String),
}

/// What a [`SubjectToken`] turned out to be.
#[derive(Debug)]
pub enum Identity<'a> {
    /// The claims, and the server of the org that has signed them.
    IdToken(Option<(&'a CompiledServer, Verified)>),
    RefreshToken(Option<&'a TokenFamily>),
}

/// An ID-JAG that may be signed.
#[derive(Clone, Debug)]
pub struct IdentityAssertion {
    pub draft: Draft,
    /// Whom it is about: a login.
    pub user: String,
}

impl Admitted<'_> {
    /// What says who has signed in, if it is an ID-JAG that is asked for.
    ///
    /// # Errors
    /// This server issues none; the subject token is missing, or of a type that is not taken.
    pub fn asks_for_assertion(&self, server: &CompiledServer) -> Result<Option<SubjectToken>, OAuthError> {
        let asks =
            self.grant_type == GrantType::TokenExchange && self.request.get("requested_token_type") == Some(ID_JAG);
        asks.then(|| read(self, server)).transpose()
    }

    /// Tells another authorization server who has signed in.
    ///
    /// # Errors
    /// Okta's refusals.
    pub fn assert_identity(
        &self,
        org: &Org,
        server: &CompiledServer,
        urls: &Urls,
        identity: Identity<'_>,
        moment: &mut Moment<'_>,
    ) -> Result<IdentityAssertion, OAuthError> {
        let client = self.client;
        let (user, first) = match identity {
            Identity::IdToken(token) => of_id_token(client, org, urls, token, moment)?,
            Identity::RefreshToken(family) => of_refresh_token(client, org, server, family, moment)?,
        };
        moment.trace.note(
            NoteStatus::Matched,
            "subject token",
            format!("{} has signed in to {}", user.profile.login, first.client_id()),
        );
        let audience = self.request.get("audience").unwrap_or_default();
        let connection = connection(self, org, urls, audience, moment)?;
        let scopes = Scopes::parse(self.request.get("scope").unwrap_or_default());
        may_ask(connection, org, &scopes)?;
        let assertion = IdJag {
            issuer: &urls.issuer(server),
            audience,
            user,
            client_id: connection.client_id.as_deref().unwrap_or(client.client_id()),
            resource: self.request.get("resource"),
            scopes: &scopes,
            act: act(client, first),
        };
        let draft = assertion.draft(&format!("IDAAG.{}", moment.token()), moment.now);
        Ok(IdentityAssertion { draft, user: user.profile.login.clone() })
    }
}

/// Reads what is to be exchanged.
fn read(admitted: &Admitted<'_>, server: &CompiledServer) -> Result<SubjectToken, OAuthError> {
    // Okta: ID-JAGs are the org server's to issue.
    if !server.is_org() {
        let reason = "only the org authorization server issues ID-JAGs";
        return Err(OAuthError::new(ErrorId::InvalidRequestedTokenType, reason));
    }
    // draft-ietf-oauth-identity-assertion-authz-grant 9.1: confidential clients only.
    if admitted.client.auth_method() == AuthMethod::None {
        let reason = format!("{} does not authenticate", admitted.client.client_id());
        return Err(OAuthError::new(ErrorId::ConfidentialClientRequired, reason));
    }
    let request = admitted.request;
    let token = request.required("subject_token")?.to_owned();
    match request.required("subject_token_type")? {
        ID_TOKEN => Ok(SubjectToken::IdToken(token)),
        REFRESH_TOKEN => Ok(SubjectToken::RefreshToken(token)),
        // Okta takes the assertions of its SAML apps; this org has none.
        SAML2 => Err(OAuthError::new(ErrorId::InvalidSubjectTokenSamlApp, "the org has no SAML apps")),
        other => Err(OAuthError::new(ErrorId::InvalidSubjectTokenType, format!("subject_token_type `{other}`"))),
    }
}

/// Signs an ID-JAG and builds the body. Okta: `token_type, expires_in, access_token, issued_token_type`.
///
/// # Errors
/// A signature that fails.
pub fn answer(assertion: IdentityAssertion, keys: &ServerKeys) -> Result<Map<String, Value>, OAuthError> {
    let token = sign_id_jag(assertion.draft, keys)?;
    Ok(not_applicable(token, IdJag::LIFETIME, ID_JAG))
}

fn of_id_token<'a>(
    client: &App,
    org: &'a Org,
    urls: &Urls,
    token: Option<(&CompiledServer, Verified)>,
    moment: &Moment<'_>,
) -> Result<(&'a User, &'a App), OAuthError> {
    let (issued_by, claims) =
        token.ok_or_else(|| OAuthError::new(ErrorId::InvalidSubjectToken, "no server of the org has signed it"))?;
    if claims.text("iss") != Some(urls.issuer(issued_by).as_str()) {
        let reason = format!("iss is {:?}, its server is {}", claims.text("iss"), urls.issuer(issued_by));
        return Err(OAuthError::new(ErrorId::InvalidSubjectTokenAuthorizationServer, reason));
    }
    if claims.expired(moment.now) {
        return Err(OAuthError::new(ErrorId::TokenExchangeSubjectTokenExpired, "the ID token has expired"));
    }
    let first = client_of(org, claims.text("aud"))?;
    // Okta: the app's own users, or those of the app that an agent is linked to.
    let linked = client.agent.as_ref().is_some_and(|agent| agent.app_id == first.id);
    if first.id != client.id && !linked {
        let reason = format!("{} is not linked to {}", client.client_id(), first.client_id());
        return Err(OAuthError::new(ErrorId::InvalidSubjectTokenClientNotRegistered, reason));
    }
    Ok((user_of(org, first, claims.text("sub"))?, first))
}

fn of_refresh_token<'a>(
    client: &'a App,
    org: &'a Org,
    server: &CompiledServer,
    family: Option<&TokenFamily>,
    moment: &Moment<'_>,
) -> Result<(&'a User, &'a App), OAuthError> {
    let invalid = |reason: &str| OAuthError::new(ErrorId::InvalidSubjectToken, reason);
    let family = family.ok_or_else(|| invalid("no such refresh token"))?;
    let authorization = &family.authorization;
    if authorization.client_id != client.client_id() || authorization.server != server.id {
        return Err(invalid("the refresh token is another client's, or another server's"));
    }
    let over = family.revoked
        || family.expires.is_some_and(|expires| moment.now >= expires)
        || moment.now >= family.idle_until
        || still_entitled(org, server, client, authorization).is_err();
    if over {
        return Err(OAuthError::new(ErrorId::TokenExchangeSubjectTokenExpired, "the refresh token is over"));
    }
    let user_id = authorization.authentication.as_ref().map(|known| known.user_id.as_str());
    Ok((user_of(org, client, user_id)?, client))
}

/// Okta: the app's connection to that authorization server, and to the resource if one is named.
fn connection<'a>(
    admitted: &Admitted<'a>,
    org: &Org,
    urls: &Urls,
    audience: &str,
    moment: &mut Moment<'_>,
) -> Result<&'a Connection, OAuthError> {
    let client = admitted.client;
    let to_audience = |connection: &&Connection| {
        let server = connection.authorization_server_id.as_deref().and_then(|id| org.server(id));
        let issuer = server.map(|server| urls.issuer(server)).or_else(|| connection.issuer_url.clone());
        connection.status.is_active() && issuer.as_deref() == Some(audience)
    };
    let mut connections = client.connections.iter().filter(to_audience).peekable();
    if connections.peek().is_none() {
        let reason = format!("{} has no connection to `{audience}`", client.client_id());
        return Err(OAuthError::new(ErrorId::TokenExchangeInvalidAudience, reason));
    }
    let resource = admitted.request.get("resource");
    let found =
        connections.find(|connection| resource.is_none() || connection.resource_indicator.as_deref() == resource);
    let connection = found.ok_or_else(|| {
        let reason = format!("no connection to `{audience}` has the resource {resource:?}");
        OAuthError::new(ErrorId::TokenExchangeInvalidResource, reason)
    })?;
    moment.trace.note(NoteStatus::Matched, format!("connection {}", connection.id), format!("it leads to {audience}"));
    Ok(connection)
}

/// Scopes are granted as asked for or not at all.
fn may_ask(connection: &Connection, org: &Org, scopes: &Scopes) -> Result<(), OAuthError> {
    if let Some(server) = connection.authorization_server_id.as_deref().and_then(|id| org.server(id)) {
        let unknown: Scopes = scopes.iter().filter(|name| server.scope(name).is_none()).collect();
        if !unknown.is_empty() {
            let reason = format!("{} has no scope {}", server.name, unknown.listed());
            return Err(OAuthError::new(ErrorId::NoMatchingScope, reason));
        }
    }
    let denied: Scopes = scopes.iter().filter(|scope| !connection.allows(scope)).collect();
    if denied.is_empty() {
        Ok(())
    } else {
        let reason = format!("the connection {} does not allow them", connection.id);
        Err(OAuthError::with(ErrorId::ScopeDenied, denied.listed(), reason))
    }
}

/// Okta: an agent acts, through the app that the user has signed in to. An app that asks for its own users acts as itself.
fn act(client: &App, first: &App) -> Option<Value> {
    client.agent.as_ref()?;
    let mut act = json!({ "sub": client.client_id(), "sub_profile": "ai_agent" });
    if first.id != client.id {
        act["act"] = json!({ "sub": first.client_id() });
        if first.oauth().application_type == ApplicationType::Web {
            act["act"]["sub_profile"] = "web_app".into();
        }
    }
    Some(act)
}
