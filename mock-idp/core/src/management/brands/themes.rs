//! Themes: each brand has one. Okta: `/api/v1/brands/{id}/themes`.

use serde_json::{Map, Value, json};

use super::stored::find as find_brand;
use crate::management::{ApiError, BodyMembers, Causes, Links, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::{Tables, derived_id};
use crate::system_log::{EventEntity, EventType, LogEvent};

const KIND: DirectoryKind = DirectoryKind::BrandTheme;

/// What can be chosen, with what is chosen from the start, as recorded. Okta: a theme that is replaced has `OKTA_DEFAULT` where nothing is
/// chosen.
const VARIANTS: [(&str, &str, &[&str]); 5] = [
    (
        "signInPageTouchPointVariant",
        "BACKGROUND_IMAGE",
        &["BACKGROUND_IMAGE", "BACKGROUND_SECONDARY_COLOR", "OKTA_DEFAULT"],
    ),
    (
        "endUserDashboardTouchPointVariant",
        "FULL_THEME",
        &["FULL_THEME", "LOGO_ON_FULL_WHITE_BACKGROUND", "OKTA_DEFAULT", "WHITE_LOGO_BACKGROUND"],
    ),
    (
        "errorPageTouchPointVariant",
        "BACKGROUND_IMAGE",
        &["BACKGROUND_IMAGE", "BACKGROUND_SECONDARY_COLOR", "OKTA_DEFAULT"],
    ),
    ("emailTemplateTouchPointVariant", "FULL_THEME", &["FULL_THEME", "OKTA_DEFAULT"]),
    ("loadingPageTouchPointVariant", "NONE", &["NONE", "OKTA_DEFAULT"]),
];

/// The colors of a new theme, as recorded.
const COLORS: [(&str, &str); 4] = [
    ("primaryColorHex", "#1662dd"),
    ("primaryColorContrastHex", "#ffffff"),
    ("secondaryColorHex", "#ebebed"),
    ("secondaryColorContrastHex", "#000000"),
];

/// The themes of a brand: one.
///
/// # Errors
/// There is no such brand.
pub fn list(org: &Tables, call: ManagementCall<'_>, brand: &str) -> Result<Vec<Value>, ApiError> {
    let brand = find_brand(org, brand)?;
    Ok(vec![show(org, call, &brand.id)])
}

/// One theme.
///
/// # Errors
/// There is no such brand or theme.
pub fn get(org: &Tables, call: ManagementCall<'_>, brand: &str, id: &str) -> Result<Value, ApiError> {
    let theme = find(org, brand, id)?;
    Ok(show(org, call, &theme.owner))
}

/// Replaces colors and variants of a theme.
///
/// # Errors
/// There is no such brand or theme, or the body is not valid.
pub fn replace(
    change: &mut ManagementChange<'_, '_>,
    brand: &str,
    id: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let mut theme = find(change.draft, brand, id)?;
    let body = BodyMembers::of(body);
    let mut causes = Causes::default();
    let mut members = Map::new();
    for (name, default) in COLORS {
        let color = body.text(name)?;
        if color.is_some_and(|color| !is_color(color)) || (color.is_none() && !name.contains("Contrast")) {
            causes.add(name, "The field has an invalid value");
        }
        members.insert(name.to_owned(), color.unwrap_or(default).into());
    }
    for (name, _, variants) in VARIANTS {
        let variant = body.text(name)?.unwrap_or("OKTA_DEFAULT");
        if !variants.contains(&variant) {
            causes.add(name, "The field has an invalid value");
        }
        members.insert(name.to_owned(), variant.into());
    }
    causes.into_result()?;
    theme.members = members;
    let owner = theme.owner.clone();
    let event = LogEvent::new(EventType::ThemeUpdate).on(EventEntity::new("Theme", &theme.id, "Theme"));
    change.moment.trace.event(event);
    change.draft.put_object(KIND, theme);
    Ok(show(change.draft, change.call, &owner))
}

fn is_color(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or_default();
    [3, 6].contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The theme of a brand. It is stored only if it has been changed.
fn of_brand(org: &Tables, brand: &str) -> DirectoryObject {
    org.objects_of(KIND, brand).next().cloned().unwrap_or_else(|| {
        let colors = COLORS.into_iter();
        let chosen = colors.chain(VARIANTS.into_iter().map(|(name, default, _)| (name, default)));
        let members = chosen.map(|(name, text)| (name.to_owned(), text.into())).collect();
        DirectoryObject { id: derived_id(KIND.prefix(), &[brand, "theme"]), owner: brand.to_owned(), members }
    })
}

fn find(org: &Tables, brand: &str, id: &str) -> Result<DirectoryObject, ApiError> {
    let theme = of_brand(org, &find_brand(org, brand)?.id);
    if theme.id == id { Ok(theme) } else { Err(ApiError::not_found(id, "Theme")) }
}

pub(super) fn show(org: &Tables, call: ManagementCall<'_>, brand: &str) -> Value {
    let theme = of_brand(org, brand);
    let own = format!("/api/v1/brands/{brand}/themes/{}", theme.id);
    let mut shown = json!({
        "id": theme.id,
        "logo": format!("{}/assets/logo.png", call.browser_base()),
        "favicon": format!("{}/favicon.ico", call.browser_base()),
        "backgroundImage": null,
    });
    let names = COLORS.into_iter().map(|(name, _)| name).chain(VARIANTS.into_iter().map(|(name, ..)| name));
    for name in names {
        shown[name] = theme.members.get(name).cloned().unwrap_or_default();
    }
    shown["_links"] = Links::at(call.base()).allowing("self", &own, &["GET", "PUT"]).into_value();
    shown
}
