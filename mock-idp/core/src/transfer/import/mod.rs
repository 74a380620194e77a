//! An org document from the answers of the API.

mod apps;
mod directory;
mod iam;
mod people;
mod policies;
mod reading;
mod remove_invalid;
mod roles;
mod servers;

use serde_json::{Value, json};

use super::answers::ApiAnswers;
use super::left_out::LeftOut;
use crate::model::{ApiToken, RoleType, User, UserStatus};
use crate::org::{Document, OrgFeatures, OrgIdentity, Problems, Settings, SignInForm, derived_id};
use reading::Reading;

const ORGANIZATION: &str = "/.well-known/okta-organization";

/// What an import cannot learn from the API.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImportSettings<'a> {
    /// The subdomain, if the answers do not have it.
    pub subdomain: &'a str,
    /// The password of all users that have one: Okta does not show passwords.
    pub password: Option<&'a str>,
    /// The value of an API token that the document gets, with an administrator if it has none.
    pub api_token: Option<&'a str>,
}

/// The result of an import.
#[derive(Clone, Debug)]
pub struct Imported {
    pub document: Document,
    pub left_out: Vec<LeftOut>,
}

/// The org that the answers describe. What does not fit is left out, so that a mock starts with the document.
///
/// # Errors
/// The document has problems that are not those of single objects.
pub fn import(answers: &ApiAnswers, settings: ImportSettings<'_>) -> Result<Imported, Problems> {
    let mut reading = Reading { answers, left_out: Vec::new() };
    let users = people::users(&mut reading, settings.password);
    let mut document = Document {
        org: identity(answers, settings.subdomain),
        settings: org_settings(answers),
        groups: people::groups(&mut reading),
        apps: apps::apps(&mut reading, &users),
        users,
        authorization_servers: servers::servers(&mut reading),
        global_session_policies: policies::session_policies(&mut reading),
        trusted_origins: directory::trusted_origins(&mut reading),
        api_tokens: api_tokens(&mut reading),
        directory: directory::objects(&mut reading),
    };
    let mut left_out = reading.left_out;
    if let Some(value) = settings.api_token {
        add_api_token(&mut document, value);
    }
    let document = remove_invalid::fitting(document, &mut left_out)?;
    Ok(Imported { document, left_out })
}

fn api_tokens(reading: &mut Reading<'_>) -> Vec<ApiToken> {
    let mut tokens = Vec::new();
    for object in reading.answers.list("/api/v1/api-tokens") {
        let shape = json!({
            "id": object["id"], "name": object["name"], "userId": object["userId"], "network": object["network"],
        });
        tokens.extend(reading.read::<ApiToken>("API token", object, shape));
        reading.leave_out("API token", object, "value", "Okta does not show it; write one into apiTokens");
    }
    tokens
}

/// Adds an API token, and an administrator if there is none.
fn add_api_token(document: &mut Document, value: &str) {
    let is_administrator = |user: &User| user.status == UserStatus::Active && user.has_role(RoleType::SuperAdmin);
    if !document.users.iter().any(is_administrator) {
        let login = "administrator@example.com";
        let administrator = json!({
            "status": "ACTIVE", "roles": [{ "type": RoleType::SuperAdmin.name() }],
            "profile": { "login": login, "email": login, "firstName": "Import", "lastName": "Administrator" },
        });
        document.users.extend(serde_json::from_value::<User>(administrator));
    }
    let id = derived_id("00T", &[value]);
    match document.api_tokens.iter_mut().find(|token| token.id == id) {
        Some(known) => value.clone_into(&mut known.value),
        None => document.api_tokens.extend(serde_json::from_value::<ApiToken>(value.into())),
    }
}

fn identity(answers: &ApiAnswers, subdomain: &str) -> OrgIdentity {
    let first = |path: &str, member: &str| {
        let object = answers.list(path).first()?;
        object.get(member).and_then(Value::as_str).map(str::to_owned)
    };
    let settings = |member| first("/api/v1/org", member);
    let default = OrgIdentity::default();
    let subdomain = settings("subdomain").unwrap_or_else(|| subdomain.to_owned());
    OrgIdentity {
        id: first(ORGANIZATION, "id").or_else(|| settings("id")).unwrap_or_default(),
        name: settings("companyName").unwrap_or_else(|| subdomain.clone()),
        subdomain,
        cell: first(ORGANIZATION, "cell").unwrap_or(default.cell),
    }
}

/// The engine of the org, and what it is licensed for.
fn org_settings(answers: &ApiAnswers) -> Settings {
    let mut settings = Settings::default();
    if let Some(organization) = answers.list(ORGANIZATION).first() {
        settings.features = features(&organization["settings"]);
        // Okta: `v1` is the Classic Engine.
        if organization["pipeline"] == "v1" {
            settings.sign_in_page.form = SignInForm::Classic;
        }
    }
    let mut authenticators = answers.list("/api/v1/authenticators").iter();
    settings.features.custom_aaguids = authenticators.any(|object| object["_links"]["aaguids"].is_object());
    settings.features.api_access_management = answers.is_licensed("/api/v1/authorizationServers");
    settings
}

/// The flags of the organization document that the org document has too.
fn features(flags: &Value) -> OrgFeatures {
    let default = OrgFeatures::default();
    let mut shape = json!(default);
    for (name, flag) in flags.as_object().into_iter().flatten() {
        if name == "op4wEnabled" || shape.get(name).is_some() {
            shape[name] = flag.clone();
        }
    }
    serde_json::from_value(shape).unwrap_or(default)
}
