//! The mails of a brand. Okta: `/api/v1/brands/{id}/templates/email`.

use serde_json::{Map, Value, json};

use super::customizations;
use super::email_template::{EmailTemplate, TEMPLATES, find, path};
use super::stored::find as find_brand;
use crate::management::{
    ApiError, ApiErrorId, BodyMembers, Causes, Links, ListQuery, ListStyle, ListedPage, ManagementCall,
    ManagementChange, expands,
};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;
use crate::protocol::Parameters;
use crate::system_log::{EventEntity, EventType, LogEvent};

/// The recipients of a mail, if they have been changed.
const SETTINGS: DirectoryKind = DirectoryKind::EmailSettings;

/// The templates of mails.
///
/// # Errors
/// There is no such brand; an invalid limit or cursor.
pub fn list(org: &Tables, call: ManagementCall<'_>, brand: &str, query: &Parameters) -> Result<ListedPage, ApiError> {
    let brand = find_brand(org, brand)?.id;
    let paging = ListQuery::read(query, ListStyle::paged(20, 200))?;
    let (page, next) = paging.page(TEMPLATES, |name: &str| name)?;
    let shown = page.into_iter().map(|name| show(org, call, &brand, name, query)).collect();
    let paging = paging.repeating_in_next(query, &["expand"]);
    Ok(paging.listed(call, &format!("/api/v1/brands/{brand}/templates/email"), shown, next))
}

/// One template.
///
/// # Errors
/// There is no such brand or template.
pub fn get(
    org: &Tables,
    call: ManagementCall<'_>,
    brand: &str,
    name: &str,
    query: &Parameters,
) -> Result<Value, ApiError> {
    let template = find(org, brand, name)?;
    Ok(show(org, call, &template.brand, &template.name, query))
}

/// The recipients of a mail.
///
/// # Errors
/// There is no such brand or template.
pub fn settings(org: &Tables, call: ManagementCall<'_>, brand: &str, name: &str) -> Result<Value, ApiError> {
    let template = find(org, brand, name)?;
    Ok(show_settings(org, call, &template.brand, &template.name))
}

/// Sets the recipients of a mail.
///
/// # Errors
/// There is no such brand or template, or the body is not valid.
pub fn set_settings(
    change: &mut ManagementChange<'_, '_>,
    brand: &str,
    name: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let EmailTemplate { brand, name } = find(change.draft, brand, name)?;
    let mut causes = Causes::default();
    let recipients = causes.required("recipients", BodyMembers::of(body).text("recipients")?);
    causes.into_result()?;
    if !["ALL_USERS", "ADMINS_ONLY", "NO_USERS"].contains(&recipients) {
        return Err(ApiError::new(
            ApiErrorId::RecipientsUnsupported,
            format!("`{recipients}` is not a kind of recipients"),
        ));
    }
    let members = [("template", name.as_str()), ("recipients", recipients)];
    let members = members.into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect();
    change
        .draft
        .put_object(SETTINGS, DirectoryObject { id: settings_id(&brand, &name), owner: brand.clone(), members });
    let entity = EventEntity::new("EmailTemplate", settings_id(&brand, &name), &name);
    change.moment.trace.event(LogEvent::new(EventType::EmailTemplateSettings).on(entity));
    Ok(show_settings(change.draft, change.call, &brand, &name))
}

fn settings_id(brand: &str, name: &str) -> String {
    format!("{brand}.{name}")
}

fn show(org: &Tables, call: ManagementCall<'_>, brand: &str, name: &str, query: &Parameters) -> Value {
    let own = path(brand, name);
    let links = Links::at(call.base())
        .allowing("self", &own, &["GET"])
        .allowing("settings", &format!("{own}/settings"), &["GET", "PUT"])
        .allowing("customizations", &format!("{own}/customizations"), &["GET", "POST", "DELETE"]);
    let mut shown = json!({ "name": name, "_links": links.into_value() });
    if expands(query, "settings") {
        shown["_embedded"]["settings"] = show_settings(org, call, brand, name);
    }
    if expands(query, "customizationCount") {
        shown["_embedded"]["customizationCount"] = customizations::of(org, brand, name).count().into();
    }
    shown
}

fn show_settings(org: &Tables, call: ManagementCall<'_>, brand: &str, name: &str) -> Value {
    let chosen = org.object(SETTINGS, &settings_id(brand, name)).and_then(|settings| settings.text("recipients"));
    let own = path(brand, name);
    let links = Links::at(call.base()).allowing("self", &format!("{own}/settings"), &["GET", "PUT"]).allowing(
        "template",
        &own,
        &["GET"],
    );
    json!({ "recipients": chosen.unwrap_or("ALL_USERS"), "_links": links.into_value() })
}
