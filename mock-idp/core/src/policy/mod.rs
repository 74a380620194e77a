//! Access policies. Okta: "Configure an access policy": policies by priority, rules by priority; the first rule that matches
//! decides.

pub mod assurance;
mod circumstances;
mod conditions;
pub mod grant_rules;
pub mod password;
pub mod password_rules;
pub mod recovery;
pub mod registration;
pub mod routing;
pub mod scope_rules;
pub mod session;

use std::sync::Arc;

pub use circumstances::network_problem;
use conditions::{PolicySubject, RequestedScopes};

use crate::model::{App, TokenLifetimes, User};
use crate::moment::Moment;
use crate::org::{CompiledPolicy, CompiledRule, CompiledServer, Org};
use crate::protocol::{ErrorId, GrantType, OAuthError, Scopes};
use crate::trace::{About, ConsentNote, Coverage, Lifetimes, NoteStatus, RuleSummary, ScopeNote, ScopeSource, Unmet};

/// The request that an access policy is evaluated for.
#[derive(Clone, Copy, Debug)]
pub struct PolicyRequest<'a> {
    pub client: &'a App,
    /// `None` for a grant without a user.
    pub user: Option<&'a User>,
    pub grant_type: GrantType,
    pub scopes: &'a Scopes,
}

/// Okta: access tokens of the org authorization server live an hour, its refresh tokens expire after 90 days without use.
const ORG_LIFETIMES: TokenLifetimes = TokenLifetimes {
    access_token_lifetime_minutes: 60,
    refresh_token_lifetime_minutes: 0,
    refresh_token_window_minutes: 90 * 24 * 60,
};

/// The decision of an access policy that grants a request.
#[derive(Clone, Copy, Debug)]
pub struct PolicyDecision<'a> {
    pub lifetimes: TokenLifetimes,
    /// `None` at the org authorization server, which has no rules.
    rule: Option<&'a CompiledRule>,
}

impl<'a> PolicyDecision<'a> {
    /// Id of the rule that grants the request; `None` at the org authorization server.
    #[must_use]
    pub fn rule_id(&self) -> Option<&'a str> {
        self.rule.map(|rule| rule.summary.id.as_str())
    }

    /// Whether the rule names a token inline hook.
    #[must_use]
    pub fn has_hook(&self) -> bool {
        self.rule.is_some_and(|rule| rule.rule.actions.token.inline_hook.is_some())
    }

    /// Adds the granted scopes to the trace. The caller knows where each scope comes from and whether the user has consented.
    pub fn note_scopes(
        &self,
        scopes: &Scopes,
        source: ScopeSource,
        consent: impl Fn(&str) -> Option<ConsentNote>,
        moment: &mut Moment<'_>,
    ) {
        let notes = scopes.iter().map(|scope| {
            let consent = consent(scope);
            let granted = consent != Some(ConsentNote::Missing);
            ScopeNote { scope: scope.to_owned(), granted, source, coverage: Some(self.coverage(scope)), consent }
        });
        moment.trace.add(NoteStatus::Matched, About::Scopes(notes.collect()));
    }

    /// Why the rule covers a scope that it grants.
    fn coverage(&self, scope: &str) -> Coverage {
        match self.rule {
            None => Coverage::NoRules,
            Some(rule) if rule.any_scope => Coverage::Any,
            Some(rule) if rule.summary.scopes.iter().any(|listed| listed == scope) => Coverage::Listed,
            Some(_) => Coverage::OpenidImplied,
        }
    }
}

/// Decides whether the scopes are granted, and how long the tokens live. Adds the scopes to the trace.
///
/// # Errors
/// `no_matching_policy` when no rule matches.
pub fn evaluate<'a>(
    org: &Org,
    server: &'a CompiledServer,
    request: PolicyRequest<'_>,
    moment: &mut Moment<'_>,
) -> Result<PolicyDecision<'a>, OAuthError> {
    let decision = decide(org, server, request, moment)?;
    decision.note_scopes(request.scopes, ScopeSource::Requested, |_| None, moment);
    Ok(decision)
}

