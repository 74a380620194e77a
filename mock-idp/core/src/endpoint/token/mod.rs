//! The token endpoint. RFC 6749 3.2; Okta: `/v1/token`.
//!
//! It owns what all grants share, in this order: the grant type is known, the client authenticates, a browser keeps to its
//! rules, the client may use the grant; then one grant file redeems what was presented; then [`draft`] says what the tokens say,
//! and [`body`] carries them once they are signed.

mod authorization_code;
mod browser;
mod ciba;
mod client_credentials;
mod device_code;
mod entitled;
mod identity_assertion;
mod interaction_code;
mod interclient;
pub mod jwt_bearer;
mod password;
mod polled;
mod refresh_token;
mod saml2_bearer;
mod token_exchange;

pub use identity_assertion::{Identity, IdentityAssertion, SubjectToken, answer};
pub use interclient::{HandsOver, OwnSignIn, OwnTokens};
pub use jwt_bearer::{Asserted, AssertedBy};
pub use polled::Allowed;
pub use token_exchange::{DeviceBound, Exchange, PassedOn};

use serde_json::{Map, Value};

use super::client_authentication::Presented;
use crate::claims::Subject;
use crate::ledger::{Authorization, Code, CodeState, DeviceSecret, Polled, TokenFamily};
use crate::model::{App, AuthMethod};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org, Urls};
use crate::policy::grant_rules;
use crate::protocol::{ErrorId, GrantType, OAuthError, Parameters, Scopes, token_type};
use crate::tokens::{Drafts, Issued, Mint, OnBehalf, Ticket};

/// What arrives at the token endpoint.
#[derive(Clone, Debug, Default)]
pub struct TokenRequest {
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The `Origin` header: only browsers send it.
    pub origin: Option<String>,
    /// The `DPoP` headers.
    pub dpop: Vec<String>,
    pub query: Parameters,
    pub body: Parameters,
}

impl TokenRequest {
    /// A grant parameter. Okta takes them from the query too; the body wins.
    fn get(&self, name: &str) -> Option<&str> {
        self.body.get(name).or_else(|| self.query.get(name))
    }

    /// Where the client's credentials may stand.
    #[must_use]
    pub fn presented(&self) -> Presented<'_> {
        Presented { authorization: self.authorization.as_deref(), query: &self.query, body: &self.body }
    }

    /// The grant that is asked for: before anybody is authenticated, the request must make sense.
    ///
    /// # Errors
    /// Doubled parameters, or a grant type that is missing or not served.
    pub fn grant_type(&self) -> Result<GrantType, OAuthError> {
        self.presented().unambiguous()?;
        let name = self.get("grant_type").ok_or_else(|| {
            OAuthError::with(ErrorId::TokenRequestMissingGrantType, served(), "grant_type is missing")
        })?;
        GrantType::named(name)
            .filter(|grant| SERVED.contains(grant) || KNOWN.contains(grant))
            .ok_or_else(|| OAuthError::with(ErrorId::UnsupportedGrantType, served(), format!("grant_type `{name}`")))
    }

    fn required(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| {
            OAuthError::with(ErrorId::MissingTokenRequestParameter, name, format!("`{name}` is missing"))
        })
    }
}

/// The grants that the token endpoint serves.
const SERVED: [GrantType; 8] = [
    GrantType::AuthorizationCode,
    GrantType::RefreshToken,
    GrantType::ClientCredentials,
    GrantType::Password,
    GrantType::DeviceCode,
    GrantType::Ciba,
    GrantType::TokenExchange,
    GrantType::JwtBearer,
];

/// What Okta's refusals list.
fn served() -> String {
    SERVED.map(GrantType::name).join(", ")
}

/// The grants that Okta knows and this org cannot give. They are refused in words of their own, once the client may use them.
const KNOWN: [GrantType; 2] = [GrantType::Saml2Bearer, GrantType::InteractionCode];

/// A request whose client is authenticated and may use the grant.
#[derive(Clone, Copy, Debug)]
pub struct Admitted<'a> {
    pub client: &'a App,
    pub grant_type: GrantType,
    request: &'a TokenRequest,
    /// Thumbprint of the key that the client has proved. RFC 9449.
    bound_to: Option<&'a str>,
}

/// Which record the grant redeems.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Redeems {
    Code(String),
    RefreshToken(String),
    DeviceCode(String),
    AuthReqId(String),
    Exchange(Exchange),
    /// An ID-JAG.
    Assertion(String),
    Nothing,
}

/// What the new tokens are called, chosen before the grant is redeemed so that the redeemed record can name them.
#[derive(Clone, Debug)]
pub struct Plan {
    access_token_id: String,
    family: String,
    refresh_token: String,
    device_secret: String,
}

