//! Access policies decide. Okta: "Configure an access policy": policies by priority, rules by priority, the first rule that
//! matches decides and nothing after it is looked at.

pub mod grant_rules;
pub mod scope_rules;
pub mod session;

use std::sync::Arc;

use crate::model::{App, People, TokenLifetimes, User};
use crate::moment::Moment;
use crate::org::{CompiledPolicy, CompiledRule, CompiledServer, Org};
use crate::protocol::{ErrorId, GrantType, OAuthError, Scopes, is_oidc};
use crate::trace::{
    About, Agreement, Cover, Lifetimes, NoteStatus, Person, RuleSummary, ScopeNote, ScopeSource, Unmet,
};

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    pub client: &'a App,
    /// `None` for a grant without a user.
    pub user: Option<&'a User>,
    pub grant_type: GrantType,
    pub scopes: &'a Scopes,
}

/// Okta: the org authorization server's tokens live an hour, its refresh tokens 90 days of idleness.
const ORG_LIFETIMES: TokenLifetimes = TokenLifetimes {
    access_token_lifetime_minutes: 60,
    refresh_token_lifetime_minutes: 0,
    refresh_token_window_minutes: 90 * 24 * 60,
};

/// The rule that decided.
#[derive(Clone, Copy, Debug)]
pub struct Granted<'a> {
    pub lifetimes: TokenLifetimes,
    /// `None` at the org authorization server, which has no rules.
    rule: Option<&'a CompiledRule>,
}

impl Granted<'_> {
    /// Notes the scopes that it granted; how each came into the request and what the user said to it is the caller's to know.
    pub fn tell(
        &self,
        scopes: &Scopes,
        source: ScopeSource,
        consent: impl Fn(&str) -> Option<Agreement>,
        moment: &mut Moment<'_>,
    ) {
        let told = scopes.iter().map(|scope| {
            let consent = consent(scope);
            let granted = consent != Some(Agreement::Missing);
            ScopeNote { scope: scope.to_owned(), granted, source, cover: Some(self.cover(scope)), consent }
        });
        moment.trace.add(NoteStatus::Matched, About::Scopes(told.collect()));
    }

    /// What lets the rule cover a scope that it granted.
    fn cover(&self, scope: &str) -> Cover {
        match self.rule {
            None => Cover::NoRules,
            Some(rule) if rule.any_scope => Cover::Any,
            Some(rule) if rule.summary.scopes.iter().any(|listed| listed == scope) => Cover::Listed,
            Some(_) => Cover::OpenidImplied,
        }
    }
}

/// Decides whether the scopes may be granted, and for how long.
///
/// # Errors
/// `no_matching_policy` when no rule matches.
pub fn evaluate(
    org: &Org,
    server: &CompiledServer,
    ask: Ask<'_>,
    moment: &mut Moment<'_>,
) -> Result<TokenLifetimes, OAuthError> {
    let granted = grant(org, server, ask, moment)?;
    granted.tell(ask.scopes, ScopeSource::Asked, |_| None, moment);
    Ok(granted.lifetimes)
}

/// The same, for callers that know more of the scopes and tell it themselves by [`Granted::tell`].
///
/// # Errors
/// `no_matching_policy` when no rule matches.
pub fn grant<'a>(
    org: &Org,
    server: &'a CompiledServer,
    ask: Ask<'_>,
    moment: &mut Moment<'_>,
) -> Result<Granted<'a>, OAuthError> {
    // Okta: the org authorization server has no access policies.
    if server.is_org() {
        moment.trace.note(
            NoteStatus::Matched,
            "org authorization server",
            "it has no access policies; lifetimes are fixed",
        );
        tell_lifetimes(ORG_LIFETIMES, None, moment);
        return Ok(Granted { lifetimes: ORG_LIFETIMES, rule: None });
    }
    let person = ask.user.map(|user| Asker::new(org, user));
    let mut asked = Asked::new(ask.scopes);
    for policy in &server.policies {
        if !covers_client(policy, ask.client) {
            let client = ask.client.client_id().to_owned();
            moment.trace.add(NoteStatus::PassedOver, About::Policy { policy: Arc::clone(&policy.summary), client });
            continue;
        }
        for rule in &policy.rules {
            let unmet = first_unmet(rule, ask.grant_type, person.as_ref(), &mut asked);
            let matched = unmet.is_none();
            let verdict = if matched { NoteStatus::Matched } else { NoteStatus::PassedOver };
            moment.trace.add(verdict, About::Rule { rule: Arc::clone(&rule.summary), unmet });
            if matched {
                let actions = &rule.rule.actions.token;
                if let Some(hook) = &actions.inline_hook {
                    let because = "the rule names it; Okta would call it, this mock calls no hooks";
                    moment.trace.note(NoteStatus::PassedOver, format!("inline hook {}", hook.id), because);
                }
                let lifetimes = actions.lifetimes();
                tell_lifetimes(lifetimes, Some(&rule.summary), moment);
                return Ok(Granted { lifetimes, rule: Some(rule) });
            }
        }
    }
    let uncovered = |scope: &str| ScopeNote {
        scope: scope.to_owned(),
        granted: false,
        source: ScopeSource::Asked,
        cover: Some(Cover::NoRule),
        consent: None,
    };
    moment.trace.add(NoteStatus::Absent, About::Scopes(ask.scopes.iter().map(uncovered).collect()));
    Err(OAuthError::new(
        ErrorId::NoMatchingPolicy,
        format!("no rule covers {} for {} asking {}", ask.grant_type.name(), ask.client.client_id(), ask.scopes.join()),
    ))
}

