//! The app that a request creates or replaces.

use indexmap::IndexMap;
use serde_json::Value;

use super::kinds::{AppKind, OFFICE_365};
use super::{keys, secrets};
use crate::management::{ApiError, ApiErrorId, Causes, stored_keys, tolerant};
use crate::model::{
    App, AppCredentials, AppLicensing, ApplicationType, AuthMethod, CredentialScheme, ResponseWord, SignOnMode, Status,
};
use crate::moment::Moment;
use crate::org::Tables;
use crate::protocol::GrantType;

/// Members that a request cannot set, as far as an org document has them.
const READ_ONLY: &[&str] = &[
    "id",
    "created",
    "status",
    "features",
    "assignments",
    "grants",
    "agent",
    "connections",
    "interclientAllowedApps",
    "accessPolicy",
    "profileEnrollmentPolicy",
];

/// The app of a request to create one.
///
/// # Errors
/// Okta's errors of a body that is not an app.
pub(super) fn create(org: &Tables, body: Value, activate: bool, moment: &mut Moment<'_>) -> Result<App, ApiError> {
    let name = text(&body, "name").map(str::to_owned);
    let written_mode = body.get("signOnMode").is_some_and(|mode| !mode.is_null());
    let mut app = read(body)?;
    app.id = moment.id("0oa");
    app.created = Some(moment.now);
    app.status = if activate { Status::Active } else { Status::Inactive };
    let requested = written_mode.then_some(app.sign_on_mode);
    (app.name, app.sign_on_mode) = match name {
        Some(name) => {
            let mode = mode(&name, requested)?;
            (name, mode)
        }
        None => match requested {
            Some(SignOnMode::OpenidConnect) => ("oidc_client".to_owned(), SignOnMode::OpenidConnect),
            Some(SignOnMode::Bookmark) => ("bookmark".to_owned(), SignOnMode::Bookmark),
            Some(mode) => (private_name(org, &app.label), mode),
            None => return Err(blank("signOnMode")),
        },
    };
    check_consent_of_office(&app)?;
    finish(&mut app)?;
    if app.is_client() {
        complete_client(&mut app)?;
        keys::complete(&mut app, moment);
        secrets::fill(&mut app, moment);
    }
    Ok(app)
}

/// The app with what a request replaces: settings, credentials, visibility and profile.
///
/// # Errors
/// Okta's errors of a body that is not an app.
pub(super) fn replace(known: &App, body: Value, moment: &mut Moment<'_>) -> Result<App, ApiError> {
    // Okta: an app that the org made itself has no active instance then.
    if known.sign_on_mode == SignOnMode::AutoLogin && !known.status.is_active() {
        let cause = "This operation on app metadata is not yet supported: No active instances.";
        let refused = ApiError::new(ApiErrorId::AppMetadataUnsupported, format!("the app `{}` is inactive", known.id));
        return Err(ApiError { causes: vec![cause.to_owned()], ..refused });
    }
    let mut app = read(body)?;
    app.id.clone_from(&known.id);
    app.name.clone_from(&known.name);
    app.sign_on_mode = known.sign_on_mode;
    app.created = known.created;
    app.status = known.status;
    app.features.clone_from(&known.features);
    app.settings.id_token.clone_from(&known.settings.id_token);
    app.access_policy.clone_from(&known.access_policy);
    app.profile_enrollment_policy.clone_from(&known.profile_enrollment_policy);
    app.grants.clone_from(&known.grants);
    app.agent.clone_from(&known.agent);
    app.connections.clone_from(&known.connections);
    app.interclient_allowed_apps.clone_from(&known.interclient_allowed_apps);
    app.roles.clone_from(&known.roles);
    let signing = &mut app.credentials.signing;
    signing.kid = signing.kid.take().or_else(|| known.credentials.signing.kid.clone());
    finish(&mut app)?;
    if app.is_client() {
        keep_client(&mut app, known);
        complete_client(&mut app)?;
        keys::complete(&mut app, moment);
        secrets::fill(&mut app, moment);
    }
    Ok(app)
}

