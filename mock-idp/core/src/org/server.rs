//! Authorization servers as the rules see them: built-in scopes and claims beside the configured ones, expressions parsed.

use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use super::document::Document;
use super::problem::Problem;
use crate::behavior::Behavior;
use crate::expression::Expression;
use crate::model::{
    AccessPolicy, AppGroupsClaim, ClaimRule, ClaimType, ClaimValueType, GroupFilterType, MetadataPublish, PolicyRule,
    RotationMode, Scope, ScopeConsent, TrustedIssuer,
};
use crate::protocol::jose::{JwkSet, KeyEncryptionAlgorithm};
use crate::protocol::{INTERCLIENT_ACCESS, is_oidc};
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

/// The scopes that every custom server has, with Okta's own display texts, in the order in which Okta lists them.
const BUILT_IN_SCOPES: &[(&str, &str, &str)] = &[
    ("openid", "openid", "Signals that a request is an OpenID request."),
    (
        "profile",
        "View your profile information.",
        "The exact data varies based on what profile information you have provided, such as: name, time zone, picture, or birthday.",
    ),
    ("email", "View your email address.", "This allows the app to view your email address."),
    (
        "address",
        "View your address.",
        "This allows the app to view your address, such as: street address, city, state, and zip code.",
    ),
    ("phone", "View your phone number.", "This allows the app to view your phone number."),
    (
        "offline_access",
        "Keep you signed in to the app.",
        "This keeps you signed in to the app, even when you are not using it.",
    ),
    (
        "device_sso",
        "Request device secret.",
        "This allows you to single sign on between native client applications on your device.",
    ),
    (
        INTERCLIENT_ACCESS,
        "Sign you in to other apps.",
        "This allows the app to sign you in to the web apps that trust it.",
    ),
];

/// The scopes of the org authorization server. Okta: email stands before profile, `groups` is built in, and its metadata do not
/// tell of `interclient_access`.
const ORG_SCOPES: &[&str] =
    &["openid", "email", "profile", "address", "phone", "offline_access", "groups", INTERCLIENT_ACCESS];

fn built_in(name: &str, display_name: &str, description: &str) -> Scope {
    Scope {
        id: format!("scp{name:0<14}5d7").chars().take(20).collect(),
        name: name.to_owned(),
        display_name: Some(display_name.to_owned()),
        description: Some(description.to_owned()),
        consent: ScopeConsent::Implicit,
        optional: false,
        default: false,
        metadata_publish: MetadataPublish::AllClients,
        system: true,
    }
}

/// Builds every server of a document; what cannot be built is added to the problems.
pub(super) fn compile(document: &Document, problems: &mut Vec<Problem>) -> Vec<CompiledServer> {
    let org = CompiledServer {
        kind: ServerKind::Org,
        id: document.org.id.clone(),
        path_name: String::new(),
        name: document.org.name.clone(),
        audience: None,
        active: true,
        behavior: document.settings.behavior,
        rotation: RotationMode::Auto,
        access_token_encryption: None,
        jwks: None,
        jwks_uri: None,
        scopes: ORG_SCOPES
            .iter()
            .map(|name| {
                let (display, description) = BUILT_IN_SCOPES
                    .iter()
                    .find(|(known, _, _)| known == name)
                    .map_or((*name, ""), |(_, display, description)| (*display, *description));
                let told = *name != INTERCLIENT_ACCESS;
                let metadata_publish = if told { MetadataPublish::AllClients } else { MetadataPublish::NoClients };
                Scope { metadata_publish, ..built_in(name, display, description) }
            })
            .collect(),
        claims: Vec::new(),
        policies: Vec::new(),
        associated_servers: Vec::new(),
        trusted_issuers: Vec::new(),
    };
    let mut servers = vec![org];
    for (index, server) in document.authorization_servers.iter().enumerate() {
        let mut scopes: Vec<Scope> = BUILT_IN_SCOPES
            .iter()
            .filter(|(name, _, _)| !server.scopes.iter().any(|scope| scope.name == *name))
            .map(|(name, display_name, description)| built_in(name, display_name, description))
            .collect();
        scopes.extend(server.scopes.iter().cloned());
        let claims = server
            .claims
            .iter()
            .enumerate()
            .filter(|(_, claim)| claim.value_type != ClaimValueType::System)
            .filter_map(|(claim_index, claim)| {
                compile_claim(claim)
                    .map_err(|message| {
                        let path = format!("/authorizationServers/{index}/claims/{claim_index}/value");
                        problems.push(Problem::at(path, format!("claim `{}`: {message}", claim.name)));
                    })
                    .ok()
            })
            .collect();
        let mut policies: Vec<&AccessPolicy> =
            server.policies.iter().filter(|policy| policy.status.is_active()).collect();
        policies.sort_by_key(|policy| policy.priority);
        let policies = policies.into_iter().map(|policy| compile_policy(document, policy)).collect();
        servers.push(CompiledServer {
            kind: ServerKind::Custom,
            id: server.id.clone(),
            path_name: server.path_name().to_owned(),
            name: server.name.clone(),
            audience: Some(server.audience().to_owned()),
            active: server.status.is_active(),
            behavior: document.settings.behavior,
            rotation: server.credentials.signing.rotation_mode,
            access_token_encryption: server.access_token_encrypted_response_algorithm,
            jwks: server.jwks.clone(),
            jwks_uri: server.jwks_uri.clone(),
            scopes,
            claims,
            policies,
            associated_servers: server.associated_servers.clone(),
            trusted_issuers: server.trusted_issuers.clone(),
        });
    }
    servers
}

