//! Apps. Those of OpenID Connect are the clients; the others are kept for administrators and tools. Okta: Apps API.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::serde_defaults::is_default;
use super::unix_time::seconds;
use super::{
    AdminRole, Agent, AppAccessibility, AppLicensing, AppNotes, AppNotifications, AppVisibility, ApplicationType,
    Assignments, AuthMethod, ClaimValueType, Connection, CredentialScheme, GroupFilterType, OauthClientCredentials,
    OauthClientSettings, RefreshTokenSettings, ScopeGrant, SignOnMode, Status, UserNameTemplate,
};

/// An app. Its id is also its client id unless the credentials name another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct App {
    /// `0oa` and 17 more characters. Derived from the label if a document leaves it out.
    #[serde(default)]
    pub id: String,
    /// What the app was made from: `oidc_client`, `bookmark`, a template, an app of Okta's catalog, or a name that the org gave.
    #[serde(default = "oidc_client", skip_serializing_if = "is_oidc_client")]
    pub name: String,
    pub label: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub sign_on_mode: SignOnMode,
    /// When a client was registered at run time, in seconds since the epoch. Documents may have an RFC 3339 time, like Okta's
    /// answers.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "seconds")]
    pub created: Option<i64>,
    #[serde(default)]
    pub status: Status,
    #[serde(default, skip_serializing_if = "is_default")]
    pub accessibility: AppAccessibility,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licensing: Option<AppLicensing>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub visibility: AppVisibility,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
    #[serde(default)]
    pub credentials: AppCredentials,
    #[serde(default)]
    pub settings: AppSettings,
    /// Id of the policy of the type `ACCESS_POLICY`, if it is not the org's default one. Okta links to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_policy: Option<String>,
    /// Id of the policy of the type `PROFILE_ENROLLMENT`, if it is not the org's default one. Okta links to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_enrollment_policy: Option<String>,
    /// Custom properties, which expressions read as `app.profile.…`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub profile: IndexMap<String, Value>,
    /// Who may use the app; if a document leaves it out, everyone. Okta keeps these under `/apps/{id}/users` and
    /// `/apps/{id}/groups`. Only filled in documents: in an org they are rows of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignments: Option<Assignments>,
    /// Scopes of the org authorization server that an administrator has granted. Okta keeps these under
    /// `/apps/{id}/grants`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<ScopeGrant>,
    /// The standard administrator roles of a client, for the tokens that it requests for itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<AdminRole>,
    /// Set for an AI agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Agent>,
    /// The authorization servers that the app may use on behalf of its users. Okta keeps these under
    /// `/workload-principals/api/v1/ai-agents/{id}/connections`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connections: Vec<Connection>,
    /// Ids of the apps that may sign their users in to this one with an `interclient_token`: at most five. Okta keeps these under
    /// `/apps/{id}/interclient-allowed-apps`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interclient_allowed_apps: Vec<String>,
}

fn oidc_client() -> String {
    "oidc_client".to_owned()
}

/// For serde.
fn is_oidc_client(name: &str) -> bool {
    name == "oidc_client"
}

impl App {
    /// An app of OpenID Connect.
    #[must_use]
    pub fn client(id: String, label: String, oauth_client: OauthClientSettings) -> Self {
        Self {
            id,
            name: oidc_client(),
            label,
            sign_on_mode: SignOnMode::OpenidConnect,
            created: None,
            status: Status::Active,
            accessibility: AppAccessibility::default(),
            licensing: None,
            visibility: AppVisibility::default(),
            features: Vec::new(),
            credentials: AppCredentials::default(),
            settings: AppSettings { oauth_client, ..AppSettings::default() },
            access_policy: None,
            profile_enrollment_policy: None,
            profile: IndexMap::new(),
            assignments: None,
            grants: Vec::new(),
            roles: Vec::new(),
            agent: None,
            connections: Vec::new(),
            interclient_allowed_apps: Vec::new(),
        }
    }

    /// Whether the app can request tokens.
    #[must_use]
    pub fn is_client(&self) -> bool {
        self.sign_on_mode == SignOnMode::OpenidConnect
    }

    /// The app itself, if it can request tokens.
    #[must_use]
    pub fn as_client(&self) -> Option<&Self> {
        self.is_client().then_some(self)
    }

