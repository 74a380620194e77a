//! The token viewer: each token raw and decoded, its checks, and the issuer's decision.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;

use super::claims::{self, Claim};
use super::state::{Viewer, not_signed_in_json};
use crate::decision::{Decision, Note};
use crate::pages::{Frame, NavItem, render};
use crate::session::{BrowserSession, Inspection, Refreshed, SignedIn};
use crate::timestamp;
use crate::token::Jwt;
use crate::token::check::{Check, CheckResult, first_failure};
use crate::token::keys::KeySet;
use crate::token::verify::{self, AccessTokenRules, IdTokenRules};

/// The data of the page.
#[derive(Debug, Serialize)]
struct Tokens {
    id_token: TokenView,
    access_token: TokenView,
    refresh_token: Option<String>,
    scopes: Scopes,
    lifetime: Option<String>,
    /// The failed checks of both tokens.
    failures: Vec<Failure>,
    /// The newest first.
    refreshes: Vec<RefreshView>,
    userinfo: Option<Inspection>,
    /// The last answer about each token.
    introspections: Vec<Inspection>,
    /// Which token or response contains each claim, after a userinfo request.
    matrix: Vec<MatrixRow>,
    decision: Decision,
    /// The notes that decided, with the values that they led to.
    reasons: Vec<Reason>,
    /// Why the signatures could not be checked, when they could not.
    keys_problem: Option<String>,
}

/// A failed check.
#[derive(Debug, Serialize)]
struct Failure {
    token: &'static str,
    check: Check,
}

/// A refresh, with its time as text.
#[derive(Debug, Serialize)]
struct RefreshView {
    at: String,
    #[serde(flatten)]
    refreshed: Refreshed,
}

/// A note and the value of the claim that it is about.
#[derive(Debug, Serialize)]
struct Reason {
    #[serde(flatten)]
    note: Note,
    value: Option<Value>,
}

impl Reason {
    fn value_text(&self) -> String {
        self.value.as_ref().map(Value::to_string).unwrap_or_default()
    }
}

impl Tokens {
    /// The result of all checks in one sentence.
    fn verdict(&self) -> String {
        match (self.failures.as_slice(), &self.access_token.decoded) {
            ([], Some(_)) => "Both tokens pass every check".to_owned(),
            ([], None) => "The ID token passes every check, and the access token is opaque".to_owned(),
            ([one], _) => format!("{} fails a check: {}", one.token, one.check.title),
            (all, _) => format!("{} checks fail", all.len()),
        }
    }

    /// Whether a token fails only because it has expired, which a refresh or a new sign-in mends.
    fn has_only_expired(&self) -> bool {
        !self.failures.is_empty() && self.failures.iter().all(|failure| failure.check.id == "exp")
    }
}

/// One token, raw and decoded.
#[derive(Debug, Serialize)]
pub(crate) struct TokenView {
    pub(crate) raw: String,
    /// Absent for an opaque token.
    pub(crate) decoded: Option<Decoded>,
    /// A remark about the token.
    pub(crate) remark: Option<String>,
}

/// A decoded JWT with its checks.
#[derive(Debug, Serialize)]
pub(crate) struct Decoded {
    pub(crate) parts: [String; 3],
    pub(crate) header: Value,
    pub(crate) payload: Value,
    pub(crate) checks: Vec<Check>,
    pub(crate) claims: Vec<Claim>,
}

impl Decoded {
    fn new(token: &str, jwt: Jwt, checks: Vec<Check>, notes: &[Note], now: i64) -> Self {
        Self {
            claims: claims::table(token, &jwt.payload, notes, now),
            header: Value::Object(jwt.header),
            payload: Value::Object(jwt.payload),
            parts: jwt.parts,
            checks,
        }
    }

    pub(crate) fn header_text(&self) -> String {
        pretty(&self.header)
    }

    pub(crate) fn payload_text(&self) -> String {
        pretty(&self.payload)
    }

    /// The result of the checks in one sentence.
    pub(crate) fn summary(&self) -> String {
        match first_failure(&self.checks) {
            None => format!("{} checks, none fails", self.checks.len()),
            Some(check) => format!("fails: {}", check.title),
        }
    }

    pub(crate) fn good(&self) -> bool {
        first_failure(&self.checks).is_none()
    }
}

#[derive(Debug, Serialize)]
struct Scopes {
    requested: Vec<String>,
    granted: Vec<String>,
    /// Requested and not granted. Empty with Okta, which grants all requested scopes or none.
    withheld: Vec<String>,
}

#[derive(Debug, Serialize)]
struct MatrixRow {
    claim: String,
    id_token: bool,
    access_token: bool,
    userinfo: bool,
}

#[derive(Template)]
#[template(path = "tokens.html")]
struct TokensPage {
    frame: Frame,
    tokens: Tokens,
}

pub(super) async fn page(State(viewer): State<Viewer>, session: BrowserSession) -> Response {
    let signed_in = match session.signed_in().await {
        Ok(Some(signed_in)) => signed_in,
        Ok(None) => return viewer.not_signed_in().await,
        Err(broken) => return broken.into_response(),
    };
    let tokens = tokens(&viewer, signed_in).await;
    match viewer.pages.frame(&session, "Tokens", NavItem::Tokens).await {
        Ok(frame) => render(&TokensPage { frame, tokens }),
        Err(error) => error.into_response(),
    }
}

