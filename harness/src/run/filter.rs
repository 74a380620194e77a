//! Filters of scenarios.

use std::collections::BTreeSet;
use std::path::Path;

use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::record::run::RunRecord;
use crate::scenario::{Plan, Scenario};

/// Why a filter is invalid.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    #[error("invalid pattern of scenario ids: {0}")]
    Pattern(#[from] globset::Error),
    #[error("--failed needs the record of an earlier run: {0}")]
    NoLastRun(String),
}

/// A selection of scenarios.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    ids: Option<GlobSet>,
    not: Option<GlobSet>,
    tags: Vec<String>,
    plans: Vec<Plan>,
    only: Option<BTreeSet<String>>,
}

impl Filter {
    /// Scenarios whose id matches one of `ids` (all, if there are none) and none of `not`, and which have one of
    /// `tags` (any, if there are none).
    ///
    /// # Errors
    /// When a pattern is invalid.
    pub fn new(ids: &[String], not: &[String], tags: &[String]) -> Result<Self, FilterError> {
        Ok(Self { ids: globs(ids)?, not: globs(not)?, tags: tags.to_vec(), ..Self::default() })
    }

    /// Keeps only the scenarios of these certification plans, if there are any.
    #[must_use]
    pub fn of_plans(self, plans: &[Plan]) -> Self {
        Self { plans: plans.to_vec(), ..self }
    }

    /// Keeps only the scenarios that failed in the run recorded in `file`.
    ///
    /// # Errors
    /// When there is no such record.
    pub fn failed_in(mut self, file: &Path) -> Result<Self, FilterError> {
        let missing = |reason: String| FilterError::NoLastRun(format!("{}: {reason}", file.display()));
        let text = std::fs::read_to_string(file).map_err(|error| missing(error.to_string()))?;
        let run: RunRecord = serde_json::from_str(&text).map_err(|error| missing(error.to_string()))?;
        let failed = run.scenarios.into_iter().filter(|scenario| scenario.state.is_bad()).map(|scenario| scenario.id);
        self.only = Some(failed.collect());
        Ok(self)
    }

    /// Whether `scenario` is selected.
    #[must_use]
    pub fn selects(&self, scenario: &Scenario) -> bool {
        let id = &*scenario.id;
        self.ids.as_ref().is_none_or(|ids| ids.is_match(id))
            && !self.not.as_ref().is_some_and(|not| not.is_match(id))
            && (self.tags.is_empty() || scenario.tags.iter().any(|tag| self.tags.iter().any(|wanted| wanted == tag)))
            && (self.plans.is_empty() || scenario.plan().is_some_and(|plan| self.plans.contains(&plan)))
            && self.only.as_ref().is_none_or(|only| only.contains(id))
    }
}

/// A pattern also matches all ids below it: `code.pkce` selects `code.pkce.plain`.
fn globs(patterns: &[String]) -> Result<Option<GlobSet>, FilterError> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(Glob::new(pattern)?);
        set.add(Glob::new(&format!("{pattern}.*"))?);
    }
    Ok(Some(set.build()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issuer_target::fixtures::Fixtures;
    use crate::scenario::catalogue;

    fn ids(filter: &Filter) -> Vec<String> {
        let all = catalogue(&Fixtures::built_in()).expect("a catalogue");
        all.iter().filter(|scenario| filter.selects(scenario)).map(|scenario| scenario.id.to_string()).collect()
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn an_id_selects_one_scenario_and_a_prefix_all_below_it() {
        let one = Filter::new(&words(&["code.pkce.plain"]), &[], &[]).expect("a filter");
        assert_eq!(ids(&one), ["code.pkce.plain"]);
        let stem = Filter::new(&words(&["code.pkce"]), &words(&["*.plain"]), &[]).expect("a filter");
        let ids = ids(&stem);
        assert!(
            ids.len() >= 5 && ids.iter().all(|id| id.starts_with("code.pkce.") && id != "code.pkce.plain"),
            "{ids:?}"
        );
    }

    #[test]
    fn a_tag_selects_scenarios_of_several_areas() {
        let tagged = Filter::new(&[], &[], &words(&["session"])).expect("a filter");
        let ids = ids(&tagged);
        assert!(ids.iter().any(|id| id.starts_with("prompt.")) && ids.iter().any(|id| id.starts_with("logout.")));
        assert!(ids.iter().all(|id| !id.starts_with("token.")));
    }
}
