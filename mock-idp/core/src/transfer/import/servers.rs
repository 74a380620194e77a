//! Authorization servers.

use serde_json::Value;

use super::reading::{Reading, own_members};
use crate::model::{AccessPolicy, AuthorizationServer, ClaimRule, PolicyRule, Scope};
use crate::org::fresh_servers;

pub(super) fn servers(reading: &mut Reading<'_>) -> Vec<AuthorizationServer> {
    const SERVERS: &str = "/api/v1/authorizationServers";
    if !reading.answers.has(SERVERS) && reading.answers.is_licensed(SERVERS) {
        // A tape that does not read them was recorded at an org that has those of a fresh org, as far as it shows.
        return fresh_servers();
    }
    let objects = reading.answers.list(SERVERS);
    objects.iter().filter_map(|object| server(reading, object)).collect()
}

fn server(reading: &mut Reading<'_>, object: &Value) -> Option<AuthorizationServer> {
    let path = format!("/api/v1/authorizationServers/{}", object["id"].as_str()?);
    let mut server: AuthorizationServer = reading.read("authorization server", object, shape(object))?;
    server.scopes = own::<Scope>(reading, "scope", &format!("{path}/scopes"));
    server.claims = own::<ClaimRule>(reading, "claim", &format!("{path}/claims"));
    let associated = reading.answers.list(&format!("{path}/associatedServers"));
    server.associated_servers = associated.iter().filter_map(|other| other["id"].as_str().map(str::to_owned)).collect();
    let mut policies = Vec::new();
    for policy in reading.answers.list(&format!("{path}/policies")) {
        policies.extend(access_policy(reading, &path, policy));
    }
    server.policies = Some(policies);
    Some(server)
}

fn access_policy(reading: &mut Reading<'_>, path: &str, object: &Value) -> Option<AccessPolicy> {
    let mut policy: AccessPolicy = reading.read("access policy", object, shape(object))?;
    for rule in reading.answers.list(&format!("{path}/policies/{}/rules", policy.id)) {
        policy.rules.extend(reading.read::<PolicyRule>("access policy rule", rule, shape(rule)));
    }
    Some(policy)
}

/// The objects of a list that are not built in.
fn own<T: serde::de::DeserializeOwned>(reading: &mut Reading<'_>, kind: &'static str, path: &str) -> Vec<T> {
    let objects = reading.answers.list(path).iter().filter(|object| object["system"] != true);
    objects.filter_map(|object| reading.read(kind, object, shape(object))).collect()
}

fn shape(object: &Value) -> Value {
    let mut members = own_members(object);
    for computed in ["created", "lastUpdated", "createdBy", "lastUpdatedBy", "system"] {
        members.shift_remove(computed);
    }
    Value::Object(members)
}