impl Plan {
    /// Fresh names.
    pub fn new(moment: &mut Moment<'_>) -> Self {
        Self {
            access_token_id: format!("AT.{}", moment.token()),
            family: moment.id("oar"),
            refresh_token: moment.token(),
            device_secret: moment.token(),
        }
    }

    /// Okta: the `jti` of an access token carries the id of the refresh token record that it belongs to.
    fn access_token_id_in(&self, family: Option<&str>) -> String {
        family.map_or_else(|| self.access_token_id.clone(), |family| format!("{}.{family}", self.access_token_id))
    }
}

/// What a redeemed grant entitles to.
#[derive(Clone, Debug)]
pub struct Redemption {
    pub authorization: Authorization,
    /// The scopes of this access token: all of the authorization's, or fewer at a refresh.
    pub scopes: Scopes,
    pub nonce: Option<String>,
    pub access_token_id: String,
    /// A token family to be founded, under its id.
    pub founds: Option<(String, TokenFamily)>,
    /// Thumbprint of the key that the access token is bound to.
    pub bound_to: Option<String>,
    /// A refresh token that travels in the answer, and its family.
    pub refresh_token: Option<(String, String)>,
    pub addition: Addition,
}

/// What a grant gives beside the tokens that all grants give.
#[derive(Clone, Debug, Default)]
pub enum Addition {
    #[default]
    Nothing,
    /// A secret that lets other apps on the same device in, and its record.
    DeviceSecret(String, Box<DeviceSecret>),
    /// RFC 8693 2.2.1: the answer says what was issued; the access token may say who acts for its subject.
    Exchanged { on_behalf: Option<OnBehalf> },
    /// The access token takes over what an ID-JAG says.
    Asserted(OnBehalf),
}

impl Addition {
    fn on_behalf(&self) -> Option<&OnBehalf> {
        match self {
            Self::Exchanged { on_behalf } => on_behalf.as_ref(),
            Self::Asserted(on_behalf) => Some(on_behalf),
            Self::Nothing | Self::DeviceSecret(..) => None,
        }
    }
}

/// A grant that cannot be redeemed, and what that brings down with it.
#[derive(Clone, Debug)]
pub struct RedemptionError {
    pub refusal: OAuthError,
    /// `jti` of an access token, and a family, that must be revoked.
    pub revokes: Option<(Option<String>, Option<String>)>,
}

impl From<OAuthError> for RedemptionError {
    fn from(refusal: OAuthError) -> Self {
        Self { refusal, revokes: None }
    }
}

/// The phases that all grants share, once the client is authenticated.
///
/// # Errors
/// Okta's refusals.
pub fn admit<'a>(
    org: &'a Org,
    request: &'a TokenRequest,
    grant_type: GrantType,
    client: &'a App,
) -> Result<Admitted<'a>, OAuthError> {
    let admitted = Admitted { client, grant_type, request, bound_to: None };
    browser::check(org, &admitted)?;
    grant_rules::may_use(client, grant_type)?;
    Ok(admitted)
}

impl<'a> Admitted<'a> {
    /// Binds what will be issued to the key that the client has proved, if it has.
    ///
    /// # Errors
    /// It has not, and its app says that it must.
    pub fn bound(self, proved: Option<&'a str>) -> Result<Self, OAuthError> {
        // Okta: `dpop_bound_access_tokens` makes proofs mandatory.
        if proved.is_none() && self.client.oauth().dpop_bound_access_tokens {
            let reason = format!("{} must prove possession of a key", self.client.client_id());
            return Err(OAuthError::new(ErrorId::DpopMissingHeader, reason));
        }
        Ok(Self { bound_to: proved, ..self })
    }

    fn thumbprint(&self) -> Option<String> {
        self.bound_to.map(str::to_owned)
    }

    /// The record that has to be loaded.
    ///
    /// # Errors
    /// The parameter that names it is missing.
    pub fn redeems(&self) -> Result<Redeems, OAuthError> {
        Ok(match self.grant_type {
            GrantType::AuthorizationCode => Redeems::Code(self.request.required("code")?.to_owned()),
            GrantType::RefreshToken => Redeems::RefreshToken(self.request.required("refresh_token")?.to_owned()),
            GrantType::TokenExchange => Redeems::Exchange(token_exchange::read(self)?),
            GrantType::JwtBearer => Redeems::Assertion(self.request.required("assertion")?.to_owned()),
            GrantType::Saml2Bearer => return Err(saml2_bearer::refusal(self)),
            GrantType::InteractionCode => return Err(interaction_code::refusal(self)),
            GrantType::Ciba => Redeems::AuthReqId(self.request.required("auth_req_id")?.to_owned()),
            GrantType::DeviceCode => Redeems::DeviceCode(self.request.required("device_code")?.to_owned()),
            _ => Redeems::Nothing,
        })
    }