fn tell_lifetimes(actions: TokenLifetimes, rule: Option<&Arc<RuleSummary>>, moment: &mut Moment<'_>) {
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

/// Who asks, with what the people conditions of every rule compare.
struct Asker<'a> {
    id: &'a str,
    everyone: Option<&'a str>,
    /// Sorted: a rule looks for each group that it lists.
    groups: Vec<&'a str>,
    told: Arc<Person>,
}

impl<'a> Asker<'a> {
    fn new(org: &'a Org, user: &'a User) -> Self {
        let mut groups: Vec<&str> = org.group_ids(user).collect();
        let names = groups.iter().filter_map(|id| org.group(id)).map(|group| group.profile.name.clone());
        let told = Arc::new(Person { login: user.profile.login.clone(), groups: names.collect() });
        groups.sort_unstable();
        Self { id: &user.id, everyone: org.everyone(), groups, told }
    }

    fn in_any(&self, listed: &[String]) -> bool {
        listed
            .iter()
            .any(|id| self.groups.binary_search(&id.as_str()).is_ok() || (id == "EVERYONE" && self.everyone.is_some()))
    }

    fn unmet(&self, people: &People) -> Option<Unmet> {
        let told = || Arc::clone(&self.told);
        if people.users.exclude.iter().any(|id| id == self.id) {
            return Some(Unmet::UserExcluded(told()));
        }
        if self.in_any(&people.groups.exclude) {
            return Some(Unmet::GroupExcluded(told()));
        }
        let included = people.users.include.iter().any(|id| id == self.id) || self.in_any(&people.groups.include);
        (!included).then(|| Unmet::NotIncluded(told()))
    }
}

/// The first condition that does not hold, with what stood against it; `None` when all hold.
fn first_unmet(
    rule: &CompiledRule,
    grant_type: GrantType,
    person: Option<&Asker<'_>>,
    asked: &mut Asked<'_>,
) -> Option<Unmet> {
    if !rule.rule.conditions.grant_types.include.contains(&grant_type) {
        return Some(Unmet::GrantType(grant_type.name()));
    }
    // Okta: people conditions are ignored for client credentials.
    if let Some(unmet) = person.and_then(|person| person.unmet(&rule.rule.conditions.people)) {
        return Some(unmet);
    }
    asked.uncovered(rule).map(Unmet::Scopes)
}

/// The scopes asked for, with what the scope conditions of every rule compare.
struct Asked<'a> {
    /// Each says whether it is one of OpenID Connect.
    scopes: Vec<(&'a str, bool)>,
    /// What the last rule left out: the next one often leaves out the same.
    last: Arc<[String]>,
}

impl<'a> Asked<'a> {
    fn new(scopes: &'a Scopes) -> Self {
        Self { scopes: scopes.iter().map(|scope| (scope, is_oidc(scope))).collect(), last: Arc::default() }
    }

    /// The scopes that a rule's list leaves out, if any. `*` covers all. Scopes of OpenID Connect are covered by a list that names
    /// none of them; one that names any covers just those (Okta documents the first half, a support article shows the second).
    fn uncovered(&mut self, rule: &CompiledRule) -> Option<Arc<[String]>> {
        let left_out = |(scope, oidc): &&(&str, bool)| {
            !rule.any_scope && (rule.names_oidc || !oidc) && !rule.summary.scopes.iter().any(|known| known == scope)
        };
        let uncovered = || self.scopes.iter().filter(left_out).map(|(scope, _)| *scope);
        uncovered().next()?;
        if !uncovered().eq(self.last.iter().map(String::as_str)) {
            self.last = uncovered().map(str::to_owned).collect();
        }
        Some(Arc::clone(&self.last))
    }
}
