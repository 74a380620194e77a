//! Claims: what tokens and userinfo say about a subject, and in which order. The only place that knows the order.

mod standard;
mod subject;

use std::sync::Arc;

use serde_json::{Map, Value};

pub use standard::{address_claim, locale_claim, updated_at};
pub use subject::Subject;

use crate::model::ClaimType;
use crate::moment::Moment;
use crate::org::{ClaimValue, CompiledClaim, CompiledServer, GroupFilter};
use crate::protocol::{ErrorId, OAuthError, Scopes};
use crate::trace::{About, Absence, ClaimNote, ClaimSource, Needed, NoteStatus, Step, TokenKind, kept};

/// Okta: a groups claim lists at most 100 groups.
const MOST_GROUPS: usize = 100;

/// Whether an ID token travels alone (fat: every claim of its scopes) or beside an access token (thin).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Breadth {
    Thin,
    Fat,
}

/// The scope-dependent standard claims of an ID token, split where Okta splits them: `name` and `email` stand right after
/// `sub`, the others after the protocol's claims.
#[derive(Clone, Debug, Default)]
pub struct IdTokenClaims {
    pub leading: Map<String, Value>,
    pub trailing: Map<String, Value>,
    pub custom: Map<String, Value>,
}

/// The claims of an ID token beyond the protocol's own.
///
/// # Errors
/// A claim that cannot be evaluated.
pub fn for_id_token(
    server: &CompiledServer,
    subject: &Subject<'_>,
    scopes: &Scopes,
    breadth: Breadth,
    moment: &mut Moment<'_>,
) -> Result<IdTokenClaims, OAuthError> {
    let behavior = server.behavior;
    let mut claims = IdTokenClaims::default();
    // Okta: next to an access token only name, preferred_username and email are in the ID token.
    let thin: &[&str] =
        if behavior.scope_claims_at_userinfo() { &[] } else { &["name", "preferred_username", "email"] };
    let only = (breadth == Breadth::Thin).then_some(thin);
    for (name, value) in standard(TokenKind::IdToken, subject, scopes, only, moment) {
        let group = if matches!(name, "name" | "email") { &mut claims.leading } else { &mut claims.trailing };
        group.insert(name.to_owned(), value);
    }
    let entry = Entry { breadth, only_asked: behavior.only_asked_claims() };
    claims.custom = custom(server, TokenKind::IdToken, subject, scopes, entry, moment)?;
    if breadth == Breadth::Fat {
        app_groups(server, TokenKind::IdToken, subject, scopes, &mut claims.custom, moment)?;
    }
    Ok(claims)
}

/// The custom claims of an access token.
///
/// # Errors
/// A claim that cannot be evaluated.
pub fn for_access_token(
    server: &CompiledServer,
    subject: &Subject<'_>,
    scopes: &Scopes,
    moment: &mut Moment<'_>,
) -> Result<Map<String, Value>, OAuthError> {
    // Okta: access token claims are in the token whatever `alwaysIncludeInToken` says.
    custom(server, TokenKind::AccessToken, subject, scopes, Entry::ALL, moment)
}

/// The body of a userinfo answer, in Okta's recorded order.
///
/// # Errors
/// A claim that cannot be evaluated.
pub fn for_userinfo(
    server: &CompiledServer,
    subject: &Subject<'_>,
    scopes: &Scopes,
    moment: &mut Moment<'_>,
) -> Result<Map<String, Value>, OAuthError> {
    let mut claims = Map::new();
    if let Some(user) = subject.user {
        claims.insert("sub".to_owned(), user.id.as_str().into());
    }
    for (name, value) in standard(TokenKind::Userinfo, subject, scopes, None, moment) {
        claims.insert(name.to_owned(), value);
    }
    claims.extend(custom(server, TokenKind::Userinfo, subject, scopes, Entry::ALL, moment)?);
    app_groups(server, TokenKind::Userinfo, subject, scopes, &mut claims, moment)?;
    Ok(claims)
}

/// Writes down what became of a claim.
fn tell(note: ClaimNote, moment: &mut Moment<'_>) {
    let verdict = match &note.outcome {
        Ok(_) => NoteStatus::Added,
        Err(Absence::Failed(_)) => NoteStatus::Refused,
        Err(_) => NoteStatus::Absent,
    };
    moment.trace.add(verdict, About::Claim(Box::new(note)));
}

/// The standard claims that the scopes or the request ask for and the user has. `only` names those that scopes bring into a
/// token which is to be thin.
fn standard(
    token: TokenKind,
    subject: &Subject<'_>,
    scopes: &Scopes,
    only: Option<&[&str]>,
    moment: &mut Moment<'_>,
) -> Vec<(&'static str, Value)> {
    let mut given = Vec::new();
    for claim in standard::of(subject) {
        let (name, scope) = (claim.name, claim.scope);
        let asked = subject.is_asked_for(name);
        let outcome = if !asked && !scopes.contains(scope) {
            Err(Absence::ScopeNotGranted(Needed::One(scope)))
        } else if !asked && only.is_some_and(|only| !only.contains(&name)) {
            Err(Absence::ThinIdToken)
        } else if let Some(value) = claim.value(subject) {
            let told = kept(&value);
            given.push((name, value));
            Ok(told)
        } else {
            Err(Absence::Null)
        };
        let source = ClaimSource::Standard { attribute: claim.attribute(subject), scope };
        tell(ClaimNote { token, name: name.into(), source, steps: Vec::new(), outcome }, moment);
    }
    given
}

