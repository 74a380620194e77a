//! Authorization servers as the rules see them: built-in scopes and claims beside the configured ones, expressions parsed.

use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use crate::behavior::Behavior;
use crate::expression::Expression;
use crate::model::{AppGroupsClaim, ClaimType, GroupFilterType, PolicyRule, RotationMode, Scope, TrustedIssuer};
use crate::protocol::jose::{JwkSet, KeyEncryptionAlgorithm};
use crate::trace::{PolicySummary, RuleSummary};

/// Which of Okta's two kinds of server it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ServerKind {
    /// The org authorization server: no scopes, claims or policies of its own.
    Org,
    Custom,
}

/// An authorization server, ready to decide.
#[derive(Debug)]
pub struct CompiledServer {
    pub kind: ServerKind,
    /// `aus…`; the org's id for the org server.
    pub id: String,
    /// What stands in its paths: `default` or the id.
    pub path_name: String,
    pub name: String,
    /// `aud` of its access tokens; the org server's is its issuer.
    pub audience: Option<String>,
    pub active: bool,
    /// Whose way is followed where Okta departs from OpenID Connect: the org's setting.
    pub behavior: Behavior,
    pub rotation: RotationMode,
    /// How its access tokens are encrypted, if they are. Okta: the org server's never.
    pub access_token_encryption: Option<KeyEncryptionAlgorithm>,
    /// Keys of the API that reads them.
    pub jwks: Option<JwkSet>,
    /// Where those keys are to be fetched instead.
    pub jwks_uri: Option<String>,
    /// The built-in scopes and the configured ones, in the order in which the API lists them.
    pub scopes: Vec<Scope>,
    /// Custom claim rules, in configuration order.
    pub claims: Vec<CompiledClaim>,
    /// By priority, inactive ones left out, rules likewise.
    pub policies: Vec<CompiledPolicy>,
    /// Servers of the org whose access tokens may be exchanged here.
    pub associated_servers: Vec<String>,
    /// Issuers elsewhere whose ID-JAGs are taken.
    pub trusted_issuers: Vec<TrustedIssuer>,
}

/// An access policy, ready to decide.
#[derive(Debug)]
pub struct CompiledPolicy {
    /// Its name and conditions, as notes tell them.
    pub summary: Arc<PolicySummary>,
    pub rules: Vec<CompiledRule>,
}

/// A rule of an access policy, ready to decide.
#[derive(Debug)]
pub struct CompiledRule {
    pub summary: Arc<RuleSummary>,
    pub rule: PolicyRule,
    /// Its scope list holds `*`.
    pub any_scope: bool,
    /// Its scope list names scopes of OpenID Connect.
    pub names_oidc: bool,
}

impl CompiledServer {
    #[must_use]
    pub fn is_org(&self) -> bool {
        self.kind == ServerKind::Org
    }

    /// A scope by name.
    #[must_use]
    pub fn scope(&self, name: &str) -> Option<&Scope> {
        self.scopes.iter().find(|scope| scope.name == name)
    }
}

/// A claim rule with its value ready to evaluate.
#[derive(Debug)]
pub struct CompiledClaim {
    pub id: Arc<str>,
    pub name: String,
    /// An inactive rule puts nothing into tokens; it is kept so that its absence can be told.
    pub active: bool,
    pub claim_type: ClaimType,
    pub value: ClaimValue,
    /// Any of these must be granted; none: always.
    pub scopes: Arc<[String]>,
    pub always_include_in_token: bool,
}

/// Where a claim's value comes from.
#[derive(Debug)]
pub enum ClaimValue {
    Expression(Expression),
    Groups(GroupFilter),
}

/// Which of the user's groups a claim lists.
#[derive(Debug)]
pub struct GroupFilter {
    pub kind: GroupFilterType,
    pub operand: Arc<str>,
    matcher: Matcher,
}

#[derive(Debug)]
enum Matcher {
    /// Every name.
    All,
    Folded(String),
    Regex(Regex),
}

impl GroupFilter {
    /// Builds a filter.
    ///
    /// # Errors
    /// A regular expression that does not parse.
    pub fn new(kind: GroupFilterType, operand: &str) -> Result<Self, String> {
        let matcher = match kind {
            // Okta: what administrators write for all groups.
            GroupFilterType::Regex if operand == ".*" => Matcher::All,
            // Okta: the whole name must match, and the case counts.
            GroupFilterType::Regex => RegexBuilder::new(&format!("^(?:{operand})$"))
                .size_limit(1 << 20)
                .build()
                .map(Matcher::Regex)
                .map_err(|error| error.to_string())?,
            _ => Matcher::Folded(operand.to_lowercase()),
        };
        Ok(Self { kind, operand: operand.into(), matcher })
    }

    /// The filter of an app's groups claim.
    ///
    /// # Errors
    /// A regular expression that does not parse.
    pub fn of_app(claim: &AppGroupsClaim) -> Result<Self, String> {
        Self::new(claim.group_filter_type, &claim.value)
    }

    /// Whether a group of that name is listed.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        match (&self.matcher, self.kind) {
            // A line break is the one thing that `.` does not match.
            (Matcher::All, _) => !name.contains('\n'),
            (Matcher::Regex(regex), _) => regex.is_match(name),
            (Matcher::Folded(operand), GroupFilterType::StartsWith) => name.to_lowercase().starts_with(operand),
            (Matcher::Folded(operand), GroupFilterType::Contains) => name.to_lowercase().contains(operand),
            (Matcher::Folded(operand), _) => name.to_lowercase() == *operand,
        }
    }
}
