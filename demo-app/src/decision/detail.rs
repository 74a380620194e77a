//! The data of a note, as the mock's journal and explain API send it, and the sentence for each kind.

use serde::Deserialize;

/// The object `detail` of a note, by `kind`.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Detail {
    /// An access policy that does not apply to the client.
    Policy {
        policy: Named,
        #[serde(flatten)]
        unmet: Unmet,
    },
    /// A policy rule.
    Rule {
        policy: Named,
        rule: Named,
        #[serde(flatten)]
        unmet: Unmet,
    },
    Lifetimes(Lifetimes),
    Scopes {
        scopes: Vec<Scope>,
    },
    Claim(Claim),
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Named {
    name: String,
}

/// The first condition that is not met, the values it lists and the values of the request.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Unmet {
    /// Absent when all conditions are met.
    condition: Option<String>,
    #[serde(default)]
    wanted: Vec<String>,
    #[serde(default)]
    had: Vec<String>,
}

/// Seconds.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Lifetimes {
    access_token: i64,
    /// `None` is unlimited.
    refresh_token: Option<i64>,
    refresh_window: i64,
    rule: Option<Named>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Scope {
    scope: String,
    granted: bool,
    source: String,
    cover: Option<String>,
    consent: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Claim {
    /// `id_token`, `access_token` or `userinfo`.
    pub(super) token: String,
    pub(super) claim: String,
    source: String,
    attribute: Option<String>,
    scope: Option<String>,
    expression: Option<String>,
    filter: Option<String>,
    operand: Option<String>,
    /// Why it is absent.
    absent: Option<String>,
}

impl Detail {
    pub(super) fn subject(&self) -> String {
        match self {
            Self::Policy { policy, .. } => format!("Policy {}", policy.quoted()),
            Self::Rule { policy, rule, .. } => format!("Rule {} of policy {}", rule.quoted(), policy.quoted()),
            Self::Lifetimes(_) => "Token lifetimes".to_owned(),
            Self::Scopes { .. } => "Scopes".to_owned(),
            Self::Claim(claim) => format!("Claim {} of {}", claim.claim, claim.token_name()),
        }
    }

    pub(super) fn because(&self) -> String {
        match self {
            Self::Policy { unmet, .. } | Self::Rule { unmet, .. } => unmet.sentence(),
            Self::Lifetimes(lifetimes) => lifetimes.sentence(),
            Self::Scopes { scopes } => scopes.iter().map(Scope::phrase).collect::<Vec<_>>().join("; "),
            Self::Claim(claim) => claim.sentence(),
        }
    }
}

impl Named {
    fn quoted(&self) -> String {
        format!("\u{201c}{}\u{201d}", self.name)
    }
}

impl Unmet {
    fn sentence(&self) -> String {
        let (wanted, had) = (list(&self.wanted), list(&self.had));
        let Some(condition) = &self.condition else { return "All conditions are met.".to_owned() };
        match condition.as_str() {
            "clients" => format!("It is for the clients {wanted}; the client is {had}."),
            "grantTypes.include" => format!("It allows the grant types {wanted}; the request uses {had}."),
            "people.users.exclude" => format!("It excludes the users {wanted}; the user is {had}."),
            "people.groups.exclude" => format!("It excludes the groups {wanted}; the user is in {had}."),
            "people.groups.include" => format!("It includes only {wanted}; the user is in the groups {had}."),
            "scopes.include" => format!("It covers the scopes {wanted}; the request also asks for {had}."),
            other => format!("Its condition {other} is not met: expected {wanted}; found {had}."),
        }
    }
}

impl Lifetimes {
    fn sentence(&self) -> String {
        let source = match &self.rule {
            Some(rule) => format!("Set by the rule {}.", rule.quoted()),
            None => "Fixed for the org authorization server.".to_owned(),
        };
        format!(
            "Access token {}; refresh token {}, or {} without use. {source}",
            duration(self.access_token),
            self.refresh_token.map_or_else(|| "unlimited".to_owned(), duration),
            duration(self.refresh_window),
        )
    }
}

impl Scope {
    fn phrase(&self) -> String {
        let granted = if self.granted { "granted" } else { "not granted" };
        let source = match self.source.as_str() {
            "asked" => "requested".to_owned(),
            "default" => "default scope".to_owned(),
            other => spaced(other),
        };
        let cover = self.cover.as_deref().map(|cover| match cover {
            "listed" => "listed in the rule".to_owned(),
            "any" => "the rule allows any scope".to_owned(),
            "openid_implied" => "an OpenID scope that needs no listing".to_owned(),
            "no_rules" => "the org authorization server has no rules".to_owned(),
            "no_rule" => "no rule covers the request".to_owned(),
            "unknown" => "not defined at this authorization server".to_owned(),
            other => spaced(other),
        });
        let consent = self.consent.as_deref().filter(|consent| *consent != "not_needed").map(|consent| match consent {
            "trusted_app" => "the app needs no consent".to_owned(),
            "allowed" => "consent given".to_owned(),
            "missing" => "consent missing".to_owned(),
            other => format!("consent {}", spaced(other)),
        });
        let reasons: Vec<String> = std::iter::once(source).chain(cover).chain(consent).collect();
        format!("{} {granted} ({})", self.scope, reasons.join(", "))
    }
}

impl Claim {
    /// Whether an administrator defined it.
    pub(super) fn is_custom(&self) -> bool {
        self.source != "standard"
    }

    fn token_name(&self) -> String {
        match self.token.as_str() {
            "id_token" => "the ID token".to_owned(),
            other => format!("the {}", spaced(other)),
        }
    }

    fn sentence(&self) -> String {
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        if let Some(absent) = &self.absent {
            return match absent.as_str() {
                "scope_not_granted" => "None of its scopes was granted.".to_owned(),
                "thin_id_token" => "Only at userinfo, because an access token was issued as well.".to_owned(),
                "no_scope_asks" => "Only at userinfo, because no scope requests it.".to_owned(),
                "null" => "Its value is null.".to_owned(),
                "inactive" => "Its claim rule is inactive.".to_owned(),
                "failed" => "Its expression could not be evaluated.".to_owned(),
                other => format!("Absent: {}.", spaced(other)),
            };
        }
        let filter = format!("by the filter {} {}", text(&self.filter), text(&self.operand));
        match self.source.as_str() {
            "standard" => {
                format!("From the profile attribute {}, for the scope {}.", text(&self.attribute), text(&self.scope))
            }
            "expression" => format!("From the expression {}.", text(&self.expression)),
            "groups" => format!("From the user's groups, {filter}."),
            "app_groups" => format!("From the groups claim of the app, {filter}."),
            other => format!("From the source {}.", spaced(other)),
        }
    }
}

fn list(values: &[String]) -> String {
    if values.is_empty() { "(none)".to_owned() } else { values.join(", ") }
}

fn spaced(word: &str) -> String {
    word.replace('_', " ")
}

/// `1 d 2 h`, `15 min`.
fn duration(seconds: i64) -> String {
    let mut parts = Vec::new();
    let mut left = seconds;
    for (unit, name) in [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")] {
        if left >= unit {
            parts.push(format!("{} {name}", left / unit));
            left %= unit;
        }
    }
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}
