//! Claims: what tokens and userinfo say about a subject. The only place that knows their order.

mod app_profile;
mod app_user_name;
mod provider_profile;
mod standard;
mod subject;

use std::sync::Arc;

use serde_json::{Map, Value};

pub use app_profile::{AppMapping, CLIENT_PROFILE, UserRoots};
pub use app_user_name::app_user_name;
pub use provider_profile::{FROM_OIDC, FROM_SOCIAL, ProviderUserRoots};
pub use standard::{address_claim, locale_claim, updated_at};
pub use subject::ClaimSubject;

use crate::model::{ClaimType, GroupFilterType, GroupType};
use crate::moment::Moment;
use crate::org::{ClaimValue, CompiledClaim, CompiledServer, GroupFilter};
use crate::protocol::{ErrorId, OAuthError, Scopes};
use crate::trace::{
    About, Absence, ClaimNote, ClaimSource, ClaimTarget, EvaluationStep, NeededScopes, NoteStatus, shortened,
};

/// Okta: a groups claim lists at most 100 groups.
const MAX_GROUPS: usize = 100;

/// Which claims of its scopes an ID token contains.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum IdTokenContent {
    /// Few, because an access token is returned with it.
    Thin,
    Full,
}

/// The scope-dependent standard claims of an ID token, split as in Okta's tokens: `name` and `email` follow `sub`, the others
/// follow the claims of the protocol.
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
    subject: &ClaimSubject<'_>,
    scopes: &Scopes,
    content: IdTokenContent,
    moment: &mut Moment<'_>,
) -> Result<IdTokenClaims, OAuthError> {
    let behavior = server.behavior;
    let mut claims = IdTokenClaims::default();
    // Okta: next to an access token only name, preferred_username and email are in the ID token.
    let thin: &[&str] =
        if behavior.scope_claims_at_userinfo() { &[] } else { &["name", "preferred_username", "email"] };
    let only = (content == IdTokenContent::Thin).then_some(thin);
    for (name, value) in standard(ClaimTarget::IdToken, subject, scopes, only, moment) {
        let group = if matches!(name, "name" | "email") { &mut claims.leading } else { &mut claims.trailing };
        group.insert(name.to_owned(), value);
    }
    let filter = CustomClaimFilter { content, only_requested: behavior.only_requested_claims() };
    claims.custom = custom(server, ClaimTarget::IdToken, subject, scopes, filter, moment)?;
    if content == IdTokenContent::Full {
        app_groups(server, ClaimTarget::IdToken, subject, scopes, &mut claims.custom, moment)?;
    }
    Ok(claims)
}

/// The custom claims of an access token.
///
/// # Errors
/// A claim that cannot be evaluated.
pub fn for_access_token(
    server: &CompiledServer,
    subject: &ClaimSubject<'_>,
    scopes: &Scopes,
    moment: &mut Moment<'_>,
) -> Result<Map<String, Value>, OAuthError> {
    // Okta: access token claims are in the token whatever `alwaysIncludeInToken` says.
    custom(server, ClaimTarget::AccessToken, subject, scopes, CustomClaimFilter::ALL, moment)
}

/// The body of a userinfo answer, in Okta's recorded order.
///
/// # Errors
/// A claim that cannot be evaluated.
pub fn for_userinfo(
    server: &CompiledServer,
    subject: &ClaimSubject<'_>,
    scopes: &Scopes,
    moment: &mut Moment<'_>,
) -> Result<Map<String, Value>, OAuthError> {
    let mut claims = Map::new();
    if let Some(user) = subject.user {
        claims.insert("sub".to_owned(), user.id.as_str().into());
    }
    for (name, value) in standard(ClaimTarget::Userinfo, subject, scopes, None, moment) {
        claims.insert(name.to_owned(), value);
    }
    claims.extend(custom(server, ClaimTarget::Userinfo, subject, scopes, CustomClaimFilter::ALL, moment)?);
    app_groups(server, ClaimTarget::Userinfo, subject, scopes, &mut claims, moment)?;
    Ok(claims)
}

