//! Brands themselves.

use serde_json::{Map, Value, json};

use super::language::Language;
use super::stored::{KIND, default_brand, default_id, find};
use super::themes;
use crate::management::{
    ApiError, ApiErrorId, BodyMembers, Causes, Links, ListQuery, ListStyle, ListedPage, ManagementCall,
    ManagementChange, expands,
};
use crate::model::DirectoryObject;
use crate::org::Tables;
use crate::protocol::Parameters;
use crate::system_log::{EventEntity, EventType, LogEvent};

/// Okta: no brand can have this name.
const RESERVED_NAME: &str = "DRAPP_DOMAIN_BRAND";

/// All brands, that of the org first.
///
/// # Errors
/// An invalid limit or cursor.
pub fn list(org: &Tables, call: ManagementCall<'_>, query: &Parameters) -> Result<ListedPage, ApiError> {
    let paging = ListQuery::read(query, ListStyle::paged(20, 200))?;
    let beginning = query.get("q").unwrap_or_default().to_lowercase();
    let others = org.objects(KIND).filter(|brand| brand.id != default_id(org)).cloned();
    let mut brands = vec![default_brand(org)];
    brands.extend(others);
    brands.retain(|brand| brand.name().to_lowercase().starts_with(&beginning));
    let (page, next) = paging.page(&brands, |brand| &brand.id)?;
    let shown = page.into_iter().map(|brand| show_expanded(org, call, brand, query)).collect();
    let paging = paging.repeating_in_next(query, &["expand"]);
    Ok(paging.listed(call, "/api/v1/brands", shown, next))
}

/// One brand.
///
/// # Errors
/// There is none with that id.
pub fn get(org: &Tables, call: ManagementCall<'_>, id: &str, query: &Parameters) -> Result<Value, ApiError> {
    Ok(show_expanded(org, call, &find(org, id)?, query))
}

/// Creates a brand. Okta: it has no language until it is replaced.
///
/// # Errors
/// The body has no name, or that of another brand.
pub fn create(change: &mut ManagementChange<'_, '_>, body: &Map<String, Value>) -> Result<Value, ApiError> {
    let name = name(change.draft, body, None)?;
    let members = [("name".to_owned(), Value::from(name))].into_iter().collect();
    let brand = DirectoryObject { id: change.moment.id(KIND.prefix()), owner: String::new(), members };
    log(change, EventType::BrandCreate, &brand);
    Ok(put(change, brand))
}

/// Replaces a brand.
///
/// # Errors
/// There is none with that id, or the body is not valid.
pub fn replace(change: &mut ManagementChange<'_, '_>, id: &str, body: &Map<String, Value>) -> Result<Value, ApiError> {
    let mut brand = find(change.draft, id)?;
    let name = name(change.draft, body, Some(id))?;
    let body = BodyMembers::of(body);
    let url = body.text("customPrivacyPolicyUrl")?.filter(|url| !url.is_empty());
    let agrees = body.boolean("agreeToCustomPrivacyPolicy")?.unwrap_or_default();
    // Okta: consent is required, except for removing the URL.
    if url.is_some() && !agrees {
        return Err(ApiError::invalid("agreeToCustomPrivacyPolicy", "The field has an invalid value"));
    }
    let language = body.text("locale")?.map(Language::read).transpose()?;
    let app = body.object("defaultApp")?;
    let of_app = |name: &str| app.map(|app| app.text(name)).transpose().map(Option::flatten);
    let default_app = json!({
        "appInstanceId": of_app("appInstanceId")?,
        "appLinkName": of_app("appLinkName")?,
        "classicApplicationUri": of_app("classicApplicationUri")?,
    });
    brand.members = Map::new();
    let mut set = |name: &str, value: Value| _ = brand.members.insert(name.to_owned(), value);
    set("name", name.into());
    set("removePoweredByOkta", body.boolean("removePoweredByOkta")?.unwrap_or_default().into());
    set("customPrivacyPolicyUrl", url.into());
    set("agreeToCustomPrivacyPolicy", agrees.into());
    if let Some(language) = language {
        set("locale", language.as_str().into());
    }
    set("defaultApp", default_app);
    log(change, EventType::BrandUpdate, &brand);
    Ok(put(change, brand))
}

