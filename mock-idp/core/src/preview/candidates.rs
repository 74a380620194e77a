//! The changes that might grant what was refused, found in the notes of the refusal. The caller has to try each.

use indexmap::IndexSet;

use super::{Change, Preview, PreviewOutcome, Question, Refused, authentication};
use crate::model::{PolicyRule, ResponseWord, Status};
use crate::org::Org;
use crate::protocol::{CATALOGUE, ErrorId, GrantType, INTERCLIENT_ACCESS, OIDC_SCOPES, ResponseType};
use crate::trace::{About, Absence, ClaimSource, Unmet};

/// How many scopes get a change of their own.
const MAX_SCOPES: usize = 8;

/// Changes that may bring a refused question further.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    /// The least intrusive first.
    pub changes: IndexSet<Change>,
    /// Whether there would be more.
    pub more: bool,
}

/// The changes that may bring a refused question further.
#[must_use]
pub fn candidates(org: &Org, question: &Question, preview: &Preview) -> Candidates {
    let PreviewOutcome::Refused(refused) = &preview.outcome else { return Candidates::default() };
    let mut list = List { org, question, candidates: Candidates::default() };
    list.by_refusal(refused);
    list.by_notes(preview);
    list.candidates.changes.extend(authentication::candidates(org, question, preview));
    list.candidates
}

struct List<'a> {
    org: &'a Org,
    question: &'a Question,
    candidates: Candidates,
}