fn read(mut body: Value) -> Result<App, ApiError> {
    let Some(members) = body.as_object_mut() else {
        return Err(ApiError::not_well_formed("the body is not an object"));
    };
    members.retain(|key, _| !READ_ONLY.contains(&key.as_str()));
    if let Some(settings) = members.get_mut("settings").and_then(Value::as_object_mut) {
        settings.remove("idToken");
        // An app type is optional in requests.
        if let Some(oauth) = settings.get_mut("oauthClient").and_then(Value::as_object_mut)
            && oauth.get("application_type").is_none_or(Value::is_null)
        {
            oauth.insert("application_type".to_owned(), "web".into());
        }
    }
    if let Some(oauth) = body.pointer_mut("/credentials/oauthClient").and_then(Value::as_object_mut) {
        oauth.remove("secrets");
    }
    if text(&body, "label").is_none_or(|label| label.trim().is_empty()) {
        return Err(blank("label"));
    }
    let app: App = tolerant::read(body)?;
    check_lengths(&app)?;
    Ok(app)
}

/// Okta: the bounds of the published schema.
fn check_lengths(app: &App) -> Result<(), ApiError> {
    let (credentials, settings) = (&app.credentials.oauth_client, &app.settings.oauth_client);
    let mut causes = Causes::default();
    for (member, text, bounds) in [
        ("client_id", credentials.client_id.as_deref(), 6..=100),
        ("client_secret", credentials.client_secret.as_deref(), 14..=100),
        ("client_uri", settings.client_uri.as_deref(), 0..=1024),
        ("frontchannel_logout_uri", settings.frontchannel_logout_uri.as_deref(), 0..=1024),
        ("logo_uri", settings.logo_uri.as_deref(), 0..=1024),
    ] {
        // An empty text counts as left out.
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            causes.length(member, text, bounds);
        }
    }
    causes.into_result()
}

fn text<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Value::as_str)
}

fn blank(field: &str) -> ApiError {
    ApiError::invalid(field, "The field cannot be left blank")
}

/// Okta: an app of the catalog that is requested with AUTO_LOGIN uses the browser plugin.
fn mode(name: &str, requested: Option<SignOnMode>) -> Result<SignOnMode, ApiError> {
    let own = AppKind::named(name).map(|kind| kind.sign_on_mode);
    match (own, requested) {
        (Some(own), None | Some(SignOnMode::AutoLogin)) => Ok(own),
        (None, Some(SignOnMode::AutoLogin)) => Ok(SignOnMode::BrowserPlugin),
        (_, Some(requested)) => Ok(requested),
        (None, None) => Err(blank("signOnMode")),
    }
}

/// Okta: the name of an app that the org makes itself is made from the org, the label and a number.
fn private_name(org: &Tables, label: &str) -> String {
    let letters: String = label.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let subdomain = &org.identity().subdomain;
    let number = 1 + org.apps().filter(|app| app.name.starts_with(&format!("{subdomain}_"))).count();
    format!("{subdomain}_{letters}_{number}")
}

/// Okta: automatic WS-Federation changes the tenant at Microsoft, for which an administrator there has to consent.
fn check_consent_of_office(app: &App) -> Result<(), ApiError> {
    let automatic = app.settings.app.get("wsFedConfigureType").and_then(Value::as_str) == Some("AUTO");
    let consent = app.settings.app.get("requireAdminConsent").and_then(Value::as_bool).unwrap_or_default();
    if app.name == OFFICE_365 && app.sign_on_mode == SignOnMode::Saml1 && automatic && !consent {
        let cause = "In order to continue using WS-FED Auto for SSO, you must grant admin consent.";
        return Err(ApiError::validation("settings", vec![cause.to_owned()]));
    }
    Ok(())
}

