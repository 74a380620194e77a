//! Customized mails, one for each language. Okta: `/api/v1/brands/{id}/templates/email/{name}/customizations`.

use serde_json::{Map, Value, json};

use super::email_template::{EmailTemplate, find as find_template};
use super::language::Language;

use crate::management::{
    ApiError, ApiErrorId, BodyMembers, Causes, Links, ListQuery, ListStyle, ListedPage, ManagementCall,
    ManagementChange,
};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::moment::timestamp;
use crate::org::{CREATED, Tables};
use crate::protocol::Parameters;
use crate::system_log::{EventEntity, EventType, LogEvent};

const KIND: DirectoryKind = DirectoryKind::EmailCustomization;

/// The customizations of a template.
///
/// # Errors
/// There is no such brand or template; an invalid limit or cursor.
pub fn list(
    org: &Tables,
    call: ManagementCall<'_>,
    brand: &str,
    name: &str,
    query: &Parameters,
) -> Result<ListedPage, ApiError> {
    let template = find_template(org, brand, name)?;
    // Okta: ten on a page, as recorded.
    let paging = ListQuery::read(query, ListStyle::paged(10, 200))?;
    let (page, next) = paging.page(of(org, &template.brand, name), |customization| &customization.id)?;
    let shown = page.into_iter().map(|customization| show(call, &template, customization)).collect();
    Ok(paging.listed(call, &format!("{}/customizations", template.path()), shown, next))
}

/// One customization.
///
/// # Errors
/// There is no such brand, template or customization.
pub fn get(org: &Tables, call: ManagementCall<'_>, brand: &str, name: &str, id: &str) -> Result<Value, ApiError> {
    let template = find_template(org, brand, name)?;
    find(org, &template, id).map(|customization| show(call, &template, customization))
}

/// Creates a customization. Okta: the first one is the default.
///
/// # Errors
/// There is no such brand or template, the body is not valid, or there is one for the language.
pub fn create(
    change: &mut ManagementChange<'_, '_>,
    brand: &str,
    name: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let template = find_template(change.draft, brand, name)?;
    let (mut members, asked) = read(body)?;
    let known: Vec<&DirectoryObject> = of(change.draft, &template.brand, name).collect();
    if known.iter().any(|other| other.text("language") == members["language"].as_str()) {
        return Err(conflict(ApiErrorId::CustomizationLanguageExists));
    }
    if asked == Some(true) && known.iter().any(|other| is_default(other)) {
        return Err(conflict(ApiErrorId::DefaultCustomizationExists));
    }
    let created = change.now();
    members.insert("template".to_owned(), name.into());
    members.insert("isDefault".to_owned(), (asked == Some(true) || known.is_empty()).into());
    members.insert("created".to_owned(), created.into());
    let id = change.moment.id(KIND.prefix());
    log(change, EventType::EmailTemplateCreate, &id, name);
    let customization = DirectoryObject { id, owner: template.brand.clone(), members };
    Ok(put(change, &template, customization))
}

/// Replaces a customization. Okta: a new default replaces the previous one.
///
/// # Errors
/// There is no such brand, template or customization, the body is not valid, or there is another one for the language.
pub fn replace(
    change: &mut ManagementChange<'_, '_>,
    brand: &str,
    name: &str,
    id: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let template = find_template(change.draft, brand, name)?;
    let mut customization = find(change.draft, &template, id)?.clone();
    let (members, asked) = read(body)?;
    let others: Vec<DirectoryObject> =
        of(change.draft, &template.brand, name).filter(|other| other.id != id).cloned().collect();
    if others.iter().any(|other| other.text("language") == members["language"].as_str()) {
        return Err(conflict(ApiErrorId::CustomizationLanguageExists));
    }
    if asked == Some(false) && is_default(&customization) {
        return Err(conflict(ApiErrorId::DefaultCustomizationStays));
    }
    if asked == Some(true) {
        for mut other in others.into_iter().filter(is_default) {
            other.members.insert("isDefault".to_owned(), false.into());
            change.draft.put_object(KIND, other);
        }
        customization.members.insert("isDefault".to_owned(), true.into());
    }
    customization.members.extend(members);
    log(change, EventType::EmailTemplateUpdate, id, name);
    Ok(put(change, &template, customization))
}

