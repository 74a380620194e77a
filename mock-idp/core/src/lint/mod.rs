//! Warnings about an org document that is valid: what has no effect, and what is most often a mistake.

mod claims;
mod expressions;
mod groups;
mod hooks;
mod policies;
mod sessions;

pub use hooks::uncalled_inline_hooks;

use crate::org::{Org, Problem};

/// The warnings of an org, each with its place as a JSON pointer.
#[must_use]
pub fn warnings(org: &Org) -> Vec<Problem> {
    let mut lint = Lint { org, found: Vec::new() };
    for (index, app) in org.apps().enumerate() {
        lint.app_groups_claim(&format!("/apps/{index}"), app);
    }
    for (index, server) in org.authorization_servers().enumerate() {
        let path = format!("/authorizationServers/{index}");
        for (index, claim) in org.claim_rules(&server.id).enumerate() {
            lint.claim_value(&format!("{path}/claims/{index}"), claim);
        }
        // An inactive server grants nothing, whatever its policies say.
        if let Some(compiled) = org.server(&server.id).filter(|compiled| compiled.active) {
            lint.policies(&path, compiled);
            lint.scopes(&path, compiled);
            lint.shown_claims(&path, compiled);
        }
    }
    lint.session_policies();
    lint.inline_hooks();
    lint.found
}

/// An org, and what has been found in it.
struct Lint<'a> {
    org: &'a Org,
    found: Vec<Problem>,
}

impl Lint<'_> {
    fn warn(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.found.push(Problem::at(path, message));
    }
}

/// Some names in backquotes: `a`, `b` and 3 more.
fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const MAX: usize = 3;
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.len().checked_sub(MAX) {
        None | Some(0) => match names.split_last() {
            Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
            _ => names.concat(),
        },
        Some(more) => format!("{} and {more} more", names[..MAX].join(", ")),
    }
}
