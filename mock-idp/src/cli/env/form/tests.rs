//! Tests of the forms, with the built-in org and with an org of its own.

use clap::ValueEnum as _;
use mock_idp::{BUILT_IN_ORG, OrgAddress};
use mock_idp_core::model::ApplicationType;

use super::*;

const SECRET: &str = "it's $HOME `pwd` \"x\" \\";

fn environment() -> Environment {
    Environment::from_iter([
        ("OKTA_ORG_URL", "http://localhost:7801".into()),
        ("OKTA_ISSUER", "http://localhost:7801/oauth2/default".into()),
        ("OKTA_CLIENT_ID", "0oaweb".into()),
        ("OKTA_CLIENT_SECRET", SECRET.into()),
    ])
}

fn built_in() -> Document {
    Document::parse(BUILT_IN_ORG).unwrap()
}

fn printed(document: &Document, form: EnvForm) -> String {
    let address = OrgAddress { base: "http://localhost:7801", ca: Some("/state/ca.pem".into()) };
    render(document, &Environment::new(document, &address), form)
}

#[test]
fn shell_quoting_changes_no_value() {
    assert_eq!(shell_quoted("0oa/_-.:@"), "0oa/_-.:@");
    assert_eq!(shell_quoted(""), "''");
    assert_eq!(shell_quoted("a b"), "'a b'");
    assert_eq!(shell_quoted("it's; rm -rf /"), r"'it'\''s; rm -rf /'");
    let script = format!("{}printf %s \"$OKTA_CLIENT_SECRET\"", render(&built_in(), &environment(), EnvForm::Shell));
    let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), SECRET);
}

#[test]
fn dotenv_and_json_keep_names_values_and_order() {
    assert_eq!(
        render(&built_in(), &environment(), EnvForm::Dotenv),
        "OKTA_ORG_URL=http://localhost:7801\nOKTA_ISSUER=http://localhost:7801/oauth2/default\nOKTA_CLIENT_ID=0oaweb\n\
         OKTA_CLIENT_SECRET=\"it's \\$HOME `pwd` \\\"x\\\" \\\\\"\n"
    );
    let json: serde_json::Value = serde_json::from_str(&render(&built_in(), &environment(), EnvForm::Json)).unwrap();
    assert_eq!(json["OKTA_CLIENT_SECRET"], SECRET);
    assert_eq!(json.as_object().unwrap().keys().next().unwrap(), "OKTA_ORG_URL");
}

#[test]
fn every_form_is_complete_for_the_built_in_org() {
    for form in EnvForm::value_variants() {
        let text = printed(&built_in(), *form);
        assert!(text.contains("localhost:7801"), "{form:?}: {text}");
        assert!(!text.contains("{{"), "{form:?}: {text}");
        let Some(stack) = stack(*form) else { continue };
        assert_eq!(text.lines().count(), stack.template.lines().count(), "{form:?}: no value is missing");
    }
}

#[test]
fn a_snippet_has_a_redirect_uri_that_is_registered_and_says_so() {
    let org = built_in();
    for form in EnvForm::value_variants() {
        let Some((kind, _)) = stack(*form).and_then(|stack| stack.sign_in) else { continue };
        let client = org.apps.iter().find(|app| app.oauth().application_type == kind).unwrap();
        let text = printed(&org, *form);
        let note = text.lines().find(|line| line.contains("Redirect URI ")).unwrap_or_default();
        let tests = ["Playwright", "Cypress"].iter().any(|it| text.contains(it));
        if tests {
            continue;
        }
        let uri = note.split("Redirect URI ").nth(1).unwrap().split(' ').next().unwrap();
        assert!(
            note.contains(&format!("is registered for {} ({})", client.label, client.client_id())),
            "{form:?}: {note}"
        );
        assert!(client.oauth().redirect_uris.iter().any(|it| it == uri), "{form:?}: {uri}");
        assert!(!uri.contains(":7802") && !uri.contains(":7803"), "{form:?}: {uri} is an address of the demo app");
        let port = uri.split(':').nth(2).unwrap().split('/').next().unwrap();
        let rest = text.replace(note, "");
        assert!(rest.contains(port), "{form:?}: the app listens at port {port}: {text}");
    }
}

#[test]
fn a_redirect_uri_that_no_client_has_is_to_be_registered() {
    let mut org = built_in();
    let web = org.apps.iter_mut().find(|app| app.oauth().application_type == ApplicationType::Web).unwrap();
    web.settings.oauth_client.redirect_uris = vec!["https://app.example/callback".into()];
    let text = printed(&org, EnvForm::Express);
    let note = "Redirect URI http://localhost:3000/callback is not registered: \
                add it to the redirect_uris of Market demo (0oamarketweb000005d7)";
    assert!(text.contains(note), "{text}");
    let web = org.apps.iter_mut().find(|app| app.oauth().application_type == ApplicationType::Web).unwrap();
    web.settings.oauth_client.redirect_uris = vec!["http://localhost:9999/my/callback".into()];
    let text = printed(&org, EnvForm::Flask);
    assert!(text.contains("@app.get(\"/my/callback\")") && text.contains("port=9999"), "{text}");
    assert!(printed(&org, EnvForm::Spring).contains("/login/oauth2/code/okta is not registered"));
}

#[test]
fn values_are_escaped_and_lines_without_a_value_are_left_out() {
    let spring = render(&built_in(), &environment(), EnvForm::Spring);
    assert!(spring.contains("okta.oauth2.issuer=https://localhost:7801/oauth2/default\n"), "{spring}");
    let value = |name: &str| value(&environment(), name).map(Cow::into_owned);
    let gaps = "a={{OKTA_CLIENT_ID}} b={{HTTPS_ISSUER}}\nc={{OKTA_API_TOKEN}}\nd";
    assert_eq!(fill(gaps, value), "a=0oaweb b=https://localhost:7801/oauth2/default\nd\n");
    let dotnet = render(&built_in(), &environment(), EnvForm::Dotnet);
    let settings: String = dotnet.lines().filter(|line| !line.starts_with("//")).collect();
    let settings: serde_json::Value = serde_json::from_str(&settings).unwrap();
    assert_eq!(settings["Okta"]["ClientSecret"], SECRET);
    assert_eq!(settings["Okta"]["CallbackPath"], "/authorization-code/callback");
}
