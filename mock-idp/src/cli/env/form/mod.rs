//! The forms that settings are printed in. Each stack has a template in the folder `stacks`.

use std::borrow::Cow;

use mock_idp::Environment;
use mock_idp_core::org::Document;

use super::args::EnvForm;
use super::callback::Callback;
use super::escape::{dotenv_quoted, shell_quoted};
use super::stacks::{Stack, stack};

/// The settings in this form.
pub(super) fn render(document: &Document, environment: &Environment, form: EnvForm) -> String {
    if let Some(stack) = stack(form) {
        return snippet(&stack, document, environment);
    }
    match form {
        EnvForm::Json => json(environment),
        EnvForm::Dotenv => lines(environment, |name, value| format!("{name}={}\n", dotenv_quoted(value))),
        _ => lines(environment, |name, value| format!("export {name}={}\n", shell_quoted(value))),
    }
}

/// The stack's template with the settings, and with a redirect URI that fits.
fn snippet(stack: &Stack, document: &Document, environment: &Environment) -> String {
    let callback = stack.sign_in.and_then(|(kind, callbacks)| {
        let client = document.apps.iter().find(|app| app.oauth().application_type == kind)?;
        Callback::of(callbacks, client)
    });
    fill(stack.template, |name| {
        let callback = callback.as_ref();
        let value = match name {
            // A comment, and a number.
            "REDIRECT_NOTE" => return callback.map(|it| it.note.clone()),
            "APP_PORT" => return callback.and_then(|it| it.uri.port()).map(|port| port.to_string()),
            "REDIRECT_URI" => Cow::from(callback?.uri.as_str()),
            "REDIRECT_PATH" => Cow::from(callback?.uri.path()),
            "APP_URL" => Cow::from(callback?.origin()),
            _ => value(environment, name)?,
        };
        Some((stack.escape)(&value).into_owned())
    })
}

fn lines(environment: &Environment, line: impl Fn(&str, &str) -> String) -> String {
    environment.iter().map(|(name, value)| line(name, value)).collect()
}

fn json(environment: &Environment) -> String {
    let object: serde_json::Map<_, _> =
        environment.iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    format!("{:#}\n", serde_json::Value::Object(object))
}

/// Replaces `{{NAME}}` by values. `{{HTTPS_ORG_URL}}` and `{{HTTPS_ISSUER}}` are for stacks that refuse http. A line with a name
/// that has no value is left out.
fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::new();
    'lines: for line in template.lines() {
        let mut rest = line;
        let mut whole = String::new();
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((name, after)) = after.split_once("}}") else { break };
            let Some(value) = value(name) else { continue 'lines };
            whole.push_str(before);
            whole.push_str(&value);
            rest = after;
        }
        filled.push_str(&whole);
        filled.push_str(rest);
        filled.push('\n');
    }
    filled
}

fn value<'a>(environment: &'a Environment, name: &str) -> Option<Cow<'a, str>> {
    match name.strip_prefix("HTTPS_") {
        None => environment.get(name).map(Cow::from),
        Some(name) => {
            let value = environment.get(&format!("OKTA_{name}"))?;
            Some(value.strip_prefix("http:").map_or(value.into(), |rest| format!("https:{rest}").into()))
        }
    }
}

#[cfg(test)]
mod tests;
