//! Known divergences: checks that a target is known to fail, as data with a reason (`fixtures/divergences.toml`).
//!
//! A failure that the list has is an expected failure. A check that passes although the list has it makes the run fail,
//! so that the list never hides a new defect.

use globset::{Glob, GlobMatcher};
use serde::Deserialize;

use super::applicability::TargetNames;
use super::kind::Behavior;
use super::target::Target;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    divergence: Vec<DivergenceRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DivergenceRow {
    /// The name or kind of the target, or a list of them.
    target: TargetNames,
    /// The scenario's id, or a pattern of ids.
    scenario: String,
    /// Limits the entry to targets with this behavior, or one of these.
    behavior: Option<Behaviors>,
    /// The check's id.
    check: String,
    reason: String,
    link: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Behaviors {
    One(Behavior),
    Some(Vec<Behavior>),
}

/// One known divergence.
#[derive(Clone, Debug)]
pub struct Divergence {
    targets: Vec<String>,
    /// `None`: all.
    behaviors: Option<Vec<Behavior>>,
    scenario: GlobMatcher,
    /// The id of the check.
    pub check: String,
    /// Why the failure is accepted, with the link if there is one.
    pub reason: String,
}

impl Divergence {
    /// The targets of the entry: names, kinds, or ids of orgs.
    #[must_use]
    pub fn targets(&self) -> &[String] {
        &self.targets
    }

    /// The pattern of scenario ids.
    #[must_use]
    pub fn scenario(&self) -> &str {
        self.scenario.glob().glob()
    }

    /// Whether the entry is about that scenario.
    #[must_use]
    pub fn is_about(&self, scenario: &str) -> bool {
        self.scenario.is_match(scenario)
    }
}

/// The list of known divergences.
#[derive(Clone, Debug, Default)]
pub struct Divergences(Vec<Divergence>);

/// Why the list cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DivergenceError {
    #[error("{0}")]
    Syntax(#[from] toml::de::Error),
    #[error("the pattern of scenarios: {0}")]
    Pattern(#[from] globset::Error),
    #[error("the entry for check {0} has no reason")]
    Reason(String),
}

impl Divergences {
    /// Reads the list.
    ///
    /// # Errors
    /// A syntax error, a wrong pattern, or an entry without a reason.
    pub fn parse(text: &str) -> Result<Self, DivergenceError> {
        let file: File = toml::from_str(text)?;
        let entries = file.divergence.into_iter().map(|entry| {
            if entry.reason.trim().is_empty() {
                return Err(DivergenceError::Reason(entry.check));
            }
            Ok(Divergence {
                targets: entry.target.list().to_vec(),
                behaviors: entry.behavior.map(|behavior| match behavior {
                    Behaviors::One(behavior) => vec![behavior],
                    Behaviors::Some(behaviors) => behaviors,
                }),
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

    /// Only the entries for that target.
    #[must_use]
    pub fn of_target(self, target: &Target) -> Self {
        self.of(|name| target.goes_by(name), target.behavior)
    }

    /// Only the entries for a target with these names and this behavior.
    #[must_use]
    pub fn of(mut self, goes_by: impl Fn(&str) -> bool, behavior: Behavior) -> Self {
        self.0.retain(|entry| {
            let applies = entry.targets.iter().any(|name| goes_by(name));
            applies && entry.behaviors.as_ref().is_none_or(|wanted| wanted.contains(&behavior))
        });
        self
    }

    /// All entries.
    pub fn iter(&self) -> impl Iterator<Item = &Divergence> {
        self.0.iter()
    }

    /// The entry for this check in this scenario.
    #[must_use]
    pub fn find(&self, scenario: &str, check: &str) -> Option<&Divergence> {
        self.0.iter().find(|entry| entry.check == check && entry.scenario.is_match(scenario))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_applies_to_its_target_scenarios_and_check_only() {
        let list = Divergences::parse(
            "[[divergence]]\ntarget = 'okta'\nscenario = 'code.reuse*'\ncheck = 'code.reuse.revokes'\nreason = 'seen'\n",
        )
        .expect("a list");
        let okta = list.clone().of(|name| ["org", "okta"].contains(&name), Behavior::Okta);
        assert_eq!(okta.find("code.reuse", "code.reuse.revokes").expect("found").reason, "seen");
        assert!(list.of(|name| name == "mock", Behavior::Okta).find("code.reuse", "code.reuse.revokes").is_none());
        assert!(okta.find("code.web", "code.reuse.revokes").is_none());
        assert!(okta.find("code.reuse", "other").is_none());
    }

    #[test]
    fn an_entry_for_one_behavior_does_not_apply_to_the_other() {
        let text = "[[divergence]]\ntarget=['okta', 'mock']\nbehavior='okta'\nscenario='s'\ncheck='c'\nreason='seen'\n";
        let list = Divergences::parse(text).expect("a list");
        assert!(list.clone().of(|name| name == "mock", Behavior::Okta).find("s", "c").is_some());
        assert!(list.of(|name| name == "mock", Behavior::OpenId).find("s", "c").is_none());
    }

    #[test]
    fn an_entry_without_a_reason_is_rejected() {
        let list = Divergences::parse("[[divergence]]\ntarget = 'okta'\nscenario = '*'\ncheck = 'x'\nreason = ' '\n");
        assert!(matches!(list, Err(DivergenceError::Reason(check)) if check == "x"));
    }
}
