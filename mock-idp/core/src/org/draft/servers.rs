//! Changes of authorization servers, their scopes, claim rules and access policies.

use super::{Draft, put};
use crate::model::{AccessPolicy, App, AuthorizationServer, ClaimRule, PolicyRule, Scope};
use crate::org::records::{Child, OWNER};
use crate::org::tables::Tables;

impl Draft {
    /// Puts an authorization server. The scopes, claim rules and policies that it lists are added to those that it has.
    pub fn put_server(&mut self, mut server: AuthorizationServer) {
        let id = server.id.clone();
        let (scopes, claims) = (std::mem::take(&mut server.scopes), std::mem::take(&mut server.claims));
        let policies = server.policies.take().unwrap_or_default();
        let slot = put(&mut self.tables.servers, &id, server, self.now);
        self.touched.servers.insert(slot);
        self.touched.compiled.insert(id.as_str().into());
        scopes.into_iter().for_each(|scope| self.put_scope(&id, scope));
        claims.into_iter().for_each(|claim| self.put_claim_rule(&id, claim));
        policies.into_iter().for_each(|policy| self.put_policy(&id, policy));
    }

    /// Changes an authorization server; `None` if there is none of that id.
    pub fn change_server(&mut self, id: &str, change: impl FnOnce(&mut AuthorizationServer)) -> Option<()> {
        let mut server = self.authorization_server(id)?.clone();
        change(&mut server);
        self.put_server(server);
        Some(())
    }

    /// Removes an authorization server with its scopes, claim rules and policies. Apps and servers must not refer to it any more.
    pub fn remove_server(&mut self, id: &str) {
        let Some(slot) = self.tables.servers.slot(id) else { return };
        self.tables.servers.remove(slot);
        self.touched.compiled.insert(id.into());
        for slot in self.tables.scopes.find(OWNER, id) {
            self.tables.scopes.remove(slot);
        }
        for slot in self.tables.claims.find(OWNER, id) {
            self.tables.claims.remove(slot);
        }
        for slot in self.tables.policies.find(OWNER, id) {
            self.remove_policy_at(slot);
        }
        let Tables { servers, apps, .. } = &self.tables;
        let associated =
            servers.slots().filter(|(_, server)| server.associated_servers.iter().any(|other| other == id));
        self.touched.servers.extend(associated.map(|(slot, _)| slot));
        self.touched.apps.extend(apps.slots().filter(|(_, app)| connects(app, id)).map(|(slot, _)| slot));
    }

    /// Puts a scope of an authorization server.
    pub fn put_scope(&mut self, server_id: &str, scope: Scope) {
        let id = scope.id.clone();
        let renamed = self.tables.scopes.get(&id).is_some_and(|known| known.object.name != scope.name);
        let slot = put(&mut self.tables.scopes, &id, child(server_id, scope), self.now);
        self.touched.scopes.insert(slot);
        self.touched.compiled.insert(server_id.into());
        if renamed {
            self.touch_references_to_scopes_of(server_id);
        }
    }

    /// Removes a scope. Claim rules, policy rules and connections must not refer to it any more.
    pub fn remove_scope(&mut self, id: &str) {
        let Some(slot) = self.tables.scopes.slot(id) else { return };
        let Some(scope) = self.tables.scopes.remove(slot) else { return };
        self.touched.compiled.insert(scope.owner.clone());
        self.touch_references_to_scopes_of(&scope.owner);
    }

    /// Puts a claim rule of an authorization server.
    pub fn put_claim_rule(&mut self, server_id: &str, claim: ClaimRule) {
        let id = claim.id.clone();
        let slot = put(&mut self.tables.claims, &id, child(server_id, claim), self.now);
        self.touched.claims.insert(slot);
        self.touched.compiled.insert(server_id.into());
    }

