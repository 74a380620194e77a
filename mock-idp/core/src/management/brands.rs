//! The brand of an org, which cannot be changed here. Okta: `/api/v1/brands`.

use serde_json::{Value, json};

use super::{ApiError, Links, ListQuery, ListStyle, ListedPage, ManagementCall};
use crate::org::{Tables, derived_id};
use crate::protocol::Parameters;

/// The mails that can be customized. Okta: the templates of an org without governance.
const TEMPLATES: [&str; 23] = [
    "AccountLockout",
    "ADForgotPassword",
    "ADForgotPasswordDenied",
    "ADSelfServiceUnlock",
    "ADUserActivation",
    "AuthenticatorEnrolled",
    "AuthenticatorReset",
    "ChangeEmailConfirmation",
    "EmailChallenge",
    "EmailChangeConfirmation",
    "EmailFactorVerification",
    "FactorEnrollment",
    "FactorReset",
    "ForgotPassword",
    "ForgotPasswordDenied",
    "NewSignOnNotification",
    "PasswordChanged",
    "PasswordResetByAdmin",
    "RegistrationActivation",
    "RegistrationEmailVerification",
    "SelfServiceUnlock",
    "SelfServiceUnlockOnUnlockedAccount",
    "UserActivation",
];

/// All brands: one.
///
/// # Errors
/// An invalid limit or cursor.
pub fn list(org: &Tables, call: ManagementCall<'_>, query: &Parameters) -> Result<ListedPage, ApiError> {
    let paging = ListQuery::read(query, ListStyle::paged(20, 200))?;
    let beginning = query.get("q").unwrap_or_default().to_lowercase();
    let id = brand_id(org);
    let named = [id.as_str()].into_iter().filter(|_| org.identity().name.to_lowercase().starts_with(&beginning));
    let (page, next) = paging.page(named, |id: &str| id)?;
    let shown = page.into_iter().map(|_| show(org, call, query)).collect();
    Ok(paging.listed(call, "/api/v1/brands", shown, next))
}

/// One brand.
///
/// # Errors
/// There is none with that id.
pub fn get(org: &Tables, call: ManagementCall<'_>, id: &str, query: &Parameters) -> Result<Value, ApiError> {
    find(org, id)?;
    Ok(show(org, call, query))
}

/// The themes of a brand: one.
///
/// # Errors
/// There is no such brand.
pub fn themes(org: &Tables, call: ManagementCall<'_>, id: &str) -> Result<Vec<Value>, ApiError> {
    find(org, id)?;
    Ok(vec![show_theme(org, call)])
}

/// One theme.
///
/// # Errors
/// There is no such brand or theme.
pub fn theme(org: &Tables, call: ManagementCall<'_>, id: &str, theme: &str) -> Result<Value, ApiError> {
    find(org, id)?;
    if theme == theme_id(org) { Ok(show_theme(org, call)) } else { Err(ApiError::not_found(theme, "Theme")) }
}

/// The domains of a brand. An org of this issuer has no custom ones.
///
/// # Errors
/// There is no such brand.
pub fn domains(org: &Tables, id: &str) -> Result<Value, ApiError> {
    find(org, id)?;
    Ok(json!({ "domains": [] }))
}

/// The templates of mails.
///
/// # Errors
/// There is no such brand; an invalid limit or cursor.
pub fn templates(org: &Tables, call: ManagementCall<'_>, id: &str, query: &Parameters) -> Result<ListedPage, ApiError> {
    find(org, id)?;
    let paging = ListQuery::read(query, ListStyle::paged(20, 200))?;
    let (page, next) = paging.page(TEMPLATES, |name: &str| name)?;
    let shown = page.into_iter().map(|name| show_template(call, id, name)).collect();
    Ok(paging.listed(call, &format!("/api/v1/brands/{id}/templates/email"), shown, next))
}

/// One template.
///
/// # Errors
/// There is no such brand or template.
pub fn template(org: &Tables, call: ManagementCall<'_>, id: &str, name: &str) -> Result<Value, ApiError> {
    Ok(show_template(call, id, find_template(org, id, name)?))
}

