//! `mock-idp env`: the settings that an app needs, in the form that its stack reads.

pub(super) mod args;
mod callback;
mod escape;
mod form;
mod running;
mod stacks;

use mock_idp::{Environment, MockIdp, OrgAddress, OrgSource};

pub(super) use escape::shell_quoted;

use self::args::EnvArgs;
use super::failure::Failure;
use super::output::{print, print_error};

/// Runs `mock-idp env`.
pub(super) fn run(args: &EnvArgs) -> Result<(), Failure> {
    let scheme = if args.https { "https" } else { "http" };
    let base = args.url.clone().unwrap_or_else(|| format!("{scheme}://localhost:{}", args.port));
    let document = match &args.org {
        Some(file) => OrgSource::read(file)?.org()?.to_document(),
        None => match running::document(&base, args.control_token.as_deref())? {
            Some(document) => document,
            None => {
                let note =
                    "these are the settings of the built-in org. Start the mock, or name its org document with --org";
                print_error(&format!("mock-idp: no mock answers at {base}; {note}\n"));
                OrgSource::built_in().org()?.to_document()
            }
        },
    };
    let ca = args.state.dir().and_then(|dir| match MockIdp::ensure_certificate_authority(&dir) {
        Ok(path) => Some(path),
        Err(error) => {
            print_error(&format!("mock-idp: {error}; OKTA_CA_CERT is left out\n"));
            None
        }
    });
    let environment = Environment::new(&document, &OrgAddress { base: &base, ca });
    print(&form::render(&document, &environment, args.form))
}