    pub fn remove_claim_rule(&mut self, id: &str) {
        let Some(slot) = self.tables.claims.slot(id) else { return };
        if let Some(claim) = self.tables.claims.remove(slot) {
            self.touched.compiled.insert(claim.owner.clone());
        }
    }

    /// Puts an access policy of an authorization server. The rules that it lists are added to those that it has.
    pub fn put_policy(&mut self, server_id: &str, mut policy: AccessPolicy) {
        let id = policy.id.clone();
        let rules = std::mem::take(&mut policy.rules);
        let slot = put(&mut self.tables.policies, &id, child(server_id, policy), self.now);
        self.touched.policies.insert(slot);
        self.touched.compiled.insert(server_id.into());
        rules.into_iter().for_each(|rule| self.put_rule(&id, rule));
    }

    /// Changes an access policy; `None` if there is none of that id, or the change finds nothing to do.
    pub fn change_policy(&mut self, id: &str, change: impl FnOnce(&mut AccessPolicy) -> Option<()>) -> Option<()> {
        let row = self.tables.policies.get(id)?;
        let (owner, mut policy) = (row.owner.clone(), row.object.clone());
        change(&mut policy)?;
        self.put_policy(&owner, policy);
        Some(())
    }

    /// Removes an access policy with its rules.
    pub fn remove_policy(&mut self, id: &str) {
        if let Some(slot) = self.tables.policies.slot(id) {
            self.remove_policy_at(slot);
        }
    }

    fn remove_policy_at(&mut self, slot: u32) {
        let Some(policy) = self.tables.policies.remove(slot) else { return };
        for slot in self.tables.rules.find(OWNER, &policy.object.id) {
            self.tables.rules.remove(slot);
        }
        self.touched.compiled.insert(policy.owner.clone());
    }

    /// Puts a rule of an access policy.
    pub fn put_rule(&mut self, policy_id: &str, rule: PolicyRule) {
        let id = rule.id.clone();
        let slot = put(&mut self.tables.rules, &id, child(policy_id, rule), self.now);
        self.touched.rules.insert(slot);
        self.compile_server_of_policy(policy_id);
    }

    /// Changes a rule; `None` if there is none of that id, or the change finds nothing to do.
    pub fn change_rule(&mut self, id: &str, change: impl FnOnce(&mut PolicyRule) -> Option<()>) -> Option<()> {
        let row = self.tables.rules.get(id)?;
        let (owner, mut rule) = (row.owner.clone(), row.object.clone());
        change(&mut rule)?;
        self.put_rule(&owner, rule);
        Some(())
    }

    /// Removes a rule of an access policy.
    pub fn remove_rule(&mut self, id: &str) {
        let Some(slot) = self.tables.rules.slot(id) else { return };
        if let Some(rule) = self.tables.rules.remove(slot) {
            self.compile_server_of_policy(&rule.owner);
        }
    }

    pub(super) fn compile_server_of_policy(&mut self, policy_id: &str) {
        if let Some(policy) = self.tables.policies.get(policy_id) {
            self.touched.compiled.insert(policy.owner.clone());
        }
    }

    fn touch_references_to_scopes_of(&mut self, server_id: &str) {
        let Tables { claims, policies, rules, apps, .. } = &self.tables;
        self.touched.claims.extend(claims.find(OWNER, server_id));
        for slot in policies.find(OWNER, server_id) {
            let Some(policy) = policies.at(slot) else { continue };
            self.touched.rules.extend(rules.find(OWNER, &policy.object.id));
        }
        self.touched.apps.extend(apps.slots().filter(|(_, app)| connects(app, server_id)).map(|(slot, _)| slot));
    }
}

/// Whether an app has a connection to a server.
fn connects(app: &App, server_id: &str) -> bool {
    app.connections.iter().any(|connection| connection.authorization_server_id.as_deref() == Some(server_id))
}

fn child<T>(owner: &str, object: T) -> Child<T> {
    Child { owner: owner.into(), object }
}
