//! The target file, its variables and its certificate authorities.

use super::report_line::Lines;
use crate::exit::Exit;
use crate::issuer_target::{ServerKind, TargetFile, Text, read_file};
use crate::run::{Options, TargetSource, authorities, target_file};

/// What the file says about reaching the issuer.
pub(super) struct DescribedTarget {
    pub(super) issuers: Vec<String>,
    pub(super) ca_pem: Option<String>,
    /// Whether the harness starts the issuer itself.
    pub(super) embedded: bool,
}

/// Reads the file and names the variables that are not set.
pub(super) fn examine(options: &Options, lines: &mut Lines<'_>) -> Option<DescribedTarget> {
    let of_command_line = match options.ca.as_deref().map(read_file).transpose() {
        Ok(pem) => pem,
        Err(error) => {
            lines.problem(Exit::Configuration, "--ca", error.to_string(), "name a PEM file with certificates");
            return None;
        }
    };
    let file = match target_file(&options.target, &options.fixtures) {
        Ok(TargetSource::File(file)) => file,
        Ok(TargetSource::Issuer) => {
            lines.note(
                "target file",
                "none: the target is a URL; harness init writes one for your own clients and accounts",
            );
            return Some(DescribedTarget {
                issuers: vec![options.target.clone()],
                ca_pem: of_command_line,
                embedded: false,
            });
        }
        Err(error) => {
            let fix = "harness init --target URL FILE writes a valid one";
            lines.problem(Exit::Configuration, "target file", error.to_string(), fix);
            return None;
        }
    };
    lines.sound("target file", format!("{} is valid", file.source.path));
    let complete = variables(&file, lines);
    let ca_pem = match authorities(&file, of_command_line.as_deref()) {
        Ok(pem) => pem,
        Err(error) => {
            lines.problem(Exit::Configuration, "ca", error.to_string(), "correct the path of ca in the target file");
            return None;
        }
    };
    let issuers = if file.embedded { Vec::new() } else { issuers(&file, options.server.as_deref()) };
    complete.then_some(DescribedTarget { issuers, ca_pem, embedded: file.embedded })
}

/// Whether all variables are set that the target cannot be opened without.
fn variables(file: &TargetFile, lines: &mut Lines<'_>) -> bool {
    let mut complete = true;
    for (variable, what, optional) in file.variables() {
        if set(variable).is_some() {
            continue;
        }
        let text = format!("{variable} is not set: {what}");
        if optional {
            lines.note("variable", format!("{text}; scenarios that need it are skipped"));
        } else {
            complete = false;
            lines.problem(Exit::Configuration, "variable", text, format!("export {variable}=…"));
        }
    }
    complete
}

/// The issuers that are written in the file or in the environment. Others are derived from them.
fn issuers(file: &TargetFile, chosen: Option<&str>) -> Vec<String> {
    let custom = file.servers_of(ServerKind::Custom).filter(|(name, _)| chosen.is_none_or(|chosen| chosen == *name));
    let value = |text: &Text| match text {
        Text::Plain(issuer) => Some(issuer.clone()),
        Text::Variable { env, .. } => set(env),
    };
    let of_file = custom.chain(file.servers_of(ServerKind::Org)).filter_map(|(_, server)| value(&server.issuer));
    of_file.filter(|issuer| !issuer.contains('{')).collect()
}

fn set(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.is_empty())
}
