//! Known divergences: where a target is known to differ, as data with a reason (`fixtures/divergences.toml`).
//!
//! A check that fails as an entry says is an expected failure. One that passes although an entry says that it
//! fails makes the run fail: a list that outlives its facts would hide the next defect.

use globset::{Glob, GlobMatcher};
use serde::Deserialize;

use super::Behavior;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    divergence: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// The target's name or kind, or several.
    target: Names,
    /// The scenario's id, or a pattern of ids.
    scenario: String,
    /// Only where the issuer shows this behaviour.
    behavior: Option<Behavior>,
    /// The check's id.
    check: String,
    reason: String,
    link: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Some(Vec<String>),
}

impl From<Names> for Vec<String> {
    fn from(names: Names) -> Self {
        match names {
            Names::One(name) => vec![name],
            Names::Some(names) => names,
        }
    }
}

/// One known divergence.
#[derive(Clone, Debug)]
pub struct Divergence {
    targets: Vec<String>,
    behavior: Option<Behavior>,
    scenario: GlobMatcher,
    check: String,
    /// Why it is known and accepted, with a link if there is one.
    pub reason: String,
}

/// The list.
#[derive(Clone, Debug, Default)]
pub struct Divergences(Vec<Divergence>);

/// Why the list can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DivergenceError {
    #[error("{0}")]
    Syntax(#[from] toml::de::Error),
    #[error("the pattern of scenarios: {0}")]
    Pattern(#[from] globset::Error),
    #[error("the entry for check {0} gives no reason")]
    Reason(String),
}

impl Divergences {
    /// Reads the list.
    ///
    /// # Errors
    /// When it isn't one, or an entry gives no reason.
    pub fn parse(text: &str) -> Result<Self, DivergenceError> {
        let file: File = toml::from_str(text)?;
        let entries = file.divergence.into_iter().map(|entry| {
            if entry.reason.trim().is_empty() {
                return Err(DivergenceError::Reason(entry.check));
            }
            Ok(Divergence {
                targets: entry.target.into(),
                behavior: entry.behavior,
                scenario: Glob::new(&entry.scenario)?.compile_matcher(),
                check: entry.check,
                reason: match entry.link {
                    Some(link) => format!("{} ({link})", entry.reason),
                    None => entry.reason,
                },
            })
        });
        Ok(Self(entries.collect::<Result<_, _>>()?))
    }

    /// Only what speaks of a target with one of these names that shows this behaviour.
    #[must_use]
    pub fn of(mut self, target: &[&str], behavior: Behavior) -> Self {
        self.0.retain(|entry| {
            let speaks = target.iter().any(|name| entry.targets.iter().any(|known| known == name));
            speaks && entry.behavior.is_none_or(|wanted| wanted == behavior)
        });
        self
    }

    /// The entry that speaks of this check in this scenario.
    #[must_use]
    pub fn find(&self, scenario: &str, check: &str) -> Option<&Divergence> {
        self.0.iter().find(|entry| entry.check == check && entry.scenario.is_match(scenario))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_speaks_of_its_target_scenarios_and_check_only() {
        let list = Divergences::parse(
            "[[divergence]]\ntarget = 'okta'\nscenario = 'code.reuse*'\ncheck = 'code.reuse.revokes'\nreason = 'seen'\n",
        )
        .expect("a list");
        let okta = list.clone().of(&["org", "okta"], Behavior::Okta);
        assert_eq!(okta.find("code.reuse", "code.reuse.revokes").expect("found").reason, "seen");
        assert!(list.of(&["mock"], Behavior::Okta).find("code.reuse", "code.reuse.revokes").is_none());
        assert!(okta.find("code.web", "code.reuse.revokes").is_none());
        assert!(okta.find("code.reuse", "other").is_none());
    }

    #[test]
    fn an_entry_of_one_behavior_says_nothing_of_the_other() {
        let text = "[[divergence]]\ntarget=['okta', 'mock']\nbehavior='okta'\nscenario='s'\ncheck='c'\nreason='seen'\n";
        let list = Divergences::parse(text).expect("a list");
        assert!(list.clone().of(&["mock"], Behavior::Okta).find("s", "c").is_some());
        assert!(list.of(&["mock"], Behavior::OpenId).find("s", "c").is_none());
    }

    #[test]
    fn an_entry_without_a_reason_is_refused() {
        let list = Divergences::parse("[[divergence]]\ntarget = 'okta'\nscenario = '*'\ncheck = 'x'\nreason = ' '\n");
        assert!(matches!(list, Err(DivergenceError::Reason(check)) if check == "x"));
    }
}
