//! `mock-idp env`: the settings that an app needs, in the form that its stack reads.

mod callback;
mod environment;
mod escape;
mod form;
mod stacks;

use std::fs;
use std::path::Path;

use mock_idp::{BUILT_IN_ORG, MockIdp, StartError};
use mock_idp_core::org::Document;

pub(super) use escape::shell_quoted;

use super::config::EnvArgs;
use super::failure::Failure;
use super::output::{print, print_error};
use environment::{Environment, MockAddress};

/// Runs `mock-idp env`.
pub(super) fn run(args: &EnvArgs) -> Result<(), Failure> {
    let yaml = match &args.org {
        None => BUILT_IN_ORG.to_owned(),
        Some(path) => fs::read_to_string(path).map_err(|source| StartError::OrgFile { path: path.clone(), source })?,
    };
    let document = Document::parse(&yaml).map_err(|problems| {
        let origin = args.org.as_deref().unwrap_or(Path::new("the built-in org")).display().to_string();
        StartError::OrgDocument { origin, problems: problems.to_string() }
    })?;
    let scheme = if args.https { "https" } else { "http" };
    let base = match &args.url {
        Some(url) => url.as_str().to_owned(),
        None => format!("{scheme}://localhost:{}", args.port),
    };
    let ca = args.state.dir().and_then(|dir| match MockIdp::ensure_certificate_authority(&dir) {
        Ok(path) => Some(path),
        Err(error) => {
            print_error(&format!("mock-idp: {error}; OKTA_CA_CERT is left out\n"));
            None
        }
    });
    let environment = Environment::new(&document, &MockAddress { base: &base, ca });
    print(&form::render(&document, &environment, args.form))
}
