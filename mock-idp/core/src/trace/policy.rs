//! Notes about access policies and their rules. Names and conditions are prepared once for each snapshot of an org, and shared by
//! all notes.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Value, json};

/// An access policy as notes name it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PolicySummary {
    pub id: String,
    pub name: String,
    /// Client ids, or `ALL_CLIENTS`.
    pub clients: Vec<String>,
}

impl PolicySummary {
    pub(super) fn subject(&self) -> String {
        format!("policy \"{}\"", self.name)
    }

    pub(super) fn lacks(&self, client: &str) -> String {
        format!("clients: {} does not contain {client}", self.clients.join(", "))
    }

    pub(super) fn detail(&self, client: &str) -> Value {
        json!({
            "kind": "policy",
            "policy": {"id": self.id, "name": self.name},
            "condition": "clients",
            "wanted": self.clients,
            "had": [client],
        })
    }
}

/// A policy rule as notes name it: its conditions, with users and groups by name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RuleSummary {
    pub policy: Arc<PolicySummary>,
    pub id: String,
    pub name: String,
    pub grant_types: Vec<String>,
    /// Logins.
    pub users_included: Vec<String>,
    pub users_excluded: Vec<String>,
    /// Group names.
    pub groups_included: Vec<String>,
    pub groups_excluded: Vec<String>,
    pub scopes: Vec<String>,
}

impl RuleSummary {
    pub(super) fn subject(&self) -> String {
        format!("{}, rule \"{}\"", self.policy.subject(), self.name)
    }

    pub(super) fn detail(&self, unmet: Option<&Unmet>) -> Value {
        let mut detail = json!({
            "kind": "rule",
            "policy": {"id": self.policy.id, "name": self.policy.name},
            "rule": {"id": self.id, "name": self.name},
        });
        if let (Some(unmet), Some(fields)) = (unmet, detail.as_object_mut()) {
            fields.insert("condition".to_owned(), unmet.condition().into());
            fields.insert("wanted".to_owned(), unmet.wanted(self).into());
            fields.insert("had".to_owned(), unmet.had().into());
        }
        detail
    }
}

/// A user as people conditions see them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Person {
    pub login: String,
    /// Names.
    pub groups: Vec<String>,
}

/// The first condition of a rule that does not hold, with the value that does not match it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Unmet {
    GrantType(&'static str),
    UserExcluded(Arc<Person>),
    GroupExcluded(Arc<Person>),
    NotIncluded(Arc<Person>),
    /// The scopes that the rule does not cover.
    Scopes(Arc<[String]>),
}

impl Unmet {
    /// The path of the condition in the rule.
    #[must_use]
    pub fn condition(&self) -> &'static str {
        match self {
            Self::GrantType(_) => "grantTypes.include",
            Self::UserExcluded(_) => "people.users.exclude",
            Self::GroupExcluded(_) => "people.groups.exclude",
            Self::NotIncluded(_) => "people.groups.include",
            Self::Scopes(_) => "scopes.include",
        }
    }

    /// The values in the rule.
    #[must_use]
    pub fn wanted(&self, rule: &RuleSummary) -> Vec<String> {
        match self {
            Self::GrantType(_) => rule.grant_types.clone(),
            Self::UserExcluded(_) => rule.users_excluded.clone(),
            Self::GroupExcluded(_) => rule.groups_excluded.clone(),
            Self::NotIncluded(_) => rule.groups_included.iter().chain(&rule.users_included).cloned().collect(),
            Self::Scopes(_) => rule.scopes.clone(),
        }
    }

    /// The values of the request.
    #[must_use]
    pub fn had(&self) -> Vec<String> {
        match self {
            Self::GrantType(grant) => vec![(*grant).to_owned()],
            Self::UserExcluded(person) => vec![person.login.clone()],
            Self::GroupExcluded(person) | Self::NotIncluded(person) => person.groups.clone(),
            Self::Scopes(uncovered) => uncovered.to_vec(),
        }
    }

    pub(super) fn text(&self, rule: &RuleSummary) -> String {
        let wanted = self.wanted(rule).join(", ");
        match self {
            Self::GrantType(grant) => format!("grant types: {wanted} does not contain {grant}"),
            Self::UserExcluded(person) => format!("people: user {} is excluded", person.login),
            Self::GroupExcluded(person) => {
                format!("people: groups {wanted} are excluded, {} is in one", person.login)
            }
            Self::NotIncluded(person) => format!("people: groups {wanted} do not contain {}", person.login),
            Self::Scopes(uncovered) => format!("scopes: {wanted} does not cover {}", uncovered.join(", ")),
        }
    }
}

/// How long tokens live. Seconds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lifetimes {
    pub access_token: i64,
    /// `None` is unlimited.
    pub refresh_token: Option<i64>,
    /// How long a refresh token may stay unused.
    pub refresh_window: i64,
    /// The rule that sets them; `None` for the org authorization server, whose lifetimes are fixed.
    pub rule: Option<Arc<RuleSummary>>,
}

impl Lifetimes {
    /// What sets them, in words.
    #[must_use]
    pub fn source(&self) -> String {
        self.rule.as_ref().map_or_else(|| "org authorization server, fixed".to_owned(), |rule| rule.subject())
    }

    pub(super) fn text(&self) -> String {
        format!(
            "access token {}, refresh token {}, unused at most {}; set by {}",
            span(self.access_token),
            self.refresh_token.map_or_else(|| "unlimited".to_owned(), span),
            span(self.refresh_window),
            self.source()
        )
    }

    pub(super) fn detail(&self) -> Value {
        json!({
            "kind": "lifetimes",
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "refresh_window": self.refresh_window,
            "source": self.source(),
            "rule": self.rule.as_ref().map(|rule| json!({"id": rule.id, "name": rule.name})),
        })
    }
}

/// Seconds as readable text: `1 d 2 h`, `15 min`.
#[must_use]
pub(super) fn span(seconds: i64) -> String {
    let mut text = String::new();
    let mut left = seconds;
    for (unit, name) in [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")] {
        if left >= unit {
            let gap = if text.is_empty() { "" } else { " " };
            let _ = write!(text, "{gap}{} {name}", left / unit);
            left %= unit;
        }
    }
    if text.is_empty() { "0 s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn a_span_has_the_largest_units_first() {
        let read: Vec<String> = [0, 59, 900, 3_600, 93_600, 604_800].map(span).into();
        assert_eq!(read, ["0 s", "59 s", "15 min", "1 h", "1 d 2 h", "7 d"]);
    }
}