    /// Redeems a code; the record as it stands afterwards comes back beside the verdict.
    ///
    /// # Errors
    /// The code is not this client's to redeem, now or ever.
    pub fn redeem_code(
        &self,
        org: &Org,
        server: &CompiledServer,
        code: &mut Code,
        plan: &Plan,
        now: i64,
    ) -> Result<Redemption, RedemptionError> {
        authorization_code::redeem(self, org, server, code, plan, now)
    }

    /// Redeems a refresh token.
    ///
    /// # Errors
    /// The token is not this client's to use, now or ever.
    pub fn redeem_refresh_token(
        &self,
        org: &Org,
        server: &CompiledServer,
        family: (&str, &mut TokenFamily),
        token: &str,
        plan: &Plan,
        now: i64,
    ) -> Result<Redemption, RedemptionError> {
        refresh_token::redeem(self, org, server, family, token, plan, now)
    }

    /// Redeems a request that was polled for, if the user has allowed it.
    ///
    /// # Errors
    /// The user has not decided yet, has denied it, or the request is not this client's to redeem.
    pub fn redeem_polled(&self, server: &CompiledServer, record: &mut Polled, now: i64) -> Result<Allowed, OAuthError> {
        let words = if self.grant_type == GrantType::Ciba { &ciba::WORDS } else { &device_code::WORDS };
        polled::redeem(self, server, record, words, now)
    }

    /// What the user's word entitles to.
    ///
    /// # Errors
    /// The user may no longer hold tokens, is not assigned, or no policy rule matches.
    pub fn entitle(
        &self,
        org: &Org,
        server: &CompiledServer,
        allowed: Allowed,
        plan: &Plan,
        moment: &mut Moment<'_>,
    ) -> Result<Redemption, RedemptionError> {
        entitled::entitle(self, org, server, allowed, plan, moment).map_err(RedemptionError::from)
    }

    /// Exchanges a user's access token for one by which a service acts for the user.
    ///
    /// # Errors
    /// Okta's refusals.
    pub fn exchange_passed_on(
        &self,
        org: &Org,
        server: &CompiledServer,
        urls: &Urls,
        passed_on: PassedOn<'_>,
        plan: &Plan,
        moment: &mut Moment<'_>,
    ) -> Result<Redemption, RedemptionError> {
        token_exchange::on_behalf(self, org, server, urls, passed_on, plan, moment).map_err(RedemptionError::from)
    }

    /// Exchanges an ID token and the device secret that it is tied to for tokens of another app on the device.
    ///
    /// # Errors
    /// Okta's refusals.
    pub fn exchange_device_bound(
        &self,
        org: &Org,
        server: &CompiledServer,
        urls: &Urls,
        bound: DeviceBound<'_>,
        plan: &Plan,
        moment: &mut Moment<'_>,
    ) -> Result<Redemption, RedemptionError> {
        token_exchange::native_sso(self, org, server, urls, bound, plan, moment).map_err(RedemptionError::from)
    }

    /// Grants what needs no record: to a client that acts for itself, or that holds the user's password.
    ///
    /// # Errors
    /// Okta's refusals for credentials, scopes, consent and policy.
    pub fn grant(
        &self,
        org: &Org,
        server: &CompiledServer,
        plan: &Plan,
        moment: &mut Moment<'_>,
    ) -> Result<Redemption, RedemptionError> {
        let granted = match self.grant_type {
            GrantType::Password => password::grant(self, org, server, plan, moment),
            _ => client_credentials::grant(self, org, server, plan, moment),
        };
        granted.map_err(RedemptionError::from)
    }
}

/// The refusal for a code or token that no record knows.
#[must_use]
pub fn unknown(redeems: &Redeems) -> OAuthError {
    match redeems {
        Redeems::RefreshToken(_) => OAuthError::new(ErrorId::InvalidRefreshToken, "no such refresh token"),
        Redeems::AuthReqId(_) => OAuthError::new(ciba::WORDS.invalid, "no such auth_req_id"),
        Redeems::DeviceCode(_) => OAuthError::new(device_code::WORDS.invalid, "no such device code"),
        _ => OAuthError::new(ErrorId::InvalidAuthorizationCode, "no such code, or it has expired"),
    }
}