/// Who gets a mail.
///
/// # Errors
/// There is no such brand or template.
pub fn template_settings(org: &Tables, call: ManagementCall<'_>, id: &str, name: &str) -> Result<Value, ApiError> {
    let own = template_path(id, find_template(org, id, name)?);
    let links = Links::at(call.base()).allowing("self", &format!("{own}/settings"), &["GET"]).allowing(
        "template",
        &own,
        &["GET"],
    );
    Ok(json!({ "recipients": "ALL_USERS", "_links": links.in_order() }))
}

/// The customizations of a template: none.
///
/// # Errors
/// There is no such brand or template.
pub fn customizations(org: &Tables, id: &str, name: &str) -> Result<Vec<Value>, ApiError> {
    find_template(org, id, name)?;
    Ok(Vec::new())
}

fn brand_id(org: &Tables) -> String {
    derived_id("bnd", &[&org.identity().id, "brand"])
}

fn theme_id(org: &Tables) -> String {
    derived_id("thd", &[&org.identity().id, "theme"])
}

fn find(org: &Tables, id: &str) -> Result<(), ApiError> {
    if id == brand_id(org) { Ok(()) } else { Err(ApiError::not_found(id, "Brand")) }
}

fn find_template<'n>(org: &Tables, id: &str, name: &'n str) -> Result<&'n str, ApiError> {
    find(org, id)?;
    if TEMPLATES.contains(&name) { Ok(name) } else { Err(ApiError::not_found(name, "EmailTemplate")) }
}

fn template_path(id: &str, name: &str) -> String {
    format!("/api/v1/brands/{id}/templates/email/{name}")
}

fn show(org: &Tables, call: ManagementCall<'_>, query: &Parameters) -> Value {
    let id = brand_id(org);
    let own = format!("/api/v1/brands/{id}");
    let links =
        Links::at(call.base()).allowing("self", &own, &["GET"]).allowing("themes", &format!("{own}/themes"), &["GET"]);
    let mut shown = json!({
        "id": id,
        "name": org.identity().name,
        "agreeToCustomPrivacyPolicy": false,
        "removePoweredByOkta": false,
        "customPrivacyPolicyUrl": null,
        "isDefault": true,
        "locale": "en",
        "defaultApp": { "appInstanceId": null, "appLinkName": null, "classicApplicationUri": null },
        "emailDomainId": null,
        "_links": links.in_order(),
    });
    let expanded: Vec<&str> = query.get("expand").into_iter().flat_map(|names| names.split(',')).collect();
    for (name, value) in [("themes", json!([show_theme(org, call)])), ("domains", json!([]))] {
        if expanded.contains(&name) {
            shown["_embedded"][name] = value;
        }
    }
    shown
}

/// Okta: the colors of an org that has not chosen any.
fn show_theme(org: &Tables, call: ManagementCall<'_>) -> Value {
    let (brand, id) = (brand_id(org), theme_id(org));
    let own = format!("/api/v1/brands/{brand}/themes/{id}");
    json!({
        "id": id,
        "logo": format!("{}/assets/logo.png", call.base()),
        "favicon": format!("{}/favicon.ico", call.base()),
        "backgroundImage": null,
        "primaryColorHex": "#1662dd",
        "primaryColorContrastHex": "#ffffff",
        "secondaryColorHex": "#ebebed",
        "secondaryColorContrastHex": "#000000",
        "signInPageTouchPointVariant": "OKTA_DEFAULT",
        "endUserDashboardTouchPointVariant": "OKTA_DEFAULT",
        "errorPageTouchPointVariant": "OKTA_DEFAULT",
        "emailTemplateTouchPointVariant": "OKTA_DEFAULT",
        "loadingPageTouchPointVariant": "OKTA_DEFAULT",
        "_links": Links::at(call.base()).allowing("self", &own, &["GET"]).in_order(),
    })
}

fn show_template(call: ManagementCall<'_>, id: &str, name: &str) -> Value {
    let own = template_path(id, name);
    let links = Links::at(call.base())
        .allowing("self", &own, &["GET"])
        .allowing("settings", &format!("{own}/settings"), &["GET"])
        .allowing("customizations", &format!("{own}/customizations"), &["GET"]);
    json!({ "name": name, "_links": links.in_order() })
}
