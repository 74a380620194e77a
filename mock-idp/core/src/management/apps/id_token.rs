//! Which issuer the ID tokens of an app name, and the groups claim that the org authorization server adds to them. Okta:
//! `/api/v1/internal/apps/{id}/settings/oauth/idToken`, which its tools use.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::management::{ApiError, tolerant};
use crate::model::{App, AppGroupsClaim, ClaimValueType, GroupFilterType, IssuerMode};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct IdTokenRequest {
    #[serde(default)]
    issuer_mode: Option<IssuerMode>,
    #[serde(default)]
    value_type: Option<ClaimValueType>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    group_filter_type: Option<GroupFilterType>,
    #[serde(default)]
    value: Option<String>,
}

/// The app with other settings. Okta: without a value type there is no claim.
///
/// # Errors
/// The body is of another type, or describes no claim.
pub fn replace(app: &App, body: Value) -> Result<App, ApiError> {
    let request: IdTokenRequest = tolerant::read(body)?;
    let mut changed = app.clone();
    if let Some(mode) = request.issuer_mode {
        changed.settings.oauth_client.issuer_mode = mode;
    }
    changed.settings.id_token = match request.value_type {
        None => None,
        Some(value_type) => {
            let blank = |field: &str| ApiError::invalid(field, "The field cannot be left blank");
            let name = request.name.filter(|name| !name.is_empty()).ok_or_else(|| blank("name"))?;
            let value = request.value.filter(|value| !value.is_empty()).ok_or_else(|| blank("value"))?;
            let group_filter_type = request.group_filter_type.filter(|_| value_type == ClaimValueType::Groups);
            Some(AppGroupsClaim { value_type, name, group_filter_type, value })
        }
    };
    Ok(changed)
}

/// The settings in answers. Okta: the answer to a change does not say the issuer and the audience.
#[must_use]
pub fn view(app: &App, base: &str, changed: bool) -> Value {
    let mut view = Map::new();
    let mut put = |name: &str, value: Value| _ = view.insert(name.to_owned(), value);
    put("issuer", if changed { Value::Null } else { base.into() });
    put("orgUrl", Value::Null);
    put("customUrl", Value::Null);
    put("audience", if changed { Value::Null } else { app.client_id().into() });
    put("issuerMode", json!(app.oauth().issuer_mode));
    if let Some(claim) = &app.settings.id_token {
        put("valueType", json!(claim.value_type));
        put("name", claim.name.as_str().into());
        if let Some(filter) = claim.group_filter_type {
            put("groupFilterType", json!(filter));
        }
        put("value", claim.value.as_str().into());
    }
    Value::Object(view)
}
