//! A change that an administrator, or the client, could make. Each can be applied to a copy of the org document, so that what
//! it brings is found by asking the rules again, not by guessing.

use serde::Serialize;

use super::{Question, sign_on_rules};
use crate::model::{Assignment, ResponseWord, Scope, ScopeConsent, Status, UserStatus};
use crate::org::{Draft, Org};
use crate::protocol::GrantType;

/// One small change. Objects are named by id.
#[derive(Clone, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    AddUserToGroup {
        user: String,
        group: String,
    },
    RemoveUserFromGroup {
        user: String,
        group: String,
    },
    ActivateUser {
        user: String,
    },
    AssignUserToClient {
        user: String,
        client: String,
    },
    ActivateClient {
        client: String,
    },
    AllowGrantOnClient {
        client: String,
        grant: GrantType,
    },
    EnableResponseTypeOnClient {
        client: String,
        response_type: ResponseWord,
    },
    ActivateServer {
        server: String,
    },
    AddScopeToServer {
        server: String,
        scope: String,
    },
    MakeConsentImplicit {
        server: String,
        scope: String,
    },
    ActivatePolicy {
        server: String,
        policy: String,
    },
    AddClientToPolicy {
        server: String,
        policy: String,
        client: String,
    },
    ActivateRule {
        server: String,
        rule: String,
    },
    AllowGrantOnRule {
        server: String,
        rule: String,
        grant: GrantType,
    },
    AddScopesToRule {
        server: String,
        rule: String,
        scopes: Vec<String>,
    },
    IncludeUserInRule {
        server: String,
        rule: String,
        user: String,
    },
    RemoveUserExclusion {
        server: String,
        rule: String,
        user: String,
    },
    RemoveGroupExclusion {
        server: String,
        rule: String,
        group: String,
    },
    DeactivateClaim {
        server: String,
        claim: String,
    },
    /// Of an authentication policy, like the next three.
    ActivateAuthenticationRule {
        policy: String,
        rule: String,
    },
    AllowAccessInAuthenticationRule {
        policy: String,
        rule: String,
    },
    DemandOneFactorInAuthenticationRule {
        policy: String,
        rule: String,
    },
    CoverUserInAuthenticationRule {
        policy: String,
        rule: String,
        user: String,
    },
    /// Of a global session policy.
    AllowAccessInSessionRule {
        policy: String,
        rule: String,
    },
    /// By the client: ask for these too.
    AskForScopes {
        scopes: Vec<String>,
    },
    /// By the client: do not ask for these.
    AskWithoutScopes {
        scopes: Vec<String>,
    },
}

