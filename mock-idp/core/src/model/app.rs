//! Apps. Those of OpenID Connect are the clients; the others are kept for administrators and tools. Okta: Apps API.

use std::fmt;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::de::{self, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{
    Agent, AppAccessibility, AppLicensing, AppNotes, AppNotifications, AppVisibility, ClaimValueType, ClientNetwork,
    Connection, CredentialScheme, GroupFilterType, IdpInitiatedLogin, IssuerMode, SignOnMode, Status, UserNameTemplate,
};
use crate::protocol::GrantType;
use crate::protocol::jose::{Algorithm, JwkSet, KeyEncryptionAlgorithm};

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

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    struct Time;

    impl Visitor<'_> for Time {
        type Value = Option<i64>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an RFC 3339 time, or seconds since the epoch")
        }

        fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Self::Value, E> {
            Ok(Some(seconds))
        }

        fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Self::Value, E> {
            i64::try_from(seconds).map(Some).map_err(E::custom)
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            let time = OffsetDateTime::parse(text, &Rfc3339);
            time.map(|time| Some(time.unix_timestamp())).map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }

    deserializer.deserialize_any(Time)
}

fn oidc_client() -> String {
    "oidc_client".to_owned()
}

/// For serde.
fn is_oidc_client(name: &str) -> bool {
    name == "oidc_client"
}

/// For serde.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn yes() -> bool {
    true
}

/// For serde, which gives references.
fn is_true(value: &bool) -> bool {
    *value
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

    /// The URI for front-channel logout notices. Okta: only used if the app participates in single logout.
    #[must_use]
    pub fn frontchannel_logout_uri(&self) -> Option<&str> {
        self.oauth().frontchannel_logout_uri.as_deref().filter(|_| self.oauth().participate_slo)
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
        self.oauth().refresh_token.unwrap_or_else(|| RefreshTokenSettings {
            rotation_type: match self.oauth().application_type {
                ApplicationType::Browser => RotationType::Rotate,
                _ => RotationType::Static,
            },
            leeway: default_leeway(),
        })
    }
}

/// `credentials` of an app.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppCredentials {
    /// Of apps that are no clients: who knows the password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<CredentialScheme>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub user_name_template: UserNameTemplate,
    /// The user name that all users of an app share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reveal_password: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub oauth_client: OauthClientCredentials,
}

/// `credentials.oauthClient` of an app.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OauthClientCredentials {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Derived from the client id if a document leaves it out and the client needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// If it is left out: `none` for browser and native apps, `client_secret_basic` for the rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_method: Option<AuthMethod>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pkce_required: Option<bool>,
    /// Whether tokens for the client are signed with the current key of the org.
    #[serde(rename = "autoKeyRotation", default = "yes", skip_serializing_if = "is_true")]
    pub auto_key_rotation: bool,
    /// The secrets, if there is another one than `client_secret`, which is the first active one of them. Okta keeps these under
    /// `/apps/{id}/credentials/secrets`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<ClientSecret>,
}

/// A secret of a client.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientSecret {
    /// `ocs` and 17 more characters.
    pub id: String,
    #[serde(default)]
    pub status: Status,
    pub client_secret: String,
    /// Seconds since the epoch.
    pub created: i64,
    /// Seconds since the epoch.
    pub last_updated: i64,
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSecret").field("id", &self.id).field("status", &self.status).finish_non_exhaustive()
    }
}

impl Default for OauthClientCredentials {
    fn default() -> Self {
        Self {
            client_id: None,
            client_secret: None,
            token_endpoint_auth_method: None,
            pkce_required: None,
            auto_key_rotation: true,
            secrets: Vec::new(),
        }
    }
}

impl OauthClientCredentials {
    /// The secrets that the client may use.
    pub fn active_secrets(&self) -> impl Iterator<Item = &str> {
        let listed = self.secrets.iter().filter(|secret| secret.status.is_active());
        let only = self.client_secret.as_deref().filter(|_| self.secrets.is_empty());
        listed.map(|secret| secret.client_secret.as_str()).chain(only)
    }
}

impl fmt::Debug for OauthClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OauthClientCredentials")
            .field("client_id", &self.client_id)
            .field("token_endpoint_auth_method", &self.token_endpoint_auth_method)
            .finish_non_exhaustive()
    }
}

/// How a client authenticates. OIDC Core 9.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    #[default]
    ClientSecretBasic,
    ClientSecretPost,
    /// A JWT signed with the secret.
    ClientSecretJwt,
    /// A JWT signed with a key of the client's own, of which the org knows the public half.
    PrivateKeyJwt,
    None,
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
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub implicit_assignment: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub notes: AppNotes,
    /// Of apps that are no clients: how users sign in.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub sign_on: IndexMap<String, Value>,
    /// Of clients.
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
    /// Of the value type `GROUPS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_filter_type: Option<GroupFilterType>,
    /// The filter's operand, or the expression.
    pub value: String,
}

fn groups_type() -> ClaimValueType {
    ClaimValueType::Groups
}

