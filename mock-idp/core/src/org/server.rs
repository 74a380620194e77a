//! Authorization servers, prepared for deciding: with built-in and configured scopes, and parsed expressions.

use std::sync::Arc;

use crate::behavior::Behavior;
use crate::expression::Expression;
use crate::java_regex::{JavaRegex, TooManySteps};
use crate::model::{
    App, AppGroupsClaim, ClaimType, ClaimValueType, GroupFilterType, PolicyRule, RotationMode, Scope, TrustedIssuer,
};
use crate::protocol::is_oidc;
use crate::protocol::jose::{JwkSet, KeyEncryptionAlgorithm};
use crate::system_log::{EventEntity, EventType};
use crate::trace::{PolicySummary, RuleSummary};

/// The two kinds of authorization servers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ServerKind {
    /// The org authorization server, without configurable scopes, claims and policies.
    Org,
    Custom,
}

/// An authorization server, prepared for deciding.
#[derive(Debug)]
pub struct CompiledServer {
    pub kind: ServerKind,
    /// `aus…`; the org's id for the org server.
    pub id: String,
    /// The segment of its paths: `default` or the id.
    pub path_name: String,
    pub name: String,
    /// The `aud` claim of its access tokens; that of the org server is its issuer.
    pub audience: Option<String>,
    pub active: bool,
    /// Which rules apply where Okta departs from OpenID Connect: the setting of the org.
    pub behavior: Behavior,
    pub rotation: RotationMode,
    /// The algorithm that encrypts its access tokens. Okta: those of the org server are never encrypted.
    pub access_token_encryption: Option<KeyEncryptionAlgorithm>,
    /// Keys of the resource server.
    pub jwks: Option<JwkSet>,
    /// The URI of those keys, instead of `jwks`.
    pub jwks_uri: Option<String>,
    /// The built-in and the configured scopes, in the order of the API.
    pub scopes: Vec<Scope>,
    /// Custom claim rules, in configuration order.
    pub claims: Vec<CompiledClaim>,
    /// Active policies and rules, in the order of evaluation.
    pub policies: Vec<CompiledPolicy>,
    /// Servers of the org whose access tokens may be exchanged at this one.
    pub associated_servers: Vec<String>,
    /// Other issuers whose ID-JAGs are accepted.
    pub trusted_issuers: Vec<TrustedIssuer>,
}

/// An access policy, prepared for deciding.
#[derive(Debug)]
pub struct CompiledPolicy {
    /// Its name and conditions, for notes.
    pub summary: Arc<PolicySummary>,
    pub rules: Vec<CompiledRule>,
}

/// A rule of an access policy, prepared for deciding.
#[derive(Debug)]
pub struct CompiledRule {
    pub summary: Arc<RuleSummary>,
    pub rule: PolicyRule,
    /// Its scope list contains `*`.
    pub any_scope: bool,
    /// Its scope list contains scopes of OpenID Connect.
    pub names_oidc: bool,
}

impl CompiledRule {
    /// Whether the rule covers a scope. `*` covers all. A list without any OpenID Connect scope covers all of these; a list that names
    /// some covers only those (Okta documents the first half, a support article shows the second).
    #[must_use]
    pub fn covers(&self, scope: &str) -> bool {
        self.any_scope || (!self.names_oidc && is_oidc(scope)) || self.summary.scopes.iter().any(|known| known == scope)
    }
}

impl CompiledServer {
    /// Of two types of events, the one of the org authorization server or that of custom ones.
    #[must_use]
    pub fn event_type(&self, org: EventType, custom: EventType) -> EventType {
        if self.is_org() { org } else { custom }
    }

    /// The server as a target of events.
    #[must_use]
    pub fn event_entity(&self) -> EventEntity {
        EventEntity::new("AuthorizationServer", &self.id, &self.name)
    }

    /// Whether access tokens of this client are bound to the key of a DPoP proof. FAPI 2 Security Profile 5.3.2.1: all are.
    #[must_use]
    pub fn binds_tokens_of(&self, client: &App) -> bool {
        client.oauth().dpop_bound_access_tokens || self.behavior.binds_tokens()
    }

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

/// A claim rule with a parsed value.
#[derive(Debug)]
pub struct CompiledClaim {
    pub id: Arc<str>,
    pub name: String,
    /// An inactive rule is kept for notes about missing claims.
    pub active: bool,
    pub claim_type: ClaimType,
    pub value: ClaimValue,
    /// One of these must be granted. Empty: no condition.
    pub scopes: Arc<[String]>,
    pub always_include_in_token: bool,
}

/// The source of a claim's value.
#[derive(Debug)]
pub enum ClaimValue {
    Expression(Expression),
    /// A text that is not an expression, and why. Okta stores it, and requests for tokens with the claim fail.
    Invalid {
        text: Arc<str>,
        reason: String,
    },
    Groups(GroupFilter),
}

impl ClaimValue {
    /// The value of an expression.
    #[must_use]
    pub fn of_expression(text: &str) -> Self {
        match Expression::parse(text) {
            Ok(expression) => Self::Expression(expression),
            // Okta: the Admin Console does not validate expressions ("Create API access claims").
            Err(error) => Self::Invalid { text: text.into(), reason: error.to_string() },
        }
    }

    /// The value of an app's groups claim.
    ///
    /// # Errors
    /// A regular expression that does not parse; a filter without its type.
    pub fn of_app(claim: &AppGroupsClaim) -> Result<Self, String> {
        match claim.value_type {
            ClaimValueType::Groups => {
                let kind = claim.group_filter_type.ok_or("a GROUPS claim needs `groupFilterType`")?;
                GroupFilter::new(kind, &claim.value).map(Self::Groups)
            }
            ClaimValueType::Expression => Ok(Self::of_expression(&claim.value)),
            ClaimValueType::System => Err("the value type is GROUPS or EXPRESSION".to_owned()),
        }
    }
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
    Regex(JavaRegex),
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
            GroupFilterType::Regex => Matcher::Regex(JavaRegex::new(operand).map_err(|error| error.to_string())?),
            _ => Matcher::Folded(operand.to_lowercase()),
        };
        Ok(Self { kind, operand: operand.into(), matcher })
    }

    /// Whether a group is listed if it has that name.
    ///
    /// # Errors
    /// A regular expression takes too long.
    pub fn matches(&self, name: &str) -> Result<bool, TooManySteps> {
        Ok(match (&self.matcher, self.kind) {
            // Line breaks are all that `.` does not match.
            (Matcher::All, _) => !name.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']),
            (Matcher::Regex(regex), _) => return regex.matches(name),
            (Matcher::Folded(operand), GroupFilterType::StartsWith) => name.to_lowercase().starts_with(operand),
            (Matcher::Folded(operand), GroupFilterType::Contains) => name.to_lowercase().contains(operand),
            (Matcher::Folded(operand), _) => name.to_lowercase() == *operand,
        })
    }
}