impl Change {
    /// Applies the change; `None` if there is nothing to apply it to, or nothing to change.
    #[must_use]
    pub fn apply(&self, draft: &mut Draft, question: &mut Question) -> Option<()> {
        match self {
            Self::AddUserToGroup { user, group } => {
                draft.change_user(user, |user| add(&mut user.group_ids, group.clone()))
            }
            Self::RemoveUserFromGroup { user, group } => {
                draft.change_user(user, |user| remove(&mut user.group_ids, group))
            }
            Self::ActivateUser { user } => draft.change_user(user, |user| {
                user.status = UserStatus::Active;
                Some(())
            }),
            Self::AssignUserToClient { user, client } => {
                let app = draft.client(client)?.id.clone();
                draft.assign_user(&app, Assignment::of(user.as_str()));
                Some(())
            }
            Self::ActivateClient { client } => draft.change_client(client, |app| {
                app.status = Status::Active;
                Some(())
            }),
            Self::AllowGrantOnClient { client, grant } => {
                draft.change_client(client, |app| add(&mut app.settings.oauth_client.grant_types, *grant))
            }
            Self::EnableResponseTypeOnClient { client, response_type } => {
                draft.change_client(client, |app| add(&mut app.settings.oauth_client.response_types, *response_type))
            }
            Self::ActivateServer { server } => draft.change_server(server, |server| server.status = Status::Active),
            Self::AddScopeToServer { server, scope } => {
                draft.authorization_server(server)?;
                draft.put_scope(server, new_scope(scope));
                Some(())
            }
            Self::MakeConsentImplicit { server, scope } => {
                let mut scope = draft.scopes(server).find(|known| known.name == *scope)?.clone();
                scope.consent = ScopeConsent::Implicit;
                draft.put_scope(server, scope);
                Some(())
            }
            Self::ActivatePolicy { policy, .. } => draft.change_policy(policy, |policy| {
                policy.status = Status::Active;
                Some(())
            }),
            Self::AddClientToPolicy { policy, client, .. } => {
                draft.change_policy(policy, |policy| add(&mut policy.conditions.clients.include, client.clone()))
            }
            Self::ActivateRule { rule, .. } => draft.change_rule(rule, |rule| {
                rule.status = Status::Active;
                Some(())
            }),
            Self::AllowGrantOnRule { rule, grant, .. } => {
                draft.change_rule(rule, |rule| add(&mut rule.conditions.grant_types.include, *grant))
            }
            Self::AddScopesToRule { rule, scopes, .. } => draft.change_rule(rule, |rule| {
                rule.conditions.scopes.include.extend(scopes.iter().cloned());
                Some(())
            }),
            Self::IncludeUserInRule { rule, user, .. } => {
                draft.change_rule(rule, |rule| add(&mut rule.conditions.people.users.include, user.clone()))
            }
            Self::RemoveUserExclusion { rule, user, .. } => {
                draft.change_rule(rule, |rule| remove(&mut rule.conditions.people.users.exclude, user))
            }
            Self::RemoveGroupExclusion { rule, group, .. } => {
                draft.change_rule(rule, |rule| remove(&mut rule.conditions.people.groups.exclude, group))
            }
            Self::DeactivateClaim { server, claim } => {
                let mut claim = draft.claim_rule(claim)?.clone();
                claim.status = Status::Inactive;
                draft.put_claim_rule(server, claim);
                Some(())
            }
            Self::ActivateAuthenticationRule { policy, rule } => sign_on_rules::activate(draft, policy, rule),
            Self::AllowAccessInAuthenticationRule { policy, rule } => sign_on_rules::allow(draft, policy, rule),
            Self::DemandOneFactorInAuthenticationRule { policy, rule } => {
                sign_on_rules::demand_one_factor(draft, policy, rule)
            }
            Self::CoverUserInAuthenticationRule { policy, rule, user } => {
                sign_on_rules::cover(draft, (policy, rule), user)
            }
            Self::AllowAccessInSessionRule { policy, rule } => sign_on_rules::allow_session(draft, policy, rule),
            Self::AskForScopes { scopes } => {
                let more = scopes.iter().map(String::as_str);
                question.scopes = more.chain(question.scopes.iter()).collect();
                Some(())
            }
            Self::AskWithoutScopes { scopes } => {
                let fewer = question.scopes.without(&scopes.iter().collect());
                (!fewer.is_empty()).then(|| question.scopes = fewer)
            }
        }
    }

