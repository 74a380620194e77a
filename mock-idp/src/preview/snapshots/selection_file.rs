//! `snapshots.toml`: which token requests of an org have snapshots, in the names of the org.

use std::fmt::Write as _;

use mock_idp_core::org::Org;
use mock_idp_core::preview::{Cases, Selection, TokenCase};
use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;

/// Its name, in the folder of the snapshots.
pub const SELECTION_FILE: &str = "snapshots.toml";

/// A selection file that was read. Its names are looked up in an org later.
#[derive(Clone, Debug)]
pub struct SelectionFile {
    text: String,
    cases: Vec<Spanned<CaseLists>>,
}

/// What is wrong with a selection file.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{SELECTION_FILE}{}: {problem}", .line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct BadSelectionFile {
    pub line: Option<usize>,
    pub problem: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    cases: Vec<Spanned<CaseLists>>,
    /// What only the harness reads.
    #[serde(default, rename = "harness")]
    _harness: IgnoredAny,
}

/// All combinations of some lists. A list that is left out stands for everything that the org has.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseLists {
    clients: Option<Names>,
    users: Option<Names>,
    servers: Option<Names>,
    grants: Option<Names>,
    scopes: Option<Names>,
}

type Names = Spanned<Vec<Spanned<String>>>;

impl SelectionFile {
    /// Reads the text of a selection file.
    ///
    /// # Errors
    /// It is not TOML, has an unknown key, or has no cases.
    pub fn parse(text: &str) -> Result<Self, BadSelectionFile> {
        let wrong = |error: toml::de::Error| BadSelectionFile {
            line: error.span().map(|span| line(text, span.start)),
            problem: error.message().to_owned(),
        };
        let Contents { cases, .. } = toml::from_str(text).map_err(wrong)?;
        if cases.is_empty() {
            return Err(BadSelectionFile {
                line: None,
                problem: "cases is empty: no token request is selected".to_owned(),
            });
        }
        Ok(Self { text: text.to_owned(), cases })
    }

    /// What it selects in an org.
    ///
    /// # Errors
    /// A name that the org does not have; lists without a combination.
    pub fn selections(&self, org: &Org) -> Result<Vec<Selection>, BadSelectionFile> {
        let mut selections = Vec::new();
        for cases in &self.cases {
            selections.push(self.selection(org, cases.get_ref())?);
        }
        Cases::new([org], &selections).map_err(|none| {
            let cases = self.cases.get(none.selection);
            self.wrong(
                cases.map_or(0, |cases| cases.span().start),
                format!("these cases have no request: {}", none.why),
            )
        })?;
        Ok(selections)
    }

    fn selection(&self, org: &Org, lists: &CaseLists) -> Result<Selection, BadSelectionFile> {
        let CaseLists { clients, users, servers, grants, scopes } = lists;
        let lists = [("client", clients), ("user", users), ("server", servers), ("grant", grants), ("scope", scopes)];
        let mut selection = Selection::default();
        for (name, list) in lists.into_iter().filter_map(|(name, list)| Some((name, list.as_ref()?))) {
            if list.get_ref().is_empty() {
                let problem = format!("{name}s is empty; leave it out to select everything");
                return Err(self.wrong(list.span().start, problem));
            }
            for value in list.get_ref() {
                let added = selection.add(&[org], name, value.get_ref());
                added.map_err(|bad| self.wrong(value.span().start, bad.error))?;
            }
        }
        Ok(selection)
    }

    fn wrong(&self, at: usize, problem: String) -> BadSelectionFile {
        BadSelectionFile { line: Some(line(&self.text, at)), problem }
    }

    /// A file that selects one case.
    #[must_use]
    pub fn example(case: &TokenCase) -> String {
        let mut text = "[[cases]]\n".to_owned();
        let lists = [
            ("clients", Some(&case.client)),
            ("users", case.user.as_ref()),
            ("servers", Some(&case.server)),
            ("grants", Some(&case.grant.to_owned())),
            ("scopes", case.scope.as_ref()),
        ]
        .map(|(name, value)| (name, value.cloned()));
        for (name, value) in lists {
            let value = value.map(|value| vec![toml::Value::from(value)]);
            let _ = value.map(|value| writeln!(text, "{name} = {}", toml::Value::from(value)));
        }
        text
    }
}

/// The line of a place, from 1.
fn line(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}
