//! The arguments of `env`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use mock_idp::{IssuerUrl, MockIdp};

use crate::cli::mock_args::{StateArgs, port};

/// Arguments of `env`.
#[derive(Debug, Args)]
pub(in crate::cli) struct EnvArgs {
    /// Form of the output: a list of settings, or a complete file for a stack.
    #[arg(long = "for", value_enum, default_value = "shell")]
    pub(in crate::cli) form: EnvForm,
    /// The org document of the mock. Default: the org of the running mock, or the built-in org if none is running.
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_ORG")]
    pub(in crate::cli) org: Option<PathBuf>,
    /// Port of the mock.
    #[arg(long, default_value_t = MockIdp::DEFAULT_PORT, env = "MOCK_IDP_PORT", value_parser = port)]
    pub(in crate::cli) port: u16,
    /// Base URL of the mock, if it is not http://localhost:PORT; below /_org/NAME for another org than the default one.
    #[arg(long, value_name = "URL", env = "MOCK_IDP_ISSUER_URL", value_parser = org_url)]
    pub(in crate::cli) url: Option<String>,
    /// Bearer token for the control API of the running mock.
    #[arg(long, value_name = "TOKEN", env = "MOCK_IDP_CONTROL_TOKEN", hide_env_values = true)]
    pub(in crate::cli) control_token: Option<String>,
    /// Settings for https, also in forms that work with http.
    #[arg(long)]
    pub(in crate::cli) https: bool,
    #[command(flatten)]
    pub(in crate::cli) state: StateArgs,
}

/// Forms of settings.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(in crate::cli) enum EnvForm {
    /// Lines for `eval "$(mock-idp env)"`.
    Shell,
    /// One JSON object.
    Json,
    /// A .env file.
    Dotenv,
    /// Token and introspection of a service: a shell script.
    Curl,
    /// Node.js with openid-client.
    Node,
    /// Express with openid-client.
    Express,
    /// Next.js with next-auth.
    Next,
    /// React with okta-auth-js.
    React,
    /// Vue with okta-auth-js.
    Vue,
    /// Angular with angular-oauth2-oidc.
    Angular,
    /// Flask with Authlib.
    Flask,
    /// Django with Authlib.
    Django,
    /// FastAPI with Authlib.
    Fastapi,
    /// Spring Boot: application.properties.
    Spring,
    /// ASP.NET Core: appsettings.json.
    Dotnet,
    /// Go with coreos/go-oidc.
    Go,
    /// Rust with openidconnect and axum.
    Rust,
    /// oauth2-proxy: its configuration file.
    #[value(name = "oauth2-proxy")]
    Oauth2Proxy,
    /// Terraform: the provider of an org.
    Terraform,
    /// A test that signs in with Playwright.
    Playwright,
    /// A test that signs in with Cypress.
    Cypress,
}

/// `scheme://host[:port]`, or that with `/_org/NAME`.
fn org_url(text: &str) -> Result<String, String> {
    let (base, org) = match text.trim_end_matches('/').split_once("/_org/") {
        Some((base, name)) if !name.is_empty() && !name.contains('/') => (base, format!("/_org/{name}")),
        _ => (text, String::new()),
    };
    let base: IssuerUrl = base.parse().map_err(|error: mock_idp::IssuerUrlError| error.to_string())?;
    Ok(format!("{}{org}", base.as_str()))
}
