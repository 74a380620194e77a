//! The policies of a fresh org.

use serde_json::{Map, Value, json};

use super::object::Fresh;
use crate::model::{
    DirectoryKind, DirectoryObject, GlobalSessionPolicy, GlobalSessionRule, IncludeExclude, Lockout, People,
    SessionConditions, SessionRuleActions, Status,
};
use crate::org::defaults::derived_id;
use crate::org::tables::Tables;

const DEFAULT_POLICY: &str = "Default Policy";
const DEFAULT_TEXT: &str = "The default policy applies in all situations if no other policy applies.";

/// The name, the description, and whether it is of the system. Okta: in this order.
const ACCESS_POLICIES: [(&str, Option<&str>, bool); 6] = [
    ("Okta Admin Console", None, false),
    ("Okta Dashboard", None, false),
    ("Okta Browser Plugin", None, false),
    ("Any two factors", Some("Require two factors to access."), true),
    (
        "Okta Account Management Policy",
        Some(
            "This policy defines how users must authenticate for authenticator enrollment, password reset, or unlock account.",
        ),
        false,
    ),
    ("Okta End User Settings", None, false),
];

pub(super) fn add(fresh: &Fresh<'_>, objects: &mut Vec<(DirectoryKind, DirectoryObject)>) {
    let mut add = |kind: &str, name: &str, description: Option<&str>, members: Value| {
        let object = fresh.policy(kind, name, description, members);
        objects.push((DirectoryKind::Policy, object));
    };
    for (name, description, system) in ACCESS_POLICIES {
        let rule = fresh.rule("ACCESS_POLICY", name, "Catch-all Rule", 99, true, access_catch_all());
        add("ACCESS_POLICY", name, description, json!({ "system": system, "conditions": null, "rules": [rule] }));
    }
    let enrollment =
        fresh.rule("PROFILE_ENROLLMENT", DEFAULT_POLICY, "Catch-all Rule", 99, true, enrollment_catch_all());
    add(
        "PROFILE_ENROLLMENT",
        DEFAULT_POLICY,
        Some(DEFAULT_TEXT),
        json!({ "system": true, "conditions": null, "rules": [enrollment] }),
    );
    let password = fresh.rule("PASSWORD", DEFAULT_POLICY, "Default Rule", 1, true, password_actions());
    add(
        "PASSWORD",
        DEFAULT_POLICY,
        Some(DEFAULT_TEXT),
        json!({ "system": true, "settings": password_settings(fresh.lockout), "rules": [password] }),
    );
    let enroll = json!({ "enroll": { "self": "CHALLENGE" } });
    let enroll = fresh.rule("MFA_ENROLL", DEFAULT_POLICY, "Default Rule", 1, true, enroll);
    add(
        "MFA_ENROLL",
        DEFAULT_POLICY,
        Some(DEFAULT_TEXT),
        json!({ "system": true, "settings": enrollment_settings(), "rules": [enroll] }),
    );
    let discovery = json!({ "idp": { "providers": [{ "type": "OKTA", "id": null }], "idpSelectionType": "SPECIFIC" } });
    let discovery = fresh.rule("IDP_DISCOVERY", "Idp Discovery Policy", "Default Rule", 1, true, discovery);
    add(
        "IDP_DISCOVERY",
        "Idp Discovery Policy",
        Some("The default IdP Discovery Policy"),
        json!({ "system": true, "conditions": null, "rules": [discovery] }),
    );
    for policy in session_protection(fresh) {
        objects.push((DirectoryKind::Policy, policy));
    }
}

