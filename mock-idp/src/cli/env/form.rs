//! The forms that settings are printed in. Each stack has a template in the folder `stacks`.

use std::borrow::Cow;

use super::environment::Environment;
use crate::cli::config::EnvForm;

/// The settings in this form.
pub(super) fn render(environment: &Environment, form: EnvForm) -> String {
    let (stack, escape): (&str, Escape) = match form {
        EnvForm::Shell => return lines(environment, |name, value| format!("export {name}={}\n", shell_quoted(value))),
        EnvForm::Dotenv => return dotenv(environment),
        EnvForm::Json => return json(environment),
        EnvForm::Node => (include_str!("stacks/node.txt"), dotenv_quoted),
        EnvForm::Spring => (include_str!("stacks/spring.txt"), property_escaped),
        EnvForm::Flask => (include_str!("stacks/flask.txt"), dotenv_quoted),
        EnvForm::Dotnet => (include_str!("stacks/dotnet.txt"), json_escaped),
        EnvForm::React => (include_str!("stacks/react.txt"), dotenv_quoted),
        EnvForm::Go => (include_str!("stacks/go.txt"), shell_quoted),
    };
    fill(stack, environment, escape)
}

/// Escapes a value for a form.
type Escape = fn(&str) -> Cow<'_, str>;

fn lines(environment: &Environment, line: impl Fn(&str, &str) -> String) -> String {
    environment.iter().map(|(name, value)| line(name, value)).collect()
}

fn json(environment: &Environment) -> String {
    let object: serde_json::Map<_, _> =
        environment.iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    format!("{:#}\n", serde_json::Value::Object(object))
}

fn dotenv(environment: &Environment) -> String {
    lines(environment, |name, value| format!("{name}={}\n", dotenv_quoted(value)))
}

/// A value of a .env file: all readers accept plain values, and single quotes around a value without one.
fn dotenv_quoted(value: &str) -> Cow<'_, str> {
    if value.bytes().all(is_plain) {
        value.into()
    } else if !value.contains(['\'', '\n']) {
        format!("'{value}'").into()
    } else {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$").replace('\n', "\\n");
        format!("\"{escaped}\"").into()
    }
}

/// The part of a JSON string between the quotes.
fn json_escaped(value: &str) -> Cow<'_, str> {
    let quoted = serde_json::Value::from(value).to_string();
    quoted[1..quoted.len() - 1].to_owned().into()
}

/// A value of a Java properties file.
fn property_escaped(value: &str) -> Cow<'_, str> {
    if value.contains(['\\', '\n']) { value.replace('\\', "\\\\").replace('\n', "\\n").into() } else { value.into() }
}

/// A word that a POSIX shell does not change.
pub(in crate::cli) fn shell_quoted(value: &str) -> Cow<'_, str> {
    if !value.is_empty() && value.bytes().all(is_plain) {
        return value.into();
    }
    // POSIX 2.2.2: nothing is special between single quotes, not even a backslash.
    format!("'{}'", value.replace('\'', r"'\''")).into()
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-./:@%+,".contains(&byte)
}

/// Replaces `{{NAME}}` by values. `{{HTTPS_ORG_URL}}` and `{{HTTPS_ISSUER}}` are for stacks that refuse http. A line with a name
/// that has no value is left out.
fn fill(stack: &str, environment: &Environment, escape: Escape) -> String {
    let mut filled = String::new();
    'lines: for line in stack.lines() {
        let mut rest = line;
        let mut whole = String::new();
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((name, after)) = after.split_once("}}") else { break };
            let Some(value) = value(environment, name) else { continue 'lines };
            whole.push_str(before);
            whole.push_str(&escape(&value));
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
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    fn environment() -> Environment {
        Environment(vec![
            ("OKTA_ORG_URL", "http://localhost:7801".into()),
            ("OKTA_ISSUER", "http://localhost:7801/oauth2/default".into()),
            ("OKTA_CLIENT_ID", "0oaweb".into()),
            ("OKTA_CLIENT_SECRET", "it's $HOME `pwd` \"x\" \\".into()),
        ])
    }

    #[test]
    fn shell_quoting_changes_no_value() {
        assert_eq!(shell_quoted("0oa/_-.:@"), "0oa/_-.:@");
        assert_eq!(shell_quoted(""), "''");
        assert_eq!(shell_quoted("a b"), "'a b'");
        assert_eq!(shell_quoted("it's; rm -rf /"), r"'it'\''s; rm -rf /'");
        let script = format!("{}printf %s \"$OKTA_CLIENT_SECRET\"", render(&environment(), EnvForm::Shell));
        let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "it's $HOME `pwd` \"x\" \\");
    }

    #[test]
    fn dotenv_and_json_keep_names_values_and_order() {
        assert_eq!(
            render(&environment(), EnvForm::Dotenv),
            "OKTA_ORG_URL=http://localhost:7801\nOKTA_ISSUER=http://localhost:7801/oauth2/default\nOKTA_CLIENT_ID=0oaweb\n\
             OKTA_CLIENT_SECRET=\"it's \\$HOME `pwd` \\\"x\\\" \\\\\"\n"
        );
        let json: serde_json::Value = serde_json::from_str(&render(&environment(), EnvForm::Json)).unwrap();
        assert_eq!(json["OKTA_CLIENT_SECRET"], "it's $HOME `pwd` \"x\" \\");
        assert_eq!(json.as_object().unwrap().keys().next().unwrap(), "OKTA_ORG_URL");
    }

    #[test]
    fn every_template_is_filled_and_lines_without_a_value_are_left_out() {
        for form in EnvForm::value_variants() {
            let text = render(&environment(), *form);
            assert!(text.contains("localhost:7801"), "{form:?}: {text}");
            assert!(!text.contains("{{"), "{form:?}: {text}");
        }
        let spring = render(&environment(), EnvForm::Spring);
        assert!(spring.contains("okta.oauth2.issuer=https://localhost:7801/oauth2/default\n"), "{spring}");
        let gaps = "a={{OKTA_CLIENT_ID}} b={{HTTPS_ISSUER}}\nc={{OKTA_API_TOKEN}}\nd";
        let filled = fill(gaps, &environment(), json_escaped);
        assert_eq!(filled, "a=0oaweb b=https://localhost:7801/oauth2/default\nd\n");
        let dotnet: serde_json::Value = serde_json::from_str(&render(&environment(), EnvForm::Dotnet)).unwrap();
        assert_eq!(dotnet["Okta"]["ClientSecret"], "it's $HOME `pwd` \"x\" \\");
    }
}
