//! What every app has, whatever its sign-on mode. Nothing is decided on it: it is what administrators and tools see. Okta: Apps API.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How users sign in to an app. Only apps of the mode `OPENID_CONNECT` are clients.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum SignOnMode {
    #[default]
    #[serde(rename = "OPENID_CONNECT")]
    OpenidConnect,
    #[serde(rename = "AUTO_LOGIN")]
    AutoLogin,
    #[serde(rename = "BASIC_AUTH")]
    BasicAuth,
    #[serde(rename = "BOOKMARK")]
    Bookmark,
    #[serde(rename = "BROWSER_PLUGIN")]
    BrowserPlugin,
    #[serde(rename = "SAML_1_1")]
    Saml1,
    #[serde(rename = "SAML_2_0")]
    Saml2,
    #[serde(rename = "SECURE_PASSWORD_STORE")]
    SecurePasswordStore,
    #[serde(rename = "WS_FEDERATION")]
    WsFederation,
}

/// Who may add an app, and the pages of its own that it has.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppAccessibility {
    #[serde(default)]
    pub self_service: bool,
    #[serde(default)]
    pub error_redirect_url: Option<String>,
    #[serde(default)]
    pub login_redirect_url: Option<String>,
}

/// Where an app is shown.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppVisibility {
    #[serde(default)]
    pub auto_launch: bool,
    #[serde(default)]
    pub auto_submit_toolbar: bool,
    /// If it is left out, an OpenID Connect app is hidden and others are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hide: Option<AppHiding>,
    /// Which links of the app are shown; all if they are left out.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub app_links: IndexMap<String, bool>,
}

/// Where an app is not shown.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppHiding {
    #[serde(default, rename = "iOS")]
    pub ios: bool,
    #[serde(default)]
    pub web: bool,
}

/// The licences of an app.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppLicensing {
    #[serde(default)]
    pub seat_count: u32,
}

/// How the user name of an app user is made.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserNameTemplate {
    #[serde(default = "source_login")]
    pub template: String,
    #[serde(rename = "type", default = "built_in")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push_status: Option<String>,
}

impl Default for UserNameTemplate {
    fn default() -> Self {
        Self { template: source_login(), kind: built_in(), suffix: None, push_status: None }
    }
}

fn source_login() -> String {
    "${source.login}".to_owned()
}

fn built_in() -> String {
    "BUILT_IN".to_owned()
}

/// Who knows the password of an app that is not a client.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CredentialScheme {
    AdminSetsCredentials,
    #[default]
    EditUsernameAndPassword,
    EditPasswordOnly,
    ExternalPasswordSync,
    SharedUsernameAndPassword,
}

/// Texts about an app.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppNotes {
    #[serde(default)]
    pub admin: Option<String>,
    #[serde(default)]
    pub enduser: Option<String>,
}

/// The notice that an app needs a VPN.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppNotifications {
    #[serde(default)]
    pub vpn: VpnNotification,
}

/// Where the notice is shown, and its text.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VpnNotification {
    #[serde(default)]
    pub network: VpnNetwork,
    #[serde(default)]
    pub message: Option<String>,
    #[serde(default)]
    pub help_url: Option<String>,
}

/// The networks of the notice.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VpnNetwork {
    #[serde(default = "disabled")]
    pub connection: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
}

impl Default for VpnNetwork {
    fn default() -> Self {
        Self { connection: disabled(), include: Vec::new(), exclude: Vec::new() }
    }
}

fn disabled() -> String {
    "DISABLED".to_owned()
}

/// Which issuer the tokens of the org authorization server name.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IssuerMode {
    #[default]
    Dynamic,
    OrgUrl,
    CustomUrl,
}

/// How the org starts a sign-in at a client.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdpInitiatedLogin {
    #[serde(default = "disabled")]
    pub mode: String,
    #[serde(default)]
    pub default_scope: Vec<String>,
}

impl Default for IdpInitiatedLogin {
    fn default() -> Self {
        Self { mode: disabled(), default_scope: Vec::new() }
    }
}

/// Where a client may be used from.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientNetwork {
    pub connection: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
}
