//! The walk through the endpoints' rules: the order in which a client and a browser would call them.

mod elsewhere;

use rand::Rng;

use super::request::{self, ShownRequest};
use super::{
    Asks, Encrypted, EndpointTokens, Granted, Outcome, Preview, PreviewedToken, Question, RefreshToken, Refused, Shown,
};
use crate::endpoint::authorization::{self, AuthorizationError, Step};
use crate::endpoint::token::{self, GrantRequest, LoadedRecord, NewRefreshToken, Redeemed, Redemption, TokenRequest};
use crate::endpoint::{client_authentication, userinfo};
use crate::ledger::{Authentication, Authorization, AuthorizationRequest, Consent, CurrentUser, Stage};
use crate::management::ApiError;
use crate::model::{App, RotationType};
use crate::moment::Moment;
use crate::org::{CompiledServer, Org, Urls};
use crate::protocol::jose::CONTENT_ENCRYPTION;
use crate::protocol::{ErrorId, GrantType, OAuthError, Parameters, Scopes};
use crate::sign_in::{self, Advance, Input};
use crate::tokens::{UnsignedToken, UnsignedTokens, Verified};
use crate::trace::{NoteStatus, Trace};

/// What a question comes to now.
#[must_use]
pub fn preview(org: &Org, urls: &Urls, question: &Question, now: i64, rng: &mut dyn Rng) -> Preview {
    let mut trace = Trace::default();
    let mut requests = Vec::new();
    let moment = &mut Moment { now, rng, trace: &mut trace };
    let outcome = match org.server_by_id(&question.server).filter(|server| server.active) {
        None => Outcome::Refused(no_server(question)),
        Some(server) => {
            let mut walk = Walk { org, server, urls, question, requests: &mut requests };
            match walk.grant(moment) {
                Ok(granted) => Outcome::Granted(Box::new(granted)),
                Err(Ended::Asks(asks)) => Outcome::Asks(asks),
                Err(Ended::Refused(refused)) => {
                    moment.trace.note(NoteStatus::Refused, refused.id.clone(), refused.reason.as_str());
                    Outcome::Refused(refused)
                }
            }
        }
    };
    Preview { outcome, requests, notes: trace.notes }
}

fn no_server(question: &Question) -> Refused {
    let error = ApiError::not_found(&question.server, "AuthorizationServer");
    Refused {
        shown: Shown::Api,
        status: error.status(),
        id: error.code().to_owned(),
        error: error.code().to_owned(),
        error_description: error.summary(),
        reason: "no active authorization server has this id".to_owned(),
    }
}

/// What stands for the thumbprint of the client's key.
const KEY: &str = "preview";

/// Why a walk ends before there are tokens.
enum Ended {
    Asks(Asks),
    Refused(Refused),
}

impl Ended {
    fn shown(shown: Shown, refusal: &OAuthError) -> Self {
        Self::Refused(Refused {
            shown,
            status: match shown {
                // Okta: pages of the authorization endpoint are 400, whatever the catalogue says of bodies.
                Shown::Page => 400,
                Shown::Redirect => 302,
                Shown::SignInPage => 200,
                Shown::TokenResponse | Shown::Api => refusal.status(),
            },
            id: refusal.id.row().id.to_owned(),
            error: refusal.error().to_owned(),
            error_description: refusal.description(),
            reason: refusal.reason.clone(),
        })
    }
}

fn at_redirect(refusal: OAuthError) -> Ended {
    Ended::shown(Shown::Redirect, &refusal)
}

fn at_token(refusal: OAuthError) -> Ended {
    Ended::shown(Shown::TokenResponse, &refusal)
}

struct Walk<'a> {
    org: &'a Org,
    server: &'a CompiledServer,
    urls: &'a Urls,
    question: &'a Question,
    requests: &'a mut Vec<ShownRequest>,
}

impl<'a> Walk<'a> {
    fn grant(&mut self, moment: &mut Moment<'_>) -> Result<Granted, Ended> {
        let mut granted = match self.question.grant_type {
            GrantType::AuthorizationCode | GrantType::Implicit => self.by_user(&self.question.scopes, moment)?.0,
            GrantType::RefreshToken => self.refreshed(moment)?,
            GrantType::DeviceCode => self.by_device(moment)?,
            GrantType::Ciba => self.by_back_channel(moment)?,
            _ => self.directly(&self.question.scopes, moment)?.0,
        };
        granted.userinfo = self.userinfo(&granted, moment);
        Ok(granted)
    }