    /// The `client_id` on the wire.
    #[must_use]
    pub fn client_id(&self) -> &str {
        self.credentials.oauth_client.client_id.as_deref().unwrap_or(&self.id)
    }

    /// The OAuth settings.
    #[must_use]
    pub fn oauth(&self) -> &OauthClientSettings {
        &self.settings.oauth_client
    }

    /// Whether an administrator has granted the app that scope of the org's own APIs.
    #[must_use]
    pub fn is_granted(&self, scope: &str) -> bool {
        self.grants.iter().any(|grant| grant.scope_id == scope)
    }

    /// Whether that app may sign its users in to this one with an interclient token.
    #[must_use]
    pub fn trusts(&self, origin: &App) -> bool {
        self.interclient_allowed_apps.contains(&origin.id)
    }

    /// The URI for front-channel logout notices. Okta: only used if the app participates in single logout. One with a wildcard says no
    /// host that a notice could go to.
    #[must_use]
    pub fn frontchannel_logout_uri(&self) -> Option<&str> {
        let uri = self.oauth().frontchannel_logout_uri.as_deref().filter(|_| self.oauth().participate_slo);
        uri.filter(|uri| !self.oauth().has_wildcard(uri))
    }

    /// Whether the client gets logout notices.
    #[must_use]
    pub fn receives_logout_notices(&self) -> bool {
        self.frontchannel_logout_uri().is_some() || self.oauth().backchannel_logout_uri.is_some()
    }

    /// How the client authenticates.
    #[must_use]
    pub fn auth_method(&self) -> AuthMethod {
        self.credentials.oauth_client.token_endpoint_auth_method.unwrap_or(match self.oauth().application_type {
            ApplicationType::Browser | ApplicationType::Native => AuthMethod::None,
            ApplicationType::Web | ApplicationType::Service => AuthMethod::ClientSecretBasic,
        })
    }

    /// Okta: `pkce_required` defaults to true for native and browser apps; a client without authentication always needs it.
    #[must_use]
    pub fn pkce_required(&self) -> bool {
        self.auth_method() == AuthMethod::None
            || self
                .credentials
                .oauth_client
                .pkce_required
                .unwrap_or(matches!(self.oauth().application_type, ApplicationType::Native | ApplicationType::Browser))
    }

    /// Okta: rotation by default for browser apps, persistent tokens for the rest.
    #[must_use]
    pub fn refresh_rotation(&self) -> RefreshTokenSettings {
        self.oauth().refresh_token.unwrap_or_else(|| RefreshTokenSettings::of_type(self.oauth().application_type))
    }
}

/// `credentials` of an app.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppCredentials {
    /// Who knows the password. Only in apps that are not clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<CredentialScheme>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub user_name_template: UserNameTemplate,
    /// The user name that all users of an app share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reveal_password: bool,
    /// The signing key. Only in apps that are not clients.
    #[serde(default, skip_serializing_if = "is_default")]
    pub signing: AppSigning,
    #[serde(default, skip_serializing_if = "is_default")]
    pub oauth_client: OauthClientCredentials,
}

/// `credentials.signing` of an app.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppSigning {
    /// The id of one of the app's keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
}

/// `settings` of an app.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppSettings {
    /// The settings that the app's kind has.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub app: IndexMap<String, Value>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub notifications: AppNotifications,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub manual_provisioning: bool,
    /// Whether every user may use the app without an assignment. Okta: Federation Broker Mode.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub implicit_assignment: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub notes: AppNotes,
    /// How users sign in. Only in apps that are not clients.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub sign_on: IndexMap<String, Value>,
    /// Settings of OAuth clients.
    #[serde(default, skip_serializing_if = "OauthClientSettings::is_unused")]
    pub oauth_client: OauthClientSettings,
    /// The groups claim that the org authorization server puts into this app's ID tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token: Option<AppGroupsClaim>,
}

/// The app-level groups claim of the org authorization server (scope `groups`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppGroupsClaim {
    /// `GROUPS` or `EXPRESSION`.
    #[serde(default = "groups_type")]
    pub value_type: ClaimValueType,
    /// The claim's name, usually `groups`.
    pub name: String,
    /// For the value type `GROUPS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_filter_type: Option<GroupFilterType>,
    /// The filter's operand, or the expression.
    pub value: String,
}

fn groups_type() -> ClaimValueType {
    ClaimValueType::Groups
}
