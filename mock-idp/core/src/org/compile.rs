//! Prepares authorization servers for deciding.

use std::sync::Arc;

use super::defaults::derived_id;
use super::server::{ClaimValue, CompiledClaim, CompiledPolicy, CompiledRule, CompiledServer, GroupFilter, ServerKind};
use super::tables::Tables;
use crate::model::{
    AccessPolicy, AuthorizationServer, ClaimConditions, ClaimRule, ClaimType, ClaimValueType, MetadataPublish,
    PolicyRule, RotationMode, Scope, ScopeConsent, Status,
};
use crate::protocol::{INTERCLIENT_ACCESS, is_oidc};
use crate::trace::{PolicySummary, RuleSummary};

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

/// The scopes of the org authorization server. Okta: email stands before profile, `groups` is built in, and its metadata omit
/// `interclient_access`.
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

/// The built-in scopes of a custom server, with ids of their own.
pub(crate) fn built_in_scopes(server_id: &str) -> Vec<Scope> {
    let scope = |(name, display_name, description): &(&str, &str, &str)| Scope {
        id: derived_id("scp", &[server_id, "built-in", name]),
        ..built_in(name, display_name, description)
    };
    BUILT_IN_SCOPES.iter().map(scope).collect()
}

/// The scope that selects a built-in claim, and whether the claim is in every token.
// Okta: in the order of the list.
const BUILT_IN_CLAIMS: [(&str, &str, bool); 19] = [
    ("middle_name", "profile", false),
    ("zoneinfo", "profile", false),
    ("website", "profile", false),
    ("updated_at", "profile", false),
    ("profile", "profile", false),
    ("preferred_username", "profile", true),
    ("picture", "profile", false),
    ("phone_number", "phone", false),
    ("nickname", "profile", false),
    ("name", "profile", true),
    ("sub", "", true),
    ("locale", "profile", false),
    ("given_name", "profile", false),
    ("gender", "profile", false),
    ("family_name", "profile", false),
    ("email_verified", "email", false),
    ("email", "email", true),
    ("birthdate", "profile", false),
    ("address", "address", false),
];

/// The built-in claims of a custom server, as the management API shows them.
pub(crate) fn built_in_claims(server_id: &str) -> Vec<ClaimRule> {
    let claim = |(name, scope, always): &(&str, &str, bool)| {
        let is_subject = *name == "sub";
        ClaimRule {
            id: derived_id("ocl", &[server_id, "built-in", name]),
            name: (*name).to_owned(),
            status: Status::Active,
            claim_type: if is_subject { ClaimType::Resource } else { ClaimType::Identity },
            value_type: if is_subject { ClaimValueType::Expression } else { ClaimValueType::System },
            value: if is_subject {
                "(appuser != null) ? appuser.userName : app.clientId".to_owned()
            } else {
                String::new()
            },
            group_filter_type: None,
            conditions: ClaimConditions {
                scopes: Some(*scope).filter(|scope| !scope.is_empty()).map(str::to_owned).into_iter().collect(),
            },
            always_include_in_token: *always,
            system: true,
        }
    };
    BUILT_IN_CLAIMS.iter().map(claim).collect()
}

/// The org authorization server.
pub(super) fn compile_org_server(tables: &Tables) -> CompiledServer {
    let scope = |name: &&str| {
        let (display_name, description) = BUILT_IN_SCOPES
            .iter()
            .find(|(known, _, _)| known == name)
            .map_or((*name, ""), |(_, display_name, description)| (*display_name, *description));
        let published = *name != INTERCLIENT_ACCESS;
        let metadata_publish = if published { MetadataPublish::AllClients } else { MetadataPublish::NoClients };
        Scope { metadata_publish, ..built_in(name, display_name, description) }
    };
    CompiledServer {
        kind: ServerKind::Org,
        id: tables.identity().id.clone(),
        path_name: String::new(),
        name: tables.identity().name.clone(),
        audience: None,
        active: true,
        behavior: tables.behavior(),
        rotation: RotationMode::Auto,
        access_token_encryption: None,
        jwks: None,
        jwks_uri: None,
        scopes: ORG_SCOPES.iter().map(scope).collect(),
        claims: Vec::new(),
        policies: Vec::new(),
        associated_servers: Vec::new(),
        trusted_issuers: Vec::new(),
    }
}

/// A custom authorization server whose claim rules are valid.
pub(super) fn compile_server(tables: &Tables, server: &AuthorizationServer) -> CompiledServer {
    let mut scopes = built_in_scopes(&server.id);
    scopes.retain(|scope| !tables.has_scope(&server.id, &scope.name));
    scopes.extend(tables.scopes(&server.id).cloned());
    let claims =
        tables.claim_rules(&server.id).filter(|claim| !claim.system && claim.value_type != ClaimValueType::System);
    let mut policies: Vec<&AccessPolicy> =
        tables.policies(&server.id).filter(|policy| policy.status.is_active()).collect();
    policies.sort_by_key(|policy| policy.priority);
    CompiledServer {
        kind: ServerKind::Custom,
        id: server.id.clone(),
        path_name: server.path_name().to_owned(),
        name: server.name.clone(),
        audience: Some(server.audience().to_owned()),
        active: server.status.is_active(),
        behavior: tables.behavior(),
        rotation: server.credentials.signing.rotation_mode,
        access_token_encryption: server.access_token_encrypted_response_algorithm,
        jwks: server.jwks.clone(),
        jwks_uri: server.jwks_uri.clone(),
        scopes,
        claims: claims.filter_map(|claim| compile_claim(claim).ok()).collect(),
        policies: policies.into_iter().map(|policy| compile_policy(tables, policy)).collect(),
        associated_servers: server.associated_servers.clone(),
        trusted_issuers: server.trusted_issuers.clone(),
    }
}

/// Rules by priority, inactive ones left out.
fn compile_policy(tables: &Tables, policy: &AccessPolicy) -> CompiledPolicy {
    let summary = Arc::new(PolicySummary {
        id: policy.id.clone(),
        name: policy.name.clone(),
        clients: policy.conditions.clients.include.clone(),
    });
    let mut rules: Vec<&PolicyRule> = tables.rules(&policy.id).filter(|rule| rule.status.is_active()).collect();
    rules.sort_by_key(|rule| rule.priority);
    let rules = rules.into_iter().map(|rule| compile_rule(tables, &summary, rule)).collect();
    CompiledPolicy { summary, rules }
}

fn compile_rule(tables: &Tables, policy: &Arc<PolicySummary>, rule: &PolicyRule) -> CompiledRule {
    let group = |id: &String| tables.group(id).map_or_else(|| id.clone(), |group| group.profile.name.clone());
    let user = |id: &String| tables.user(id).map_or_else(|| id.clone(), |user| user.profile.login.clone());
    let groups = |ids: &[String]| ids.iter().map(group).collect();
    let users = |ids: &[String]| ids.iter().map(user).collect();
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

pub(super) fn compile_claim(claim: &ClaimRule) -> Result<CompiledClaim, String> {
    let value = match claim.value_type {
        ClaimValueType::Groups => {
            let kind = claim.group_filter_type.ok_or("a GROUPS claim needs `group_filter_type`")?;
            ClaimValue::Groups(GroupFilter::new(kind, &claim.value)?)
        }
        ClaimValueType::Expression | ClaimValueType::System => ClaimValue::of_expression(&claim.value),
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
