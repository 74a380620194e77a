//! The types of policies, and what differs between them.

use serde_json::Value;

use crate::org::{access_catch_all, enrollment_catch_all};

/// A type of policies.
#[derive(Debug)]
pub(super) struct PolicyType {
    pub(super) name: &'static str,
    /// The type of its rules.
    pub(super) rule_name: &'static str,
    /// The prefixes of the ids of policies and rules.
    pub(super) prefixes: [&'static str; 2],
    /// Whether a policy is for some people. Okta: the conditions of others are null.
    pub(super) is_for_people: bool,
    /// Whether policies are evaluated in an order. Okta: all others have the priority 1.
    pub(super) is_ordered: bool,
    /// Whether rules keep the priority that is sent. Okta: others are numbered from 1.
    pub(super) keeps_priority: bool,
    /// The actions of the rule that a new policy has.
    pub(super) catch_all: Option<fn() -> Value>,
}

const OLD: [&str; 2] = ["00p", "0pr"];
const NEW: [&str; 2] = ["rst", "rul"];

const fn for_people(name: &'static str, rule_name: &'static str) -> PolicyType {
    PolicyType {
        name,
        rule_name,
        prefixes: OLD,
        is_for_people: true,
        is_ordered: true,
        keeps_priority: false,
        catch_all: None,
    }
}

const fn for_all(name: &'static str) -> PolicyType {
    PolicyType {
        name,
        rule_name: name,
        prefixes: NEW,
        is_for_people: false,
        is_ordered: false,
        keeps_priority: true,
        catch_all: None,
    }
}

pub(super) static OKTA_SIGN_ON: PolicyType = for_people("OKTA_SIGN_ON", "SIGN_ON");

static TYPES: [&PolicyType; 8] = [
    &OKTA_SIGN_ON,
    &for_people("PASSWORD", "PASSWORD"),
    &for_people("MFA_ENROLL", "MFA_ENROLL"),
    &PolicyType { is_for_people: false, ..for_people("IDP_DISCOVERY", "IDP_DISCOVERY") },
    &PolicyType { catch_all: Some(access_catch_all), ..for_all("ACCESS_POLICY") },
    &PolicyType { catch_all: Some(enrollment_catch_all), ..for_all("PROFILE_ENROLLMENT") },
    &for_all("POST_AUTH_SESSION"),
    &for_all("SESSION_VIOLATION_DETECTION"),
];

impl PolicyType {
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        TYPES.iter().copied().find(|kind| kind.name == name)
    }
}
