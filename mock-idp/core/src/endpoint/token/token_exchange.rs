//! `urn:ietf:params:oauth:grant-type:token-exchange`. RFC 8693. Okta, at custom servers: a service acts on behalf of the user
//! whose access token it received, or an app on the same device signs the user in by a device secret (OpenID Connect Native
//! SSO). Scopes are granted as asked for or not at all.

use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::entitled::{entitle, unaskable};
use super::{Addition, Admitted, Allowed, Plan, Redemption};
use crate::ledger::{Authentication, DeviceSecret};
use crate::model::{App, ApplicationType, User};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org, Urls};
use crate::policy::{self, Ask, scope_rules};
use crate::protocol::token_type::{ACCESS_TOKEN, DEVICE_SECRET, ID_TOKEN};
use crate::protocol::{ErrorId, OAuthError, OIDC_SCOPES, RequestedClaims, Scopes};
use crate::tokens::{OnBehalf, Verified, half_hash};
use crate::trace::NoteStatus;

/// How many services may have passed a request on. Okta: a chain of at most five actors.
const MOST_ACTORS: usize = 5;

/// What is exchanged.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Exchange {
    OnBehalf { access_token: String },
    NativeSso { id_token: String, device_secret: String },
}

/// A user's access token that a service has received.
#[derive(Clone, Copy, Debug)]
pub struct PassedOn<'a> {
    /// Its claims, if the signature is that of a server of the org.
    pub claims: Option<&'a Verified>,
    pub revoked: bool,
}

/// An ID token, and the device secret that came with it.
#[derive(Clone, Copy, Debug)]
pub struct DeviceBound<'a> {
    /// Its claims, if the signature is this server's.
    pub claims: Option<&'a Verified>,
    pub secret: &'a str,
    pub record: Option<&'a DeviceSecret>,
    /// Whether the session that the secret came from still is.
    pub session_lives: bool,
}

/// Reads what is to be exchanged for what.
pub(super) fn read(admitted: &Admitted<'_>) -> Result<Exchange, OAuthError> {
    let request = admitted.request;
    let subject_token = request.required("subject_token")?.to_owned();
    let subject_type = request.required("subject_token_type")?;
    let service = admitted.client.oauth().application_type == ApplicationType::Service;
    if let Some(wanted) = request.get("requested_token_type").filter(|wanted| *wanted != ACCESS_TOKEN) {
        return Err(OAuthError::new(ErrorId::InvalidRequestedTokenType, format!("requested_token_type `{wanted}`")));
    }
    if let Some(resource) = request.get("resource") {
        return Err(OAuthError::new(ErrorId::TokenExchangeInvalidResource, format!("resource `{resource}`")));
    }
    let actor_type = request.get("actor_token_type");
    match (subject_type, actor_type) {
        (ACCESS_TOKEN, None) if request.get("actor_token").is_some() => Err(OAuthError::with(
            ErrorId::MissingTokenRequestParameter,
            "actor_token_type",
            "an actor token of no type",
        )),
        (ACCESS_TOKEN, None) if service => Ok(Exchange::OnBehalf { access_token: subject_token }),
        (ACCESS_TOKEN, None) => {
            Err(OAuthError::new(ErrorId::OnBehalfInvalidClientType, "the client is no service app"))
        }
        (ID_TOKEN, Some(DEVICE_SECRET)) if service => {
            Err(OAuthError::new(ErrorId::InvalidClientTypeNativeSso, "a service app has no device"))
        }
        (ID_TOKEN, Some(DEVICE_SECRET)) => {
            let device_secret = request.required("actor_token")?.to_owned();
            Ok(Exchange::NativeSso { id_token: subject_token, device_secret })
        }
        (ID_TOKEN, None) => {
            Err(OAuthError::with(ErrorId::MissingTokenRequestParameter, "actor_token_type", "an ID token alone"))
        }
        (ACCESS_TOKEN, Some(DEVICE_SECRET)) => Err(OAuthError {
            id: ErrorId::InvalidSubjectActorTokenMatch,
            arguments: vec![DEVICE_SECRET.to_owned(), ID_TOKEN.to_owned()],
            reason: "a device secret is presented with its ID token".to_owned(),
        }),
        (ACCESS_TOKEN | ID_TOKEN, Some(other)) => {
            Err(OAuthError::new(ErrorId::InvalidActorTokenType, format!("actor_token_type `{other}`")))
        }
        (other, _) => Err(OAuthError::new(ErrorId::InvalidSubjectTokenType, format!("subject_token_type `{other}`"))),
    }
}