    /// Authorization request, sign-in, consent, answer; then the code, if there is one.
    fn by_user(&mut self, scopes: &Scopes, moment: &mut Moment<'_>) -> Result<(Granted, Option<Redemption>), Ended> {
        let parameters = request::authorize(self.org, self.question, scopes);
        self.requests.push(ShownRequest::authorize(self.urls, self.server, &parameters));
        let request =
            authorization::begin(self.org, self.server, self.urls, &parameters, None).map_err(|not| match not {
                AuthorizationError::Shown { error, .. } => Ended::shown(Shown::Page, &error),
                AuthorizationError::Redirected { error, .. } => at_redirect(error),
            })?;
        let authorization = self.decide(&request, moment)?;
        let mut granted = Granted::default();
        let code = request.response_type.code.then(|| moment.token());
        if request.response_type.front_channel_token() {
            let code = code.as_deref();
            let tokens = authorization::unsigned_tokens(
                self.org,
                self.server,
                self.urls,
                &request,
                &authorization,
                code,
                moment,
            )
            .map_err(at_redirect)?;
            granted.authorize = Some(answer(&authorization.scopes, tokens, false, None));
        }
        let Some(code) = code else { return Ok((granted, None)) };
        let mut record = authorization::code_record(&request, authorization);
        let body = request::redeem_code(&code, &parameters);
        let (answer, redemption) = self.at_token_endpoint(body, LoadedRecord::Code(&mut record), moment)?;
        granted.token = Some(answer);
        Ok((granted, Some(redemption)))
    }

    /// Signs the user in and asks the one dispatcher what comes next, as often as the sign-in would.
    fn decide(&self, request: &AuthorizationRequest, moment: &mut Moment<'_>) -> Result<Authorization, Ended> {
        let Self { org, server, question, .. } = *self;
        let consent = match question.consent_given {
            true => Consent { scopes: request.scopes.clone() },
            false => Consent::default(),
        };
        let mut request = request.clone();
        let mut user = question.earlier_session().map(CurrentUser::HasSession);
        loop {
            match authorization::decide(org, server, &request, user.as_ref(), &consent, moment) {
                Step::Respond(authorization) => return Ok(*authorization),
                Step::Fail(refusal) => return Err(at_redirect(refusal)),
                Step::SignIn if user.is_some() => return Err(Ended::Asks(Asks::SignIn)),
                Step::SignIn => user = Some(CurrentUser::SignedIn(self.sign_in(moment)?)),
                // With prompt=consent the user is asked whatever was allowed before; here they have answered.
                Step::Consent(_) if question.consent_given && request.prompt_consent => request.prompt_consent = false,
                Step::Consent(scopes) => {
                    let scopes = scopes.into_iter().map(|scope| scope.name).collect();
                    return Err(Ended::Asks(Asks::Consent { scopes }));
                }
            }
        }
    }

    fn sign_in(&self, moment: &mut Moment<'_>) -> Result<Authentication, Ended> {
        let login = self.question.user(self.org).map_or("", |user| user.profile.login.as_str());
        match sign_in::advance(self.org, &Stage::Identify, Input::Pick(login), moment) {
            Advance::SignedIn { user_id, amr } => Ok(self.question.fresh_authentication(user_id, amr, moment.now)),
            Advance::Ask { problem: Some(problem), .. } => Err(Ended::Refused(Refused {
                shown: Shown::SignInPage,
                status: 200,
                id: problem.okta_code.clone(),
                error: problem.okta_code,
                error_description: problem.kind.name().to_owned(),
                reason: problem.reason,
            })),
            Advance::Ask { problem: None, .. } => Err(Ended::Asks(Asks::SignIn)),
        }
    }

    /// A request that the client makes by itself, with the user's password or without any user.
    fn directly(&mut self, scopes: &Scopes, moment: &mut Moment<'_>) -> Result<(Granted, Option<Redemption>), Ended> {
        let body = request::directly(self.org, self.question, scopes);
        let (answer, redemption) = self.at_token_endpoint(body, LoadedRecord::None, moment)?;
        Ok((Granted { token: Some(answer), ..Granted::default() }, Some(redemption)))
    }

