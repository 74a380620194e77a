//! The stacks that have a snippet: its text, how values are escaped in it, and the redirect URIs that the stack answers.

use std::borrow::Cow;

use mock_idp_core::model::ApplicationType;

use super::args::EnvForm;
use super::callback::Callbacks;
use super::escape::{json_escaped, property_escaped, shell_quoted};

/// A stack.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stack {
    /// A complete file with `{{NAME}}` for values.
    pub(super) template: &'static str,
    pub(super) escape: fn(&str) -> Cow<'_, str>,
    /// The kind of client that users sign in to, and where they come back. `None` for a program without users.
    pub(super) sign_in: Option<(ApplicationType, Callbacks)>,
}

/// The stack of a form; `None` for forms that only list the settings.
pub(super) fn stack(form: EnvForm) -> Option<Stack> {
    Some(match form {
        EnvForm::Shell | EnvForm::Json | EnvForm::Dotenv => return None,
        EnvForm::Curl => Stack { template: include_str!("stacks/curl.txt"), escape: shell_quoted, sign_in: None },
        EnvForm::Node => web(include_str!("stacks/node.txt"), any(&["http://localhost:3000/callback"])),
        EnvForm::Express => web(include_str!("stacks/express.txt"), any(&["http://localhost:3000/callback"])),
        EnvForm::Next => web(include_str!("stacks/next.txt"), only(&["http://localhost:3000/api/auth/callback/okta"])),
        EnvForm::Flask => web(include_str!("stacks/flask.txt"), any(&["http://localhost:5000/auth/callback"])),
        EnvForm::Django => web(include_str!("stacks/django.txt"), any(&["http://localhost:8000/auth/callback"])),
        EnvForm::Fastapi => web(include_str!("stacks/fastapi.txt"), any(&["http://localhost:8000/callback"])),
        EnvForm::Spring => Stack {
            escape: property_escaped,
            ..web(include_str!("stacks/spring.txt"), only(&["http://localhost:8080/login/oauth2/code/okta"]))
        },
        EnvForm::Dotnet => {
            let usual = &["http://localhost:5000/authorization-code/callback"];
            web(include_str!("stacks/dotnet.txt"), any(usual))
        }
        EnvForm::Go => web(include_str!("stacks/go.txt"), any(&["http://localhost:8080/callback"])),
        EnvForm::Rust => web(include_str!("stacks/rust.txt"), any(&["http://localhost:8080/auth/callback"])),
        EnvForm::Oauth2Proxy => {
            let usual = &["http://localhost:4180/oauth2/callback", "http://localhost:8081/oauth2/callback"];
            web(include_str!("stacks/oauth2-proxy.txt"), only(usual))
        }
        EnvForm::Terraform => {
            Stack { template: include_str!("stacks/terraform.txt"), escape: json_escaped, sign_in: None }
        }
        EnvForm::React => browser(include_str!("stacks/react.txt"), &["http://localhost:5173/login/callback"]),
        EnvForm::Vue => browser(include_str!("stacks/vue.txt"), &["http://localhost:5173/login/callback"]),
        EnvForm::Angular => browser(include_str!("stacks/angular.txt"), &["http://localhost:4200/callback"]),
        EnvForm::Playwright => web(include_str!("stacks/playwright.txt"), any(&["http://localhost:3000/callback"])),
        EnvForm::Cypress => web(include_str!("stacks/cypress.txt"), any(&["http://localhost:3000/callback"])),
    })
}

/// The app chooses the path.
const fn any(usual: &'static [&'static str]) -> Callbacks {
    Callbacks { usual, takes_any_path: true }
}

/// The library chooses the path.
const fn only(usual: &'static [&'static str]) -> Callbacks {
    Callbacks { usual, takes_any_path: false }
}

/// Most languages read the escapes of JSON in their strings.
fn web(template: &'static str, callbacks: Callbacks) -> Stack {
    Stack { template, escape: json_escaped, sign_in: Some((ApplicationType::Web, callbacks)) }
}

fn browser(template: &'static str, usual: &'static [&'static str]) -> Stack {
    Stack { template, escape: json_escaped, sign_in: Some((ApplicationType::Browser, any(usual))) }
}