pub(super) async fn data(State(viewer): State<Viewer>, session: BrowserSession) -> Response {
    match session.signed_in().await {
        Ok(Some(signed_in)) => Json(tokens(&viewer, signed_in).await).into_response(),
        Ok(None) => not_signed_in_json(),
        Err(error) => error.into_response(),
    }
}

async fn tokens(viewer: &Viewer, signed_in: SignedIn) -> Tokens {
    let now = viewer.clock.now().await;
    let decision = viewer.decisions.for_request(signed_in.request_id).await;
    let id = Jwt::read(&signed_in.id_token).ok();
    let access = Jwt::read(&signed_in.access_token).ok();
    let (id_keys, problem) = keys_for(viewer, id.as_ref()).await;
    let (access_keys, _) = keys_for(viewer, access.as_ref()).await;
    let matrix = matrix(id.as_ref(), access.as_ref(), signed_in.userinfo.as_ref());

    let id_rules = IdTokenRules {
        issuer: &viewer.settings.issuer,
        client_id: &viewer.settings.client_id,
        nonce: signed_in.nonce.as_deref(),
        access_token: Some(&signed_in.access_token),
        // Checked when the token was received.
        max_age: None,
        subject: None,
    };
    let access_rules =
        AccessTokenRules { issuer: &viewer.settings.issuer, audience: &viewer.settings.audience, clients: &[] };
    let id_token = TokenView {
        decoded: id.map(|jwt| {
            let checks = verify::id_token(&jwt, &id_keys, id_rules, now);
            Decoded::new("id_token", jwt, checks, &decision.notes, now)
        }),
        remark: None,
        raw: signed_in.id_token.clone(),
    };
    let access_token = TokenView {
        remark: access_remark(viewer, access.is_some()),
        decoded: access.map(|jwt| {
            let checks = verify::access_token(&jwt, &access_keys, access_rules, now);
            Decoded::new("access_token", jwt, checks, &decision.notes, now)
        }),
        raw: signed_in.access_token.clone(),
    };
    let failures = [("The ID token", &id_token), ("The access token", &access_token)]
        .into_iter()
        .flat_map(|(token, view)| failures(token, view))
        .collect();
    let reasons = reasons(&decision, &id_token, &access_token);
    let withheld =
        signed_in.requested_scopes.iter().filter(|it| !signed_in.granted_scopes.contains(it)).cloned().collect();
    Tokens {
        id_token,
        access_token,
        refresh_token: signed_in.refresh_token,
        scopes: Scopes { withheld, requested: signed_in.requested_scopes, granted: signed_in.granted_scopes },
        lifetime: signed_in.expires_in.map(timestamp::span),
        failures,
        refreshes: signed_in
            .refreshes
            .into_iter()
            .map(|it| RefreshView { at: timestamp::full(it.at, now), refreshed: it })
            .collect(),
        userinfo: signed_in.userinfo,
        introspections: signed_in.introspections,
        matrix,
        decision,
        reasons,
        keys_problem: problem,
    }
}

fn failures(token: &'static str, view: &TokenView) -> Vec<Failure> {
    let checks = view.decoded.iter().flat_map(|jwt| &jwt.checks);
    let failed = checks.filter(|check| check.result == CheckResult::Failed);
    failed.map(|check| Failure { token, check: check.clone() }).collect()
}

fn reasons(decision: &Decision, id_token: &TokenView, access_token: &TokenView) -> Vec<Reason> {
    let value = |note: &Note| {
        let (token, claim) = note.claim()?;
        let view = if token == "id_token" { id_token } else { access_token };
        view.decoded.as_ref()?.payload.get(claim).cloned()
    };
    let decisive = decision.notes.iter().filter(|note| note.is_decisive());
    decisive.map(|note| Reason { value: value(note), note: note.clone() }).collect()
}

async fn keys_for(viewer: &Viewer, jwt: Option<&Jwt>) -> (std::sync::Arc<KeySet>, Option<String>) {
    match viewer.keys.keys_for(jwt.and_then(|jwt| jwt.header_str("kid"))).await {
        Ok(keys) => (keys, None),
        Err(unavailable) => (std::sync::Arc::default(), Some(unavailable.to_string())),
    }
}

fn access_remark(viewer: &Viewer, is_jwt: bool) -> Option<String> {
    let remark = match (viewer.settings.issuer_is_org_server(), is_jwt) {
        (true, _) => {
            "This issuer is the org authorization server. Its access tokens are for Okta's own APIs: their format is \
             not documented and their keys may not be published, so apps should not verify them. Use a custom authorization server for your own API."
        }
        (false, false) => "This access token is not a JWT: it is opaque to the app, and only the issuer can verify it.",
        (false, true) => return None,
    };
    Some(remark.to_owned())
}

fn matrix(id: Option<&Jwt>, access: Option<&Jwt>, userinfo: Option<&Inspection>) -> Vec<MatrixRow> {
    let Some(answer) = userinfo.and_then(|it| it.body.as_object()) else { return Vec::new() };
    let mut names: Vec<&String> = Vec::new();
    let everywhere = id.iter().chain(access.iter()).flat_map(|jwt| jwt.payload.keys()).chain(answer.keys());
    for name in everywhere {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let has = |jwt: Option<&Jwt>, name: &str| jwt.is_some_and(|jwt| jwt.payload.contains_key(name));
    names
        .into_iter()
        .map(|name| MatrixRow {
            id_token: has(id, name),
            access_token: has(access, name),
            userinfo: answer.contains_key(name),
            claim: name.clone(),
        })
        .collect()
}

/// Indented JSON.
pub(crate) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