/// Okta: these two exist once, and have a rule that can be changed.
fn session_protection(fresh: &Fresh<'_>) -> [DirectoryObject; 2] {
    let post_auth = |name: &str, priority, system, actions: Value| {
        let actions = json!({ "postAuthSession": { "failureActions": actions } });
        fresh.rule("POST_AUTH_SESSION", "Post Auth Policy", name, priority, system, actions)
    };
    let violation = |name: &str, priority, system, enabled: bool| {
        let actions = json!({ "sessionViolationDetection": { "policyEvaluation": { "enabled": enabled } } });
        fresh.rule("SESSION_VIOLATION_DETECTION", "Session Violation Detection Policy", name, priority, system, actions)
    };
    let mut protection =
        post_auth("Post Session Protection Rule", 8, false, json!([{ "action": "TERMINATE_SESSION", "slo": null }]));
    protection["conditions"] = json!({ "people": { "users": { "exclude": [] } } });
    let mut risk = violation("Session Violation Policy Risk Rule", 1, false, true);
    risk["conditions"] = json!({ "network": { "connection": "ANYWHERE" }, "riskScore": { "minRiskLevel": "LOW" } });
    [
        fresh.policy(
            "POST_AUTH_SESSION",
            "Post Auth Policy",
            Some("Enables post auth policy evaluation for the org."),
            json!({
                "system": true, "conditions": null,
                "rules": [protection, post_auth("Catch-all Rule", 99, true, json!([]))],
            }),
        ),
        fresh.policy(
            "SESSION_VIOLATION_DETECTION",
            "Session Violation Detection Policy",
            Some("Enables session violation detection policy evaluation for the org."),
            json!({
                "system": true, "conditions": null,
                "rules": [risk, violation("Catch-all Rule", 99, true, false)],
            }),
        ),
    ]
}

impl Fresh<'_> {
    fn policy(&self, kind: &str, name: &str, description: Option<&str>, members: Value) -> DirectoryObject {
        let mut object = self.object(DirectoryKind::Policy, "", &format!("{kind} {name}"), json!({}));
        if matches!(kind, "ACCESS_POLICY" | "PROFILE_ENROLLMENT" | "POST_AUTH_SESSION" | "SESSION_VIOLATION_DETECTION")
        {
            object.id = object.id.replacen("00p", "rst", 1);
        }
        let mut all = Map::new();
        all.insert("type".to_owned(), kind.into());
        all.insert("status".to_owned(), "ACTIVE".into());
        all.insert("name".to_owned(), name.into());
        if let Some(description) = description {
            all.insert("description".to_owned(), description.into());
        }
        all.insert("priority".to_owned(), 1.into());
        all.extend(members.as_object().cloned().unwrap_or_default());
        all.extend(std::mem::take(&mut object.members));
        DirectoryObject { members: all, ..object }
    }

    fn rule(&self, kind: &str, policy: &str, name: &str, priority: u32, system: bool, actions: Value) -> Value {
        let prefix = match kind {
            "ACCESS_POLICY" | "PROFILE_ENROLLMENT" | "POST_AUTH_SESSION" | "SESSION_VIOLATION_DETECTION" => "rul",
            _ => "0pr",
        };
        json!({
            "id": self.id(prefix, &format!("{kind} {policy} {name}")), "status": "ACTIVE", "name": name,
            "priority": priority, "created": self.created, "lastUpdated": self.created, "system": system,
            "conditions": null, "actions": actions,
        })
    }
}

/// The actions of the last rule of an access policy. Okta: as recorded.
pub(crate) fn access_catch_all() -> Value {
    json!({ "appSignOn": {
        "access": "ALLOW",
        "verificationMethod": {
            "factorMode": "2FA", "type": "ASSURANCE", "reauthenticateIn": "PT12H",
            "constraints": [{ "possession": { "required": true, "deviceBound": "REQUIRED" } }],
        },
        "keepMeSignedIn": { "postAuth": "NOT_ALLOWED" },
    } })
}

/// The actions of the rule of a policy about enrollment. Okta: as recorded.
pub(crate) fn enrollment_catch_all() -> Value {
    json!({ "profileEnrollment": {
        "access": "ALLOW",
        "preRegistrationInlineHooks": null,
        "profileAttributes": [
            { "name": "firstName", "label": "First name", "required": true },
            { "name": "email", "label": "Primary email", "required": true },
        ],
        "targetGroupIds": null,
        "unknownUserAction": "REGISTER",
        "activationRequirements": { "emailVerification": true },
        "progressiveProfilingAction": "ENABLED",
        "allowedIdentifiers": ["login"],
    } })
}