/// Which custom claims get in.
#[derive(Clone, Copy, Debug)]
struct Entry {
    breadth: Breadth,
    /// Not even a claim that is always to be included, unless a scope or the request asks for it.
    only_asked: bool,
}

impl Entry {
    const ALL: Self = Self { breadth: Breadth::Fat, only_asked: false };

    /// Why a claim of an active rule does not get in, if it does not.
    fn bars(self, claim: &CompiledClaim, subject: &Subject<'_>, scopes: &Scopes) -> Option<Absence> {
        let asked = subject.is_asked_for(&claim.name);
        if !claim.scopes.is_empty() && !claim.scopes.iter().any(|scope| scopes.contains(scope)) {
            Some(Absence::ScopeNotGranted(Needed::Any(Arc::clone(&claim.scopes))))
        } else if self.only_asked && claim.scopes.is_empty() && !asked {
            Some(Absence::NoScopeAsks)
        } else if self.breadth == Breadth::Thin && !claim.always_include_in_token && !asked {
            Some(Absence::ThinIdToken)
        } else {
            None
        }
    }
}

/// The claims of the server's own rules, in configuration order.
fn custom(
    server: &CompiledServer,
    token: TokenKind,
    subject: &Subject<'_>,
    scopes: &Scopes,
    entry: Entry,
    moment: &mut Moment<'_>,
) -> Result<Map<String, Value>, OAuthError> {
    let claim_type = if token == TokenKind::AccessToken { ClaimType::Resource } else { ClaimType::Identity };
    let mut claims = Map::new();
    for claim in server.claims.iter().filter(|claim| claim.claim_type == claim_type) {
        let mut steps = Vec::new();
        let barred = if claim.active { entry.bars(claim, subject, scopes) } else { Some(Absence::Inactive) };
        let value = match barred {
            Some(absence) => Err(absence),
            None => match evaluate(claim, subject, &mut steps) {
                Ok(value) => Ok(value),
                Err(refusal) => {
                    let outcome = Err(Absence::Failed(refusal.reason.clone()));
                    let name = claim.name.clone().into();
                    tell(ClaimNote { token, name, source: source(claim), steps, outcome }, moment);
                    return Err(refusal);
                }
            },
        };
        let outcome = match value {
            // Okta: a claim whose value is null is left out.
            Ok(Value::Null) => Err(Absence::Null),
            Ok(value) => {
                let told = kept(&value);
                claims.insert(claim.name.clone(), value);
                Ok(told)
            }
            Err(absence) => Err(absence),
        };
        tell(ClaimNote { token, name: claim.name.clone().into(), source: source(claim), steps, outcome }, moment);
    }
    Ok(claims)
}

fn source(claim: &CompiledClaim) -> ClaimSource {
    let rule = Arc::clone(&claim.id);
    match &claim.value {
        ClaimValue::Expression(expression) => ClaimSource::Expression { rule, text: expression.shared_source() },
        ClaimValue::Groups(filter) => {
            ClaimSource::Groups { rule, filter: filter.kind.name(), operand: Arc::clone(&filter.operand) }
        }
    }
}

fn evaluate(claim: &CompiledClaim, subject: &Subject<'_>, steps: &mut Vec<Step>) -> Result<Value, OAuthError> {
    match &claim.value {
        ClaimValue::Expression(expression) => expression.watch(subject, steps).map(Value::from).map_err(|error| {
            OAuthError::with(
                ErrorId::UserClaimEvaluationFailure,
                &claim.name,
                format!("`{}`: {error}", expression.source()),
            )
        }),
        ClaimValue::Groups(filter) => groups(filter, subject),
    }
}

fn groups(filter: &GroupFilter, subject: &Subject<'_>) -> Result<Value, OAuthError> {
    let names: Vec<&str> =
        subject.groups.iter().map(|group| group.name.as_str()).filter(|name| filter.matches(name)).collect();
    if names.len() > MOST_GROUPS {
        return Err(OAuthError::new(ErrorId::TooManyGroups, format!("{} groups matched", names.len())));
    }
    Ok(names.into())
}

/// Okta: the org authorization server's groups claim is a setting of the app and needs the scope `groups`.
fn app_groups(
    server: &CompiledServer,
    token: TokenKind,
    subject: &Subject<'_>,
    scopes: &Scopes,
    claims: &mut Map<String, Value>,
    moment: &mut Moment<'_>,
) -> Result<(), OAuthError> {
    let Some(setting) = subject.client.settings.id_token.as_ref().filter(|_| server.is_org()) else { return Ok(()) };
    let name = setting.name.clone();
    let source = ClaimSource::AppGroups { filter: setting.group_filter_type.name(), operand: setting.value.clone() };
    let outcome = if scopes.contains("groups") {
        let filter = GroupFilter::of_app(setting).map_err(|reason| OAuthError::new(ErrorId::ServerError, reason))?;
        let value = groups(&filter, subject)?;
        let told = kept(&value);
        claims.insert(name.clone(), value);
        Ok(told)
    } else {
        Err(Absence::ScopeNotGranted(Needed::One("groups")))
    };
    tell(ClaimNote { token, name: name.into(), source, steps: Vec::new(), outcome }, moment);
    Ok(())
}