pub(super) fn on_behalf(
    admitted: &Admitted<'_>,
    org: &Org,
    server: &CompiledServer,
    urls: &Urls,
    PassedOn { claims, revoked }: PassedOn<'_>,
    plan: &Plan,
    moment: &mut Moment<'_>,
) -> Result<Redemption, OAuthError> {
    let client = admitted.client;
    at_server(admitted, server)?;
    let claims = of_trusted_server(claims, org, server, urls)?;
    if revoked || claims.expired(moment.now) {
        return Err(OAuthError::new(
            ErrorId::TokenExchangeSubjectTokenExpired,
            "the access token is expired or revoked",
        ));
    }
    let first = client_of(org, claims.text("cid"))?;
    let user = user_of(org, first, claims.text("uid"))?;
    let act = act(client, claims)?;
    let subject_name = claims.text("sub").unwrap_or(&user.profile.login).to_owned();
    let because = format!("an access token of {} about {}", first.client_id(), user.profile.login);
    moment.trace.note(NoteStatus::Matched, "subject token", because);
    let asked = Scopes::parse(admitted.request.get("scope").unwrap_or_default());
    if asked.iter().any(|scope| OIDC_SCOPES.contains(&scope)) {
        return Err(OAuthError::new(ErrorId::OpenidNotAllowedTokenExchange, format!("asked for {}", asked.listed())));
    }
    let scopes = scopes(admitted, org, server, &asked)?;
    let ask = Ask { client, user: Some(user), grant_type: admitted.grant_type, scopes: &scopes };
    let lifetimes = policy::evaluate(org, server, ask, moment)?;
    let authentication = Authentication {
        user_id: user.id.clone(),
        auth_time: claims.number("auth_time").unwrap_or(moment.now),
        amr: Vec::new(),
        session_id: format!("102{}", moment.token()),
        fresh: false,
    };
    Ok(Redemption {
        authorization: crate::ledger::Authorization {
            server: server.id.clone(),
            client_id: client.client_id().to_owned(),
            authentication: Some(authentication),
            scopes: scopes.clone(),
            acr: claims.text("acr").map(str::to_owned),
            lifetimes,
            claims: RequestedClaims::default(),
            device_secret_hash: None,
        },
        scopes,
        nonce: None,
        access_token_id: plan.access_token_id_in(None),
        founds: None,
        bound_to: admitted.thumbprint(),
        refresh_token: None,
        addition: Addition::Exchanged {
            on_behalf: Some(OnBehalf { subject_name: Some(subject_name), act: Some(act), ..OnBehalf::default() }),
        },
    })
}

pub(super) fn native_sso(
    admitted: &Admitted<'_>,
    org: &Org,
    server: &CompiledServer,
    urls: &Urls,
    DeviceBound { claims, secret, record, session_lives }: DeviceBound<'_>,
    plan: &Plan,
    moment: &mut Moment<'_>,
) -> Result<Redemption, OAuthError> {
    at_server(admitted, server)?;
    let claims = of_this_server(claims, server, urls)?;
    if claims.expired(moment.now) {
        return Err(OAuthError::new(ErrorId::TokenExchangeSubjectTokenExpired, "the ID token has expired"));
    }
    let invalid = |reason: &str| OAuthError::new(ErrorId::InvalidActorToken, reason);
    let record =
        record.filter(|record| record.is_good(moment.now)).ok_or_else(|| invalid("no such secret, or over"))?;
    if record.server != server.id {
        return Err(invalid("the device secret is another server's"));
    }
    // Native SSO 4.2: the ID token has to be the one that the secret came with, or a later one of the same sign-in.
    let tied = claims.text("ds_hash").is_some_and(|hash| hash.as_bytes().ct_eq(half_hash(secret).as_bytes()).into());
    if !tied || claims.text("sid") != Some(record.authentication.sid().as_str()) {
        return Err(invalid("the ID token is not tied to this secret"));
    }
    if !session_lives {
        let reason = "the session of the device secret is over";
        return Err(OAuthError::new(ErrorId::TokenExchangeSubjectTokenExpired, reason));
    }
    let first = client_of(org, claims.text("aud"))?;
    let user = user_of(org, admitted.client, claims.text("sub"))?;
    let because = format!("the device on which {} signed in to {}", user.profile.login, first.client_id());
    moment.trace.note(NoteStatus::Matched, "device secret", because);
    let asked = Scopes::parse(admitted.request.get("scope").unwrap_or_default());
    let scopes = scopes(admitted, org, server, &asked)?;
    scope_rules::openid_present(&scopes, false)?;
    let authentication = record.authentication.clone();
    let allowed = Allowed { authentication, scopes, device_secret_hash: Some(half_hash(secret)) };
    let redemption = entitle(admitted, org, server, allowed, plan, moment)?;
    Ok(Redemption { addition: Addition::Exchanged { on_behalf: None }, ..redemption })
}