fn password_actions() -> Value {
    json!({
        "passwordChange": { "access": "ALLOW" },
        "selfServicePasswordReset": {
            "access": "ALLOW",
            "requirement": { "primary": { "methods": ["email"] }, "stepUp": { "required": false }, "accessControl": "LEGACY" },
        },
        "selfServiceUnlock": { "access": "DENY" },
    })
}

fn password_settings(lockout: Lockout) -> Value {
    json!({
        "password": {
            "complexity": {
                "minLength": 8, "minLowerCase": 1, "minUpperCase": 1, "minNumber": 1, "minSymbol": 0,
                "excludeUsername": true, "dictionary": { "common": { "exclude": false } }, "excludeAttributes": [],
            },
            "age": { "maxAgeDays": 0, "expireWarnDays": 0, "minAgeMinutes": 0, "historyCount": 4 },
            "lockout": lockout_settings(lockout, &Value::Null),
            "breachedProtection": { "expireAfterDays": 0, "logoutEnabled": true, "delegatedWorkflowId": null },
        },
        "recovery": { "factors": {
            "recovery_question": { "status": "INACTIVE", "properties": { "complexity": { "minLength": 4 } } },
            "okta_email": { "status": "INACTIVE", "properties": { "recoveryToken": { "tokenLifetimeMinutes": 10_080 } } },
            "okta_sms": { "status": "INACTIVE" },
            "okta_call": { "status": "INACTIVE" },
        } },
        "delegation": { "options": { "skipUnlock": false } },
    })
}

/// The lockout of a password policy: as written, and for what is left out that of the org's settings.
pub(in crate::org) fn lockout_settings(default: Lockout, written: &Value) -> Value {
    let own = |name: &str, default: Value| written.get(name).cloned().unwrap_or(default);
    json!({
        "maxAttempts": own("maxAttempts", default.max_attempts.into()),
        "autoUnlockMinutes": own("autoUnlockMinutes", default.auto_unlock_minutes.into()),
        "userLockoutNotificationChannels": own("userLockoutNotificationChannels", json!([])),
        "showLockoutFailures": own("showLockoutFailures", default.show_lockout_failures.into()),
    })
}

fn enrollment_settings() -> Value {
    let authenticators = [("okta_email", "REQUIRED"), ("okta_verify", "OPTIONAL"), ("okta_password", "REQUIRED")];
    let listed = authenticators.map(|(key, enroll)| json!({ "key": key, "enroll": { "self": enroll } }));
    json!({ "type": "AUTHENTICATORS", "authenticators": listed })
}

/// The global session policy that applies if no other does.
pub(crate) fn default_session_policy(org: &Tables) -> GlobalSessionPolicy {
    let id = |prefix, name| derived_id(prefix, &[&org.identity().id, name]);
    let groups =
        IncludeExclude { include: org.everyone().map(str::to_owned).into_iter().collect(), exclude: Vec::new() };
    let people = People { users: IncludeExclude::default(), groups };
    GlobalSessionPolicy {
        id: id("00p", "session policy"),
        name: DEFAULT_POLICY.to_owned(),
        description: Some(DEFAULT_TEXT.to_owned()),
        status: Status::Active,
        priority: 1 + org.session_policies().map(|policy| policy.priority).max().unwrap_or_default(),
        system: true,
        conditions: SessionConditions { people, ..SessionConditions::default() },
        rules: vec![GlobalSessionRule {
            id: id("0pr", "session rule"),
            name: "Default Rule".to_owned(),
            status: Status::Active,
            priority: 1,
            system: true,
            conditions: SessionConditions::default(),
            actions: SessionRuleActions::default(),
        }],
    }
}