    /// What to do, in words.
    #[must_use]
    pub fn words(&self, org: &Org) -> String {
        let user = |id: &str| named(org.user(id).map(|user| &user.profile.login), id);
        let group = |id: &str| named(org.group(id).map(|group| &group.profile.name), id);
        let client = |id: &str| named(org.client(id).map(|app| &app.label), id);
        let server = |id: &str| named(org.authorization_server(id).map(|server| &server.name), id);
        let policy = |id: &str| named(org.policy(id).map(|policy| &policy.name), id);
        let rule = |id: &str| match (org.rule(id), org.policy_of_rule(id)) {
            (Some(rule), Some(policy)) => format!("\"{}\" of policy \"{}\"", rule.name, policy.name),
            _ => id.to_owned(),
        };
        match self {
            Self::AddUserToGroup { user: who, group: which } => {
                format!("add {} to the group {}", user(who), group(which))
            }
            Self::RemoveUserFromGroup { user: who, group: which } => {
                format!("remove {} from the group {}", user(who), group(which))
            }
            Self::ActivateUser { user: who } => format!("activate {}", user(who)),
            Self::AssignUserToClient { user: who, client: app } => format!("assign {} to {}", user(who), client(app)),
            Self::ActivateClient { client: app } => format!("activate the client {}", client(app)),
            Self::AllowGrantOnClient { client: app, grant } => {
                format!("allow the grant type {} on the client {}", grant.name(), client(app))
            }
            Self::EnableResponseTypeOnClient { client: app, response_type } => {
                format!("enable the response type {} on the client {}", response_type.name(), client(app))
            }
            Self::ActivateServer { server: id } => format!("activate the authorization server {}", server(id)),
            Self::AddScopeToServer { server: id, scope } => {
                format!("add the scope {scope} to the authorization server {}", server(id))
            }
            Self::MakeConsentImplicit { scope, .. } => format!("make the consent of the scope {scope} implicit"),
            Self::ActivatePolicy { policy: id, .. } => format!("activate the policy \"{}\"", policy(id)),
            Self::AddClientToPolicy { policy: id, client: app, .. } => {
                format!("add the client {} to the policy \"{}\"", client(app), policy(id))
            }
            Self::ActivateRule { rule: id, .. } => format!("activate the rule {}", rule(id)),
            Self::AllowGrantOnRule { rule: id, grant, .. } => {
                format!("allow the grant type {} in the rule {}", grant.name(), rule(id))
            }
            Self::AddScopesToRule { rule: id, scopes, .. } => {
                format!("add {} to the scopes of the rule {}", scopes.join(", "), rule(id))
            }
            Self::IncludeUserInRule { rule: id, user: who, .. } => {
                format!("include {} in the people of the rule {}", user(who), rule(id))
            }
            Self::RemoveUserExclusion { rule: id, user: who, .. } => {
                format!("stop excluding {} in the rule {}", user(who), rule(id))
            }
            Self::RemoveGroupExclusion { rule: id, group: which, .. } => {
                format!("stop excluding the group {} in the rule {}", group(which), rule(id))
            }
            Self::DeactivateClaim { claim, .. } => {
                let name = named(org.claim_rule(claim).map(|claim| &claim.name), claim);
                format!("deactivate the claim {name}, or mend its expression")
            }
            Self::ActivateAuthenticationRule { policy, rule } => {
                format!("activate the rule {}", sign_on_rules::named(org, policy, rule))
            }
            Self::AllowAccessInAuthenticationRule { policy, rule } => {
                format!("allow access in the rule {}", sign_on_rules::named(org, policy, rule))
            }
            Self::DemandOneFactorInAuthenticationRule { policy, rule } => {
                format!("demand one factor in the rule {}", sign_on_rules::named(org, policy, rule))
            }
            Self::CoverUserInAuthenticationRule { policy, rule, user: who } => {
                format!("include {} in the people of the rule {}", user(who), sign_on_rules::named(org, policy, rule))
            }
            Self::AllowAccessInSessionRule { policy, rule } => {
                format!("allow access in the rule {}", sign_on_rules::session_rule(org, policy, rule))
            }
            Self::AskForScopes { scopes } => format!("ask for {} as well", scopes.join(", ")),
            Self::AskWithoutScopes { scopes } => format!("ask without {}", scopes.join(", ")),
        }
    }
}

fn named(name: Option<&String>, id: &str) -> String {
    name.map_or_else(|| id.to_owned(), Clone::clone)
}

fn add<T: PartialEq>(list: &mut Vec<T>, item: T) -> Option<()> {
    if list.contains(&item) {
        return None;
    }
    list.push(item);
    Some(())
}

fn remove(list: &mut Vec<String>, item: &str) -> Option<()> {
    let before = list.len();
    list.retain(|known| known != item);
    (list.len() < before).then_some(())
}

fn new_scope(name: &str) -> Scope {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).take(14).collect();
    Scope {
        id: format!("scp{letters:0<14}new"),
        name: name.to_owned(),
        display_name: None,
        description: None,
        consent: ScopeConsent::Implicit,
        optional: false,
        default: false,
        metadata_publish: crate::model::MetadataPublish::NoClients,
        system: false,
    }
}
