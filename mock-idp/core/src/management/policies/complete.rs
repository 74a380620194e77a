//! What Okta adds to the conditions, settings and actions of policies and rules, and what it drops.

use serde_json::{Map, Value, json};

use super::types::PolicyType;

/// The members of an object in this order. Others follow; those that are missing are added if they have a default.
fn arranged(object: &Value, order: &[(&str, Option<Value>)]) -> Value {
    let mut arranged = Map::new();
    for (name, default) in order {
        let value = object.get(name).filter(|value| !value.is_null()).or(default.as_ref());
        if let Some(value) = value {
            arranged.insert((*name).to_owned(), value.clone());
        }
    }
    for (name, value) in object.as_object().into_iter().flatten() {
        arranged.entry(name.clone()).or_insert_with(|| value.clone());
    }
    Value::Object(arranged)
}

/// The conditions of a policy.
pub(super) fn policy_conditions(kind: &PolicyType, written: Option<&Value>, everyone: Option<&str>) -> Value {
    if !kind.is_for_people {
        return Value::Null;
    }
    let everyone = json!({ "groups": { "include": everyone.into_iter().collect::<Vec<_>>() } });
    let mut order = vec![("people", Some(everyone))];
    if kind.name == "PASSWORD" {
        order.push(("authProvider", Some(json!({ "provider": "OKTA" }))));
    }
    arranged(written.unwrap_or(&Value::Null), &order)
}

/// The settings of a password policy. Okta: older settings of a policy stay when it is replaced without them.
pub(super) fn password_settings(written: &Value) -> Value {
    let no_breaches = json!({ "expireAfterDays": null, "logoutEnabled": false, "delegatedWorkflowId": null });
    let complexity = json!({
        "minLength": 8, "minLowerCase": 1, "minUpperCase": 1, "minNumber": 1, "minSymbol": 0, "excludeUsername": true,
        "dictionary": { "common": { "exclude": false } }, "excludeAttributes": [],
    });
    let age = json!({ "maxAgeDays": 0, "expireWarnDays": 0, "minAgeMinutes": 0, "historyCount": 4 });
    let lockout = json!({
        "maxAttempts": 10, "autoUnlockMinutes": 0, "userLockoutNotificationChannels": [], "showLockoutFailures": false,
    });
    let factors = json!({
        "recovery_question": { "status": "ACTIVE", "properties": { "complexity": { "minLength": 4 } } },
        "okta_email": { "status": "ACTIVE", "properties": { "recoveryToken": { "tokenLifetimeMinutes": 10_080 } } },
        "okta_sms": { "status": "INACTIVE" },
        "okta_call": { "status": "INACTIVE" },
    });
    let filled = |part: &str, defaults: &Value| {
        let own = written.pointer(part).unwrap_or(&Value::Null);
        let order: Vec<_> = defaults
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.as_str(), Some(value.clone())))
            .collect();
        arranged(own, &order)
    };
    let password = json!({
        "complexity": filled("/password/complexity", &complexity),
        "age": filled("/password/age", &age),
        "lockout": filled("/password/lockout", &lockout),
        "breachedProtection": filled("/password/breachedProtection", &no_breaches),
    });
    json!({
        "password": password,
        "recovery": { "factors": filled("/recovery/factors", &factors) },
        "delegation": filled("/delegation", &json!({ "options": { "skipUnlock": false } })),
    })
}