/// By priority, inactive rules left out.
fn compile_policy(document: &Document, policy: &AccessPolicy) -> CompiledPolicy {
    let summary = Arc::new(PolicySummary {
        id: policy.id.clone(),
        name: policy.name.clone(),
        clients: policy.conditions.clients.include.clone(),
    });
    let mut rules: Vec<&PolicyRule> = policy.rules.iter().filter(|rule| rule.status.is_active()).collect();
    rules.sort_by_key(|rule| rule.priority);
    let rules = rules.into_iter().map(|rule| compile_rule(document, &summary, rule)).collect();
    CompiledPolicy { summary, rules }
}

fn compile_rule(document: &Document, policy: &Arc<PolicySummary>, rule: &PolicyRule) -> CompiledRule {
    let groups = |ids: &[String]| {
        let name = |id: &String| document.groups.iter().find(|group| group.id == *id).map(|group| &group.profile.name);
        ids.iter().map(|id| name(id).unwrap_or(id).clone()).collect()
    };
    let users = |ids: &[String]| {
        let login = |id: &String| document.users.iter().find(|user| user.id == *id).map(|user| &user.profile.login);
        ids.iter().map(|id| login(id).unwrap_or(id).clone()).collect()
    };
    let conditions = &rule.conditions;
    let scopes = &conditions.scopes.include;
    let summary = RuleSummary {
        policy: Arc::clone(policy),
        id: rule.id.clone(),
        name: rule.name.clone(),
        grant_types: conditions.grant_types.include.iter().map(|grant| grant.name().to_owned()).collect(),
        users_included: users(&conditions.people.users.include),
        users_excluded: users(&conditions.people.users.exclude),
        groups_included: groups(&conditions.people.groups.include),
        groups_excluded: groups(&conditions.people.groups.exclude),
        scopes: scopes.clone(),
    };
    CompiledRule {
        summary: Arc::new(summary),
        rule: rule.clone(),
        any_scope: scopes.iter().any(|scope| scope == "*"),
        names_oidc: scopes.iter().any(|scope| is_oidc(scope)),
    }
}

fn compile_claim(claim: &ClaimRule) -> Result<CompiledClaim, String> {
    let value = match claim.value_type {
        ClaimValueType::Groups => {
            let kind = claim.group_filter_type.ok_or("a GROUPS claim needs `group_filter_type`")?;
            ClaimValue::Groups(GroupFilter::new(kind, &claim.value)?)
        }
        ClaimValueType::Expression | ClaimValueType::System => {
            ClaimValue::Expression(Expression::parse(&claim.value).map_err(|error| error.to_string())?)
        }
    };
    Ok(CompiledClaim {
        id: claim.id.as_str().into(),
        active: claim.status.is_active(),
        name: claim.name.clone(),
        claim_type: claim.claim_type,
        value,
        scopes: claim.conditions.scopes.as_slice().into(),
        always_include_in_token: claim.always_include_in_token,
    })
}
