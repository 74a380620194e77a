//! An org document from the answers of the API.

mod apps;
mod directory;
mod fitting;
mod iam;
mod people;
mod policies;
mod reading;
mod roles;
mod servers;

use serde_json::Value;

use super::answers::ApiAnswers;
use super::left_out::LeftOut;
use crate::org::{Document, OrgIdentity, Problems, Settings};
use reading::Reading;

/// What an import cannot learn from the API.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImportSettings<'a> {
    /// The subdomain, if the answers do not have it.
    pub subdomain: &'a str,
    /// The password of all users that have one: Okta does not show passwords.
    pub password: Option<&'a str>,
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
    let document = Document {
        org: identity(answers, settings.subdomain),
        settings: Settings::default(),
        groups: people::groups(&mut reading),
        apps: apps::apps(&mut reading, &users),
        users,
        authorization_servers: servers::servers(&mut reading),
        global_session_policies: policies::session_policies(&mut reading),
        trusted_origins: directory::trusted_origins(&mut reading),
        api_tokens: Vec::new(),
        directory: directory::objects(&mut reading),
    };
    for token in answers.list("/api/v1/api-tokens") {
        reading.leave_out("API token", token, "", "its value is not shown; write one into apiTokens");
    }
    let mut left_out = reading.left_out;
    let document = fitting::fitting(document, &mut left_out)?;
    Ok(Imported { document, left_out })
}

fn identity(answers: &ApiAnswers, subdomain: &str) -> OrgIdentity {
    let first = |path: &str, member: &str| {
        let object = answers.list(path).first()?;
        object.get(member).and_then(Value::as_str).map(str::to_owned)
    };
    let settings = |member| first("/api/v1/org", member);
    let subdomain = settings("subdomain").unwrap_or_else(|| subdomain.to_owned());
    OrgIdentity {
        id: first("/.well-known/okta-organization", "id").or_else(|| settings("id")).unwrap_or_default(),
        name: settings("companyName").unwrap_or_else(|| subdomain.clone()),
        subdomain,
        ..OrgIdentity::default()
    }
}