/// What the sign-on mode and the name of an app add.
fn finish(app: &mut App) -> Result<(), ApiError> {
    let kind = AppKind::named(&app.name);
    let template = &mut app.credentials.user_name_template;
    // Okta: only a template of one's own is pushed.
    match template.kind.as_str() {
        "CUSTOM" => _ = template.push_status.get_or_insert_with(|| "DONT_PUSH".to_owned()),
        _ => template.push_status = None,
    }
    if app.is_client() {
        app.credentials = AppCredentials {
            user_name_template: app.credentials.user_name_template.clone(),
            oauth_client: app.credentials.oauth_client.clone(),
            ..AppCredentials::default()
        };
        return Ok(());
    }
    app.settings.oauth_client = Default::default();
    app.credentials.oauth_client = Default::default();
    if let Some(kind) = kind {
        complete_settings(&mut app.settings.app, kind);
        app.visibility.app_links.retain(|link, _| {
            kind.optional_links.contains(&link.as_str()) || kind.links.iter().any(|(known, _)| known == link)
        });
    }
    if app.name == OFFICE_365 {
        app.licensing.get_or_insert(AppLicensing::default());
    }
    let credentials = &mut app.credentials;
    if app.sign_on_mode == SignOnMode::Bookmark {
        (credentials.scheme, credentials.user_name, credentials.reveal_password) = (None, None, false);
    } else {
        let scheme = *credentials.scheme.get_or_insert_default();
        if scheme != CredentialScheme::SharedUsernameAndPassword {
            credentials.user_name = None;
        }
    }
    Ok(())
}

/// Okta: what is not sent is null, and so is an empty text.
fn complete_settings(settings: &mut IndexMap<String, Value>, kind: &AppKind) {
    let mut written = std::mem::take(settings);
    for name in kind.settings {
        settings.insert((*name).to_owned(), written.shift_remove(*name).unwrap_or_default());
    }
    settings.extend(written);
    if kind.sign_on_mode == SignOnMode::Bookmark {
        let requested = settings.entry("requestIntegration".to_owned()).or_insert(Value::Null);
        if requested.is_null() {
            *requested = false.into();
        }
    }
    for value in settings.values_mut().filter(|value| value.as_str() == Some("")) {
        *value = Value::Null;
    }
}

/// Okta: a client keeps its id and its type; a secret that is left out or empty stays.
fn keep_client(app: &mut App, known: &App) {
    app.settings.oauth_client.application_type = known.oauth().application_type;
    let (new, old) = (&mut app.credentials.oauth_client, &known.credentials.oauth_client);
    new.client_id.clone_from(&old.client_id);
    new.secrets.clone_from(&old.secrets);
    new.token_endpoint_auth_method = new.token_endpoint_auth_method.or(old.token_endpoint_auth_method);
    if new.client_secret.as_deref().is_none_or(str::is_empty) {
        new.client_secret.clone_from(&old.client_secret);
    }
}

fn complete_client(app: &mut App) -> Result<(), ApiError> {
    keys::all(app).iter().try_for_each(stored_keys::check)?;
    let method = *app.credentials.oauth_client.token_endpoint_auth_method.get_or_insert_default();
    let oauth = &mut app.settings.oauth_client;
    if oauth.grant_types.is_empty() {
        return Err(blank("grant_types"));
    }
    if oauth.response_types.is_empty() {
        let words = oauth.grant_types.iter().flat_map(|grant| match grant {
            GrantType::AuthorizationCode => &[ResponseWord::Code][..],
            GrantType::Implicit => &[ResponseWord::IdToken, ResponseWord::Token],
            _ => &[],
        });
        oauth.response_types = words.copied().collect();
    }
    let installed = matches!(oauth.application_type, ApplicationType::Native | ApplicationType::Browser);
    app.credentials.oauth_client.pkce_required.get_or_insert(installed || method == AuthMethod::None);
    Ok(())
}
