//! What a fresh Okta org has, and what is derived from names.

use aws_lc_rs::digest::{SHA256, digest};

use crate::model::{
    AccessPolicy, App, ApplicationType, AuthMethod, AuthorizationServer, ClaimValueType, Group, GroupProfile,
    GroupType, LAST, PolicyConditions, PolicyRule, ResponseWord, RotationMode, RuleActions, RuleConditions,
    ServerCredentials, ServerSigning, Status,
};
use crate::moment::{ID_ALPHABET, ID_CELL};
use crate::protocol::GrantType;

/// The custom authorization server of a fresh org.
pub(crate) fn fresh_servers() -> Vec<AuthorizationServer> {
    vec![AuthorizationServer {
        name: "default".to_owned(),
        description: "Default Authorization Server for your Applications".to_owned(),
        audiences: vec!["api://default".to_owned()],
        default: true,
        credentials: ServerCredentials { signing: ServerSigning { rotation_mode: RotationMode::Manual } },
        ..AuthorizationServer::fresh(String::new())
    }]
}

/// The policy of a fresh org's authorization server: every client, every user, every scope.
pub(super) fn default_policy() -> AccessPolicy {
    AccessPolicy {
        id: String::new(),
        name: "Default Policy".to_owned(),
        description: "Default Policy".to_owned(),
        status: Status::Active,
        priority: LAST,
        conditions: PolicyConditions::default(),
        rules: vec![PolicyRule {
            id: String::new(),
            name: "Default Policy Rule".to_owned(),
            status: Status::Active,
            priority: LAST,
            conditions: RuleConditions::default(),
            actions: RuleActions::default(),
        }],
    }
}

/// The built-in group of all users.
pub(super) fn everyone() -> Group {
    let profile = GroupProfile {
        name: "Everyone".to_owned(),
        description: Some("All users in your organization".to_owned()),
        ..GroupProfile::default()
    };
    Group {
        id: String::new(),
        kind: GroupType::BuiltIn,
        profile,
        source: None,
        roles: Vec::new(),
        created: None,
        last_updated: None,
        last_membership_updated: None,
    }
}

impl App {
    /// Settings that depend on other settings, and the secret.
    pub(super) fn complete(&mut self) {
        complete_id(&mut self.id, "0oa", &[&self.label]);
        if !self.is_client() {
            return;
        }
        let oauth = &mut self.settings.oauth_client;
        // Okta shows an empty set of a client without keys.
        oauth.jwks = oauth.jwks.take().filter(|set| !set.keys.is_empty());
        if oauth.grant_types.is_empty() {
            oauth.grant_types.push(match oauth.application_type {
                ApplicationType::Service => GrantType::ClientCredentials,
                _ => GrantType::AuthorizationCode,
            });
        }
        if oauth.response_types.is_empty() {
            // Okta: grant types and response types belong together.
            for grant in &oauth.grant_types {
                oauth.response_types.extend_from_slice(match grant {
                    GrantType::AuthorizationCode => &[ResponseWord::Code],
                    GrantType::Implicit => &[ResponseWord::IdToken, ResponseWord::Token],
                    _ => &[],
                });
            }
        }
        if self.credentials.oauth_client.client_secret.is_none()
            && matches!(
                self.auth_method(),
                AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost | AuthMethod::ClientSecretJwt
            )
        {
            self.credentials.oauth_client.client_secret =
                Some(format!("mock-secret-{}", letters(&["secret", self.client_id()], 43)));
        }
    }
}

/// Okta: the value type of a group filter is `GROUPS`.
pub(super) fn value_type(written: ClaimValueType, has_group_filter: bool) -> ClaimValueType {
    if written == ClaimValueType::Expression && has_group_filter { ClaimValueType::Groups } else { written }
}

/// Fills in an id that a document leaves out.
pub(super) fn complete_id(id: &mut String, prefix: &str, names: &[&str]) {
    if id.is_empty() {
        *id = derived_id(prefix, names);
    }
}

/// An id in Okta's format that depends on nothing but the names: first those of the objects that hold it, then its own. It begins
/// with letters of the name, so that people recognise it.
pub(crate) fn derived_id(prefix: &str, names: &[&str]) -> String {
    const MAX_NAME_PART: usize = 7;
    let own = names.last().copied().unwrap_or_default();
    let name: String = own
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(MAX_NAME_PART)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    let count = 20 - prefix.len() - name.len() - ID_CELL.len();
    let mut seed = vec![prefix];
    seed.extend(names);
    format!("{prefix}{name}{}{ID_CELL}", letters(&seed, count))
}

/// Letters and digits that depend on the words; at most 43.
fn letters(words: &[&str], count: usize) -> String {
    let hash = |salt: &str| digest(&SHA256, format!("{salt}\0{}", words.join("\0")).as_bytes());
    let (first, second) = (hash("1"), hash("2"));
    let bytes = first.as_ref().iter().chain(second.as_ref());
    bytes.take(count).map(|byte| char::from(ID_ALPHABET[usize::from(*byte) % ID_ALPHABET.len()])).collect()
}