/// The settings of an enrollment policy: each authenticator of the org, in its order. Okta: those that are not written are not allowed.
pub(super) fn enrollment_settings(written: &Value, authenticators: &[(String, String)]) -> Value {
    let listed = written["authenticators"].as_array().cloned().unwrap_or_default();
    let matches =
        |entry: &Value, id: &str, key: &str| entry["key"] == key && (key != "custom_app" || entry["id"] == id);
    let known = authenticators.iter().map(|(id, key)| {
        let own = listed.iter().find(|entry| matches(entry, id, key));
        let self_enrollment = own.map_or(json!("NOT_ALLOWED"), |own| own["enroll"]["self"].clone());
        let mut entry = json!({ "key": key });
        if key == "custom_app" {
            entry["id"] = id.as_str().into();
        }
        entry["enroll"] = json!({ "self": self_enrollment });
        entry
    });
    let mut all: Vec<Value> = known.collect();
    // Okta does not check that what a policy names exists.
    let is_known = |entry: &&Value| authenticators.iter().any(|(id, key)| matches(entry, id, key));
    let strangers: Vec<Value> = listed.iter().filter(|entry| !is_known(entry)).cloned().collect();
    all.extend(strangers);
    json!({ "type": written.get("type").cloned().unwrap_or_else(|| "AUTHENTICATORS".into()), "authenticators": all })
}

/// The conditions of a rule.
pub(super) fn rule_conditions(kind: &PolicyType, written: &Value) -> Value {
    let no_exclusions = || Some(json!({ "users": { "exclude": [] } }));
    let anywhere = || Some(json!({ "connection": "ANYWHERE" }));
    let lists = || Some(json!({ "include": [], "exclude": [] }));
    match kind.name {
        "PROFILE_ENROLLMENT" => Value::Null,
        "ACCESS_POLICY" => {
            let risk = Some(json!({ "level": "ANY" }));
            let mut written = written.clone();
            platform(&mut written);
            let order = [
                ("people", no_exclusions()),
                ("network", None),
                ("platform", None),
                ("riskScore", risk),
                ("userType", lists()),
            ];
            arranged(&written, &order)
        }
        "PASSWORD" => {
            let mut written = written.clone();
            if let Some(people) = written.get_mut("people") {
                for part in ["users", "groups"] {
                    if let Some(lists) = people.get_mut(part) {
                        *lists = arranged(lists, &[("include", None), ("exclude", None)]);
                    }
                }
                *people = arranged(people, &[("users", None), ("groups", None)]);
            }
            arranged(&written, &[("people", no_exclusions()), ("network", anywhere())])
        }
        "OKTA_SIGN_ON" => {
            let behaviors = written.get("riskScore").filter(|risk| !risk.is_null()).map(|_| json!({ "behaviors": [] }));
            let order = [
                ("people", no_exclusions()),
                ("network", None),
                ("authContext", None),
                ("risk", behaviors),
                ("riskScore", None),
                ("identityProvider", None),
            ];
            arranged(written, &order)
        }
        "IDP_DISCOVERY" => {
            let patterns = Some(json!({ "patterns": [] }));
            arranged(written, &[("network", anywhere()), ("userIdentifier", patterns), ("app", lists())])
        }
        "POST_AUTH_SESSION" => {
            let mut written = written.clone();
            drop_empty_people(&mut written);
            arranged(&written, &[("people", no_exclusions())])
        }
        "SESSION_VIOLATION_DETECTION" => arranged(written, &[("network", anywhere()), ("riskScore", None)]),
        _ => arranged(written, &[("people", no_exclusions()), ("network", None)]),
    }
}

/// Okta: an empty platform condition is dropped, and so is a null expression.
fn platform(conditions: &mut Value) {
    let Some(platform) = conditions.get_mut("platform") else { return };
    let included = platform["include"].as_array().cloned().unwrap_or_default();
    if included.is_empty() {
        if let Some(conditions) = conditions.as_object_mut() {
            conditions.remove("platform");
        }
        return;
    }
    let one = |entry: &Value| {
        let mut os = arranged(&entry["os"], &[("type", None)]);
        if let Some(os) = os.as_object_mut() {
            os.retain(|_, value| !value.is_null());
        }
        json!({ "type": entry["type"], "os": os })
    };
    let excluded = platform["exclude"].as_array().cloned().unwrap_or_default();
    *platform = json!({ "include": included.iter().map(one).collect::<Vec<_>>(), "exclude": excluded });
}

