//! The org document: the file that describes an org.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::defaults::fresh_servers;
use crate::behavior::Behavior;
use crate::model::serde_defaults::is_default;
use crate::model::{
    ApiToken, App, AuthorizationServer, DirectoryKind, DirectoryObject, GlobalSessionPolicy, Group, Lockout,
    OneTimeCode, TrustedOrigin, User,
};

/// An org in Okta's own object shapes, as YAML or JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Document {
    #[serde(default)]
    pub org: OrgIdentity,
    #[serde(default)]
    pub settings: Settings,
    #[serde(default)]
    pub groups: Vec<Group>,
    #[serde(default)]
    pub users: Vec<User>,
    #[serde(default)]
    pub apps: Vec<App>,
    /// The custom authorization servers. If a document leaves them out: Okta's default one.
    #[serde(default = "fresh_servers")]
    pub authorization_servers: Vec<AuthorizationServer>,
    /// The limits of sessions. Empty: Okta's default rule.
    #[serde(default)]
    pub global_session_policies: Vec<GlobalSessionPolicy>,
    #[serde(default)]
    pub trusted_origins: Vec<TrustedOrigin>,
    /// API tokens for `Authorization: SSWS …`.
    #[serde(default)]
    pub api_tokens: Vec<ApiToken>,
    /// Objects of other kinds, in the shapes of Okta's API. What a fresh org has need not be written.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub directory: BTreeMap<DirectoryKind, Vec<DirectoryObject>>,
}

/// The identity of the org. What a document leaves out is derived from the rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrgIdentity {
    /// `00o` and 17 more characters.
    #[serde(default)]
    pub id: String,
    /// The name on pages.
    #[serde(default)]
    pub name: String,
    /// Its path prefix `/_org/{subdomain}` and host name `{subdomain}.localhost`.
    #[serde(default)]
    pub subdomain: String,
    /// The cell of Okta's cloud that it says it is in.
    #[serde(default = "cell", skip_serializing_if = "is_default_cell")]
    pub cell: String,
}

impl Default for OrgIdentity {
    fn default() -> Self {
        Self { id: String::new(), name: String::new(), subdomain: String::new(), cell: cell() }
    }
}

const CELL: &str = "op3";

fn cell() -> String {
    CELL.to_owned()
}

fn is_default_cell(cell: &str) -> bool {
    cell == CELL
}

/// Settings of the mock, and of the org as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// Which rules apply where Okta departs from OpenID Connect; `mock-idp behavior` lists the places.
    #[serde(default)]
    pub behavior: Behavior,
    #[serde(default)]
    pub sign_in_page: SignInPageSettings,
    /// Ids of clients whose redirect URIs at `localhost`, `127.0.0.1` and `[::1]` are accepted with any port (RFC 8252 7.3). Okta
    /// compares ports like everything else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any_loopback_port: Vec<String>,
    #[serde(default)]
    pub lockout: Lockout,
    /// Whether requests beyond Okta's rate limits are refused.
    #[serde(default)]
    pub rate_limits: RateLimits,
    /// Every code that is sent to a user is this one, six digits in quotes, so that a test need not read it from the inbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_time_code: Option<OneTimeCode>,
    /// Ids, codes, tokens and keys are derived from this number, and the clock stands still, as with `--seed`, which wins. It is
    /// read at start; a change takes effect after a restart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Whether direct authentication answers for users who are unknown or may not sign in as for others. The pages, the IDX API and
    /// `/api/v1/authn` do so without it, except that a sign-up says that a name is taken, and that trusted programs learn in a
    /// recovery whether there is a user.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub prevents_user_enumeration: bool,
    /// How event hooks are verified.
    #[serde(default, skip_serializing_if = "is_default")]
    pub event_hook_verification: EventHookVerification,
    /// What the org is licensed for.
    #[serde(default, skip_serializing_if = "is_default")]
    pub features: OrgFeatures,
}

/// How event hooks are verified.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EventHookVerification {
    /// The target has to return a challenge, as at Okta.
    #[default]
    Challenge,
    /// The target is not asked: tests of configurations may name targets that do not exist.
    Assumed,
}

/// What an org is licensed for. Orgs of Okta differ in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct OrgFeatures {
    /// Custom authorization servers can be managed; without it, their API answers 401.
    pub api_access_management: bool,
    /// Models of security keys can be named by their AAGUID; without it, their API answers 401.
    pub custom_aaguids: bool,
    /// Sign-ins from unknown devices can be blocked; without it, the API about them answers 401.
    pub user_blocks: bool,
    /// A member of the organization document, like those below.
    pub analytics_collection_enabled: bool,
    pub bug_reporting_enabled: bool,
    pub om_enabled: bool,
    pub psso_enabled: bool,
    #[serde(rename = "desktopMFAEnabled")]
    pub desktop_mfa_enabled: bool,
    pub itp_enabled: bool,
    /// Left out of the organization document if it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub op4w_enabled: Option<bool>,
}

impl Default for OrgFeatures {
    fn default() -> Self {
        Self {
            api_access_management: true,
            custom_aaguids: false,
            user_blocks: false,
            analytics_collection_enabled: false,
            bug_reporting_enabled: true,
            om_enabled: false,
            psso_enabled: false,
            desktop_mfa_enabled: false,
            itp_enabled: false,
            op4w_enabled: None,
        }
    }
}

/// What happens to requests beyond a rate limit.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RateLimits {
    /// They are answered; the headers of answers count the requests.
    #[default]
    Counted,
    /// They are refused with 429, as Okta does.
    Enforced,
}

/// How the hosted sign-in page behaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignInPageSettings {
    #[serde(default)]
    pub form: SignInForm,
    /// The user picker for development, which signs a user in with one click.
    #[serde(default = "on")]
    pub picker: bool,
}

fn on() -> bool {
    true
}

impl Default for SignInPageSettings {
    fn default() -> Self {
        Self { form: SignInForm::default(), picker: true }
    }
}

/// Which of Okta's pages the form is like.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SignInForm {
    /// The Identity Engine's: the user name, then the password on a page of its own.
    #[default]
    IdentifierFirst,
    /// The Identity Engine's, with the password on the first page.
    Single,
    /// The Classic Engine's: both on one page, with other names and ids.
    Classic,
}

impl Document {
    /// Writes the document as YAML.
    ///
    /// # Errors
    /// A value that YAML cannot hold.
    pub fn to_yaml(&self) -> Result<String, serde_saphyr::SerializeError> {
        serde_saphyr::to_string(self)
    }
}

/// The JSON schema of the org document, for editors.
#[must_use]
pub fn json_schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(Document).to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".to_owned(), "mock-idp org document".into());
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKET: &str = include_str!("../../../../fixtures/orgs/market.yaml");

    #[test]
    fn the_built_in_org_has_no_problems() {
        let document = Document::parse(MARKET).unwrap();
        assert!(document.users.len() > 10 && document.apps.len() > 5);
    }
}