/// Adds a claim to the trace.
fn note_claim(note: ClaimNote, moment: &mut Moment<'_>) {
    let verdict = match &note.value {
        Ok(_) => NoteStatus::Added,
        Err(Absence::Failed(_)) => NoteStatus::Refused,
        Err(_) => NoteStatus::Absent,
    };
    moment.trace.add(verdict, About::Claim(Box::new(note)));
}

/// The standard claims that scopes or the request select and the user has. In a thin token only those in `only` are selected by
/// scopes.
fn standard(
    token: ClaimTarget,
    subject: &ClaimSubject<'_>,
    scopes: &Scopes,
    only: Option<&[&str]>,
    moment: &mut Moment<'_>,
) -> Vec<(&'static str, Value)> {
    let mut claims = Vec::new();
    for claim in standard::of(subject) {
        let (name, scope) = (claim.name, claim.scope);
        let requested = subject.requests_claim(name);
        let noted = if !requested && !scopes.contains(scope) {
            Err(Absence::ScopeNotGranted(NeededScopes::One(scope)))
        } else if !requested && only.is_some_and(|only| !only.contains(&name)) {
            Err(Absence::ThinIdToken)
        } else if let Some(value) = claim.value(subject) {
            let short = shortened(&value);
            claims.push((name, value));
            Ok(short)
        } else {
            Err(Absence::Null)
        };
        let source = ClaimSource::Standard { attribute: claim.attribute(subject), scope };
        note_claim(ClaimNote { token, name: name.into(), source, steps: Vec::new(), value: noted }, moment);
    }
    claims
}

/// Which custom claims a token contains.
#[derive(Clone, Copy, Debug)]
struct CustomClaimFilter {
    content: IdTokenContent,
    /// Only claims that a scope or the request selects, even if they are to be included always.
    only_requested: bool,
}

impl CustomClaimFilter {
    const ALL: Self = Self { content: IdTokenContent::Full, only_requested: false };

    /// Why a claim of an active rule is left out, if it is.
    fn excludes(self, claim: &CompiledClaim, subject: &ClaimSubject<'_>, scopes: &Scopes) -> Option<Absence> {
        let requested = subject.requests_claim(&claim.name);
        if !claim.scopes.is_empty() && !claim.scopes.iter().any(|scope| scopes.contains(scope)) {
            Some(Absence::ScopeNotGranted(NeededScopes::Any(Arc::clone(&claim.scopes))))
        } else if self.only_requested && claim.scopes.is_empty() && !requested {
            Some(Absence::NotRequested)
        } else if self.content == IdTokenContent::Thin && !claim.always_include_in_token && !requested {
            Some(Absence::ThinIdToken)
        } else {
            None
        }
    }
}

/// The claims of the server's own rules, in configuration order.
fn custom(
    server: &CompiledServer,
    token: ClaimTarget,
    subject: &ClaimSubject<'_>,
    scopes: &Scopes,
    filter: CustomClaimFilter,
    moment: &mut Moment<'_>,
) -> Result<Map<String, Value>, OAuthError> {
    let claim_type = if token == ClaimTarget::AccessToken { ClaimType::Resource } else { ClaimType::Identity };
    let mut claims = Map::new();
    for claim in server.claims.iter().filter(|claim| claim.claim_type == claim_type) {
        let mut steps = Vec::new();
        let excluded = if claim.active { filter.excludes(claim, subject, scopes) } else { Some(Absence::Inactive) };
        let value = match excluded {
            Some(absence) => Err(absence),
            None => match evaluate(&claim.name, &claim.value, subject, &mut steps) {
                Ok(value) => Ok(value),
                Err(error) => {
                    let noted = Err(Absence::Failed(error.reason.clone()));
                    let name = claim.name.clone().into();
                    note_claim(ClaimNote { token, name, source: source(claim), steps, value: noted }, moment);
                    return Err(error);
                }
            },
        };
        let noted = match value {
            // Okta: a claim whose value is null is left out.
            Ok(Value::Null) => Err(Absence::Null),
            Ok(value) => {
                let noted = shortened(&value);
                claims.insert(claim.name.clone(), value);
                Ok(noted)
            }
            Err(absence) => Err(absence),
        };
        note_claim(
            ClaimNote { token, name: claim.name.clone().into(), source: source(claim), steps, value: noted },
            moment,
        );
    }
    Ok(claims)
}

