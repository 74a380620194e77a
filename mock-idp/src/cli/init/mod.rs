//! `init`: writes an org document to start from.

use std::fs;
use std::path::Path;

use super::failure::Failure;
use super::output::print;
use super::written_file::write_new;

/// A small org with what most teams change first.
const DOCUMENT: &str = include_str!("okta.yaml");
const FILE_NAME: &str = "okta.yaml";

pub(super) fn run(dir: &Path) -> Result<(), Failure> {
    let path = dir.join(FILE_NAME);
    let failed = |error: std::io::Error| Failure::machine(format!("{} cannot be written: {error}", path.display()));
    fs::create_dir_all(dir).map_err(failed)?;
    write_new(&path, DOCUMENT)?;
    let shown = path.strip_prefix(".").unwrap_or(&path).display().to_string();
    print(&format!(
        "Wrote {shown}. Next:\n\n  \
         mock-idp --org {shown} --watch\n  \
         mock-idp token --org {shown} --client 'My web app' --user ada@example.com --scope 'openid orders:write'\n  \
         mock-idp env --org {shown}\n"
    ))
}
