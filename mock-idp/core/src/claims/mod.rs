//! Claims: what tokens and userinfo say about a subject, and in which order. The only place that knows the order.

mod standard;
mod subject;

use serde_json::{Map, Value};

pub use standard::{address_claim, locale_claim, updated_at};
pub use subject::Subject;

use crate::model::ClaimType;
use crate::moment::Moment;
use crate::org::{ClaimValue, CompiledClaim, GroupFilter, Server};
use crate::protocol::{ErrorId, Refusal, Scopes};
use crate::trace::Verdict;

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
    server: &Server,
    subject: &Subject<'_>,
    scopes: &Scopes,
    breadth: Breadth,
    moment: &mut Moment<'_>,
) -> Result<IdTokenClaims, Refusal> {
    let behavior = server.behavior;
    let mut claims = IdTokenClaims::default();
    for (name, scope, value) in standard::of(subject) {
        // Okta: next to an access token only name, preferred_username and email are in the ID token.
        let thin = matches!(name, "name" | "preferred_username" | "email") && !behavior.scope_claims_at_userinfo();
        let by_scope = scopes.contains(scope) && (breadth == Breadth::Fat || thin);
        if !by_scope && !subject.is_asked_for(name) {
            continue;
        }
        let group = if matches!(name, "name" | "email") { &mut claims.leading } else { &mut claims.trailing };
        group.insert(name.to_owned(), value);
    }
    let only_asked = behavior.only_asked_claims();
    claims.custom = custom(server, ClaimType::Identity, subject, scopes, Entry { breadth, only_asked }, moment)?;
    if breadth == Breadth::Fat {
        app_groups(server, subject, scopes, &mut claims.custom, moment)?;
    }
    Ok(claims)
}

/// The custom claims of an access token.
///
/// # Errors
/// A claim that cannot be evaluated.
pub fn for_access_token(
    server: &Server,
    subject: &Subject<'_>,
    scopes: &Scopes,
    moment: &mut Moment<'_>,
) -> Result<Map<String, Value>, Refusal> {
    // Okta: access token claims are in the token whatever `alwaysIncludeInToken` says.
    custom(server, ClaimType::Resource, subject, scopes, Entry::ALL, moment)
}

/// The body of a userinfo answer, in Okta's recorded order.
///
/// # Errors
/// A claim that cannot be evaluated.
pub fn for_userinfo(
    server: &Server,
    subject: &Subject<'_>,
    scopes: &Scopes,
    moment: &mut Moment<'_>,
) -> Result<Map<String, Value>, Refusal> {
    let mut claims = Map::new();
    if let Some(user) = subject.user {
        claims.insert("sub".to_owned(), user.id.as_str().into());
    }
    for (name, scope, value) in standard::of(subject) {
        if scopes.contains(scope) || subject.is_asked_for(name) {
            claims.insert(name.to_owned(), value);
        }
    }
    claims.extend(custom(server, ClaimType::Identity, subject, scopes, Entry::ALL, moment)?);
    app_groups(server, subject, scopes, &mut claims, moment)?;
    Ok(claims)
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
}

fn custom(
    server: &Server,
    claim_type: ClaimType,
    subject: &Subject<'_>,
    scopes: &Scopes,
    entry: Entry,
    moment: &mut Moment<'_>,
) -> Result<Map<String, Value>, Refusal> {
    let mut claims = Map::new();
    for claim in server.claims.iter().filter(|claim| claim.claim_type == claim_type) {
        let label = format!("claim {}", claim.name);
        if !claim.scopes.is_empty() && !claim.scopes.iter().any(|scope| scopes.contains(scope)) {
            moment.trace.note(
                Verdict::Absent,
                label,
                format!("none of its scopes {} was granted", claim.scopes.join(", ")),
            );
        } else if entry.only_asked && claim.scopes.is_empty() && !subject.is_asked_for(&claim.name) {
            moment.trace.note(Verdict::Absent, label, "no scope asks for it, so it is at userinfo only");
        } else if entry.breadth == Breadth::Thin && !claim.always_include_in_token && !subject.is_asked_for(&claim.name)
        {
            moment.trace.note(
                Verdict::Absent,
                label,
                "alwaysIncludeInToken is false and an access token travels along",
            );
        } else if let Some((value, because)) = evaluate(claim, subject)? {
            moment.trace.note(Verdict::Added, label, because);
            claims.insert(claim.name.clone(), value);
        } else {
            // Okta: a claim whose value is null is left out.
            moment.trace.note(Verdict::Absent, label, "its value is null");
        }
    }
    Ok(claims)
}

fn evaluate(claim: &CompiledClaim, subject: &Subject<'_>) -> Result<Option<(Value, String)>, Refusal> {
    match &claim.value {
        ClaimValue::Expression(expression) => {
            let value = expression.evaluate(subject).map_err(|error| {
                Refusal::with(
                    ErrorId::UserClaimEvaluationFailure,
                    &claim.name,
                    format!("`{}`: {error}", expression.source()),
                )
            })?;
            let value = Value::from(value);
            Ok((!value.is_null()).then(|| (value, format!("expression `{}`", expression.source()))))
        }
        ClaimValue::Groups(filter) => {
            Ok(Some((groups(filter, subject)?, format!("groups {:?} `{}`", filter.kind, filter.operand))))
        }
    }
}

fn groups(filter: &GroupFilter, subject: &Subject<'_>) -> Result<Value, Refusal> {
    let names: Vec<&str> =
        subject.groups.iter().map(|group| group.name.as_str()).filter(|name| filter.matches(name)).collect();
    if names.len() > MOST_GROUPS {
        return Err(Refusal::new(ErrorId::TooManyGroups, format!("{} groups matched", names.len())));
    }
    Ok(names.into())
}

/// Okta: the org authorization server's groups claim is a setting of the app and needs the scope `groups`.
fn app_groups(
    server: &Server,
    subject: &Subject<'_>,
    scopes: &Scopes,
    claims: &mut Map<String, Value>,
    moment: &mut Moment<'_>,
) -> Result<(), Refusal> {
    if let Some(setting) =
        subject.client.settings.id_token.as_ref().filter(|_| server.is_org() && scopes.contains("groups"))
    {
        let filter = GroupFilter::of_app(setting).map_err(|reason| Refusal::new(ErrorId::ServerError, reason))?;
        claims.insert(setting.name.clone(), groups(&filter, subject)?);
        moment.trace.note(Verdict::Added, format!("claim {}", setting.name), "the app's groups claim");
    }
    Ok(())
}
