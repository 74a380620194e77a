//! The settings that an app needs.

use std::path::{Path, PathBuf};

use mock_idp_core::model::{App, ApplicationType, User, UserStatus};
use mock_idp_core::org::Document;

/// The redirect URI of Okta's samples for servers.
const SAMPLES_CALLBACK: &str = "http://localhost:8080/authorization-code/callback";

/// The settings of an app that uses an org: names of environment variables, such as `OKTA_ISSUER`, and their values, in the
/// order in which `mock-idp env` prints them. Settings without a value are left out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Environment(Vec<(&'static str, String)>);

/// The address of an org.
#[derive(Debug)]
pub struct OrgAddress<'a> {
    /// `scheme://host[:port]`, with `/_org/NAME` for another org than the default one.
    pub base: &'a str,
    /// The certificate of the local authority.
    pub ca: Option<PathBuf>,
}

impl Environment {
    /// The settings of an app that uses this org at this address.
    #[must_use]
    pub fn new(document: &Document, address: &OrgAddress<'_>) -> Self {
        let mut settings = vec![
            ("OKTA_ORG_URL", address.base.to_owned()),
            ("OKTA_ISSUER", format!("{}/oauth2/default", address.base)),
        ];
        let mut add = |name, value: Option<String>| settings.extend(value.map(|value| (name, value)));
        let web = client(document, ApplicationType::Web);
        add("OKTA_CLIENT_ID", web.map(client_id));
        add("OKTA_CLIENT_SECRET", web.and_then(client_secret));
        add("OKTA_REDIRECT_URI", web.and_then(redirect_uri));
        add("OKTA_SPA_CLIENT_ID", client(document, ApplicationType::Browser).map(client_id));
        add("OKTA_NATIVE_CLIENT_ID", client(document, ApplicationType::Native).map(client_id));
        let service = client(document, ApplicationType::Service);
        add("OKTA_SERVICE_CLIENT_ID", service.map(client_id));
        add("OKTA_SERVICE_CLIENT_SECRET", service.and_then(client_secret));
        add(
            "OKTA_API_TOKEN",
            document.api_tokens.iter().find(|token| !token.value.is_empty()).map(|token| token.value.clone()),
        );
        let user = main_user(document);
        add("OKTA_USERNAME", user.map(|user| user.profile.login.clone()));
        add("OKTA_PASSWORD", user.and_then(password));
        add("OKTA_CA_CERT", address.ca.as_deref().map(Path::to_string_lossy).map(String::from));
        Self(settings)
    }

    /// The value of a setting.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }
}

impl FromIterator<(&'static str, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (&'static str, String)>>(settings: I) -> Self {
        Self(settings.into_iter().collect())
    }
}

/// The first client of a kind.
fn client(document: &Document, kind: ApplicationType) -> Option<&App> {
    document.apps.iter().find(|app| app.oauth().application_type == kind)
}

fn client_id(app: &App) -> String {
    app.client_id().to_owned()
}

fn client_secret(app: &App) -> Option<String> {
    app.credentials.oauth_client.client_secret.clone()
}

/// One for an app of the user's: where most samples listen, or the first one.
fn redirect_uri(app: &App) -> Option<String> {
    let registered = &app.oauth().redirect_uris;
    registered.iter().find(|uri| *uri == SAMPLES_CALLBACK).or(registered.first()).cloned()
}

/// The first active member of the group Admins, else the first active user.
fn main_user(document: &Document) -> Option<&User> {
    let admins = document.groups.iter().find(|group| group.profile.name == "Admins").map(|group| &group.id);
    let mut active = document.users.iter().filter(|user| user.status == UserStatus::Active);
    active.clone().find(|user| admins.is_some_and(|id| user.group_ids.contains(id))).or_else(|| active.next())
}

fn password(user: &User) -> Option<String> {
    user.credentials.password.as_ref().and_then(|password| password.text().map(str::to_owned))
}