/// The same, for callers that add the scopes to the trace themselves: [`PolicyDecision::note_scopes`].
///
/// # Errors
/// `no_matching_policy` when no rule matches.
pub fn decide<'a>(
    org: &Org,
    server: &'a CompiledServer,
    request: PolicyRequest<'_>,
    moment: &mut Moment<'_>,
) -> Result<PolicyDecision<'a>, OAuthError> {
    // Okta: the org authorization server has no access policies.
    if server.is_org() {
        moment.trace.note(
            NoteStatus::Matched,
            "org authorization server",
            "it has no access policies; lifetimes are fixed",
        );
        note_lifetimes(ORG_LIFETIMES, None, moment);
        return Ok(PolicyDecision { lifetimes: ORG_LIFETIMES, rule: None });
    }
    let person = request.user.map(|user| PolicySubject::new(org, user));
    let mut scopes = RequestedScopes::new(request.scopes);
    for policy in &server.policies {
        if !covers_client(policy, request.client) {
            let client = request.client.client_id().to_owned();
            moment.trace.add(NoteStatus::PassedOver, About::Policy { policy: Arc::clone(&policy.summary), client });
            continue;
        }
        for rule in &policy.rules {
            let unmet = first_unmet(rule, request.grant_type, person.as_ref(), &mut scopes);
            let matched = unmet.is_none();
            let verdict = if matched { NoteStatus::Matched } else { NoteStatus::PassedOver };
            moment.trace.add(verdict, About::Rule { rule: Arc::clone(&rule.summary), unmet });
            if matched {
                let lifetimes = rule.rule.actions.token.lifetimes();
                note_lifetimes(lifetimes, Some(&rule.summary), moment);
                return Ok(PolicyDecision { lifetimes, rule: Some(rule) });
            }
        }
    }
    let uncovered = |scope: &str| ScopeNote {
        scope: scope.to_owned(),
        granted: false,
        source: ScopeSource::Requested,
        coverage: Some(Coverage::NoRule),
        consent: None,
    };
    moment.trace.add(NoteStatus::Absent, About::Scopes(request.scopes.iter().map(uncovered).collect()));
    Err(OAuthError::new(
        ErrorId::NoMatchingPolicy,
        format!(
            "no rule covers {} for {} requesting {}",
            request.grant_type.name(),
            request.client.client_id(),
            request.scopes.join()
        ),
    ))
}

/// Whether a client can use a grant type at a server at all: some rule lists it.
#[must_use]
pub fn offers(server: &CompiledServer, client: &App, grant_type: GrantType) -> bool {
    let mut policies = server.policies.iter().filter(|policy| covers_client(policy, client));
    let lists = |rule: &CompiledRule| rule.rule.conditions.grant_types.include.contains(&grant_type);
    // Okta: the org authorization server has no access policies.
    server.is_org() || policies.any(|policy| policy.rules.iter().any(lists))
}

fn note_lifetimes(actions: TokenLifetimes, rule: Option<&Arc<RuleSummary>>, moment: &mut Moment<'_>) {
    let seconds = |minutes: u32| i64::from(minutes) * 60;
    let lifetimes = Lifetimes {
        access_token: seconds(actions.access_token_lifetime_minutes),
        // Okta: 0 is unlimited.
        refresh_token: Some(seconds(actions.refresh_token_lifetime_minutes)).filter(|seconds| *seconds > 0),
        refresh_window: seconds(actions.refresh_token_window_minutes),
        rule: rule.map(Arc::clone),
    };
    moment.trace.add(NoteStatus::Added, About::Lifetimes(lifetimes));
}

fn covers_client(policy: &CompiledPolicy, client: &App) -> bool {
    policy.summary.clients.iter().any(|id| id == "ALL_CLIENTS" || id == client.client_id())
}

/// The first condition that does not hold, with the value that does not match it; `None` when all hold.
fn first_unmet(
    rule: &CompiledRule,
    grant_type: GrantType,
    person: Option<&PolicySubject<'_>>,
    scopes: &mut RequestedScopes<'_>,
) -> Option<Unmet> {
    if !rule.rule.conditions.grant_types.include.contains(&grant_type) {
        return Some(Unmet::GrantType(grant_type.name()));
    }
    // Okta: people conditions are ignored for client credentials.
    if let Some(unmet) = person.and_then(|person| person.unmet(&rule.rule.conditions.people)) {
        return Some(unmet);
    }
    scopes.uncovered(rule).map(Unmet::Scopes)
}
