//! The user name that a user has at an app.

use super::UserRoots;
use crate::expression::{Expression, Value};
use crate::model::{App, Assignment, User, UserNameTemplate};
use crate::org::Tables;

/// The user name of a user at an app. Okta: as written for the app user, else by the app's template; the login if that gives no name.
#[must_use]
pub fn app_user_name(org: &Tables, app: &App, user: &User, assignment: Option<&Assignment>, now: i64) -> String {
    let written = assignment.and_then(|assignment| {
        let of_profile = assignment.profile.get("userName").and_then(|name| name.as_str());
        assignment.credentials.user_name.as_deref().or(of_profile)
    });
    let template = &app.credentials.user_name_template;
    match written {
        Some(name) => name.to_owned(),
        // By far the most frequent one.
        None if *template == UserNameTemplate::default() => user.profile.login.clone(),
        None => by_template(template, &UserRoots::of(org, user, now)).unwrap_or_else(|| user.profile.login.clone()),
    }
}

/// Okta: a template is an expression, in `${…}` if it is built in, where the user is `source`. `NONE` gives no name.
fn by_template(template: &UserNameTemplate, user: &UserRoots<'_>) -> Option<String> {
    if template.kind == "NONE" {
        return None;
    }
    let text = template.template.trim();
    let text = text.strip_prefix("${").and_then(|text| text.strip_suffix('}')).unwrap_or(text);
    let text = text.replace("source.", "user.").replace("fn:substringBefore(", "String.substringBefore(");
    let Ok(Value::String(name)) = Expression::parse(&text).ok()?.evaluate(user) else { return None };
    let suffix = template.suffix.as_deref().unwrap_or_default();
    (!name.is_empty()).then(|| format!("{name}{suffix}"))
}