/// Removes a customization. Okta: the default can be removed only if it is the last one.
///
/// # Errors
/// There is no such brand, template or customization, or it is the default and there are others.
pub fn remove(change: &mut ManagementChange<'_, '_>, brand: &str, name: &str, id: &str) -> Result<(), ApiError> {
    let template = find_template(change.draft, brand, name)?;
    let customization = find(change.draft, &template, id)?;
    if is_default(customization) && of(change.draft, &template.brand, name).count() > 1 {
        return Err(conflict(ApiErrorId::DefaultCustomizationRemoved));
    }
    change.draft.remove_object(KIND, id);
    log(change, EventType::EmailTemplateDelete, id, name);
    Ok(())
}

/// Removes all customizations of a template.
///
/// # Errors
/// There is no such brand or template.
pub fn remove_all(change: &mut ManagementChange<'_, '_>, brand: &str, name: &str) -> Result<(), ApiError> {
    let template = find_template(change.draft, brand, name)?;
    let ids: Vec<String> = of(change.draft, &template.brand, name).map(|known| known.id.clone()).collect();
    for id in ids {
        change.draft.remove_object(KIND, &id);
        log(change, EventType::EmailTemplateDelete, &id, name);
    }
    Ok(())
}

/// The customizations of a template.
pub(super) fn of<'t>(org: &'t Tables, brand: &str, name: &str) -> impl Iterator<Item = &'t DirectoryObject> {
    let name = name.to_owned();
    org.objects_of(KIND, brand).filter(move |known| known.text("template") == Some(&name))
}

fn find<'t>(org: &'t Tables, template: &EmailTemplate, id: &str) -> Result<&'t DirectoryObject, ApiError> {
    let is_of = |known: &&DirectoryObject| {
        known.owner == template.brand && known.text("template") == Some(template.name.as_str())
    };
    org.object(KIND, id).filter(is_of).ok_or_else(|| ApiError::not_found(id, "EmailCustomization"))
}

/// The members of a body, and whether it is to be the default.
fn read(body: &Map<String, Value>) -> Result<(Map<String, Value>, Option<bool>), ApiError> {
    let body = BodyMembers::of(body);
    let mut causes = Causes::default();
    let mut members = Map::new();
    for name in ["subject", "body", "language"] {
        members.insert(name.to_owned(), causes.required(name, body.text(name)?).into());
    }
    causes.into_result()?;
    Language::read(members["language"].as_str().unwrap_or_default())?;
    Ok((members, body.boolean("isDefault")?))
}

fn log(change: &mut ManagementChange<'_, '_>, event: EventType, id: &str, template: &str) {
    let entity = EventEntity::new("EmailTemplate", id, template);
    change.moment.trace.event(LogEvent::new(event).on(entity));
}

fn is_default(customization: &DirectoryObject) -> bool {
    customization.members.get("isDefault").and_then(Value::as_bool).unwrap_or_default()
}

fn conflict(error: ApiErrorId) -> ApiError {
    ApiError::new(error, "it conflicts with another customization")
}

fn put(change: &mut ManagementChange<'_, '_>, template: &EmailTemplate, mut customization: DirectoryObject) -> Value {
    customization.members.insert("lastUpdated".to_owned(), change.now().into());
    let shown = show(change.call, template, &customization);
    change.draft.put_object(KIND, customization);
    shown
}

fn show(call: ManagementCall<'_>, template: &EmailTemplate, customization: &DirectoryObject) -> Value {
    let (path, member) = (template.path(), |name: &str| customization.text(name));
    let time = |name: &str| member(name).map_or_else(|| timestamp(CREATED), str::to_owned);
    let links = Links::at(call.base())
        .allowing("self", &format!("{path}/customizations/{}", customization.id), &["GET", "PUT", "DELETE"])
        .allowing("template", &path, &["GET"])
        .allowing("settings", &format!("{path}/settings"), &["GET", "PUT"]);
    json!({
        "subject": member("subject"),
        "body": member("body"),
        "id": customization.id,
        "language": member("language"),
        "isDefault": is_default(customization),
        "created": time("created"),
        "lastUpdated": time("lastUpdated"),
        "_links": links.into_value(),
    })
}
