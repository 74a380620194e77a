//! `import`: an org document from a live org, a Terraform state, or a folder with answers of the API.

pub(super) mod args;
mod folder;
mod found;
mod live;
mod read;
mod source;

use std::fs;
use std::io::Read as _;
use std::path::Path;

use mock_idp_core::org::Document;
use mock_idp_core::transfer::{ApiAnswers, ImportSettings, Imported, LeftOut, import, terraform};

use self::args::ImportArgs;
use self::folder::Folder;
use self::live::Live;
use self::source::Source;
use super::failure::Failure;
use super::output::{print, print_error};
use super::written_file::{write_new, write_new_private};

/// The subdomain of an org without one.
const SUBDOMAIN: &str = "imported";

pub(super) fn run(args: &ImportArgs) -> Result<(), Failure> {
    let (answers, mut left_out, origin) = read_answers(args)?;
    let host = args.url.as_ref().and_then(|url| url.host_str()?.split('.').next().map(str::to_owned));
    let subdomain = args.subdomain.clone().or(host).unwrap_or_else(|| SUBDOMAIN.to_owned());
    let settings = ImportSettings {
        subdomain: &subdomain,
        password: args.password.as_deref(),
        api_token: args.api_token.as_deref(),
    };
    let Imported { document, left_out: others } = import(&answers, settings).map_err(Failure::invalid)?;
    left_out.extend(others);
    let yaml = document.to_yaml().map_err(Failure::machine)?;
    let text = format!("# Imported from {origin} by mock-idp {}\n{yaml}", env!("CARGO_PKG_VERSION"));
    match &args.out {
        Some(path) => write_new_private(path, &text)?,
        None => print(&text)?,
    }
    if let Some(path) = &args.report {
        let report = serde_json::to_string_pretty(&left_out).map_err(Failure::machine)? + "\n";
        write_new(path, &report)?;
    }
    print_error(&summary(&document, &left_out, args.out.as_deref()));
    Ok(())
}

/// The answers, what the source itself cannot give, and what the source is called.
fn read_answers(args: &ImportArgs) -> Result<(ApiAnswers, Vec<LeftOut>, String), Failure> {
    if let Some(path) = &args.state {
        let text = read_text(path)?;
        let invalid = |error| Failure::invalid(format!("{}: {error}", path.display()));
        let (answers, left_out) = terraform::read_state(&text).map_err(invalid)?;
        return Ok((answers, left_out, "a Terraform state".to_owned()));
    }
    let (mut source, origin) = match (&args.answers, &args.url) {
        (Some(folder), _) => (Source::Folder(Folder::read(folder)?), "a folder with answers".to_owned()),
        (None, Some(url)) => (Source::Live(Live::new(url, &token(args)?)?), url.to_string()),
        (None, None) => return Err(Failure::invalid("--url, --state or --answers is needed")),
    };
    let (answers, left_out) = read::read(&mut source)?;
    Ok((answers, left_out, origin))
}

fn token(args: &ImportArgs) -> Result<String, Failure> {
    let token = match (&args.token, &args.token_file) {
        (Some(token), _) => token.clone(),
        (None, Some(path)) => read_text(path)?,
        (None, None) => return Err(Failure::invalid("--token-file or OKTA_API_TOKEN is needed to read a live org")),
    };
    Ok(token.trim().to_owned())
}

fn read_text(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().read_to_string(&mut text).map(|_| ())
    } else {
        fs::read_to_string(path).map(|read| text = read)
    };
    read.map_err(|error| Failure::invalid(format!("{} cannot be read: {error}", path.display())))?;
    Ok(text)
}

fn summary(document: &Document, left_out: &[LeftOut], out: Option<&Path>) -> String {
    let Document { users, groups, apps, authorization_servers, .. } = document;
    let mut text = format!(
        "Imported {} users, {} groups, {} apps and {} authorization servers.\n",
        users.len(),
        groups.len(),
        apps.len(),
        authorization_servers.len()
    );
    if !left_out.is_empty() {
        text.push_str("Not imported:\n");
        for line in LeftOut::lines(left_out) {
            text.push_str(&format!("  {line}\n"));
        }
    }
    if let Some(path) = out {
        text.push_str(&format!("Wrote {}. Next: mock-idp --org {}\n", path.display(), path.display()));
    }
    text
}
