//! `export`: an org as a document, or as a Terraform configuration.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use mock_idp_core::org::{Document, Org};
use mock_idp_core::transfer::{LeftOut, terraform};

use super::failure::Failure;
use super::http_client;
use super::output::{print, print_error};
use super::preview_inputs::org;
use super::written_file::write_new_private;

/// Arguments of `export`.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The org document. Default: the built-in org.
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_ORG")]
    org: Option<PathBuf>,
    /// Base URL of a running mock, whose org is exported as it is now.
    #[arg(long, value_name = "URL", conflicts_with = "org")]
    url: Option<String>,
    /// The --control-token of the running mock.
    #[arg(long, value_name = "TOKEN", env = "MOCK_IDP_CONTROL_TOKEN", hide_env_values = true)]
    control_token: Option<String>,
    #[arg(long, value_enum, default_value = "yaml")]
    format: ExportFormat,
    /// File to write; it must not exist. Default: standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ExportFormat {
    /// An org document, complete.
    Yaml,
    /// Resources of the Terraform provider okta/okta; secrets are variables.
    Terraform,
}

pub(super) fn run(args: &ExportArgs) -> Result<(), Failure> {
    let org = match &args.url {
        Some(url) => running(url, args.control_token.as_deref())?,
        None => org(args.org.as_deref())?,
    };
    let (text, left_out) = match args.format {
        ExportFormat::Yaml => (org.to_document().to_yaml().map_err(Failure::machine)?, Vec::new()),
        ExportFormat::Terraform => {
            let (resources, left_out) = terraform::exported(&org);
            (terraform::configuration(&resources).map_err(Failure::machine)?, left_out)
        }
    };
    match &args.out {
        Some(path) => write_new_private(path, &text)?,
        None => print(&text)?,
    }
    if !left_out.is_empty() {
        let lines: String = LeftOut::lines(&left_out).iter().map(|line| format!("  {line}\n")).collect();
        print_error(&format!("Not exported:\n{lines}"));
    }
    Ok(())
}

/// The org of a running mock.
fn running(url: &str, token: Option<&str>) -> Result<Org, Failure> {
    let url = format!("{}/_mock/state", url.trim_end_matches('/'));
    let (status, mut answer) = http_client::get(&url, token)?;
    if status != 200 {
        let reason = answer["error"].as_str().unwrap_or("it is not a mock");
        return Err(Failure::invalid(format!("{url}: {status}: {reason}")));
    }
    let document: Document = serde_json::from_value(answer["org"].take()).map_err(Failure::invalid)?;
    Org::from_saved(document).map_err(Failure::invalid)
}