/// What the tokens of a redeemed grant say.
///
/// # Errors
/// A claim that cannot be evaluated, a token that is to be encrypted and has no key for it.
pub fn draft(
    org: &Org,
    server: &CompiledServer,
    urls: &Urls,
    redemption: &Redemption,
    moment: &mut Moment<'_>,
) -> Result<Drafts, OAuthError> {
    let authorization = &redemption.authorization;
    let client = org
        .client(&authorization.client_id)
        .ok_or_else(|| OAuthError::new(ErrorId::InvalidClientId, "the client has been removed"))?;
    let authentication = authorization.authentication.as_ref();
    let user = authentication.and_then(|known| org.user(&known.user_id));
    let ticket = Ticket {
        server,
        urls,
        subject: Subject::new(org, client, user, authentication, &redemption.scopes, moment.now)
            .asked_for(&authorization.claims.id_token),
        scopes: &redemption.scopes,
        lifetimes: authorization.lifetimes,
        nonce: redemption.nonce.as_deref(),
        acr: authorization.acr.as_deref(),
        device_secret_hash: authorization.device_secret_hash.as_deref(),
        on_behalf: redemption.addition.on_behalf(),
        access_token_id: &redemption.access_token_id,
        bound_to: redemption.bound_to.as_deref(),
    };
    // Okta: an ID-JAG gives an access token only.
    let signs_in = !matches!(redemption.addition, Addition::Asserted(_));
    let id_token = signs_in && user.is_some() && redemption.scopes.contains("openid");
    let mint = Mint { access_token: true, id_token, code: None };
    crate::tokens::draft(&ticket, mint, moment)
}

/// The body with the tokens of a redeemed grant. Okta: `token_type, expires_in, access_token, scope, refresh_token, id_token,
/// device_secret, issued_token_type`.
#[must_use]
pub fn body(redemption: &Redemption, issued: Issued) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("token_type".to_owned(), if redemption.bound_to.is_some() { "DPoP" } else { "Bearer" }.into());
    body.insert("expires_in".to_owned(), issued.expires_in.into());
    body.extend(issued.access_token.map(|token| ("access_token".to_owned(), token.into())));
    body.insert("scope".to_owned(), redemption.scopes.join().into());
    body.extend(
        redemption.refresh_token.as_ref().map(|(token, _)| ("refresh_token".to_owned(), token.as_str().into())),
    );
    body.extend(issued.id_token.map(|token| ("id_token".to_owned(), token.into())));
    match &redemption.addition {
        Addition::Nothing | Addition::Asserted(_) => {}
        Addition::DeviceSecret(secret, _) => _ = body.insert("device_secret".to_owned(), secret.as_str().into()),
        Addition::Exchanged { .. } => {
            body.insert("issued_token_type".to_owned(), token_type::ACCESS_TOKEN.into());
        }
    }
    body
}

/// The body with a token that opens nothing by itself. RFC 8693 2.2.1: `N_A`.
fn not_applicable(token: String, expires_in: i64, issued_token_type: &str) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("token_type".to_owned(), "N_A".into());
    body.insert("expires_in".to_owned(), expires_in.into());
    body.insert("access_token".to_owned(), token.into());
    body.insert("issued_token_type".to_owned(), issued_token_type.into());
    body
}

/// Okta: tokens stop when the user is no longer active or no longer assigned, or the server is switched off.
fn still_entitled(
    org: &Org,
    server: &CompiledServer,
    client: &App,
    authorization: &Authorization,
) -> Result<(), String> {
    if !server.active {
        return Err(format!("the authorization server {} is inactive", server.name));
    }
    let Some(authentication) = &authorization.authentication else { return Ok(()) };
    let user = org.user(&authentication.user_id).ok_or("the user has been removed")?;
    if !user.status.may_hold_tokens() {
        return Err(format!("{} is {}", user.profile.login, user.status.name()));
    }
    if org.assignment(client, user).is_none() {
        return Err(format!("{} is no longer assigned to {}", user.profile.login, client.client_id()));
    }
    Ok(())
}

/// The family that a grant founds. Okta: a refresh token needs `offline_access` and the grant on the app.
fn family_of(
    admitted: &Admitted<'_>,
    authorization: &Authorization,
    plan: &Plan,
    now: i64,
) -> Option<(String, TokenFamily)> {
    let client = admitted.client;
    let may = client.oauth().grant_types.contains(&GrantType::RefreshToken);
    let lifetimes = authorization.lifetimes;
    (may && authorization.scopes.contains("offline_access")).then(|| {
        let family = TokenFamily {
            authorization: authorization.clone(),
            current: plan.refresh_token.clone(),
            previous: None,
            // Okta: 0 is unlimited.
            expires: (lifetimes.refresh_token_lifetime_minutes > 0)
                .then(|| now + i64::from(lifetimes.refresh_token_lifetime_minutes) * 60),
            idle_until: now + i64::from(lifetimes.refresh_token_window_minutes) * 60,
            revoked: false,
            // RFC 9449 5: a confidential client's refresh tokens are bound to its credentials instead.
            bound_to: admitted.thumbprint().filter(|_| client.auth_method() == AuthMethod::None),
        };
        (plan.family.clone(), family)
    })
}

/// What a second use of a code brings down.
fn made_of(state: &CodeState) -> Option<(Option<String>, Option<String>)> {
    match state {
        CodeState::Redeemed { access_token, family } => Some((Some(access_token.clone()), family.clone())),
        CodeState::Issued | CodeState::Spent => None,
    }
}