fn source(claim: &CompiledClaim) -> ClaimSource {
    let rule = Arc::clone(&claim.id);
    match &claim.value {
        ClaimValue::Expression(expression) => ClaimSource::Expression { rule, text: expression.shared_source() },
        ClaimValue::Invalid { text, .. } => ClaimSource::Expression { rule, text: Arc::clone(text) },
        ClaimValue::Groups(filter) => {
            ClaimSource::Groups { rule, filter: filter.kind.name(), operand: Arc::clone(&filter.operand) }
        }
    }
}

fn evaluate(
    name: &str,
    value: &ClaimValue,
    subject: &ClaimSubject<'_>,
    steps: &mut Vec<EvaluationStep>,
) -> Result<Value, OAuthError> {
    let failure = |text: &str, reason: &dyn std::fmt::Display| {
        OAuthError::with(ErrorId::UserClaimEvaluationFailure, name, format!("`{text}`: {reason}"))
    };
    match value {
        ClaimValue::Expression(expression) => {
            let value = expression.evaluate_with_steps(subject, steps);
            value.map(Value::from).map_err(|error| failure(expression.source(), &error))
        }
        ClaimValue::Invalid { text, reason } => Err(failure(text, reason)),
        ClaimValue::Groups(filter) => groups(filter, name, subject),
    }
}

/// Okta: a filter applies to the groups of Okta itself only; an expression finds those of apps.
fn groups(filter: &GroupFilter, claim: &str, subject: &ClaimSubject<'_>) -> Result<Value, OAuthError> {
    let mut names = Vec::new();
    for group in subject.groups.iter().filter(|group| group.kind != GroupType::AppGroup.name()) {
        let matches = filter.matches(&group.name).map_err(|error| {
            OAuthError::with(ErrorId::UserClaimEvaluationFailure, claim, format!("`{}`: {error}", filter.operand))
        })?;
        if matches {
            names.push(group.name.as_str());
        }
    }
    if names.len() > MAX_GROUPS {
        return Err(OAuthError::new(ErrorId::TooManyGroups, format!("{} groups matched", names.len())));
    }
    Ok(names.into())
}

/// Okta: the org authorization server's groups claim is a setting of the app and needs the scope `groups`.
fn app_groups(
    server: &CompiledServer,
    token: ClaimTarget,
    subject: &ClaimSubject<'_>,
    scopes: &Scopes,
    claims: &mut Map<String, Value>,
    moment: &mut Moment<'_>,
) -> Result<(), OAuthError> {
    let Some(setting) = subject.client.settings.id_token.as_ref().filter(|_| server.is_org()) else { return Ok(()) };
    let name = setting.name.clone();
    let filter = setting.group_filter_type.map_or("EXPRESSION", GroupFilterType::name);
    let source = ClaimSource::AppGroups { filter, operand: setting.value.clone() };
    let mut steps = Vec::new();
    let noted = if scopes.contains("groups") {
        let value = ClaimValue::of_app(setting).map_err(|reason| OAuthError::new(ErrorId::ServerError, reason))?;
        let value = evaluate(&name, &value, subject, &mut steps)?;
        let noted = shortened(&value);
        claims.insert(name.clone(), value);
        Ok(noted)
    } else {
        Err(Absence::ScopeNotGranted(NeededScopes::One("groups")))
    };
    note_claim(ClaimNote { token, name: name.into(), source, steps, value: noted }, moment);
    Ok(())
}