/// Okta: these exchanges are for custom servers, and name their audience.
fn at_server(admitted: &Admitted<'_>, server: &CompiledServer) -> Result<(), OAuthError> {
    if server.is_org() {
        return Err(OAuthError::new(
            ErrorId::UnsupportedGrantTypeTokenExchange,
            "the org server exchanges none of these",
        ));
    }
    let audience = admitted.request.get("audience");
    if audience != server.audience.as_deref() {
        let reason = format!("audience is {audience:?}, this server's is {:?}", server.audience);
        return Err(OAuthError::new(ErrorId::TokenExchangeInvalidAudience, reason));
    }
    Ok(())
}

pub(super) fn of_this_server<'a>(
    claims: Option<&'a Verified>,
    server: &CompiledServer,
    urls: &Urls,
) -> Result<&'a Verified, OAuthError> {
    let claims =
        claims.ok_or_else(|| OAuthError::new(ErrorId::InvalidSubjectToken, "the signature is not this server's"))?;
    if claims.text("iss") == Some(urls.issuer(server).as_str()) {
        return Ok(claims);
    }
    let reason = format!("iss is {:?}, this is {}", claims.text("iss"), urls.issuer(server));
    Err(OAuthError::new(ErrorId::InvalidSubjectTokenAuthorizationServer, reason))
}

/// Okta: a service may pass on what a server of the org has issued that this one is associated with.
fn of_trusted_server<'a>(
    claims: Option<&'a Verified>,
    org: &Org,
    server: &CompiledServer,
    urls: &Urls,
) -> Result<&'a Verified, OAuthError> {
    let issuer = claims.and_then(|claims| claims.text("iss"));
    let others = org.servers().iter().filter(|other| !other.is_org() && other.id != server.id);
    match (others.into_iter().find(|other| issuer == Some(urls.issuer(other).as_str())), claims) {
        (Some(other), Some(claims)) if server.associated_servers.contains(&other.id) => Ok(claims),
        (Some(other), _) => {
            let reason = format!("{} is not associated with {}", other.name, server.name);
            Err(OAuthError::new(ErrorId::AssociatedServerNotTrusted, reason))
        }
        (None, claims) => of_this_server(claims, server, urls),
    }
}

pub(super) fn client_of<'a>(org: &'a Org, client_id: Option<&str>) -> Result<&'a App, OAuthError> {
    client_id.and_then(|id| org.client(id)).filter(|client| client.status.is_active()).ok_or_else(|| {
        OAuthError::new(ErrorId::InvalidSubjectTokenClientInactive, format!("{client_id:?} is no active client"))
    })
}

pub(super) fn user_of<'a>(org: &'a Org, client: &App, user_id: Option<&str>) -> Result<&'a User, OAuthError> {
    let Some(user_id) = user_id else {
        return Err(OAuthError::new(ErrorId::InvalidSubjectToken, "the token is about no user"));
    };
    let user = org.user(user_id).filter(|user| user.status.may_hold_tokens());
    let user =
        user.ok_or_else(|| OAuthError::new(ErrorId::InvalidSubjectTokenUserInactive, "the user is not active"))?;
    // Nobody is assigned to a service app: it has got its token on behalf of somebody.
    let service = client.oauth().application_type == ApplicationType::Service;
    if !service && org.assignment(client, user).is_none() {
        let reason = format!("{} is not assigned to {}", user.profile.login, client.client_id());
        return Err(OAuthError::new(ErrorId::InvalidSubjectTokenUserNotAssigned, reason));
    }
    Ok(user)
}

/// RFC 8693 4.1: the caller acts now; whoever acted before is told inside.
fn act(client: &App, subject: &Verified) -> Result<Value, OAuthError> {
    let mut act = json!({ "sub": client.client_id() });
    let Some(before) = subject.0.get("act") else { return Ok(act) };
    let depth = std::iter::successors(Some(before), |actor| actor.get("act")).count();
    if depth >= MOST_ACTORS {
        let reason = format!("{depth} services have passed it on before");
        return Err(OAuthError::new(ErrorId::InvalidSubjectTokenActClaimDepth, reason));
    }
    act["act"] = before.clone();
    Ok(act)
}

fn scopes(admitted: &Admitted<'_>, org: &Org, server: &CompiledServer, asked: &Scopes) -> Result<Scopes, OAuthError> {
    let scopes = scope_rules::resolve(org, server, admitted.client, asked)?;
    let unaskable = unaskable(admitted.client, server, &scopes);
    if unaskable.is_empty() {
        Ok(scopes)
    } else {
        Err(OAuthError::with(ErrorId::ConsentRequiredTokenExchange, unaskable.listed(), "nobody can ask the user"))
    }
}