/// `settings.oauthClient` of an app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OauthClientSettings {
    pub application_type: ApplicationType,
    /// If a document leaves them out: `client_credentials` for service apps, `authorization_code` for the rest.
    #[serde(default)]
    pub grant_types: Vec<GrantType>,
    /// If a document leaves them out, those that the grant types need.
    #[serde(default)]
    pub response_types: Vec<ResponseWord>,
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    #[serde(default)]
    pub consent_method: ConsentMethod,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<RefreshTokenSettings>,
    #[serde(default)]
    pub wildcard_redirect: WildcardRedirect,
    /// The client's public keys: for `private_key_jwt` (`use: sig`), and to encrypt its ID tokens (`use: enc`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<JwkSet>,
    /// The URI of the keys, instead of `jwks`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// The required signature algorithm of request objects; any if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<RequestObjectAlgorithm>,
    /// The URLs of request objects, which only OpenID behavior fetches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request_uris: Vec<String>,
    /// The algorithm that userinfo is signed with, `RS256`; it is JSON if this is left out, and always under Okta's behavior.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<Algorithm>,
    /// The algorithm that encrypts ID tokens for the client's key with `use: enc`; they are not encrypted if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_alg: Option<KeyEncryptionAlgorithm>,
    /// Whether token requests must have a DPoP proof.
    #[serde(default)]
    pub dpop_bound_access_tokens: bool,
    /// Whether the app gets front-channel logout notices at `frontchannel_logout_uri`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub participate_slo: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<String>,
    /// Whether front-channel logout notices have `iss` and `sid`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frontchannel_logout_session_required: bool,
    /// The URI that logout tokens are posted to. OIDC Back-Channel Logout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// A page of the app that starts a sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub issuer_mode: IssuerMode,
    #[serde(default, skip_serializing_if = "is_default")]
    pub idp_initiated_login: IdpInitiatedLogin,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<ClientNetwork>,
}

impl OauthClientSettings {
    /// The settings of a client of that type which uses no grant.
    #[must_use]
    pub fn of_type(application_type: ApplicationType) -> Self {
        Self {
            application_type,
            grant_types: Vec::new(),
            response_types: Vec::new(),
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            consent_method: ConsentMethod::Trusted,
            refresh_token: None,
            wildcard_redirect: WildcardRedirect::Disabled,
            jwks: None,
            jwks_uri: None,
            request_object_signing_alg: None,
            id_token_encrypted_response_alg: None,
            dpop_bound_access_tokens: false,
            participate_slo: false,
            frontchannel_logout_uri: None,
            frontchannel_logout_session_required: false,
            backchannel_logout_uri: None,
            initiate_login_uri: None,
            client_uri: None,
            logo_uri: None,
            policy_uri: None,
            tos_uri: None,
            request_uris: Vec::new(),
            userinfo_signed_response_alg: None,
            issuer_mode: IssuerMode::Dynamic,
            idp_initiated_login: IdpInitiatedLogin::default(),
            network: None,
        }
    }

    /// For serde: of an app that is no client.
    fn is_unused(&self) -> bool {
        *self == Self::default()
    }
}

/// Those of an app that is no client.
impl Default for OauthClientSettings {
    fn default() -> Self {
        Self::of_type(ApplicationType::Web)
    }
}

/// How request objects are signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RequestObjectAlgorithm {
    Signed(Algorithm),
    /// Without a signature, which only OpenID behavior accepts.
    Unsigned(NoAlgorithm),
}

/// The algorithm `none`. RFC 7518 3.6.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum NoAlgorithm {
    #[serde(rename = "none")]
    None,
}

/// The type of an app.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationType {
    Web,
    Browser,
    Native,
    Service,
}

/// One value of a response type.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResponseWord {
    Code,
    Token,
    IdToken,
}

impl ResponseWord {
    /// Its wire name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Token => "token",
            Self::IdToken => "id_token",
        }
    }
}

/// Whether users are asked for consent.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConsentMethod {
    #[default]
    Trusted,
    Required,
}

/// Whether a redirect URI may contain a `*` in its left-most host label.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WildcardRedirect {
    #[default]
    Disabled,
    Subdomain,
}

/// The rotation of refresh tokens.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshTokenSettings {
    pub rotation_type: RotationType,
    /// Seconds for which a rotated token still works: 0 to 60.
    #[serde(default = "default_leeway")]
    pub leeway: u8,
}

fn default_leeway() -> u8 {
    30
}

/// Whether a refresh returns a new refresh token.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RotationType {
    Static,
    Rotate,
}

/// Who may use an app.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignments {
    /// Direct assignments; they take precedence over those through a group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<Assignment>,
    /// Assignments through a group; the app profile is that of the first group that the user is a member of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Assignment>,
}

/// The grant of one `okta.*` scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScopeGrant {
    /// `oag` and 17 more characters. Derived from the app and the scope if a document leaves it out.
    #[serde(default)]
    pub id: String,
    /// Seconds since the epoch; when the app was created if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "seconds")]
    pub created: Option<i64>,
    /// The scope's name, for instance `okta.users.read`.
    pub scope_id: String,
}

/// The assignment of one user or one group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Assignment {
    /// The user's or group's id.
    pub id: String,
    /// Of a group: groups are taken in ascending order. Behind all others if a document leaves it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,
    /// Of a user: the name at the app; the login if it is left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub credentials: AssignmentCredentials,
    /// Attributes of the app user, which expressions read as `appuser.…`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub profile: IndexMap<String, Value>,
}

impl Assignment {
    /// An assignment without app profile.
    #[must_use]
    pub fn of(id: impl Into<String>) -> Self {
        Self { id: id.into(), priority: None, credentials: AssignmentCredentials::default(), profile: IndexMap::new() }
    }
}

/// `credentials` of an app user.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AssignmentCredentials {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
}
