//! Filters of scenarios.

use std::collections::BTreeSet;

use globset::{Glob, GlobMatcher};

use crate::nearest::did_you_mean;
use crate::record::run::RunRecord;
use crate::scenario::{Plan, Scenario};

/// Why a filter is invalid.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    #[error("invalid pattern of scenario ids: {0}")]
    Pattern(#[from] globset::Error),
    #[error("no scenario has {what} {name:?}{suggestion}; harness list shows all")]
    Unknown { what: &'static str, name: String, suggestion: String },
}

/// A pattern of scenario ids. It also matches all ids below it: `code.pkce` selects `code.pkce.plain`.
#[derive(Clone, Debug)]
struct Pattern {
    text: String,
    whole: GlobMatcher,
    below: GlobMatcher,
}

impl Pattern {
    fn parse(text: &str) -> Result<Self, FilterError> {
        let whole = Glob::new(text)?.compile_matcher();
        let below = Glob::new(&format!("{text}.*"))?.compile_matcher();
        Ok(Self { text: text.to_owned(), whole, below })
    }

    fn matches(&self, id: &str) -> bool {
        self.whole.is_match(id) || self.below.is_match(id)
    }
}

/// A selection of scenarios.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    ids: Vec<Pattern>,
    not: Vec<Pattern>,
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
        let parse = |patterns: &[String]| patterns.iter().map(|text| Pattern::parse(text)).collect::<Result<_, _>>();
        Ok(Self { ids: parse(ids)?, not: parse(not)?, tags: tags.to_vec(), ..Self::default() })
    }

    /// Keeps only the scenarios of these certification plans, if there are any.
    #[must_use]
    pub fn of_plans(self, plans: &[Plan]) -> Self {
        Self { plans: plans.to_vec(), ..self }
    }

    /// Keeps only the scenarios that failed in that run.
    #[must_use]
    pub fn failed_in(self, run: &RunRecord) -> Self {
        let failed = run.scenarios.iter().filter(|scenario| scenario.state.is_bad());
        Self { only: Some(failed.map(|scenario| scenario.id.clone()).collect()), ..self }
    }

    /// Whether `scenario` is selected.
    #[must_use]
    pub fn selects(&self, scenario: &Scenario) -> bool {
        let id = &*scenario.id;
        (self.ids.is_empty() || self.ids.iter().any(|pattern| pattern.matches(id)))
            && !self.not.iter().any(|pattern| pattern.matches(id))
            && (self.tags.is_empty() || scenario.tags.iter().any(|tag| self.tags.iter().any(|wanted| wanted == tag)))
            && (self.plans.is_empty() || scenario.plan().is_some_and(|plan| self.plans.contains(&plan)))
            && self.only.as_ref().is_none_or(|only| only.contains(id))
    }

    /// Whether the scenario was asked for by its plan, its id or the first word of its id.
    #[must_use]
    pub fn names(&self, scenario: &Scenario) -> bool {
        let area = scenario.area();
        let by_id = |pattern: &Pattern| {
            pattern.matches(&scenario.id) && pattern.text.split('.').next().is_some_and(|first| first == area)
        };
        scenario.plan().is_some_and(|plan| self.plans.contains(&plan))
            || self.ids.iter().any(by_id)
            || self.only.as_ref().is_some_and(|only| only.contains(&*scenario.id))
    }

    /// Checks that every pattern and tag selects something by itself, so that a mistyped one is noticed.
    ///
    /// # Errors
    /// When one selects nothing.
    pub fn check(&self, scenarios: &[Scenario]) -> Result<(), FilterError> {
        let ids = || scenarios.iter().map(|scenario| &*scenario.id);
        let unknown = |what, name: &str, suggestion| FilterError::Unknown { what, name: name.to_owned(), suggestion };
        for pattern in self.ids.iter().chain(&self.not) {
            if !ids().any(|id| pattern.matches(id)) {
                let areas = scenarios.iter().map(Scenario::area);
                return Err(unknown("the id", &pattern.text, did_you_mean(&pattern.text, ids().chain(areas))));
            }
        }
        let tags: BTreeSet<&str> = scenarios.iter().flat_map(|scenario| scenario.tags.iter().copied()).collect();
        match self.tags.iter().find(|tag| !tags.contains(tag.as_str())) {
            Some(tag) => Err(unknown("the tag", tag, did_you_mean(tag, tags.iter().copied()))),
            None => Ok(()),
        }
    }

    /// The arguments of the command line that select the same scenarios.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments: Vec<String> = match &self.only {
            Some(only) => only.iter().cloned().collect(),
            None => self.ids.iter().map(|pattern| pattern.text.clone()).collect(),
        };
        let mut options = |name: &str, value: &str| arguments.extend([name.to_owned(), value.to_owned()]);
        self.not.iter().for_each(|pattern| options("--not", &pattern.text));
        self.tags.iter().for_each(|tag| options("--tag", tag));
        self.plans.iter().for_each(|plan| options("--plan", plan.word()));
        arguments
    }
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

    #[test]
    fn an_id_or_tag_that_selects_nothing_is_an_error_with_the_nearest_name() {
        let all = catalogue(&Fixtures::built_in()).expect("a catalogue");
        let error = |ids: &[&str], not: &[&str], tags: &[&str]| {
            let filter = Filter::new(&words(ids), &words(not), &words(tags)).expect("a filter");
            filter.check(&all).expect_err("unknown").to_string()
        };
        assert!(
            error(&["keys.custom", "code.resue"], &[], &[]).contains("\"code.resue\"; did you mean \"code.reuse\"?")
        );
        assert!(error(&[], &["dcsovery"], &[]).contains("did you mean \"discovery\"?"));
        assert!(error(&[], &[], &["sesion"]).contains("no scenario has the tag \"sesion\"; did you mean \"session\"?"));
    }
}
