//! `mock-idp env`: the settings that an app needs, in the form that its stack reads.

pub(super) mod args;
mod callback;
mod environment;
mod escape;
mod form;
mod stacks;

use mock_idp::{MockIdp, OrgSource};

pub(super) use escape::shell_quoted;

use self::args::EnvArgs;
use super::failure::Failure;
use super::output::{print, print_error};
pub(super) use environment::{Environment, MockAddress};

/// Runs `mock-idp env`.
pub(super) fn run(args: &EnvArgs) -> Result<(), Failure> {
    let source = args.org.as_deref().map_or_else(|| Ok(OrgSource::built_in()), OrgSource::read)?;
    let document = source.org()?.to_document();
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
