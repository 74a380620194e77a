//! What a password policy allows a user to do without signing in. Okta: policies of the type `PASSWORD`.

use serde_json::Value;

use crate::ledger::MessageKind;
use crate::model::{DirectoryKind, DirectoryObject, User};
use crate::org::Tables;

/// What a user may do to get access to the account again.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RecoveryRights {
    /// Get a link or a code to set a new password.
    pub resets_password: bool,
    /// Get a link or a code to unlock the account.
    pub unlocks: bool,
    /// How messages may be sent.
    pub channels: Vec<MessageKind>,
    /// The recovery question is asked too.
    pub asks_question: bool,
    /// Seconds for which links and codes can be used.
    pub lifetime: i64,
}

/// Okta: minutes, where a policy does not say it.
const LIFETIME: u64 = 60;

impl RecoveryRights {
    /// The rights of a user: of the first policy with a rule that applies. Okta: by priority, the policy of the system last.
    #[must_use]
    pub fn of(org: &Tables, user: &User) -> Self {
        let rights = policies(org).into_iter().filter(|policy| applies(policy.members.get("conditions"), org, user));
        let mut rights = rights.filter_map(|policy| rule(policy, org, user).map(|rule| Self::read(policy, rule)));
        rights.next().unwrap_or_else(|| Self { lifetime: 3600, ..Self::default() })
    }

    fn read(policy: &DirectoryObject, rule: &Value) -> Self {
        let factor = |name: &str| {
            policy.members.get("settings").and_then(|settings| settings.pointer(&format!("/recovery/factors/{name}")))
        };
        let is_active = |name: &str| factor(name).is_some_and(|factor| factor["status"] == "ACTIVE");
        let actions = &rule["actions"];
        let allows = |action: &str| actions[action]["access"] == "ALLOW";
        // Okta: in the Identity Engine the rule says which methods there are, in the Classic Engine the policy.
        let requirement = actions["selfServicePasswordReset"].get("requirement");
        let methods = requirement.and_then(|requirement| requirement.pointer("/primary/methods"));
        let allowed = |method: &str, name: &str| match methods {
            Some(methods) => methods.as_array().is_some_and(|methods| methods.iter().any(|listed| listed == method)),
            None => is_active(name),
        };
        let channels = [
            (MessageKind::Email, "email", "okta_email"),
            (MessageKind::Sms, "sms", "okta_sms"),
            (MessageKind::Voice, "voice", "okta_call"),
        ];
        let channels = channels.into_iter().filter(|(_, method, name)| allowed(method, name));
        let step_up = requirement.and_then(|requirement| requirement.get("stepUp"));
        let needs_question = step_up.is_some_and(|step_up| {
            let methods = step_up["methods"].as_array();
            step_up["required"] == true
                && methods
                    .is_none_or(|methods| methods.is_empty() || methods.iter().any(|name| name == "security_question"))
        });
        let lifetime =
            factor("okta_email").and_then(|email| email.pointer("/properties/recoveryToken/tokenLifetimeMinutes"));
        let lifetime = lifetime.and_then(Value::as_u64).unwrap_or(LIFETIME);
        Self {
            resets_password: allows("selfServicePasswordReset"),
            unlocks: allows("selfServiceUnlock"),
            channels: channels.map(|(channel, ..)| channel).collect(),
            asks_question: is_active("recovery_question") || needs_question,
            lifetime: i64::try_from(lifetime).unwrap_or(i64::MAX / 120).min(i64::MAX / 120) * 60,
        }
    }
}

/// Whether some users of the org may do this, so that pages offer it.
#[must_use]
pub fn is_offered(org: &Tables, action: &str) -> bool {
    let rules = policies(org).into_iter().flat_map(rules_of);
    rules.into_iter().any(|rule| rule["actions"][action]["access"] == "ALLOW")
}

pub(super) fn policies(org: &Tables) -> Vec<&DirectoryObject> {
    let known = org.objects(DirectoryKind::Policy);
    let mut found: Vec<&DirectoryObject> =
        known.filter(|policy| policy.text("type") == Some("PASSWORD") && policy.is_active()).collect();
    found.sort_by_key(|policy| (policy.is_system(), policy.members.get("priority").and_then(Value::as_u64)));
    found
}

fn rules_of(policy: &DirectoryObject) -> Vec<&Value> {
    let rules = policy.members.get("rules").and_then(Value::as_array);
    let active = rules.into_iter().flatten().filter(|rule| rule["status"] != "INACTIVE");
    let mut rules: Vec<&Value> = active.collect();
    rules.sort_by_key(|rule| rule["priority"].as_u64());
    rules
}

fn rule<'p>(policy: &'p DirectoryObject, org: &Tables, user: &User) -> Option<&'p Value> {
    rules_of(policy).into_iter().find(|rule| applies(rule.get("conditions"), org, user))
}

/// Whether the conditions on the user, the directory and the network hold. A condition on the network holds only if it is `ANYWHERE`.
pub(super) fn applies(conditions: Option<&Value>, org: &Tables, user: &User) -> bool {
    let Some(conditions) = conditions else { return true };
    let listed = |pointer: &str| conditions.pointer(pointer).and_then(Value::as_array).filter(|list| !list.is_empty());
    let has = |list: &[Value], id: &str| list.iter().any(|listed| listed == id);
    let in_groups = |list: &[Value]| org.group_ids(user).any(|id| has(list, id));
    let text = |pointer: &str| conditions.pointer(pointer).and_then(Value::as_str);
    listed("/people/groups/include").is_none_or(|list| in_groups(list))
        && !listed("/people/groups/exclude").is_some_and(|list| in_groups(list))
        && listed("/people/users/include").is_none_or(|list| has(list, &user.id))
        && !listed("/people/users/exclude").is_some_and(|list| has(list, &user.id))
        && text("/authProvider/provider").is_none_or(|provider| provider != "ACTIVE_DIRECTORY" && provider != "LDAP")
        && text("/network/connection").is_none_or(|connection| connection == "ANYWHERE")
}