/// Okta: lists of people that are empty are dropped, except that of the users that are left out.
fn drop_empty_people(conditions: &mut Value) {
    let Some(people) = conditions.get_mut("people").and_then(Value::as_object_mut) else { return };
    let is_empty = |list: &Value| list.as_array().is_some_and(Vec::is_empty);
    for part in people.values_mut().filter_map(Value::as_object_mut) {
        part.retain(|_, list| !is_empty(list));
    }
    people.retain(|_, part| part.as_object().is_some_and(|part| !part.is_empty()));
    let users = people.entry("users").or_insert_with(|| json!({}));
    if users.get("exclude").is_none() {
        users["exclude"] = json!([]);
    }
}

/// The actions of a rule.
pub(super) fn rule_actions(kind: &PolicyType, written: &Value) -> Value {
    let mut actions = written.clone();
    let action = |actions: &mut Value, name: &str, order: &[(&str, Option<Value>)]| {
        if let Some(own) = actions.get_mut(name) {
            *own = arranged(own, order);
        }
    };
    match kind.name {
        "ACCESS_POLICY" => {
            verification_method(&mut actions);
            let kept = Some(json!({ "postAuth": "NOT_ALLOWED" }));
            action(
                &mut actions,
                "appSignOn",
                &[("access", None), ("verificationMethod", None), ("keepMeSignedIn", kept)],
            );
        }
        "PASSWORD" => {
            // Okta: a set, in the order of its hashes.
            if let Some(methods) = actions.pointer_mut("/selfServicePasswordReset/requirement/primary/methods") {
                let named = methods.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
                *methods = json!(crate::management::java_set(named));
            }
        }
        "OKTA_SIGN_ON" => {
            let primary = Some("PASSWORD_IDP_ANY_FACTOR".into());
            action(
                &mut actions,
                "signon",
                &[
                    ("access", None),
                    ("requireFactor", None),
                    ("primaryFactor", primary),
                    ("rememberDeviceByDefault", None),
                ],
            );
        }
        "IDP_DISCOVERY" => {
            for criteria in
                actions.pointer_mut("/idp/matchCriteria").and_then(Value::as_array_mut).into_iter().flatten()
            {
                *criteria = arranged(criteria, &[("providerExpression", None), ("propertyName", Some("name".into()))]);
            }
        }
        "PROFILE_ENROLLMENT" => {
            let null = |name| (name, None);
            let order = [
                null("access"),
                ("preRegistrationInlineHooks", Some(Value::Null)),
                null("profileAttributes"),
                ("targetGroupIds", Some(Value::Null)),
                null("unknownUserAction"),
                null("activationRequirements"),
                null("uiSchemaId"),
                null("progressiveProfilingAction"),
                ("allowedIdentifiers", Some(json!(["login"]))),
            ];
            action(&mut actions, "profileEnrollment", &order);
        }
        "POST_AUTH_SESSION" => {
            let failures = actions.pointer_mut("/postAuthSession/failureActions").and_then(Value::as_array_mut);
            for failure in failures.into_iter().flatten() {
                *failure = arranged(failure, &[("action", None), ("slo", Some(Value::Null))]);
            }
        }
        _ => {}
    }
    actions
}

/// Okta: a chain of methods has neither a number of factors nor a time of inactivity.
fn verification_method(actions: &mut Value) {
    let Some(method) = actions.pointer_mut("/appSignOn/verificationMethod") else { return };
    if method["type"] == "AUTH_METHOD_CHAIN" {
        if let Some(method) = method.as_object_mut() {
            method.remove("factorMode");
            method.remove("inactivityPeriod");
        }
        *method = arranged(method, &[("type", None), ("chains", None), ("reauthenticateIn", None)]);
    } else {
        let order = [("factorMode", None), ("type", None), ("reauthenticateIn", None), ("constraints", None)];
        *method = arranged(method, &order);
    }
}