/// Removes a brand with its theme and mails. Okta: not that of the org.
///
/// # Errors
/// There is none with that id, or it is that of the org.
pub fn remove(change: &mut ManagementChange<'_, '_>, id: &str) -> Result<(), ApiError> {
    let brand = find(change.draft, id)?;
    if id == default_id(change.draft) {
        return Err(ApiError::new(ApiErrorId::DefaultBrandRemoved, "it is the brand of the org"));
    }
    change.draft.remove_object(KIND, id);
    change.draft.remove_objects_of(id);
    log(change, EventType::BrandDelete, &brand);
    Ok(())
}

/// The domains of a brand. An org of this issuer has no custom ones.
///
/// # Errors
/// There is no such brand.
pub fn domains(org: &Tables, id: &str) -> Result<Value, ApiError> {
    find(org, id)?;
    Ok(json!({ "domains": [] }))
}

fn name(org: &Tables, body: &Map<String, Value>, known: Option<&str>) -> Result<String, ApiError> {
    let mut causes = Causes::default();
    let name = causes.required("name", BodyMembers::of(body).text("name")?).to_owned();
    if name == RESERVED_NAME {
        causes.add("name", "The field has an invalid value");
    }
    causes.into_result()?;
    let others = org.objects(KIND).filter(|brand| brand.id != default_id(org)).cloned().chain([default_brand(org)]);
    if others.into_iter().any(|other| other.name() == name && known != Some(&other.id)) {
        return Err(ApiError::new(ApiErrorId::BrandNameExists, format!("there is a brand `{name}`")));
    }
    Ok(name)
}

fn log(change: &mut ManagementChange<'_, '_>, event: EventType, brand: &DirectoryObject) {
    let entity = EventEntity::new("Brand", &brand.id, brand.name());
    change.moment.trace.event(LogEvent::new(event).on(entity));
}

fn put(change: &mut ManagementChange<'_, '_>, brand: DirectoryObject) -> Value {
    let shown = show(change.draft, change.call, &brand);
    change.draft.put_object(KIND, brand);
    shown
}

fn show(org: &Tables, call: ManagementCall<'_>, brand: &DirectoryObject) -> Value {
    let own = format!("/api/v1/brands/{}", brand.id);
    let links = Links::at(call.base()).allowing("self", &own, &["GET", "PUT", "DELETE"]).allowing(
        "themes",
        &format!("{own}/themes"),
        &["GET"],
    );
    let member = |name: &str| brand.members.get(name).cloned();
    let mut shown = json!({
        "id": brand.id,
        "name": brand.name(),
        "removePoweredByOkta": member("removePoweredByOkta").unwrap_or(Value::Bool(false)),
        "customPrivacyPolicyUrl": member("customPrivacyPolicyUrl"),
        "agreeToCustomPrivacyPolicy": member("agreeToCustomPrivacyPolicy").unwrap_or(Value::Bool(false)),
        "isDefault": brand.id == default_id(org),
    });
    if let Some(language) = member("locale") {
        shown["locale"] = language;
    }
    let no_app = || json!({ "appInstanceId": null, "appLinkName": null, "classicApplicationUri": null });
    shown["defaultApp"] = member("defaultApp").unwrap_or_else(no_app);
    shown["_links"] = links.into_value();
    shown
}

fn show_expanded(org: &Tables, call: ManagementCall<'_>, brand: &DirectoryObject, query: &Parameters) -> Value {
    let mut shown = show(org, call, brand);
    for (name, value) in [("themes", json!([themes::show(org, call, &brand.id)])), ("domains", json!([]))] {
        if expands(query, name) {
            shown["_embedded"][name] = value;
        }
    }
    shown
}