    /// What a refresh gives after a sign-in with these scopes and `offline_access`.
    fn refreshed(&mut self, moment: &mut Moment<'_>) -> Result<Granted, Ended> {
        let body = request::refresh("");
        // The client must be allowed the grant at all, whatever token it sends.
        let request = TokenRequest { body, ..TokenRequest::default() };
        let grants = &self.admit(&request)?.client.oauth().grant_types;
        let has = |grant| grants.contains(&grant);
        let scopes: Scopes = self.question.scopes.iter().chain(["offline_access"]).collect();
        let (_, redemption) = match has(GrantType::Password) && !has(GrantType::AuthorizationCode) {
            true => self.directly(&scopes, moment)?,
            false => self.by_user(&scopes, moment)?,
        };
        let first = redemption.and_then(|redemption| redemption.refresh_token);
        let Some(NewRefreshToken::First { family_id, token, mut family }) = first else {
            return Err(at_token(OAuthError::new(ErrorId::InvalidRefreshToken, "the sign-in gave no refresh token")));
        };
        // The notes of the sign-in stay; those of its tokens give way to the refreshed ones'.
        moment.trace.notes.retain(|note| !note.is_about_claim());
        let record = LoadedRecord::RefreshToken { token: &token, family_id: &family_id, family: &mut family };
        let (answer, _) = self.at_token_endpoint(request::refresh(&token), record, moment)?;
        Ok(Granted { token: Some(answer), ..Granted::default() })
    }

    fn admit<'r>(&self, request: &'r TokenRequest) -> Result<GrantRequest<'r>, Ended>
    where
        'a: 'r,
    {
        token::grant_type(request).map_err(at_token)?;
        // As if the client had proved who it is.
        let client = client_authentication::active_client(self.org, &self.question.client_id).map_err(at_token)?;
        let key = self.question.proves_key.then_some(KEY);
        token::admit(self.org, self.server, self.urls, client, request, key).map_err(at_token)
    }

    /// The phases that all grants share, around the one that is a grant's own.
    fn at_token_endpoint(
        &mut self,
        body: Parameters,
        record: LoadedRecord<'_>,
        moment: &mut Moment<'_>,
    ) -> Result<(EndpointTokens, Redemption), Ended> {
        let request = TokenRequest { body, ..TokenRequest::default() };
        let grant = self.admit(&request)?;
        let client = grant.client;
        self.requests.push(ShownRequest::post(self.urls, self.server, client, "token", &request.body));
        token::lookup(&grant).map_err(at_token)?;
        let redeemed = token::redeem(&grant, record, moment).map_err(|failed| at_token(failed.error))?;
        let tokens = token::unsigned_tokens(self.org, self.server, self.urls, &redeemed, moment).map_err(at_token)?;
        let Redeemed::Tokens(redemption) = redeemed else {
            let reason = "the preview does not support this token exchange";
            return Err(at_token(OAuthError::new(ErrorId::UnsupportedGrantType, reason)));
        };
        let refresh_token = redemption.refresh_token.as_ref().map(|_| refresh_token(client, &redemption));
        let bound = redemption.bound_to.is_some();
        Ok((answer(&redemption.scopes, tokens, bound, refresh_token), *redemption))
    }

    fn userinfo(
        &self,
        granted: &Granted,
        moment: &mut Moment<'_>,
    ) -> Option<serde_json::Map<String, serde_json::Value>> {
        let answers = [&granted.token, &granted.authorize];
        let access_token = answers.into_iter().flatten().find_map(|answer| answer.access_token.as_ref())?;
        // Okta: userinfo does not work with encrypted access tokens.
        if access_token.encrypted.is_some() {
            return None;
        }
        let verified = Verified::unsigned(access_token.payload.clone());
        userinfo::answer(self.org, self.server, self.urls, Some(&verified), &[], false, moment).ok()
    }
}

fn answer(scopes: &Scopes, tokens: UnsignedTokens, bound: bool, refresh_token: Option<RefreshToken>) -> EndpointTokens {
    let previewed = |token: UnsignedToken| {
        let UnsignedToken { header, payload, recipient, .. } = token;
        let encrypted = recipient.map(|recipient| Encrypted {
            alg: recipient.algorithm.name(),
            enc: CONTENT_ENCRYPTION,
            key: recipient.describe(),
        });
        PreviewedToken { header, payload, encrypted }
    };
    EndpointTokens {
        token_type: if bound { "DPoP" } else { "Bearer" },
        scope: scopes.join(),
        expires_in: tokens.expires_in,
        access_token: tokens.access_token.map(previewed),
        id_token: tokens.id_token.map(previewed),
        refresh_token,
    }
}

fn refresh_token(client: &App, redemption: &Redemption) -> RefreshToken {
    let lifetimes = redemption.authorization.lifetimes;
    RefreshToken {
        rotates: client.refresh_rotation().rotation_type == RotationType::Rotate,
        expires_in: Some(i64::from(lifetimes.refresh_token_lifetime_minutes) * 60).filter(|seconds| *seconds > 0),
        idle: i64::from(lifetimes.refresh_token_window_minutes) * 60,
    }
}
