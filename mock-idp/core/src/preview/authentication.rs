//! Changes of authentication policies and global session policies that may grant a sign-in that they refused.

use serde_json::Value;

use super::{Change, Preview, PreviewOutcome, Question};
use crate::model::{DirectoryKind, User};
use crate::org::Org;
use crate::protocol::{CATALOGUE, ErrorId};
use crate::trace::{About, NoteStatus};

/// The changes that may grant a refused question.
pub(super) fn candidates(org: &Org, question: &Question, preview: &Preview) -> Vec<Change> {
    let PreviewOutcome::Refused(refused) = &preview.outcome else { return Vec::new() };
    let refuses = |title: &str| {
        let is_it = |about: &About| matches!(about, About::Text { subject, .. } if subject == title);
        preview.notes.iter().any(|note| note.verdict == NoteStatus::Refused && is_it(&note.about))
    };
    let is_unsatisfiable = refused.id == CATALOGUE[ErrorId::UnmetAuthenticationRequirements as usize].id;
    let mut changes = Vec::new();
    if refuses("authentication policy") || is_unsatisfiable {
        changes.extend(of_app(org, question));
    }
    if refuses("global session policy") {
        for policy in org.session_policies().filter(|policy| policy.status.is_active()) {
            for rule in policy.rules.iter().filter(|rule| rule.actions.signon.access.as_deref() == Some("DENY")) {
                let (policy, rule) = (policy.id.clone(), rule.id.clone());
                changes.push(Change::AllowAccessInSessionRule { policy, rule });
            }
        }
    }
    changes
}

/// The changes of the authentication policy of the client, rule by rule.
fn of_app(org: &Org, question: &Question) -> Vec<Change> {
    let policy = org.client(&question.client_id).and_then(|client| client.access_policy.clone());
    let Some((id, policy)) = policy.and_then(|id| Some((id.clone(), org.object(DirectoryKind::Policy, &id)?))) else {
        return Vec::new();
    };
    let user = question.user(org);
    let mut changes = Vec::new();
    for rule in policy.members.get("rules").and_then(Value::as_array).into_iter().flatten() {
        let Some(rule_id) = rule["id"].as_str() else { continue };
        let named = || (id.clone(), rule_id.to_owned());
        if rule["status"] == "INACTIVE" {
            let (policy, rule) = named();
            changes.push(Change::ActivateAuthenticationRule { policy, rule });
        }
        if rule["actions"]["appSignOn"]["access"] == "DENY" {
            let (policy, rule) = named();
            changes.push(Change::AllowAccessInAuthenticationRule { policy, rule });
        } else {
            let (policy, rule) = named();
            changes.push(Change::DemandOneFactorInAuthenticationRule { policy, rule });
        }
        if let Some(user) = user {
            changes.extend(memberships(org, rule, user));
            let ((policy, rule), user) = (named(), user.id.clone());
            changes.push(Change::CoverUserInAuthenticationRule { policy, rule, user });
        }
    }
    changes
}

/// The changes of a user's groups that decide whether a rule covers the user.
fn memberships<'a>(org: &'a Org, rule: &'a Value, user: &'a User) -> impl Iterator<Item = Change> + 'a {
    let groups = &rule["conditions"]["people"]["groups"];
    let listed = |list: &str| groups[list].as_array().into_iter().flatten().filter_map(Value::as_str);
    let is_member = |id: &str| user.group_ids.iter().any(|group| group == id);
    let joined = listed("include").filter(move |id| org.group(id).is_some() && !is_member(id));
    let left = listed("exclude").filter(move |id| is_member(id));
    let name = |group: &str| (user.id.clone(), group.to_owned());
    let add = move |group| {
        let (user, group) = name(group);
        Change::AddUserToGroup { user, group }
    };
    let remove = move |group| {
        let (user, group) = name(group);
        Change::RemoveUserFromGroup { user, group }
    };
    joined.map(add).chain(left.map(remove))
}
