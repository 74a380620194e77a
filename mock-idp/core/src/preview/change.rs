//! A change that an administrator, or the client, could make. Each can be applied to a copy of the org document, so that what
//! it brings is found by asking the rules again, not by guessing.

use serde::Serialize;

use super::Question;
use crate::model::{
    AccessPolicy, App, Assignment, AuthorizationServer, PolicyRule, ResponseWord, Scope, ScopeConsent, Status,
    UserStatus,
};
use crate::org::Document;
use crate::protocol::{GrantType, Scopes};

/// One small change. Objects are named by id.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
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
    /// Applies the change; `None` if there is nothing to apply it to, or it is so already.
    #[must_use]
    pub fn apply(&self, document: &mut Document, question: &mut Question) -> Option<()> {
        match self {
            Self::AddUserToGroup { user, group } => {
                let user = document.users.iter_mut().find(|known| known.id == *user)?;
                add(&mut user.group_ids, group.clone())
            }
            Self::RemoveUserFromGroup { user, group } => {
                let user = document.users.iter_mut().find(|known| known.id == *user)?;
                remove(&mut user.group_ids, group)
            }
            Self::ActivateUser { user } => {
                document.users.iter_mut().find(|known| known.id == *user)?.status = UserStatus::Active;
                Some(())
            }
            Self::AssignUserToClient { user, client } => {
                let assignment = Assignment { id: user.clone(), profile: indexmap::IndexMap::new() };
                app(document, client)?.assignments.users.push(assignment);
                Some(())
            }
            Self::ActivateClient { client } => {
                app(document, client)?.status = Status::Active;
                Some(())
            }
            Self::AllowGrantOnClient { client, grant } => {
                add(&mut app(document, client)?.settings.oauth_client.grant_types, *grant)
            }
            Self::EnableResponseTypeOnClient { client, response_type } => {
                add(&mut app(document, client)?.settings.oauth_client.response_types, *response_type)
            }
            Self::ActivateServer { server } => {
                self::server(document, server)?.status = Status::Active;
                Some(())
            }
            Self::AddScopeToServer { server, scope } => {
                self::server(document, server)?.scopes.push(new_scope(scope));
                Some(())
            }
            Self::MakeConsentImplicit { server, scope } => {
                let scopes = &mut self::server(document, server)?.scopes;
                scopes.iter_mut().find(|known| known.name == *scope)?.consent = ScopeConsent::Implicit;
                Some(())
            }
            Self::ActivatePolicy { server, policy } => {
                self::policy(document, server, policy)?.status = Status::Active;
                Some(())
            }
            Self::AddClientToPolicy { server, policy, client } => {
                add(&mut self::policy(document, server, policy)?.conditions.clients.include, client.clone())
            }
            Self::ActivateRule { server, rule } => {
                self::rule(document, server, rule)?.status = Status::Active;
                Some(())
            }
            Self::AllowGrantOnRule { server, rule, grant } => {
                add(&mut self::rule(document, server, rule)?.conditions.grant_types.include, *grant)
            }
            Self::AddScopesToRule { server, rule, scopes } => {
                let listed = &mut self::rule(document, server, rule)?.conditions.scopes.include;
                listed.extend(scopes.iter().cloned());
                Some(())
            }
            Self::IncludeUserInRule { server, rule, user } => {
                add(&mut self::rule(document, server, rule)?.conditions.people.users.include, user.clone())
            }
            Self::RemoveUserExclusion { server, rule, user } => {
                remove(&mut self::rule(document, server, rule)?.conditions.people.users.exclude, user)
            }
            Self::RemoveGroupExclusion { server, rule, group } => {
                remove(&mut self::rule(document, server, rule)?.conditions.people.groups.exclude, group)
            }
            Self::DeactivateClaim { server, claim } => {
                let claims = &mut self::server(document, server)?.claims;
                claims.iter_mut().find(|known| known.id == *claim)?.status = Status::Inactive;
                Some(())
            }
            Self::AskForScopes { scopes } => {
                let more = scopes.iter().map(String::as_str);
                question.scopes = more.chain(question.scopes.iter()).collect();
                Some(())
            }
            Self::AskWithoutScopes { scopes } => {
                let fewer: Scopes =
                    question.scopes.iter().filter(|scope| !scopes.iter().any(|left| left == scope)).collect();
                (!fewer.is_empty()).then(|| question.scopes = fewer)
            }
        }
    }

    /// What to do, in words.
    #[must_use]
    pub fn words(&self, document: &Document) -> String {
        let user =
            |id: &str| named(document.users.iter().find(|known| known.id == id).map(|user| &user.profile.login), id);
        let group =
            |id: &str| named(document.groups.iter().find(|known| known.id == id).map(|group| &group.profile.name), id);
        let client =
            |id: &str| named(document.apps.iter().find(|known| known.client_id() == id).map(|app| &app.label), id);
        let servers = || document.authorization_servers.iter();
        let server = |id: &str| named(servers().find(|known| known.id == id).map(|server| &server.name), id);
        let policies = || servers().flat_map(|server| &server.policies);
        let policy = |id: &str| named(policies().find(|known| known.id == id).map(|policy| &policy.name), id);
        let rule = |id: &str| {
            let rules = policies().flat_map(|policy| policy.rules.iter().map(move |rule| (policy, rule)));
            let found = rules.into_iter().find(|(_, rule)| rule.id == id);
            found.map_or_else(
                || id.to_owned(),
                |(policy, rule)| format!("\"{}\" of policy \"{}\"", rule.name, policy.name),
            )
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
                let claims = servers().flat_map(|server| &server.claims);
                let name = named(claims.into_iter().find(|known| known.id == *claim).map(|claim| &claim.name), claim);
                format!("deactivate the claim {name}, or mend its expression")
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

fn app<'d>(document: &'d mut Document, client_id: &str) -> Option<&'d mut App> {
    document.apps.iter_mut().find(|app| app.client_id() == client_id)
}

fn server<'d>(document: &'d mut Document, id: &str) -> Option<&'d mut AuthorizationServer> {
    document.authorization_servers.iter_mut().find(|server| server.id == id)
}

fn policy<'d>(document: &'d mut Document, server_id: &str, id: &str) -> Option<&'d mut AccessPolicy> {
    server(document, server_id)?.policies.iter_mut().find(|policy| policy.id == id)
}

fn rule<'d>(document: &'d mut Document, server_id: &str, id: &str) -> Option<&'d mut PolicyRule> {
    let policies = &mut server(document, server_id)?.policies;
    policies.iter_mut().flat_map(|policy| &mut policy.rules).find(|rule| rule.id == id)
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