impl List<'_> {
    fn push(&mut self, change: Change) {
        self.candidates.changes.insert(change);
    }

    fn by_refusal(&mut self, refused: &Refused) {
        let client = self.question.client_id.clone();
        let is = |id: ErrorId| refused.id == CATALOGUE[id as usize].id;
        if let Some(user) = self.question.user(self.org).filter(|user| !user.status.may_hold_tokens()) {
            self.push(Change::ActivateUser { user: user.id.clone() });
        }
        if is(ErrorId::UserNotAssigned) || is(ErrorId::CibaUnknownUser) {
            self.assign();
        } else if is(ErrorId::InvalidClientId) {
            self.push(Change::ActivateClient { client });
        } else if is(ErrorId::UnauthorizedClient) || is(ErrorId::CibaGrantTypeNotConfigured) {
            let grant = self.question.grant_type;
            self.push(Change::AllowGrantOnClient { client, grant });
        } else if is(ErrorId::UnsupportedResponseType) {
            self.enable_response_type();
        } else if is(ErrorId::NoMatchingScope) {
            self.scopes_unknown();
        } else if [
            ErrorId::NoDefaultScopes,
            ErrorId::MissingScopes,
            ErrorId::CibaMissingScope,
            ErrorId::CibaInvalidScope,
            ErrorId::OpenidScopeRequiredAccessToken,
        ]
        .into_iter()
        .any(is)
        {
            self.push(Change::AskForScopes { scopes: vec!["openid".to_owned()] });
        } else if is(ErrorId::InterclientAccessScopeNotPermitted) {
            self.push(Change::AskWithoutScopes { scopes: vec![INTERCLIENT_ACCESS.to_owned()] });
        } else if is(ErrorId::OpenidNotAllowedClientCredentials) {
            let asked = self.question.scopes.iter().filter(|scope| OIDC_SCOPES.contains(scope));
            let scopes = asked.map(str::to_owned).collect();
            self.push(Change::AskWithoutScopes { scopes });
        } else if is(ErrorId::ConsentRequiredClientCredentials) {
            self.consent_missing();
        } else if is(ErrorId::InvalidRefreshToken) {
            self.push(Change::AllowGrantOnClient { client, grant: GrantType::RefreshToken });
        } else if refused.status == 404 {
            self.push(Change::ActivateServer { server: self.question.server.clone() });
        }
    }

    fn assign(&mut self) {
        let Some(user) = self.question.user_id.clone() else { return };
        let client = self.question.client_id.clone();
        let org = self.org;
        for group in org.client(&client).into_iter().flat_map(|app| org.assigned_groups(app)) {
            self.push(Change::AddUserToGroup { user: user.clone(), group: group.id.clone() });
        }
        self.push(Change::AssignUserToClient { user, client });
    }

    fn enable_response_type(&mut self) {
        let client = self.question.client_id.clone();
        let asked = self.question.effective_response_type(self.org);
        let Some(asked) = asked.as_deref().and_then(ResponseType::parse) else { return };
        for response_type in [ResponseWord::Code, ResponseWord::IdToken, ResponseWord::Token] {
            if asked.words().any(|word| word == response_type.name()) {
                self.push(Change::EnableResponseTypeOnClient { client: client.clone(), response_type });
            }
        }
        for (used, grant) in
            [(asked.code, GrantType::AuthorizationCode), (asked.front_channel_token(), GrantType::Implicit)]
        {
            if used {
                self.push(Change::AllowGrantOnClient { client: client.clone(), grant });
            }
        }
    }

    fn scopes_unknown(&mut self) {
        let Some(server) = self.org.server_by_id(&self.question.server) else { return };
        let unknown: Vec<String> =
            self.question.scopes.iter().filter(|name| server.scope(name).is_none()).map(str::to_owned).collect();
        if !server.is_org() {
            self.candidates.more |= unknown.len() > MAX_SCOPES;
            for scope in unknown.iter().take(MAX_SCOPES) {
                self.push(Change::AddScopeToServer { server: server.id.clone(), scope: scope.clone() });
            }
        }
        self.push(Change::AskWithoutScopes { scopes: unknown });
    }

    fn consent_missing(&mut self) {
        let server = self.question.server.clone();
        let asked = self.question.scopes.as_slice();
        self.candidates.more |= asked.len() > MAX_SCOPES;
        for scope in asked.iter().take(MAX_SCOPES) {
            self.push(Change::MakeConsentImplicit { server: server.clone(), scope: scope.clone() });
            self.push(Change::AskWithoutScopes { scopes: vec![scope.clone()] });
        }
    }

    fn by_notes(&mut self, preview: &Preview) {
        let mut passed_over = false;
        for note in &preview.notes {
            match &note.about {
                About::Rule { rule, unmet: Some(unmet) } => {
                    passed_over = true;
                    self.rule(&rule.id, unmet);
                }
                About::Policy { policy, client } => {
                    passed_over = true;
                    let (server, policy) = (self.question.server.clone(), policy.id.clone());
                    self.push(Change::AddClientToPolicy { server, policy, client: client.clone() });
                }
                About::Claim(claim) if matches!(claim.value, Err(Absence::Failed(_))) => {
                    if let ClaimSource::Expression { rule, .. } | ClaimSource::Groups { rule, .. } = &claim.source {
                        let (server, claim) = (self.question.server.clone(), rule.to_string());
                        self.push(Change::DeactivateClaim { server, claim });
                    }
                }
                _ => {}
            }
        }
        if passed_over
            || matches!(&preview.outcome, PreviewOutcome::Refused(refused) if refused.id == CATALOGUE[ErrorId::NoMatchingPolicy as usize].id)
        {
            self.inactive();
        }
    }

    /// What brings a rule past its first unmet condition.
    fn rule(&mut self, id: &str, unmet: &Unmet) {
        let server = self.question.server.clone();
        let Some(rule) = self.find_rule(id).cloned() else { return };
        let rule_id = rule.id.clone();
        let people = &rule.conditions.people;
        match unmet {
            Unmet::GrantType(_) => {
                let grant = self.question.grant_type;
                let grant = if grant == GrantType::RefreshToken { GrantType::AuthorizationCode } else { grant };
                self.push(Change::AllowGrantOnRule { server, rule: rule_id, grant });
            }
            Unmet::Scopes(scopes) => {
                self.push(Change::AskWithoutScopes { scopes: scopes.to_vec() });
                self.push(Change::AddScopesToRule { server, rule: rule_id, scopes: scopes.to_vec() });
            }
            Unmet::NotIncluded(_) => {
                let Some(user) = self.question.user_id.clone() else { return };
                for group in people.groups.include.iter().filter(|group| self.org.group(group).is_some()) {
                    self.push(Change::AddUserToGroup { user: user.clone(), group: group.clone() });
                }
                self.push(Change::IncludeUserInRule { server, rule: rule_id, user });
            }
            Unmet::UserExcluded(_) => {
                let Some(user) = self.question.user_id.clone() else { return };
                self.push(Change::RemoveUserExclusion { server, rule: rule_id, user });
            }
            Unmet::GroupExcluded(_) => {
                let Some(user) = self.question.user(self.org) else { return };
                for group in &people.groups.exclude {
                    if user.group_ids.contains(group) {
                        self.push(Change::RemoveUserFromGroup { user: user.id.clone(), group: group.clone() });
                    }
                    let (server, rule) = (server.clone(), rule_id.clone());
                    self.push(Change::RemoveGroupExclusion { server, rule, group: group.clone() });
                }
            }
        }
    }

    fn find_rule(&self, id: &str) -> Option<&PolicyRule> {
        let rules = self.org.policies(&self.question.server).flat_map(|policy| self.org.rules(&policy.id));
        rules.into_iter().find(|rule| rule.id == id)
    }

    /// There are no notes about inactive policies and rules, because they are not evaluated.
    fn inactive(&mut self) {
        let id = self.question.server.clone();
        let org = self.org;
        for policy in org.policies(&id) {
            if policy.status == Status::Inactive {
                self.push(Change::ActivatePolicy { server: id.clone(), policy: policy.id.clone() });
            }
            for rule in org.rules(&policy.id).filter(|rule| rule.status == Status::Inactive) {
                self.push(Change::ActivateRule { server: id.clone(), rule: rule.id.clone() });
            }
        }
    }
}
